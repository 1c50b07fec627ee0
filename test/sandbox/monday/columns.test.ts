import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { everyColumnBoard, OTHERS, WRITES } from "../../support/monday-every-column.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

interface Cell {
  readonly id: string;
  readonly __typename: string;
  readonly type: string;
  readonly text: string | null;
  readonly value: string | null;
  readonly display_value?: string;
  readonly linked_item_ids?: readonly string[];
  readonly mirrored_items?: unknown;
}
const CELLS = `query ($ids: [ID!]) { items(ids: $ids) { column_values { __typename id type text value
  ... on BoardRelationValue { linked_item_ids display_value } ... on DependencyValue { linked_item_ids display_value }
  ... on MirrorValue { display_value mirrored_items { linked_item { id } mirrored_value { __typename ... on TextValue { text } } } }
  ... on FormulaValue { display_value } } } }`;

let monday: MondayServer;
let board: { board: string; full: string; bare: string };
beforeAll(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 1)]), undefined, "demo");
  board = await everyColumnBoard(monday);
});
afterAll(() => monday.stop());

const cells = async (item: string): Promise<Map<string, Cell>> => {
  const found = await monday.data<{ items: { column_values: Cell[] }[] }>(CELLS, { ids: [item] });
  return new Map((found.items[0]?.column_values ?? []).map((cell) => [cell.id, cell]));
};
const change = (column: string, value: unknown, item = board.full): ReturnType<MondayServer["call"]> =>
  monday.call(
    "mutation ($board: ID!, $item: ID!, $column: String!, $value: JSON!) { change_column_value(board_id: $board, item_id: $item, column_id: $column, value: $value) { id } }",
    { board: board.board, item, column, value: JSON.stringify(value) },
  );

describe("the column types of the stand-in for monday.com", () => {
  test("show what was written, each under its own type", async () => {
    const found = await cells(board.full);
    expect(WRITES.map(([type]) => [type, found.get(`c_${type}`)?.text])).toEqual(
      WRITES.map(([type, , text]) => [type, text]),
    );
    const types = new Set(WRITES.map(([type]) => found.get(`c_${type}`)?.__typename));
    expect(types.size).toBe(WRITES.length);
    expect(JSON.parse(found.get("c_week")?.value ?? "")).toMatchObject({ week: { startDate: "2026-02-02" } });
  });

  test("leave text and value of the linked-item types null, and show them in a display value", async () => {
    const found = await cells(board.full);
    for (const type of ["board_relation", "dependency"]) {
      expect(found.get(`c_${type}`)).toMatchObject({
        text: null,
        value: null,
        display_value: "Bare",
        linked_item_ids: [board.bare],
      });
    }
    expect(found.get("c_mirror")).toMatchObject({
      text: null,
      value: null,
      display_value: "Bare text",
      mirrored_items: [
        { linked_item: { id: board.bare }, mirrored_value: { __typename: "StatusValue" } },
        { linked_item: { id: board.bare }, mirrored_value: { __typename: "TextValue", text: "Bare text" } },
      ],
    });
  });

  test("compute what only the service writes", async () => {
    const found = await cells(board.full);
    expect(found.get("c_formula")).toMatchObject({ text: "", value: null, display_value: "7" });
    expect(found.get("c_item_id")).toMatchObject({ text: "EV-001", value: '{"item_id":"EV-001"}' });
    expect(found.get("c_auto_number")).toMatchObject({ __typename: "UnsupportedValue", text: "1" });
    expect(found.get("c_creation_log")?.text).toBe("2026-11-23 09:00:00 UTC");
    expect(JSON.parse(found.get("c_last_updated")?.value ?? "")).toEqual({
      updated_at: "2026-11-23T09:00:00Z",
      updater_id: "101",
    });
  });

  test("are empty in the same way on an item nobody wrote to", async () => {
    const found = await cells(board.bare);
    const nullText = new Set(["status", "board_relation", "dependency", "mirror"]);
    const computed = new Set(["text", "item_id", "creation_log", "last_updated", "auto_number", "group"]);
    for (const type of [...WRITES.map(([name]) => name), ...OTHERS].filter((name) => !computed.has(name))) {
      expect([type, found.get(`c_${type}`)?.text, found.get(`c_${type}`)?.value]).toEqual([
        type,
        nullText.has(type) ? null : "",
        null,
      ]);
    }
  });

  test("refuse values they cannot hold and every write to a read-only column", async () => {
    const bad: readonly (readonly [string, unknown])[] = [
      ["c_status", { label: "Nope" }],
      ["c_email", { email: "no address" }],
      ["c_country", { countryCode: "Germany" }],
      ["c_date", { date: "03.02.2026" }],
      ["c_numbers", "many"],
      ["c_location", { lat: "91", lng: "0" }],
      ["c_long_text", { text: "x".repeat(2001) }],
      ["c_formula", "1"],
      ["c_mirror", "1"],
      ["c_auto_number", "1"],
      ["c_creation_log", "1"],
    ];
    for (const [column, value] of bad) {
      const { body } = await change(column, value);
      expect([column, body.errors?.[0]?.extensions?.["code"]]).toEqual([column, "ColumnValueException"]);
    }
  });

  test("are cleared by null and create a missing label on demand", async () => {
    await change("c_rating", null);
    expect((await cells(board.full)).get("c_rating")).toMatchObject({ text: "", value: null });
    await monday.data(
      'mutation ($board: ID!, $item: ID!) { change_simple_column_value(board_id: $board, item_id: $item, column_id: "c_dropdown", value: "Silver", create_labels_if_missing: true) { id } }',
      { board: board.board, item: board.full },
    );
    expect((await cells(board.full)).get("c_dropdown")?.text).toBe("Silver");
  });
});
