import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

let monday: MondayServer;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 2), mondayBoardSeed("8", 1, "Other")]));
});
afterEach(() => monday.stop());

interface Made {
  readonly id: string;
  readonly board: { readonly id: string };
}
const subitem = async (name: string, values: object = {}): Promise<Made> => {
  const found = await monday.data<{ create_subitem: Made }>(
    "mutation ($name: String!, $values: JSON) { create_subitem(parent_item_id: 70001, item_name: $name, column_values: $values) { id board { id } } }",
    { name, values: JSON.stringify(values) },
  );
  return found.create_subitem;
};
const events = async (board: string): Promise<string[]> => {
  const found = await monday.data<{ boards: { activity_logs: { event: string }[] }[] }>(
    "query ($board: [ID!]) { boards(ids: $board) { activity_logs(limit: 50) { event } } }",
    { board: [board] },
  );
  return (found.boards[0]?.activity_logs ?? []).map((row) => row.event);
};
const states = async (ids: string[]): Promise<unknown> =>
  (await monday.data<{ items: unknown }>("query ($ids: [ID!]) { items(ids: $ids) { state } }", { ids })).items;

describe("subitems of the stand-in for monday.com", () => {
  test("live on a hidden sibling board with columns and a log of their own", async () => {
    const first = await subitem("Design", { status: { label: "Done" } });
    const second = await subitem("Build");
    expect(second.board).toEqual(first.board);
    const found = await monday.data(
      `{ boards(ids: [${first.board.id}]) { name type items_page { items { name parent_item { id } } } } }`,
    );
    expect(found).toEqual({
      boards: [
        {
          name: "Subitems of Launches",
          type: "sub_items_board",
          items_page: {
            items: [
              { name: "Design", parent_item: { id: "70001" } },
              { name: "Build", parent_item: { id: "70001" } },
            ],
          },
        },
      ],
    });
    expect(await events(first.board.id)).toEqual(["create_pulse", "create_pulse"]);
    expect((await events("7"))[0]).toBe("update_column_value");
    const parent = await monday.data(
      "{ items(ids: [70001]) { subitems { name } column_values(types: [subtasks]) { text value ... on SubtasksValue { display_value subitems_ids } } } }",
    );
    expect(parent).toEqual({
      items: [
        {
          subitems: [{ name: "Design" }, { name: "Build" }],
          column_values: [
            { text: null, value: null, display_value: "Design, Build", subitems_ids: [first.id, second.id] },
          ],
        },
      ],
    });
  });

  test("share the fate of their parent", async () => {
    const child = await subitem("Design");
    await monday.data("mutation { archive_item(item_id: 70001) { id } }");
    expect(await states(["70001", child.id])).toEqual([{ state: "archived" }, { state: "archived" }]);
    expect((await events(child.board.id))[0]).toBe("archive_pulse");
    await monday.control("POST", "/restore", { itemId: "70001" });
    expect(await states([child.id])).toEqual([{ state: "active" }]);
  });

  test("move with their parent to another board, ids kept", async () => {
    const child = await subitem("Design");
    const incomplete = await monday.call(
      'mutation { move_item_to_board(board_id: 8, group_id: "topics", item_id: 70001, columns_mapping: [{ source: "status", target: "status" }]) { id } }',
    );
    expect(incomplete.body.errors?.[0]?.extensions?.["code"]).toBe("InvalidArgumentException");
    await monday.data('mutation { move_item_to_board(board_id: 8, group_id: "second", item_id: 70001) { id } }');
    const found = await monday.data(
      `{ items(ids: [70001, ${child.id}]) { board { name } group { id } column_values(ids: ["reference"]) { text } parent_item { id } } }`,
    );
    expect(found).toEqual({
      items: [
        { board: { name: "Other" }, group: { id: "second" }, column_values: [{ text: "EXT-1" }], parent_item: null },
        {
          board: { name: "Subitems of Other" },
          group: { id: "subitems_of" },
          column_values: [],
          parent_item: { id: "70001" },
        },
      ],
    });
    expect((await events("7"))[0]).toBe("move_pulse_from_board");
    expect((await events("8"))[0]).toBe("move_pulse_into_board");
  });

  test("can fail the whole answer when their state is asked for inside their parent", async () => {
    const child = await subitem("Design");
    await monday.control("POST", "/traps", { nestedSubitemState: true });
    const nested = await monday.call("{ me { id } items(ids: [70001]) { id subitems { id state } } }");
    expect([nested.status, nested.body]).toMatchObject([
      200,
      { data: null, errors: [{ path: [], extensions: { error_code: "INTERNAL_SERVER_ERROR", status_code: 500 } }] },
    ]);
    expect((await monday.call("{ items(ids: [70001]) { subitems { id } } }")).body.errors).toBeUndefined();
    expect(await states([child.id])).toEqual([{ state: "active" }]);
  });
});
