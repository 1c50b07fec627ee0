import type { StreamDefinition } from "../kit/index.ts";

/** What the hub reads of monday.com. The activity log, also that of subitems, arrives with the items of its board. */
export const STREAMS: readonly StreamDefinition[] = [
  { name: "workspaces", title: "Workspaces", role: "reference" },
  { name: "users", title: "Users", role: "reference" },
  { name: "boards", title: "Boards with their groups and columns", role: "reference" },
  {
    name: "items",
    title: "Items of the boards",
    role: "entity",
    references: ["boards", "users"],
    after: ["boards"],
  },
  {
    name: "subitems",
    title: "Subitems of the items",
    role: "entity",
    references: ["boards", "users"],
    after: ["boards"],
  },
  { name: "activity_logs", title: "Activity of the items", role: "history", memberOf: "items" },
];

/** Items a page holds; the API's most (reference monday.md §6). */
export const ITEMS_PER_PAGE = 500;
/** Ids one `items(ids:)` call takes. */
export const IDS_PER_CALL = 100;
/** Rows of the activity log per page, as official clients ask for. */
export const ROWS_PER_PAGE = 1000;
