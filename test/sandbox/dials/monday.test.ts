import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

let monday: MondayServer;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 12, "Roadmap")]), undefined, "demo");
});
afterEach(() => monday.stop());

interface Item {
  readonly id: string;
  readonly name: string;
  readonly column_values?: readonly { readonly id: string; readonly text: string | null; readonly type: string }[];
}
const page = async (
  args = "limit: 100",
  fields = "id name",
): Promise<{ cursor: string | null; items: readonly Item[] }> => {
  const data = await monday.data<{ boards: { items_page: { cursor: string | null; items: Item[] } }[] }>(
    `{ boards(ids: [7]) { items_page(${args}) { cursor items { ${fields} } } } }`,
  );
  const found = data.boards[0]?.items_page;
  if (found === undefined) throw new Error("no board");
  return found;
};
const create = async (name: string): Promise<string> =>
  (
    await monday.data<{ create_item: { id: string } }>(
      `mutation { create_item(board_id: 7, item_name: "${name}") { id } }`,
    )
  ).create_item.id;
const log = async (): Promise<readonly { event: string; created_at: string }[]> =>
  (
    await monday.data<{ boards: { activity_logs: { event: string; created_at: string }[] }[] }>(
      "{ boards(ids: [7]) { activity_logs(limit: 5) { event created_at } } }",
    )
  ).boards[0]?.activity_logs ?? [];

describe("monday.com's own faults", () => {
  test("refuses a token, a cursor and a day's calls, and answers with another version", async () => {
    await monday.dial({ fault: "expire-token" });
    expect((await monday.call("{ me { id } }")).status).toBe(401);
    const { cursor } = await page("limit: 2");
    await monday.dial({ fault: "expire-cursor" });
    const next = await monday.call(`{ next_items_page(limit: 2, cursor: "${cursor ?? ""}") { items { id } } }`);
    expect(next.body.errors?.[0]?.extensions?.["code"]).toBe("CursorException");
    await monday.dial({ fault: "retired-version" });
    expect((await monday.call("{ me { id } }")).headers.get("api-version")).toBe("2025-04");
    await monday.dial({ fault: "quota" });
    const spent = await monday.call("{ me { id } }");
    expect(spent.body.errors?.[0]?.extensions).toMatchObject({
      code: "DAILY_LIMIT_EXCEEDED",
      retry_in_seconds: 54_000,
    });
    monday.clock.advance(54_000_000);
    expect((await monday.call("{ me { id } }")).status).toBe(200);
  });

  test("shows a write and its row of the log later, with their older stamps", async () => {
    const at = monday.clock.now();
    await monday.dial({ fault: "late-commit", ms: 20_000, route: "mutation create_item" });
    const id = await create("Late");
    monday.clock.advance(10_000);
    const prompt = await create("Prompt");
    const names = async (): Promise<string[]> => (await page()).items.map((item) => item.name);
    expect(await names()).toContain("Prompt");
    expect(await names()).not.toContain("Late");
    const created = async (): Promise<number[]> =>
      (await log())
        .filter((row) => row.event === "create_pulse")
        .map((row) => Math.floor(Number(row.created_at) / 10_000))
        .filter((instant) => instant >= at);
    expect(await created()).toEqual([at + 10_000]);
    monday.clock.advance(10_000);
    expect((await page()).items.map((item) => item.id)).toEqual(expect.arrayContaining([id, prompt]));
    expect(await created()).toEqual([at + 10_000, at]);
  });

  test("gives a page that nothing orders in another order", async () => {
    const ordered = (await page()).items.map((item) => item.id);
    await monday.dial({ fault: "reorder", times: null });
    const shuffled = (await page()).items.map((item) => item.id);
    expect(shuffled).not.toEqual(ordered);
    expect(new Set(shuffled)).toEqual(new Set(ordered));
  });

  test("changes a board's columns while a client is at work", async () => {
    const columns = async (): Promise<string[]> =>
      (
        await monday.data<{ boards: { columns: { id: string; type: string }[] }[] }>(
          "{ boards(ids: [7]) { columns { id type } } }",
        )
      ).boards[0]?.columns.map(({ id, type }) => `${id} ${type}`) ?? [];
    await monday.dial({ fault: "schema", change: "add", object: "7", field: "tier_2", type: "status", after: 1 });
    expect(await columns()).not.toContain("tier_2 status");
    expect(await columns()).toContain("tier_2 status");
    await monday.organise({ do: "retype-field", object: "7", field: "status", type: "text" });
    expect(await columns()).toContain("status text");
    const cells = (await page("limit: 1", 'id name column_values(ids: ["status"]) { id text type }')).items[0]
      ?.column_values;
    expect(cells).toMatchObject([{ id: "status", type: "text", text: "" }]);
    await monday.organise({ do: "remove-field", object: "7", field: "status" });
    expect(await columns()).not.toContain("status text");
  });
});

describe("monday.com's organisation", () => {
  test("renames a group and a label, and gives a label's index another meaning", async () => {
    const settings = async (): Promise<string> =>
      (
        await monday.data<{ boards: { columns: { settings: unknown }[] }[] }>(
          '{ boards(ids: [7]) { columns(ids: ["status"]) { settings } } }',
        )
      ).boards
        .map((board) => JSON.stringify(board.columns))
        .join("");
    const [group] =
      (await monday.data<{ boards: { groups: { id: string }[] }[] }>("{ boards(ids: [7]) { groups { id } } }"))
        .boards[0]?.groups ?? [];
    await monday.organise({ do: "rename-section", board: "7", group: group?.id, to: "Later" });
    expect(JSON.stringify(await monday.data("{ boards(ids: [7]) { groups { title } } }"))).toContain("Later");
    await monday.organise({ do: "rename-label", board: 7, column: "status", from: "1", to: "Finished" });
    expect(await settings()).toContain('"label":"Finished"');
    await monday.organise({ do: "reuse-id", board: 7, column: "status", from: "1", label: "Given up", isDone: false });
    expect(await settings()).toContain('"label":"Given up"');
    expect(await settings()).not.toContain('"is_done":true');
  });

  test("hides a board, switches a person off and leaves a cell with a label nobody has", async () => {
    await monday.organise({ do: "hide", board: 7 });
    expect(await monday.data("{ boards(ids: [7]) { id } }")).toEqual({ boards: [] });
    await monday.organise({ do: "show", board: 7 });
    await monday.organise({ do: "deactivate-person", userId: "102" });
    expect(JSON.stringify(await monday.data("{ users(ids: [102]) { id status } }"))).not.toContain('"ACTIVE"');
    await monday.organise({ do: "dirty-picklist", board: 7, column: "status", from: "1" });
    await expect(monday.organise({ do: "hide", board: 99 })).rejects.toThrow("99");
  });

  test("counts numbers in another currency", async () => {
    await monday.organise({ do: "add-field", object: "7", field: "Price", type: "numbers" });
    const query = "{ boards(ids: [7]) { columns { id title settings_str } } }";
    type Boards = { readonly boards: readonly { readonly columns: readonly { id: string; title: string }[] }[] };
    const column = (await monday.data<Boards>(query)).boards[0]?.columns.find(({ title }) => title === "Price");
    await monday.organise({ do: "second-currency", board: 7, column: column?.id, currency: "GBP" });
    const after = await monday.data<Boards>(query);
    expect(JSON.stringify(after.boards[0]?.columns.find(({ id }) => id === column?.id))).toMatch(/GBP|£/u);
  });
});
