import {
  dropdownIds,
  idsPart,
  isChecked,
  numberPart,
  numericPerson,
  part,
  peopleOf,
  seconds,
  statusIndex,
  textPart,
} from "./cell-parts.ts";
import { formulaText } from "./formula.ts";
import { linkedCells, subitemsOf } from "./linked-cells.ts";
import type { MondayToldCell } from "../seeds.ts";
import type { Cell } from "./cell.ts";
import type { Column, Item } from "./parts.ts";
import { scalarText } from "./scalar-text.ts";
import type { Board, MondayState } from "./state.ts";

/** The linked-item types: their text and value are null since 2025-04 (reference monday.md §2). */
export const LINKED_TYPES: ReadonlySet<string> = new Set(["board_relation", "dependency", "mirror", "subtasks"]);

export const cellOf = (board: Board, item: Item, column: Column): Cell => ({
  board,
  item,
  column,
  raw: item.values[column.id] ?? null,
});

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
    cells.push(cellOf(board, item, column));
  }
  return cells;
}

const utcText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

export const lastUpdater = (board: Board, item: Item): string => board.activity.lastUserOf(item.id) ?? item.creatorId;

/** When the cell was last set, ISO text; null for a cell that is and was always empty. */
export function cellChangedAt(cell: Cell): string | null {
  if (cell.raw === null) return null;
  return (
    textPart(cell.raw, "changed_at")
    ?? cell.board.activity.cellStamp(cell.item.id, cell.column.id)
    ?? cell.item.createdAt
  );
}

const listText = (parts: readonly string[]): string => parts.filter((text) => text !== "").join(", ");

/** What the linked-item types and formulas show: their `display_value`. */
export function displayValue(state: MondayState, cell: Cell): string {
  switch (cell.column.type) {
    case "mirror":
      return listText(linkedCells(state, cell).map(({ cell: other }) => shownText(state, other)));
    case "subtasks":
      return subitemsOf(state, cell.item)
        .map((item) => item.name)
        .join(", ");
    case "formula":
      return formulaText(cell.column, cell.item, cell.board.columns, (other) =>
        shownText(state, cellOf(cell.board, cell.item, other)),
      );
    default:
      return idsPart(cell.raw, "item_ids")
        .flatMap((id) => state.visibleItem(id)?.name ?? [])
        .join(", ");
  }
}

/** The text of a cell, or its display value where the text is always null. */
export function shownText(state: MondayState, cell: Cell): string {
  const { type } = cell.column;
  return LINKED_TYPES.has(type) || type === "formula" ? displayValue(state, cell) : (cellText(state, cell) ?? "");
}

/** What a cell of a loaded world said, as long as it holds what it held. */
const toldOf = ({ item, column, raw }: Cell): MondayToldCell | undefined => {
  const told = item.told?.[column.id];
  return told !== undefined && told.raw === raw ? told : undefined;
};

/** `text` of a column value (reference monday.md §6). */
export function cellText(state: MondayState, cell: Cell): string | null {
  const { raw, column, item, board } = cell;
  const told = toldOf(cell)?.text ?? null;
  if (told !== null) return told;
  switch (column.type) {
    case "status":
      return column.labels.get(String(statusIndex(raw))) ?? null;
    case "people":
      return listText(
        peopleOf(raw).map(({ id, kind }) => (kind === "team" ? state.teams : state.users).get(id)?.name ?? ""),
      );
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
      return listText(dropdownIds(raw).map((id) => column.labels.get(String(id)) ?? ""));
    case "checkbox":
      return isChecked(raw) ? "v" : "";
    case "link":
      return labelled(textPart(raw, "text"), textPart(raw, "url") ?? "");
    case "email":
      return labelled(textPart(raw, "text"), textPart(raw, "email") ?? "");
    case "phone":
      return textPart(raw, "phone") ?? "";
    case "country":
      return textPart(raw, "countryName") ?? "";
    case "rating":
      return scalarText(part(raw, "rating"));
    case "vote":
      return raw === null ? "" : String(idsPart(raw, "votersIds").length);
    case "hour":
      return hourText(numberPart(raw, "hour"), numberPart(raw, "minute") ?? 0);
    case "week": {
      const week = part(raw, "week");
      return textPart(week, "startDate") === null
        ? ""
        : `${textPart(week, "startDate")} - ${textPart(week, "endDate")}`;
    }
    case "world_clock":
      return textPart(raw, "timezone") ?? "";
    case "location":
      return textPart(raw, "address") ?? "";
    case "tags":
      return listText(idsPart(raw, "tag_ids").map((id) => state.tags.get(id)?.name ?? ""));
    case "color_picker":
      return textPart(part(raw, "color"), "hex") ?? "";
    case "time_tracking":
      return raw === null ? "" : durationText(numberPart(raw, "duration") ?? 0);
    case "file":
      return listText(filesOf(raw).map((file) => file.url));
    case "team":
      return state.teams.get(scalarText(part(raw, "team_id")))?.name ?? "";
    case "person":
      return state.users.get(scalarText(part(raw, "personId")))?.name ?? "";
    case "item_id":
      return itemIdText(cell);
    case "auto_number":
      return String(board.items.numberOf(item.id));
    case "group":
      return board.groups.find((group) => group.id === item.groupId)?.title ?? "";
    case "last_updated":
      return utcText(item.updatedAt);
    case "creation_log":
      return utcText(item.createdAt);
    case "board_relation":
    case "dependency":
    case "mirror":
    case "subtasks":
      return null;
    case "formula":
    case "button":
    case "doc":
    case "direct_doc":
    case "progress":
      return "";
    default:
      return raw === null ? "" : scalarText(raw);
  }
}

const labelled = (label: string | null, value: string): string =>
  label === null || label === value ? value : `${label} - ${value}`;

function hourText(hour: number | null, minute: number): string {
  if (hour === null) return "";
  const half = hour < 12 ? "AM" : "PM";
  const shown = hour % 12 === 0 ? 12 : hour % 12;
  return `${String(shown).padStart(2, "0")}:${String(minute).padStart(2, "0")} ${half}`;
}

/** Seconds as hours, minutes and seconds. */
function durationText(duration: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${two(duration / 3600)}:${two((duration / 60) % 60)}:${two(duration % 60)}`;
}

export interface FileEntry {
  readonly assetId: string | null;
  readonly name: string;
  readonly url: string;
  readonly createdAt: string;
  readonly createdBy: string | null;
}

export function filesOf(raw: unknown): FileEntry[] {
  const files = part(raw, "files");
  if (!Array.isArray(files)) return [];
  return files.map((file: unknown) => ({
    assetId: part(file, "assetId") === undefined ? null : scalarText(part(file, "assetId")),
    name: textPart(file, "name") ?? "",
    url: textPart(file, "url") ?? textPart(file, "linkToFile") ?? "",
    createdAt: textPart(file, "createdAt") ?? "1970-01-01T00:00:00.000Z",
    createdBy: textPart(file, "createdBy"),
  }));
}

/** The item id column shows the prefix of its settings and the item's number, or the plain id without a prefix. */
export function itemIdText({ board, item, column }: Cell): string {
  const prefix = textPart(column.extra, "prefix");
  return prefix === null ? item.id : `${prefix}-${String(board.items.numberOf(item.id)).padStart(3, "0")}`;
}

/** `value` of a column value: a JSON text, null when empty. */
export function cellValue(cell: Cell): string | null {
  const { raw, column, item, board } = cell;
  const told = toldOf(cell);
  if (told !== undefined) return told.value;
  switch (column.type) {
    case "last_updated":
      return JSON.stringify({ updated_at: seconds(item.updatedAt), updater_id: lastUpdater(board, item) });
    case "creation_log":
      return JSON.stringify({ created_at: seconds(item.createdAt), creator_id: item.creatorId });
    case "item_id":
      return JSON.stringify({ item_id: itemIdText(cell) });
    case "auto_number":
    case "formula":
    case "button":
    case "group":
    case "progress":
      return null;
    default:
  }
  if (raw === null || LINKED_TYPES.has(column.type)) return null;
  if (column.type === "numbers" || column.type === "text") return JSON.stringify(scalarText(raw));
  const changed = cellChangedAt(cell);
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
