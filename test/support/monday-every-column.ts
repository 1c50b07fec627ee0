import type { MondayServer } from "./monday-server.ts";

/** A write of each column type that can be written: the type, the JSON value and the text it then shows. */
export const WRITES: readonly (readonly [type: string, value: unknown, text: string])[] = [
  ["status", { label: "Done" }, "Done"],
  ["people", { personsAndTeams: [{ id: 102, kind: "person" }] }, "Ann Engineer"],
  ["date", { date: "2026-02-03", time: "09:30:00" }, "2026-02-03 09:30"],
  ["timeline", { from: "2026-01-01", to: "2026-01-05" }, "2026-01-01 - 2026-01-05"],
  ["numbers", "3.5", "3.5"],
  ["text", "Some text", "Some text"],
  ["long_text", { text: "Long text" }, "Long text"],
  ["checkbox", { checked: "true" }, "v"],
  ["link", { url: "https://example.test", text: "Site" }, "Site - https://example.test"],
  ["email", { email: "ann@example.test", text: "Ann" }, "Ann - ann@example.test"],
  ["phone", { phone: "+15551234", countryShortName: "US" }, "+15551234"],
  ["country", { countryCode: "DE", countryName: "Germany" }, "Germany"],
  ["rating", { rating: 4 }, "4"],
  ["vote", { votersIds: [101, 102] }, "2"],
  ["hour", { hour: 14, minute: 5 }, "02:05 PM"],
  ["week", { week: { startDate: "2026-02-02", endDate: "2026-02-08" } }, "2026-02-02 - 2026-02-08"],
  ["world_clock", { timezone: "Europe/Berlin" }, "Europe/Berlin"],
  ["location", { lat: "52.5", lng: "13.4", address: "Berlin" }, "Berlin"],
  ["color_picker", { color: { hex: "#00c875" } }, "#00c875"],
];

/** Types only the service writes, and those that link. */
export const OTHERS = [
  "dropdown",
  "tags",
  "board_relation",
  "dependency",
  "mirror",
  "formula",
  "item_id",
  "creation_log",
  "last_updated",
  "auto_number",
  "time_tracking",
  "file",
  "doc",
  "button",
  "progress",
  "group",
  "direct_doc",
] as const;

/** A board with a column of every type (its id is `c_<type>`) and two items, the first with every cell written. */
export async function everyColumnBoard(server: MondayServer): Promise<{ board: string; full: string; bare: string }> {
  const made = await server.data<{ create_board: { id: string } }>(
    'mutation { create_board(board_name: "Everything", board_kind: public, empty: true) { id } }',
  );
  const board = made.create_board.id;
  const settings: Readonly<Record<string, unknown>> = {
    dropdown: { labels: [{ id: 1, label: "Gold" }] },
    board_relation: { boardIds: [Number(board)], allowMultipleItems: true },
    mirror: {
      relation_column: { c_board_relation: true },
      displayed_linked_columns: { [board]: ["c_text", "c_status"] },
    },
    formula: { formula: "{c_numbers} * 2" },
    item_id: { prefix: "EV" },
  };
  for (const type of [...WRITES.map(([name]) => name), ...OTHERS]) {
    await server.data(
      "mutation ($board: ID!, $id: String!, $type: ColumnType!, $defaults: JSON) { create_column(board_id: $board, id: $id, title: $id, column_type: $type, defaults: $defaults) { id type } }",
      { board, id: `c_${type}`, type, defaults: JSON.stringify(settings[type] ?? {}) },
    );
  }
  const tag = await server.data<{ create_or_get_tag: { id: string } }>(
    'mutation { create_or_get_tag(tag_name: "urgent") { id } }',
  );
  const create = async (name: string): Promise<string> => {
    const found = await server.data<{ create_item: { id: string } }>(
      "mutation ($board: ID!, $name: String!) { create_item(board_id: $board, item_name: $name) { id } }",
      { board, name },
    );
    return found.create_item.id;
  };
  const full = await create("Full");
  const bare = await create("Bare");
  const values: Record<string, unknown> = Object.fromEntries(WRITES.map(([type, value]) => [`c_${type}`, value]));
  values["c_dropdown"] = { labels: ["Gold"] };
  values["c_tags"] = { tag_ids: [Number(tag.create_or_get_tag.id)] };
  values["c_board_relation"] = { item_ids: [Number(bare)] };
  values["c_dependency"] = { item_ids: [Number(bare)] };
  await server.data(
    "mutation ($board: ID!, $item: ID!, $values: JSON!) { change_multiple_column_values(board_id: $board, item_id: $item, column_values: $values) { id } }",
    { board, item: full, values: JSON.stringify(values) },
  );
  await server.data(
    'mutation ($board: ID!, $item: ID!) { change_simple_column_value(board_id: $board, item_id: $item, column_id: "c_text", value: "Bare text") { id } }',
    { board, item: bare },
  );
  return { board, full, bare };
}
