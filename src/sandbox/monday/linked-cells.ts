import { linkedItemIds, part } from "./cell-parts.ts";
import type { Cell } from "./cell.ts";
import type { Column, Item } from "./parts.ts";
import { scalarText } from "./scalar-text.ts";
import type { Board, MondayState } from "./state.ts";

export interface LinkedCell {
  readonly board: Board;
  readonly item: Item;
  readonly cell: Cell;
}

/** The cells a mirror column shows: of the items its relation columns link, the columns its settings name. */
export function linkedCells(state: MondayState, { board, item, column }: Cell): LinkedCell[] {
  const relation = part(column.extra, "relation_column");
  const relationIds = typeof relation === "object" && relation !== null ? Object.keys(relation) : [];
  const found: LinkedCell[] = [];
  for (const relationId of relationIds) {
    if (!board.columns.some((candidate) => candidate.id === relationId)) continue;
    for (const id of linkedItemIds(item.values[relationId])) {
      const linked = state.visibleItem(id);
      const other = linked === undefined ? undefined : state.board(linked.boardId);
      if (linked === undefined || other === undefined || linked.state !== "active") continue;
      for (const shown of shownColumns(column, other)) {
        const raw = linked.values[shown.id] ?? null;
        found.push({ board: other, item: linked, cell: { board: other, item: linked, column: shown, raw } });
      }
    }
  }
  return found;
}

/** `displayed_linked_columns` by board: an object in the legacy settings, a list of objects in the newer ones. */
function shownColumns(column: Column, board: Board): Column[] {
  const setting = part(column.extra, "displayed_linked_columns") ?? part(column.extra, "displayed_column");
  let ids: unknown[] = [];
  if (Array.isArray(setting)) {
    const entry: unknown = setting.find((one: unknown) => scalarText(part(one, "board_id")) === board.id);
    const listed = part(entry, "column_ids");
    ids = Array.isArray(listed) ? listed : [];
  } else {
    const own = part(setting, board.id);
    ids = Array.isArray(own) ? own : typeof setting === "object" && setting !== null ? Object.keys(setting) : [];
  }
  const wanted = new Set(ids.map(scalarText));
  return board.columns.filter((candidate) => wanted.has(candidate.id) && candidate.type !== "mirror");
}

/** The subitems of an item that are active, in board order. */
export function subitemsOf(state: MondayState, item: Item): Item[] {
  const ids = state.childIds(item.id);
  return ids
    .map((id) => state.visibleItem(id))
    .filter((child): child is Item => child !== undefined && child.state === "active");
}
