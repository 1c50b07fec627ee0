/** The GraphQL texts the hub sends. Few and constant, so that what they cost is known. */

const ITEM = `id name state created_at updated_at creator_id url board { id } group { id }`;
const CELLS = `column_values(ids: $columns) @include(if: $cells) { id type text value ... on BoardRelationValue { linked_item_ids } }`;
const ROW = `id event entity data user_id created_at`;

export const IDENTITY = `query Identity {
  me { id name } account { id name slug } version { value kind } platform_api { daily_limit { total } }
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

/** First page of a board's items, with a page of its log in the same call. */
export const ITEMS_AND_LOG = `query ItemsAndLog($board: [ID!], $limit: Int!, $query: ItemsQuery, $columns: [String!], $cells: Boolean!,
  $from: ISO8601DateTime, $to: ISO8601DateTime, $rows: Int!) {
  boards(ids: $board) {
    id
    items_page(limit: $limit, query_params: $query) { cursor items { ${ITEM} ${CELLS} } }
    activity_logs(from: $from, to: $to, limit: $rows, page: 1) { ${ROW} }
  }
}`;

export const ITEMS_FIRST = `query Items($board: [ID!], $limit: Int!, $query: ItemsQuery, $columns: [String!], $cells: Boolean!) {
  boards(ids: $board) { id items_page(limit: $limit, query_params: $query) { cursor items { ${ITEM} ${CELLS} } } }
}`;

export const ITEMS_NEXT = `query NextItems($cursor: String!, $limit: Int!, $columns: [String!], $cells: Boolean!) {
  next_items_page(cursor: $cursor, limit: $limit) { cursor items { ${ITEM} ${CELLS} } }
}`;

export const LOG = `query Log($board: [ID!], $from: ISO8601DateTime, $to: ISO8601DateTime, $rows: Int!, $page: Int!) {
  boards(ids: $board) { id activity_logs(from: $from, to: $to, limit: $rows, page: $page) { ${ROW} } }
}`;

export const ITEMS_BY_ID = `query ItemsById($ids: [ID!], $limit: Int!, $columns: [String!], $cells: Boolean!) {
  items(ids: $ids, limit: $limit) { ${ITEM} ${CELLS} }
}`;

export const IDS_FIRST = `query ItemIds($board: [ID!], $limit: Int!) {
  boards(ids: $board) { items_page(limit: $limit) { cursor items { id } } }
}`;

export const IDS_NEXT = `query NextItemIds($cursor: String!, $limit: Int!) {
  next_items_page(cursor: $cursor, limit: $limit) { cursor items { id } }
}`;

export const WRITE_TARGET = `query WriteTarget($ids: [ID!]) {
  items(ids: $ids) { id state updated_at board { ${BOARD_FIELDS} } }
}`;

export const FIND = `query Find($board: ID!, $columns: [ItemsPageByColumnValuesQuery!]) {
  items_page_by_column_values(board_id: $board, columns: $columns, limit: 2) { items { id } }
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
