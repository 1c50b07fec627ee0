import { z } from "zod";
import { isJsonObject } from "../../model/index.ts";
import type { JsonObject } from "../../model/index.ts";
import { boardSchema } from "./answers.ts";
import type { BoardAnswer, ColumnAnswer } from "./answers.ts";
import { foldName } from "./settings.ts";

/** Fields of an item that are no columns; a column of such a title is offered with its id. */
export const OWN_FIELDS = ["id", "name", "state", "group", "board", "creator", "created_at", "updated_at"] as const;
/** Of subitems also the item they belong to. */
export type OwnField = (typeof OWN_FIELDS)[number] | "parent";

/** The kind of board that holds the subitems of another one's items (reference monday.md §6). */
const SUBITEM_BOARD = "sub_items_board";

export const isSubitemBoard = (board: { readonly type: string | null }): boolean => board.type === SUBITEM_BOARD;

/** A column under the name it has in mappings. */
export interface NamedColumn {
  readonly id: string;
  /** The title; where titles collide, `Title [id]`. */
  readonly field: string;
  readonly type: string;
  /** Label text by status index or dropdown id. */
  readonly labels: ReadonlyMap<string, string>;
  /** Titles it had when it was read before. */
  readonly formerly: readonly string[];
  /** True for a column that was there and is out of sight now. */
  readonly hidden: boolean;
}

/** The columns of a board in board order, without the name. */
export function namedColumns(board: BoardAnswer): readonly NamedColumn[] {
  const columns = (board.columns ?? []).filter((column) => column.type !== "name");
  const own = isSubitemBoard(board) ? [...OWN_FIELDS, "parent"] : OWN_FIELDS;
  const taken = new Map<string, number>(own.map((field) => [foldName(field), 1]));
  for (const { title } of columns) taken.set(foldName(title), (taken.get(foldName(title)) ?? 0) + 1);
  return columns.map((column) => ({
    id: column.id,
    field: taken.get(foldName(column.title)) === 1 ? column.title.trim() : `${column.title.trim()} [${column.id}]`,
    type: column.type,
    labels: labelsOf(column),
    formerly: column.formerly ?? [],
    hidden: column.hidden === true,
  }));
}

/** The columns a selection names, by field, by today's or a former title, or by id. */
export function selectedColumns(board: BoardAnswer, selection: readonly string[] | undefined): readonly NamedColumn[] {
  const wanted = new Set((selection ?? []).map((name) => foldName(name.replace(/\.(?:from|to)$/u, ""))));
  return namedColumns(board).filter(({ field, id, formerly }) =>
    [field, id, ...formerly].some((name) => wanted.has(foldName(name))),
  );
}

const subtasksSettings = z.looseObject({ boardIds: z.array(z.union([z.number(), z.string()])) });

/** Ids of the boards that hold the subitems of a board's items. */
export function subitemBoardsOf(board: BoardAnswer): readonly string[] {
  return (board.columns ?? []).flatMap((column) => {
    const settings = subtasksSettings.safeParse(
      column.type === "subtasks" ? parseJson(column.settings_str) : undefined,
    );
    return settings.success ? settings.data.boardIds.map(String) : [];
  });
}

const statusSettings = z.looseObject({ labels: z.record(z.string(), z.string()) });
const dropdownSettings = z.looseObject({
  labels: z.array(
    z.looseObject({ id: z.union([z.number(), z.string()]), name: z.string().optional(), label: z.string().optional() }),
  ),
});

function labelsOf(column: ColumnAnswer): ReadonlyMap<string, string> {
  const settings = parseJson(column.settings_str);
  const status = statusSettings.safeParse(settings);
  if (status.success) return new Map(Object.entries(status.data.labels));
  const dropdown = dropdownSettings.safeParse(settings);
  if (dropdown.success)
    return new Map(dropdown.data.labels.map(({ id, name, label }) => [String(id), name ?? label ?? ""]));
  return new Map();
}

/** JSON of a text monday.com wrote; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A stored board record as the hub reads it; undefined when it is not one. */
export function storedBoard(content: JsonObject | undefined): BoardAnswer | undefined {
  const parsed = boardSchema.safeParse(content);
  return parsed.success ? parsed.data : undefined;
}

/** An object of monday.com's JSON; undefined for anything else. */
export function objectOf(value: unknown): JsonObject | undefined {
  const parsed = typeof value === "string" ? parseJson(value) : value;
  return isJsonObject(parsed) ? parsed : undefined;
}
