import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

const COUNT = 200_000;
const FIRST = 3_000_000_000;
const START = Date.UTC(2026, 0, 1);
const STEP = 120_000;

let monday: MondayServer;
beforeAll(async () => {
  const generated = {
    seed: 5,
    count: COUNT,
    firstId: FIRST,
    startAt: new Date(START).toISOString(),
    stepMs: STEP,
    userIds: ["101", "102"],
    archivedEvery: 100,
  };
  const board = { ...mondayBoardSeed("7", 0, "Big"), generated };
  monday = await startMonday(mondaySeed([board]), START + (COUNT + 1000) * STEP, "demo");
});
afterAll(() => monday.stop());

interface Page {
  readonly cursor: string | null;
  readonly items: readonly { readonly id: string; readonly updated_at: string }[];
}
const page = async (query: object | null, limit = 500): Promise<Page> => {
  const found = await monday.data<{ boards: { items_page: Page }[] }>(
    "query ($query: ItemsQuery, $limit: Int!) { boards(ids: [7]) { items_page(limit: $limit, query_params: $query) { cursor items { id updated_at } } } }",
    { query, limit },
  );
  return found.boards[0]?.items_page ?? { cursor: null, items: [] };
};
const log = async (variables: object): Promise<{ id: string; event: string; created_at: string; data: string }[]> => {
  const found = await monday.data<{ boards: { activity_logs: [] }[] }>(
    "query ($from: ISO8601DateTime, $to: ISO8601DateTime, $limit: Int, $items: [ID!]) { boards(ids: [7]) { activity_logs(from: $from, to: $to, limit: $limit, item_ids: $items) { id event created_at data } } }",
    variables,
  );
  return found.boards[0]?.activity_logs ?? [];
};
const at = (ms: number): string => new Date(ms).toISOString();

describe("a generated board of 200,000 items", () => {
  test("lists every active item once, in pages of a frozen list", async () => {
    const ids = new Set<string>();
    let next: Page = await page(null);
    for (;;) {
      for (const item of next.items) ids.add(item.id);
      if (next.cursor === null) break;
      if (ids.size > 10_000) break;
      const found: { next_items_page: Page } = await monday.data(
        "query ($cursor: String!) { next_items_page(limit: 500, cursor: $cursor) { cursor items { id updated_at } } }",
        { cursor: next.cursor },
      );
      next = found.next_items_page;
    }
    expect(ids.size).toBe(10_500);
    const total = Buffer.from(next.cursor ?? "", "base64")
      .toString("utf8")
      .split(",")[3];
    expect(total).toBe(String(COUNT - COUNT / 100));
  });

  test("filters by the last update, counts, and finds single items in any state", async () => {
    const end = START + (COUNT + 40) * STEP;
    const between = {
      column_id: "__last_updated__",
      operator: "between",
      compare_value: [at(end - 10 * STEP), at(end)],
    };
    expect((await page({ rules: [between] })).items).toHaveLength(9);
    expect(
      await monday.data(
        `{ items(ids: [${FIRST}, ${FIRST + 99}, ${FIRST + COUNT}]) { id state name } boards { items_count } }`,
      ),
    ).toEqual({
      items: [
        { id: String(FIRST), state: "active", name: "Generated 1" },
        { id: String(FIRST + 99), state: "archived", name: "Generated 100" },
      ],
      boards: [{ items_count: COUNT - COUNT / 100 }],
    });
  });

  test("logs a history that ends in the values the items show", async () => {
    const rows = await log({ items: [String(FIRST + 7)], from: at(START), to: at(START + 100 * STEP), limit: 100 });
    expect(rows.map((row) => row.event)).toEqual(["update_column_value", "update_column_value", "create_pulse"]);
    const newest = JSON.parse(rows[0]?.data ?? "") as { value: { label: { index: number } } };
    const found = await monday.data<{ items: { updated_at: string; column_values: { index: number }[] }[] }>(
      `{ items(ids: [${FIRST + 7}]) { updated_at column_values(ids: ["status"]) { ... on StatusValue { index } } } }`,
    );
    expect(found.items[0]?.column_values).toEqual([{ index: newest.value.label.index }]);
    expect(Date.parse(found.items[0]?.updated_at ?? "")).toBe(
      Math.floor(Number(rows[0]?.created_at) / 10_000_000) * 1000,
    );
    const all = await log({ limit: 1000 });
    const times = all.map((row) => row.created_at);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(new Set(all.map((row) => row.id)).size).toBe(1000);
  });

  test("takes changes, moves, creations and deletions like any other", async () => {
    const id = FIRST + 1;
    await monday.data(
      `mutation { a: change_simple_column_value(board_id: 7, item_id: ${id}, column_id: "status", value: "Stuck") { id } b: delete_item(item_id: ${FIRST + 2}) { id } c: create_item(board_id: 7, item_name: "Fresh") { id } }`,
    );
    const before = await monday.data<{ items: { group: { id: string } }[] }>(
      `{ items(ids: [${FIRST + 3}]) { group { id } } }`,
    );
    const other = before.items[0]?.group.id === "second" ? "topics" : "second";
    await monday.data(`mutation { move_item_to_group(item_id: ${FIRST + 3}, group_id: "${other}") { id } }`);
    const fresh = {
      column_id: "__last_updated__",
      operator: "between",
      compare_value: [at(monday.clock.now()), at(monday.clock.now())],
    };
    expect((await page({ rules: [fresh] })).items).toHaveLength(3);
    expect((await log({ limit: 4 })).map((row) => row.event)).toEqual([
      "move_pulse_from_group",
      "create_pulse",
      "delete_pulse",
      "update_column_value",
    ]);
    expect(
      await monday.data(`{ items(ids: [${id}, ${FIRST + 2}]) { state column_values(ids: ["status"]) { text } } }`),
    ).toMatchObject({
      items: [{ state: "active", column_values: [{ text: "Stuck" }] }, { state: "deleted" }],
    });
  });

  test("can be added while the sandbox runs", async () => {
    const made = await monday.control("POST", "/generate", {
      name: "Bigger",
      count: 300_000,
      startAt: at(START),
      stepMs: 1000,
    });
    const { boardId, firstId } = made as { boardId: string; firstId: string };
    expect(
      await monday.data(
        `{ boards(ids: [${boardId}]) { items_count type } items(ids: [${firstId}]) { name board { id } } }`,
      ),
    ).toEqual({
      boards: [{ items_count: 300_000, type: "board" }],
      items: [{ name: "Generated 1", board: { id: boardId } }],
    });
  });
});
