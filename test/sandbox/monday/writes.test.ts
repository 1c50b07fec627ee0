import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";

interface Row {
  event: string;
  user_id: string;
  created_at: string;
  data: string;
}
const LOG =
  "query ($limit: Int, $page: Int, $from: ISO8601DateTime, $columns: [String]) { boards(ids: [7]) { activity_logs(limit: $limit, page: $page, from: $from, column_ids: $columns) { id event user_id created_at data entity account_id } } }";
const CHANGE =
  "mutation ($values: JSON!) { change_multiple_column_values(board_id: 7, item_id: 70001, column_values: $values) { id updated_at } }";

let monday: MondayServer;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 3)]));
});
afterEach(() => monday.stop());

const log = async (variables: object): Promise<Row[]> => {
  const found = await monday.data<{ boards: { activity_logs: Row[] }[] }>(LOG, variables);
  return found.boards[0]?.activity_logs ?? [];
};
const stateOf = async (id: string): Promise<unknown> =>
  (
    await monday.data<{ items: unknown[] }>("query ($id: [ID!]) { items(ids: $id) { id state updated_at } }", {
      id: [id],
    })
  ).items[0];

describe("writing to the stand-in for monday.com", () => {
  test("logs a status change with both labels, newest first, at 17 digits", async () => {
    const values = JSON.stringify({ status: { label: "Done" }, name: "Renamed" });
    await monday.data(CHANGE, { values });
    const [rename, change] = await log({ limit: 2 });
    expect(rename?.event).toBe("update_name");
    expect(change).toMatchObject({ event: "update_column_value", user_id: "101" });
    expect(change?.created_at).toBe(`${Date.UTC(2026, 10, 23, 9)}0000`);
    expect(JSON.parse(change?.data ?? "")).toMatchObject({
      pulse_id: 70001,
      column_id: "status",
      column_type: "color",
      value: { label: { index: 1, text: "Done", is_done: true }, post_id: null },
      previous_value: { label: { index: 0, text: "Working on it" } },
    });
    expect(await stateOf("70001")).toMatchObject({ updated_at: "2026-11-23T09:00:00Z" });
  });

  test("refuses an unknown label, naming the possible ones, and changes nothing", async () => {
    const { body } = await monday.call(CHANGE, { values: JSON.stringify({ effort: "9", status: "Nope" }) });
    expect(body.data).toEqual({ change_multiple_column_values: null });
    expect(body.errors?.[0]).toMatchObject({ extensions: { code: "ColumnValueException" } });
    expect(body.errors?.[0]?.message).toContain("1: Done");
    expect(await log({ limit: 10 })).toHaveLength(3);
  });

  test("moves items through archived, deleted and restored, visible by id only while not active", async () => {
    await monday.data(
      "mutation { a: archive_item(item_id: 70001) { id state } b: delete_item(item_id: 70002) { id state } }",
    );
    expect(await stateOf("70001")).toMatchObject({ state: "archived" });
    expect(await stateOf("70002")).toMatchObject({ state: "deleted" });
    const page = await monday.data<{ boards: { items_page: { items: { id: string }[] } }[] }>(
      "{ boards(ids: [7]) { items_page { items { id } } } }",
    );
    expect(page.boards[0]?.items_page.items).toEqual([{ id: "70003" }]);
    const partial = await monday.call(
      "mutation { a: archive_item(item_id: 70003) { id } b: archive_item(item_id: 1) { id } }",
    );
    expect(partial.body).toMatchObject({
      data: { a: { id: "70003" }, b: null },
      errors: [{ path: ["b"], message: "Item not found" }],
    });
    await monday.control("POST", "/restore", { itemId: "70002" });
    expect((await log({ limit: 4 })).map((row) => row.event)).toEqual([
      "restore_pulse",
      "archive_pulse",
      "delete_pulse",
      "archive_pulse",
    ]);
  });

  test("drops moves from a log filtered by column", async () => {
    await monday.data('mutation { move_item_to_group(item_id: 70001, group_id: "second") { id } }');
    await monday.control("POST", "/write", {
      query:
        'mutation { change_simple_column_value(board_id: 7, item_id: 70001, column_id: "status", value: "Stuck") { id } }',
      asUserId: -4,
    });
    const all = await log({ limit: 2 });
    expect(all.map((row) => [row.event, row.user_id])).toEqual([
      ["update_column_value", "-4"],
      ["move_pulse_from_group", "101"],
    ]);
    expect(JSON.parse(all[1]?.data ?? "")).toMatchObject({
      group_id: "topics",
      dest_group: { id: "second", title: "Doing" },
    });
    expect((await log({ columns: ["status"] })).map((row) => row.event)).toEqual(["update_column_value"]);
    expect(await log({ from: "2026-11-23T09:00:00Z", page: 2 })).toEqual([]);
  });

  test("shows no row beyond 10,000 of a window", async () => {
    const many = Array.from(
      { length: 60 },
      (_, at) =>
        `m${at}: change_simple_column_value(board_id: 7, item_id: 70001, column_id: "effort", value: "${at}") { id }`,
    );
    for (let n = 0; n < 170; n += 1)
      await monday.control("POST", "/write", { query: `mutation { ${many.join(" ")} }` });
    expect(await log({ limit: 5000, page: 2 })).toHaveLength(5000);
    expect(await log({ limit: 5000, page: 3 })).toEqual([]);
  });

  test("forgets rows older than the plan keeps", async () => {
    await monday.data("mutation { archive_item(item_id: 70001) { id } }");
    await monday.control("POST", "/retention", { days: 7 });
    expect((await log({ limit: 10 })).map((row) => row.event)).toEqual(["archive_pulse"]);
  });

  test("replays a mutation under the same Idempotency-Key for 30 minutes", async () => {
    const create = (): Promise<{ headers: Headers; body: { data?: unknown } }> =>
      monday.call(
        'mutation { create_item(board_id: 7, item_name: "Once", column_values: "{\\"status\\":\\"Done\\"}") { id } }',
        {},
        { "idempotency-key": "k1" },
      );
    const first = await create();
    const again = await create();
    expect(again.body.data).toEqual(first.body.data);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    monday.clock.advance(31 * 60_000);
    expect((await create()).body.data).not.toEqual(first.body.data);
    expect(JSON.parse((await log({ limit: 1 }))[0]?.data ?? "")).toMatchObject({
      column_values_json: expect.stringContaining('"text":"Done"'),
    });
  });

  test("shows a write to readers only after the lag", async () => {
    await monday.control("POST", "/lag", { ms: 10_000 });
    await monday.data("mutation { archive_item(item_id: 70001) { id } }");
    expect(await stateOf("70001")).toMatchObject({ state: "active" });
    expect(await log({ limit: 9 })).toHaveLength(3);
    monday.clock.advance(10_001);
    expect(await stateOf("70001")).toMatchObject({ state: "archived" });
    expect(await log({ limit: 9 })).toHaveLength(4);
  });
});
