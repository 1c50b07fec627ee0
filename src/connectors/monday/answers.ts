import { z } from "zod";

/** The parts of monday.com's answers the hub reads; unknown fields are dropped (reference monday.md §6 to §8). */
const id = z.string();

export const userSchema = z.object({
  id,
  name: z.string(),
  email: z.string(),
  kind: z.string(),
  status: z.string(),
  is_deleted: z.boolean(),
});

export const workspaceSchema = z.object({ id: id.nullable(), name: z.string(), state: z.string().nullable() });

export const columnSchema = z.object({
  id,
  title: z.string(),
  type: z.string(),
  settings_str: z.string(),
  /** Kept by the hub in what it stores: earlier titles, and that the column is no longer shown. */
  formerly: z.array(z.string()).optional(),
  hidden: z.boolean().optional(),
});
export type ColumnAnswer = z.output<typeof columnSchema>;

export const boardSchema = z.object({
  id,
  name: z.string(),
  state: z.string(),
  type: z.string().nullable(),
  workspace: z.object({ id: id.nullable(), name: z.string() }).nullable(),
  groups: z.array(z.object({ id, title: z.string() })).nullable(),
  columns: z.array(columnSchema).nullable(),
});
export type BoardAnswer = z.output<typeof boardSchema>;

export const cellSchema = z.object({
  id,
  type: z.string(),
  text: z.string().nullable(),
  value: z.unknown().optional(),
  linked_item_ids: z.array(id).optional(),
  subitems_ids: z.array(id).optional(),
  display_value: z.string().nullable().optional(),
  duration: z.number().nullable().optional(),
});
export type CellAnswer = z.output<typeof cellSchema>;

export const itemSchema = z.object({
  id,
  name: z.string(),
  state: z.string().nullable(),
  created_at: z.string().nullable(),
  updated_at: z.string().nullable(),
  creator_id: z.string(),
  url: z.string(),
  board: z.object({ id }).nullable(),
  group: z.object({ id }).nullable(),
  parent_item: z.object({ id }).nullable().optional(),
  column_values: z.array(cellSchema).optional(),
});
export type ItemAnswer = z.output<typeof itemSchema>;

export const activitySchema = z.object({
  id,
  event: z.string(),
  entity: z.string(),
  data: z.string(),
  user_id: z.string(),
  created_at: z.string().regex(/^\d{13,}$/u),
});
export type ActivityAnswer = z.output<typeof activitySchema>;

const pageSchema = z.object({ cursor: z.string().nullable(), items: z.array(itemSchema) });
export type ItemsPage = z.output<typeof pageSchema>;

/** One board with a page of items, of its log, or of both. */
export const boardPageSchema = z.object({
  boards: z
    .array(
      z
        .object({
          id,
          items_page: pageSchema.optional(),
          activity_logs: z.array(activitySchema.nullable()).nullable().optional(),
        })
        .nullable(),
    )
    .nullable(),
});

export const nextPageSchema = z.object({ next_items_page: pageSchema });
export const itemsSchema = z.object({ items: z.array(itemSchema.nullable()) });

const idPageSchema = z.object({ cursor: z.string().nullable(), items: z.array(z.object({ id })) });
export type IdPage = z.output<typeof idPageSchema>;
export const idBoardSchema = z.object({
  boards: z.array(z.object({ items_page: idPageSchema }).nullable()).nullable(),
});
export const nextIdPageSchema = z.object({ next_items_page: idPageSchema });

export const countsSchema = z.object({
  boards: z.array(z.object({ id, items_count: z.number().nullable() }).nullable()).nullable(),
});

export const identitySchema = z.object({
  me: z.object({ id, name: z.string() }).nullable(),
  account: z.object({ id, name: z.string(), slug: z.string() }).nullable(),
  version: z.object({ value: z.string(), kind: z.string() }),
  versions: z.array(z.object({ value: z.string(), kind: z.string() })).nullish(),
  platform_api: z.object({ daily_limit: z.object({ total: z.number().nullable() }).nullable() }).nullable(),
});
