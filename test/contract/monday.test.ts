import { existsSync, readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import type { DocumentNode, GraphQLSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { schemaTextOf } from "../../src/sandbox/monday/schema-versions.ts";
import { everything, shapeFaults } from "../support/graphql-shape.ts";
import { everyColumnBoard } from "../support/monday-every-column.ts";
import { mondayHub } from "../support/monday-hub.ts";
import { mondayBoardSeed, mondaySeed } from "../support/monday-seed.ts";
import { startMonday } from "../support/monday-server.ts";
import type { MondayServer } from "../support/monday-server.ts";
import { record } from "../support/recorder.ts";

const official = new URL("../../../shared/specs/monday.schema.graphql", import.meta.url).pathname;
const present = existsSync(official);
const withSchema = present ? describe : describe.skip;
if (!present) process.stderr.write("The vendor's schema is not beside the repository: nothing is held against it.\n");

let theirs: GraphQLSchema;
let server: MondayServer;
beforeAll(async () => {
  if (present) theirs = buildSchema(readFileSync(official, "utf8"), { assumeValid: true });
  server = await startMonday(mondaySeed([mondayBoardSeed("7", 30, "Roadmap")]), undefined, "demo");
});
afterAll(() => server.stop());

const checked = new Map<string, { document: DocumentNode; invalid: string[] }>();
/** What a document and its answer break of the vendor's schema. */
function faultsOf(query: string, data: unknown): string[] {
  let known = checked.get(query);
  if (known === undefined) {
    const document = parse(query);
    known = { document, invalid: validate(theirs, document).map(({ message }) => message) };
    checked.set(query, known);
  }
  return known.invalid.length > 0 ? known.invalid : shapeFaults(theirs, known.document, data);
}

withSchema("the contract with monday.com", () => {
  test("holds for everything the connector sends and is answered", async () => {
    const recorder = await record(new URL(server.endpoint).origin, server.clock);
    const proxied = { ...server, endpoint: `${recorder.origin}/v2` };
    const hub = await mondayHub(proxied, ["Status", "Effort", "Owner", "Due", "Reference", "Tier"], {
      marker: "Reference",
    });
    await hub.cycle();
    await server.data(
      'mutation { a: archive_item(item_id: 70001) { id } b: move_item_to_group(item_id: 70002, group_id: "topics") { id } }',
    );
    await hub.cycle();
    await hub.cycle("sweep");
    const { write } = hub.connection;
    const { signal } = new AbortController();
    await write?.update(
      { stream: "items", id: "70003", fields: { Effort: 5, group: "Doing" }, idempotencyKey: "op-1" },
      signal,
    );
    const item = { name: "New", Owner: { person: "ann@example.test" } };
    const made = await write?.create(
      { stream: "items", marker: "hub:1", template: "Roadmap/Doing", fields: item },
      signal,
    );
    await write?.find("items", "hub:1", signal);
    await write?.retire({ stream: "items", id: made?.id ?? "", tag: "taken back", idempotencyKey: "u" }, signal);
    const unmarked = (await mondayHub(proxied, [])).connection.write;
    const noted = { stream: "items", marker: "hub:2", parent: "7", fields: { name: "Noted" } };
    const second = await unmarked?.create(noted, signal);
    await unmarked?.complete({ ...noted, id: second?.id ?? "" }, signal);
    expect(await unmarked?.find("items", "hub:2", signal)).toHaveLength(1);
    await recorder.stop();
    const broken = recorder.calls.flatMap(({ request, response }) => {
      const { query } = JSON.parse(request) as { query: string };
      return faultsOf(query, (JSON.parse(response) as { data: unknown }).data);
    });
    expect(recorder.calls.length).toBeGreaterThan(8);
    expect(broken).toEqual([]);
  });

  test("holds for every field the stand-in has, on items with and without values", async () => {
    const own = buildSchema(schemaTextOf("2026-10"));
    const { board, full, bare } = await everyColumnBoard(server);
    await server.data(
      `mutation { a: create_subitem(parent_item_id: ${full}, item_name: "Child") { id } b: create_update(item_id: ${full}, body: "<p>Hello</p>") { id } c: create_team(input: { name: "Crew", subscriber_ids: [102] }) { id } d: create_folder(name: "Folder", workspace_id: 501) { id } }`,
    );
    const talk = await server.data<{ updates: { id: string }[] }>("{ updates { id } }");
    await server.data(`mutation { create_update(parent_id: ${talk.updates[0]?.id}, body: "Reply") { id } }`);
    await server.data(
      `mutation { a: create_view(board_id: 7, type: TABLE, name: "Mine") { id } b: create_doc(location: { workspace: { workspace_id: 501, name: "Notes" } }) { id } }`,
    );
    const roots: readonly (readonly [string, string, number])[] = [
      ["docs", "Document", 2],
      ["me", "User", 2],
      ["account", "Account", 2],
      ["users", "User", 2],
      ["teams", "Team", 2],
      ["workspaces", "Workspace", 2],
      ["tags", "Tag", 1],
      ["folders", "Folder", 2],
      [`boards(ids: [${board}, 7])`, "Board", 2],
      [`items(ids: [${full}, ${bare}, 70001])`, "Item", 2],
      [`next_items_page(limit: 3, cursor: $cursor)`, "ItemsResponse", 2],
      [
        `items_page_by_column_values(board_id: 7, columns: [{ column_id: "name", column_values: ["Item 4"] }])`,
        "ItemsResponse",
        2,
      ],
      ["updates", "Update", 2],
      [`replies(board_ids: [${board}])`, "Reply", 2],
      [`webhooks(board_id: ${board})`, "Webhook", 1],
      ["version", "Version", 1],
      ["versions", "Version", 1],
      ["complexity", "Complexity", 1],
      ["platform_api", "PlatformApi", 3],
      [`validations(id: ${board})`, "Validations", 2],
      [
        `aggregate(query: { from: { type: TABLE, id: 7 }, group_by: [{ column_id: "status" }], select: [{ type: COLUMN, column: { column_id: "status" }, as: "s" }, { type: FUNCTION, function: { function: COUNT_ITEMS }, as: "n" }] })`,
        "AggregateQueryResult",
        4,
      ],
    ];
    const first = await server.data<{ boards: { items_page: { cursor: string } }[] }>(
      "{ boards(ids: [7]) { items_page(limit: 3) { cursor } } }",
    );
    const cursor = first.boards[0]?.items_page.cursor;
    const broken: string[] = [];
    for (const [field, type, depth] of roots) {
      const variables = field.includes("$cursor") ? "($cursor: String!)" : "";
      const query = `query ${variables} { ${field} { ${everything(own, type, depth)} } }`;
      const { body } = await server.call(query, { cursor });
      if (body.errors !== undefined) broken.push(`${field}: ${JSON.stringify(body.errors).slice(0, 300)}`);
      else broken.push(...faultsOf(query, body.data).map((fault) => `${field}: ${fault}`));
    }
    expect(broken).toEqual([]);
  });

  test("holds for every mutation", async () => {
    const own = buildSchema(schemaTextOf("2026-10"));
    const item = everything(own, "Item", 1);
    const group = everything(own, "Group", 0);
    const column = everything(own, "Column", 0);
    const plain = everything(own, "Board", 1);
    const update = everything(own, "Update", 1);
    const made = await server.data<{ create_board: { id: string } }>(
      'mutation { create_board(board_name: "Writes", board_kind: public) { id } }',
    );
    const board = made.create_board.id;
    const broken: string[] = [];
    /** Sends a mutation; gives the id of what its first root field answered. */
    const send = async (text: string): Promise<string> => {
      const query = `mutation { ${text} }`;
      const { body } = await server.call(query);
      if (body.errors === undefined) broken.push(...faultsOf(query, body.data));
      else broken.push(`${text.slice(0, 60)}: ${JSON.stringify(body.errors)}`);
      const answered = Object.values((body.data ?? {}) as Record<string, { id?: string } | null>)[0];
      return answered?.id ?? "";
    };
    const one = await send(`create_item(board_id: ${board}, item_name: "One") { ${item} }`);
    const two = await send(
      `create_item(board_id: ${board}, item_name: "Two", position_relative_method: before_at, relative_to: ${one}) { ${item} }`,
    );
    await send(`create_subitem(parent_item_id: ${one}, item_name: "Sub") { ${item} }`);
    const made2 = await send(`create_group(board_id: ${board}, group_name: "More") { ${group} }`);
    await send(
      `update_group(board_id: ${board}, group_id: "${made2}", group_attribute: color, new_value: "#ff0000") { ${group} }`,
    );
    await send(`move_item_to_group(item_id: ${one}, group_id: "${made2}") { ${item} }`);
    await send(
      `change_item_position(item_id: ${one}, position_relative_method: after_at, relative_to: ${two}) { ${item} }`,
    );
    await send(`duplicate_group(board_id: ${board}, group_id: "${made2}") { ${group} }`);
    await send(`archive_group(board_id: ${board}, group_id: "${made2}") { ${group} }`);
    const size = await send(`create_column(board_id: ${board}, title: "Size", column_type: numbers) { ${column} }`);
    const kind = await send(
      `create_status_column(board_id: ${board}, title: "Kind", defaults: { labels: [{ color: done_green, label: "New", index: 1 }] }) { ${column} }`,
    );
    await send(
      `create_dropdown_column(board_id: ${board}, title: "Drop", defaults: { labels: [{ label: "A" }] }) { ${column} }`,
    );
    await send(`change_column_title(board_id: ${board}, column_id: "${size}", title: "Weight") { ${column} }`);
    await send(
      `change_column_metadata(board_id: ${board}, column_id: "${size}", column_property: description, value: "kg") { ${column} }`,
    );
    await send(
      `change_simple_column_value(board_id: ${board}, item_id: ${two}, column_id: "${size}", value: "4") { ${item} }`,
    );
    await send(
      `change_simple_column_value(board_id: ${board}, item_id: ${two}, column_id: "${kind}", value: "New") { ${item} }`,
    );
    await send(`delete_column(board_id: ${board}, column_id: "${kind}") { ${column} }`);
    await send(`add_required_column(id: ${board}, column_id: "${size}") { required_column_ids }`);
    await send(`remove_required_column(id: ${board}, column_id: "${size}") { required_column_ids }`);
    const rule = "rule: { then: { operator: AND, groups: [] } }";
    const ruled = await send(`create_validation_rule(id: ${board}, ${rule}) { id then if }`);
    await send(`update_validation_rule(id: ${board}, rule_id: "${ruled}", ${rule}) { id then if }`);
    await send(`delete_validation_rule(id: ${board}, rule_id: "${ruled}") { id }`);
    const shown = everything(own, "BoardView", 1);
    const view = await send(`create_view(board_id: ${board}, type: TABLE, name: "Table") { ${shown} }`);
    await send(`update_view(board_id: ${board}, view_id: ${view}, type: TABLE, name: "Rows") { ${shown} }`);
    await send(`delete_view(board_id: ${board}, view_id: ${view}) { ${shown} }`);
    const pages = await send(`create_column(board_id: ${board}, title: "Pages", column_type: doc) { ${column} }`);
    const doc = await send(
      `create_doc(location: { board: { item_id: ${two}, column_id: "${pages}" } }) { ${everything(own, "Document", 1)} }`,
    );
    const block = await send(
      `create_doc_block(doc_id: ${doc}, type: normal_text, content: "{\\"deltaFormat\\":[]}") { ${everything(own, "DocumentBlock", 1)} }`,
    );
    await send(`update_doc_block(block_id: "${block}", content: "{}") { ${everything(own, "DocumentBlock", 1)} }`);
    await send(`delete_doc_block(block_id: "${block}") { id }`);
    await send(`update_doc_name(docId: ${doc}, name: "Plan")`);
    await send(`delete_doc(docId: ${doc})`);
    const talk = await send(`create_update(item_id: ${two}, body: "Hi") { ${update} }`);
    await send(`create_update(item_id: ${two}, parent_id: ${talk}, body: "Reply") { ${update} }`);
    await send(`edit_update(id: ${talk}, body: "Hello") { ${update} }`);
    await send(`like_update(update_id: ${talk}) { ${update} }`);
    await send(`unlike_update(update_id: ${talk}) { ${update} }`);
    await send(`pin_to_top(id: ${talk}) { ${update} }`);
    await send(`delete_update(id: ${talk}) { ${update} }`);
    await send(`create_notification(user_id: 102, target_id: ${two}, target_type: Project, text: "Look") { id text }`);
    await send(`add_users_to_board(board_id: ${board}, user_ids: [102], kind: owner) { id name }`);
    await send(`delete_subscribers_from_board(board_id: ${board}, user_ids: [102]) { id name }`);
    await send(`update_board(board_id: ${board}, board_attribute: name, new_value: "Renamed")`);
    const copy = await send(`duplicate_item(board_id: ${board}, item_id: ${two}, with_updates: true) { ${item} }`);
    await send(`move_item_to_board(board_id: 7, group_id: "topics", item_id: ${copy}) { ${item} }`);
    await send(
      `duplicate_board(board_id: ${board}, duplicate_type: duplicate_board_with_pulses) { is_async board { ${plain} } }`,
    );
    await send(`bulk_archive_items(board_id: ${board}, item_ids: [${two}]) { job_id }`);
    await send(`delete_item(item_id: ${one}) { ${item} }`);
    const space = await send(`create_workspace(name: "Lab", kind: open) { ${everything(own, "Workspace", 1)} }`);
    await send(`update_workspace(id: ${space}, attributes: { name: "Labs" }) { id name }`);
    await send(`delete_workspace(workspace_id: ${space}) { id state }`);
    const team = await send(`create_team(input: { name: "Team" }) { ${everything(own, "Team", 1)} }`);
    await send(`add_users_to_team(team_id: ${team}, user_ids: [102]) { successful_users { id } failed_users { id } }`);
    await send(`deactivate_users(user_ids: [103]) { deactivated_users { id status } }`);
    await send(`archive_board(board_id: ${board}) { ${plain} }`);
    expect(broken).toEqual([]);
  });
});
