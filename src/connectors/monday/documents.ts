/** The GraphQL texts the hub sends. They differ only in the cells asked for, so that what they cost is known. */

const ITEM = `id name state created_at updated_at creator_id url board { id } group { id }`;
const ROW = `id event entity data user_id created_at`;

/** Column types that say what they hold in fields of their own; `text` and `value` are null there (reference monday.md §6). */
const FRAGMENTS: Readonly<Record<string, string>> = {
  board_relation: "... on BoardRelationValue { linked_item_ids }",
  dependency: "... on DependencyValue { linked_item_ids }",
  subtasks: "... on SubtasksValue { subitems_ids }",
  mirror: "... on MirrorValue { display_value }",
  formula: "... on FormulaValue { display_value }",
  time_tracking: "... on TimeTrackingValue { duration }",
};

/** What is asked of items. */
export interface ItemShape {
  /** The types of the columns asked for. */
  readonly types: readonly string[];
  /** Whether the items have parents: those of sub-item boards. */
  readonly nested: boolean;
}

function fieldsOf({ types, nested }: ItemShape): string {
  const fragments = [...new Set(types)].toSorted().flatMap((type) => FRAGMENTS[type] ?? []);
  const cells = types.length === 0 ? "" : ` column_values(ids: $columns) { id type text value ${fragments.join(" ")} }`;
  return `${ITEM}${nested ? " parent_item { id }" : ""}${cells}`;
}

/** A variable that is declared has to be used. */
const columnsOf = ({ types }: ItemShape): string => (types.length === 0 ? "" : ", $columns: [String!]");

export const IDENTITY = `query Identity {
  me { id name } account { id name slug } version { value kind } versions { value kind } platform_api { daily_limit { total } }
}`;

export const BOARD_FIELDS = `id name state type workspace { id name } groups { id title } columns { id title type settings_str }`;

/** The two pages a list needs to prove its end: it has ended when the second is empty. */
const twoPages = (
  name: string,
  list: string,
  fields: string,
): string => `query ${name}($limit: Int!, $first: Int!, $second: Int!) {
  first: ${list.replace("PAGE", "$first")} { ${fields} }
  second: ${list.replace("PAGE", "$second")} { ${fields} }
}`;

export const WORKSPACES = twoPages("Workspaces", "workspaces(limit: $limit, page: PAGE, state: all)", "id name state");
export const USERS = twoPages(
  "Users",
  "users(limit: $limit, page: PAGE, status: [ACTIVE, INACTIVE, PENDING])",
  "id name email kind status is_deleted",
);
export const BOARDS = twoPages("Boards", "boards(limit: $limit, page: PAGE)", BOARD_FIELDS);
/** `state: all` also names archived and deleted boards, so that a board that is gone can say why. */
export const BOARD_STATES = `query BoardStates($ids: [ID!], $limit: Int!) { boards(ids: $ids, limit: $limit, state: all) { id state } }`;

export const BOARDS_BY_ID = `query BoardsById($ids: [ID!], $limit: Int!) { boards(ids: $ids, limit: $limit) { ${BOARD_FIELDS} } }`;

export const ITEM_COUNTS = `query ItemCounts($ids: [ID!], $limit: Int!) { boards(ids: $ids, limit: $limit) { id items_count } }`;

/** First page of a board's items, with a page of its log in the same call. */
export const itemsAndLog = (
  shape: ItemShape,
): string => `query ItemsAndLog($board: [ID!], $limit: Int!, $query: ItemsQuery${columnsOf(shape)},
  $from: ISO8601DateTime, $to: ISO8601DateTime, $rows: Int!) {
  boards(ids: $board) {
    id
    items_page(limit: $limit, query_params: $query) { cursor items { ${fieldsOf(shape)} } }
    activity_logs(from: $from, to: $to, limit: $rows, page: 1) { ${ROW} }
  }
}`;

export const itemsFirst = (
  shape: ItemShape,
): string => `query Items($board: [ID!], $limit: Int!, $query: ItemsQuery${columnsOf(shape)}) {
  boards(ids: $board) { id items_page(limit: $limit, query_params: $query) { cursor items { ${fieldsOf(shape)} } } }
}`;

export const itemsNext = (
  shape: ItemShape,
): string => `query NextItems($cursor: String!, $limit: Int!${columnsOf(shape)}) {
  next_items_page(cursor: $cursor, limit: $limit) { cursor items { ${fieldsOf(shape)} } }
}`;

export const LOG = `query Log($board: [ID!], $from: ISO8601DateTime, $to: ISO8601DateTime, $rows: Int!, $page: Int!, $items: [ID!]) {
  boards(ids: $board) { id activity_logs(from: $from, to: $to, limit: $rows, page: $page, item_ids: $items) { ${ROW} } }
}`;

/** The newest rows of a board's log, for what became of a column. */
export const COLUMN_LOG = `query ColumnLog($board: [ID!], $rows: Int!) {
  boards(ids: $board) { id activity_logs(limit: $rows, page: 1) { ${ROW} } }
}`;

export const itemsById = (shape: ItemShape): string => `query ItemsById($ids: [ID!], $limit: Int!${columnsOf(shape)}) {
  items(ids: $ids, limit: $limit) { ${fieldsOf(shape)} }
}`;

export const IDS_FIRST = `query ItemIds($board: [ID!], $limit: Int!) {
  boards(ids: $board) { items_page(limit: $limit) { cursor items { id } } }
}`;

export const IDS_NEXT = `query NextItemIds($cursor: String!, $limit: Int!) {
  next_items_page(cursor: $cursor, limit: $limit) { cursor items { id } }
}`;

export const WRITE_TARGET = `query WriteTarget($ids: [ID!]) {
  items(ids: $ids) {
    id name state updated_at group { id } board { ${BOARD_FIELDS} }
    column_values { id type text value }
  }
}`;

export const FIND = `query Find($board: ID!, $columns: [ItemsPageByColumnValuesQuery!]) {
  items_page_by_column_values(board_id: $board, columns: $columns, limit: 100) { items { id created_at } }
}`;

export const CREATE = `mutation Create($board: ID!, $group: String, $name: String!, $values: JSON) {
  create_item(board_id: $board, group_id: $group, item_name: $name, column_values: $values) { id updated_at }
}`;

export const CHANGE = `mutation Change($board: ID!, $item: ID!, $values: JSON!) {
  change_multiple_column_values(board_id: $board, item_id: $item, column_values: $values) { id updated_at }
}`;

export const MOVE = `mutation Move($item: ID!, $group: String!) {
  move_item_to_group(item_id: $item, group_id: $group) { id updated_at }
}`;

export const ARCHIVE = `mutation Archive($item: ID!) { archive_item(item_id: $item) { id } }`;

export const NOTE = `mutation Note($item: ID!, $body: String!) { create_update(item_id: $item, body: $body) { id } }`;

/** What was said of an item of late. */
export const ITEM_UPDATES = `query ItemUpdates($ids: [ID!]) {
  items(ids: $ids) { id state updates(limit: 25) { text_body } }
}`;

export const PEOPLE_BY_ID = `query PeopleById($wanted: [ID!], $limit: Int!) {
  users(ids: $wanted, limit: $limit, status: [ACTIVE, INACTIVE, PENDING]) { id email status is_deleted }
}`;

export const PEOPLE_BY_EMAIL = `query PeopleByEmail($wanted: [String!], $limit: Int!) {
  users(emails: $wanted, limit: $limit, status: [ACTIVE, INACTIVE, PENDING]) { id email status is_deleted }
}`;

/** Items whose names hold a text. */
export const NAMED_ITEMS = `query NamedItems($board: [ID!], $query: ItemsQuery) {
  boards(ids: $board) { items_page(limit: 100, query_params: $query) { items { id name created_at } } }
}`;

/** What was said on a board, newest first. */
export const BOARD_UPDATES = `query BoardUpdates($board: [ID!], $limit: Int!, $page: Int!) {
  boards(ids: $board) { updates(limit: $limit, page: $page) { item_id text_body } }
}`;

export const ITEM_STATES = `query ItemStates($ids: [ID!], $limit: Int!) {
  items(ids: $ids, limit: $limit) { id name state created_at }
}`;
