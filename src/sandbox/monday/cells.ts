import { scalarText } from "./scalar-text.ts";
import { labelStyle } from "./column-settings.ts";
import type { Column, Item } from "./parts.ts";
import type { Board, MondayState } from "./state.ts";

/** One cell of an item: the source object of the GraphQL column value types. */
export interface Cell {
  readonly board: Board;
  readonly item: Item;
  readonly column: Column;
  /** monday's own value object as stored, null when empty. */
  readonly raw: unknown;
}

export interface PersonReference {
  readonly id: string;
  readonly kind: string;
}

/** The cells of an item in column order; the name column has none. */
export function cellsOf(
  board: Board,
  item: Item,
  ids?: readonly string[] | null,
  types?: readonly string[] | null,
): Cell[] {
  const cells: Cell[] = [];
  for (const column of board.columns) {
    if (column.type === "name") continue;
    if (ids != null && !ids.includes(column.id)) continue;
    if (types != null && !types.includes(column.type)) continue;
    cells.push({ board, item, column, raw: item.values[column.id] ?? null });
  }
  return cells;
}

/** A member of a stored value object, undefined when the value is no object. */
export function part(raw: unknown, key: string): unknown {
  return typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>)[key] : undefined;
}

/** A member of a stored value object when it is a text with something in it. */
export function textPart(raw: unknown, key: string): string | null {
  const value = part(raw, key);
  return typeof value === "string" && value !== "" ? value : null;
}

export function statusIndex(raw: unknown): number | null {
  const index = part(raw, "index");
  return typeof index === "number" ? index : null;
}

export function peopleOf(raw: unknown): PersonReference[] {
  const list = part(raw, "personsAndTeams");
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown) => ({
    id: scalarText(part(entry, "id")),
    kind: textPart(entry, "kind") ?? "person",
  }));
}

export function dropdownIds(raw: unknown): number[] {
  const ids = part(raw, "ids");
  return Array.isArray(ids) ? ids.map(Number) : [];
}

export function linkedItemIds(raw: unknown): string[] {
  const ids = part(raw, "item_ids");
  return Array.isArray(ids) ? ids.map(String) : [];
}

export const isChecked = (raw: unknown): boolean => {
  const checked = part(raw, "checked");
  return checked === true || checked === "true";
};

/** Second precision, as item stamps are shown. */
export const seconds = (iso: string): string => `${iso.slice(0, 19)}Z`;

const utcText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

export function lastUpdater(board: Board, item: Item): string {
  for (let at = board.activity.length - 1; at >= 0; at -= 1) {
    const row = board.activity[at];
    if (row !== undefined && String(row.data["pulse_id"]) === item.id) return row.userId;
  }
  return item.creatorId;
}

/** When the cell was last set, ISO text; null for a cell that is and was always empty. */
export function cellChangedAt(state: MondayState, cell: Cell): string | null {
  if (cell.raw === null) return null;
  return (
    textPart(cell.raw, "changed_at") ?? state.cellStamp(cell.board, cell.item.id, cell.column.id) ?? cell.item.createdAt
  );
}

/** `text` of a column value (reference monday.md §6). */
export function cellText(state: MondayState, cell: Cell): string | null {
  const { raw, column, item } = cell;
  switch (column.type) {
    case "status":
      return column.labels.get(String(statusIndex(raw))) ?? null;
    case "people":
      return peopleOf(raw)
        .map((entry) => state.users.get(entry.id)?.name ?? "")
        .filter((name) => name !== "")
        .join(", ");
    case "date": {
      const time = textPart(raw, "time");
      return (textPart(raw, "date") ?? "") + (time === null ? "" : ` ${time.slice(0, 5)}`);
    }
    case "timeline":
      return textPart(raw, "from") === null ? "" : `${textPart(raw, "from")} - ${textPart(raw, "to")}`;
    case "numbers":
    case "text":
      return raw === null ? "" : scalarText(raw);
    case "long_text":
      return textPart(raw, "text") ?? "";
    case "dropdown":
      return dropdownIds(raw)
        .map((id) => column.labels.get(String(id)) ?? "")
        .filter((label) => label !== "")
        .join(", ");
    case "checkbox":
      return isChecked(raw) ? "v" : "";
    case "link": {
      const url = textPart(raw, "url") ?? "";
      const label = textPart(raw, "text");
      return label === null || label === url ? url : `${label} - ${url}`;
    }
    case "last_updated":
      return utcText(item.updatedAt);
    case "creation_log":
      return utcText(item.createdAt);
    case "board_relation":
      return null;
    default:
      return raw === null ? "" : scalarText(raw);
  }
}

/** `value` of a column value: a JSON text, null when empty. */
export function cellValue(state: MondayState, cell: Cell): string | null {
  const { raw, column, item, board } = cell;
  if (column.type === "last_updated") {
    return JSON.stringify({ updated_at: seconds(item.updatedAt), updater_id: lastUpdater(board, item) });
  }
  if (column.type === "creation_log") {
    return JSON.stringify({ created_at: seconds(item.createdAt), creator_id: item.creatorId });
  }
  if (raw === null || column.type === "board_relation") return null;
  if (column.type === "numbers" || column.type === "text") return JSON.stringify(scalarText(raw));
  const changed = cellChangedAt(state, cell);
  const stamp = changed === null ? {} : { changed_at: changed };
  switch (column.type) {
    case "status":
      return JSON.stringify({ index: statusIndex(raw), post_id: null, ...stamp });
    case "people":
      return JSON.stringify({ personsAndTeams: peopleOf(raw).map(numericPerson), ...stamp });
    case "date":
      return JSON.stringify({ date: textPart(raw, "date"), icon: null, ...timeOf(raw), ...stamp });
    default:
      return JSON.stringify({ ...(raw as Record<string, unknown>), ...stamp });
  }
}

const timeOf = (raw: unknown): { time?: string } => {
  const time = textPart(raw, "time");
  return time === null ? {} : { time };
};

const numericPerson = (entry: PersonReference): { id: number; kind: string } => ({
  id: Number(entry.id),
  kind: entry.kind,
});

/** The internal name of a column type, as activity rows carry it. */
export function logType(type: string): string {
  const names: Record<string, string> = {
    status: "color",
    people: "multiple-person",
    numbers: "numeric",
    timeline: "timerange",
    long_text: "long-text",
    checkbox: "boolean",
    board_relation: "board-relation",
  };
  return names[type] ?? type;
}

/** The value object an activity row carries for a cell, null when the cell is empty (reference monday.md §8). */
export function logValue(column: Column, raw: unknown): Record<string, unknown> | null {
  if (raw === null) return null;
  switch (column.type) {
    case "status": {
      const index = statusIndex(raw);
      if (index === null) return null;
      return {
        label: {
          index,
          text: column.labels.get(String(index)) ?? "",
          style: labelStyle(index),
          is_done: column.doneIndexes.includes(index),
        },
        post_id: null,
      };
    }
    case "people":
      return { personsAndTeams: peopleOf(raw).map(numericPerson) };
    case "numbers":
      return { value: Number(raw) };
    case "text":
      return { value: scalarText(raw) };
    case "dropdown":
      return { chosenValues: dropdownIds(raw).map((id) => ({ id, name: column.labels.get(String(id)) ?? "" })) };
    case "date":
      return { date: textPart(raw, "date"), icon: null, time: textPart(raw, "time") };
    case "board_relation":
      return { linkedPulseIds: linkedItemIds(raw).map((id) => ({ linkedPulseId: Number(id) })) };
    default:
      return typeof raw === "object" ? { ...raw } : { value: raw };
  }
}
