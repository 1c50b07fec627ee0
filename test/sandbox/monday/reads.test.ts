import { ApiClient } from "@mondaydotcomorg/api";
import { afterEach, describe, expect, test } from "@jest/globals";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";

interface Page {
  cursor: string | null;
  items: { id: string; name: string }[];
}
const FIRST =
  "query ($board: ID!, $limit: Int!, $query: ItemsQuery) { boards(ids: [$board]) { items_page(limit: $limit, query_params: $query) { cursor items { id name updated_at } } } }";
const NEXT = "query ($cursor: String!) { next_items_page(limit: 2, cursor: $cursor) { cursor items { id name } } }";

let monday: MondayServer;
afterEach(() => monday.stop());

const start = async (count: number): Promise<void> => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", count)]));
};
const firstPage = async (limit: number, query: object | null = null): Promise<Page> => {
  const found = await monday.data<{ boards: { items_page: Page }[] }>(FIRST, { board: "7", limit, query });
  return found.boards[0]?.items_page ?? { cursor: null, items: [] };
};

describe("reading the stand-in for monday.com", () => {
  test("serves the official client, with its typed column values", async () => {
    await start(1);
    const client = new ApiClient({ token: monday.token, apiVersion: "2026-10", endpoint: monday.endpoint });
    const found = await client.request<{ items: { column_values: Record<string, unknown>[] }[] }>(
      `query { items(ids: ["70001"]) { id column_values { id type text value
        ... on StatusValue { index label is_done } ... on PeopleValue { persons_and_teams { id kind } }
        ... on DropdownValue { values { id label } } } } }`,
    );
    const cells = found.items[0]?.column_values ?? [];
    const byId = new Map(cells.map((cell) => [cell["id"], cell]));
    expect(byId.get("status")).toMatchObject({ type: "status", text: "Working on it", index: 0, is_done: false });
    expect(JSON.parse(String(byId.get("status")?.["value"]))).toMatchObject({ index: 0, post_id: null });
    expect(byId.get("owner")).toMatchObject({
      text: "Ann Engineer",
      persons_and_teams: [{ id: "102", kind: "person" }],
    });
    expect(byId.get("tier")).toMatchObject({
      text: "Gold, Silver",
      values: [
        { id: "1", label: "Gold" },
        { id: "2", label: "Silver" },
      ],
    });
    expect(byId.get("effort")).toMatchObject({ text: "3", value: '"3"' });
    expect(byId.get("span")).toMatchObject({ text: "2026-01-10 - 2026-01-20" });
    expect(byId.get("approved")).toMatchObject({ text: "v" });
  });

  test("answers headers, versions and errors as the real service does", async () => {
    await start(1);
    const good = await monday.call("{ version { value kind } }", {}, { authorization: `Bearer ${monday.token}` });
    expect(good.body.data).toEqual({ version: { value: "2026-10", kind: "current" } });
    expect(good.headers.get("api-version")).toBe("2026-10");
    expect(good.headers.get("ratelimit")).toContain('"minuteRate";r=2499');
    const unknown = await monday.call("{ boards { nope } }");
    expect(unknown.status).toBe(200);
    expect(unknown.headers.get("api-version")).toBeNull();
    expect(unknown.body).toMatchObject({
      errors: [{ message: expect.stringMatching(/^Cannot query field "nope" on type "Board"/u) }],
    });
    expect(unknown.body.data).toBeUndefined();
    const stranger = await monday.call("{ me { id } }", {}, { authorization: "other" });
    expect([stranger.status, stranger.body.errors?.[0]?.extensions?.["code"]]).toEqual([401, "NOT_AUTHENTICATED"]);
    const malformed = await monday.call("{ me { id } }", {}, { "api-version": "2023" });
    expect(malformed.body.errors?.[0]?.extensions?.["code"]).toBe("InvalidVersionException");
    const missing = await monday.call('{ items_page_by_column_values(board_id: "8", columns: []) { cursor } }');
    expect(missing.body).toMatchObject({ data: null, errors: [{ extensions: { code: "InvalidBoardIdException" } }] });
  });

  test("freezes the ids of a listing with its first page and ends it after 60 minutes", async () => {
    await start(5);
    const page = await firstPage(2);
    expect(page.items).toHaveLength(2);
    await monday.data('mutation { create_item(board_id: "7", item_name: "Late") { id } }');
    monday.clock.advance(59 * 60_000);
    const second = await monday.data<{ next_items_page: Page }>(NEXT, { cursor: page.cursor });
    const third = await monday.data<{ next_items_page: Page }>(NEXT, { cursor: second.next_items_page.cursor });
    expect(third.next_items_page.cursor).toBeNull();
    const names = [page, second.next_items_page, third.next_items_page].flatMap((one) =>
      one.items.map((item) => item.name),
    );
    expect(names.toSorted()).toEqual(["Item 1", "Item 2", "Item 3", "Item 4", "Item 5"]);
    monday.clock.advance(60_000);
    const late = await monday.call(NEXT, { cursor: page.cursor });
    expect(late.body.errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^CursorExpiredError:/u),
      extensions: { code: "CursorException" },
    });
  });

  test("filters on __last_updated__ in the three known forms and refuses a plain greater_than", async () => {
    await start(4);
    const rule = (body: object): object => ({ rules: [{ column_id: "__last_updated__", ...body }] });
    const between = await firstPage(
      10,
      rule({ operator: "between", compare_value: ["2026-01-05T08:03:00Z", "2026-11-23T09:00:00Z"] }),
    );
    expect(between.items.map((item) => item.name).toSorted()).toEqual(["Item 3", "Item 4"]);
    const exact = { operator: "greater_than_or_equals", compare_value: ["EXACT", "2026-01-05T08:04:00Z"] };
    const official = await firstPage(10, rule({ ...exact, compare_attribute: "UPDATED_AT" }));
    expect(official.items.map((item) => item.name)).toEqual(["Item 4"]);
    const keyword = await firstPage(
      10,
      rule({ operator: "any_of", compare_value: ["TODAY"], compare_attribute: "UPDATED_AT" }),
    );
    expect(keyword.items).toEqual([]);
    const plain = await monday.call(FIRST, { board: "7", limit: 5, query: rule(exact) });
    expect(plain.body.errors?.[0]?.message).toContain("no_operator_config");
  });

  test("filters dates by day, keyword and reach, people, ticks and groups of rules, and orders what is left", async () => {
    await start(3);
    await monday.data(
      'mutation { a: change_simple_column_value(board_id: 7, item_id: 70001, column_id: "due", value: "2026-11-23") { id } b: change_simple_column_value(board_id: 7, item_id: 70002, column_id: "due", value: "2026-11-26") { id } c: change_simple_column_value(board_id: 7, item_id: 70003, column_id: "approved", value: "") { id } }',
    );
    const names = async (...rules: object[]): Promise<string[]> =>
      (await firstPage(10, { rules, order_by: [{ column_id: "name", direction: "desc" }] })).items.map(
        (item) => item.name,
      );
    const due = (operator: string, compare_value: unknown): object => ({ column_id: "due", operator, compare_value });
    expect(await names(due("any_of", ["TODAY"]))).toEqual(["Item 1"]);
    expect(await names(due("any_of", ["EXACT", "2026-11-26"]))).toEqual(["Item 2"]);
    expect(await names(due("within_the_next", [3, "DAYS"]))).toEqual(["Item 2", "Item 1"]);
    expect(await names(due("greater_than", ["TODAY"]))).toEqual(["Item 2"]);
    expect(await names(due("lower_than", ["EXACT", "2026-11-23"]))).toEqual(["Item 3"]);
    expect(await names({ column_id: "owner", compare_value: ["person-102"] })).toHaveLength(3);
    expect(await names({ column_id: "approved", compare_value: [], operator: "is_empty" })).toEqual(["Item 3"]);
    expect(await names({ column_id: "group", compare_value: ["second"] }, due("any_of", ["THIS_WEEK"]))).toEqual([
      "Item 2",
    ]);
    const either = {
      operator: "or",
      groups: [{ rules: [due("any_of", ["TODAY"])] }, { rules: [{ column_id: "name", compare_value: ["Item 3"] }] }],
    };
    expect((await firstPage(10, either)).items.map((item) => item.name).toSorted()).toEqual(["Item 1", "Item 3"]);
    for (const rule of [
      { column_id: "effort", operator: "between", compare_value: [1, 2] },
      { column_id: "name", operator: "ends_with", compare_value: ["1"] },
      { column_id: "span", operator: "greater_than", compare_value: ["2026-01-01"] },
    ]) {
      const { body } = await monday.call(FIRST, { board: "7", limit: 5, query: { rules: [rule] } });
      expect(body.errors?.[0]?.message).toContain("no_operator_config");
    }
  });

  test("finds items by status index, never by label, and by exact column text", async () => {
    await start(3);
    const by = (compare_value: unknown): object => ({ rules: [{ column_id: "status", compare_value }] });
    expect((await firstPage(10, by([0]))).items).toHaveLength(3);
    expect((await firstPage(10, by(["Working on it"]))).items).toHaveLength(0);
    const words = { rules: [{ column_id: "status", compare_value: ["working"], operator: "contains_terms" }] };
    expect((await firstPage(10, words)).items).toHaveLength(3);
    const found = await monday.data<{ items_page_by_column_values: Page }>(
      '{ items_page_by_column_values(board_id: "7", columns: [{ column_id: "reference", column_values: ["EXT-2"] }]) { items { id name } } }',
    );
    expect(found.items_page_by_column_values.items).toEqual([{ id: "70002", name: "Item 2" }]);
  });
});
