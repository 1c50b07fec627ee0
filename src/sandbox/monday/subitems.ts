import { itemNotFound } from "./errors.ts";
import type { Column, Item } from "./parts.ts";
import { blankBoard, newColumn, withNameColumn } from "./state.ts";
import type { Board, MondayState } from "./state.ts";
import { createItem, logEvent, pulseData, touch, writableItem } from "./writes.ts";
import type { Actor } from "./writes.ts";

/** The hidden sibling board of a board, made when its first subitem is (reference monday.md §6). */
export function ensureSubitemsBoard(state: MondayState, actor: Actor, parent: Board): Board {
  const known = state.subitemsBoard(parent);
  if (known !== undefined) return known;
  const blank = blankBoard(state.newId(), `Subitems of ${parent.name}`, actor.userId, state.now());
  const board: Board = {
    ...blank,
    workspaceId: parent.workspaceId,
    kind: parent.kind,
    type: "sub_items_board",
    parentBoardId: parent.id,
    groups: [{ id: "subitems_of", title: "Subitems", color: "#579bfc" }],
    columns: withNameColumn([
      newColumn("person", "Owner", "people"),
      newColumn("status", "Status", "status"),
      newColumn("date0", "Date", "date"),
    ]),
  };
  state.boards.set(board.id, board);
  const column: Column = {
    ...newColumn("subitems", "Subitems", "subtasks"),
    extra: { boardIds: [Number(board.id)], allowMultipleItems: true },
  };
  const existing = parent.columns.findIndex((candidate) => candidate.type === "subtasks");
  if (existing >= 0) parent.columns.splice(existing, 1, { ...column, id: parent.columns[existing]?.id ?? column.id });
  else parent.columns.push(column);
  return board;
}

export interface NewSubitem {
  readonly parent_item_id: string;
  readonly item_name: string;
  readonly column_values?: unknown;
  readonly create_labels_if_missing?: boolean | null;
}

/** Creates a subitem on the sibling board and tells the parent's subitems column. */
export function createSubitem(state: MondayState, actor: Actor, input: NewSubitem): Item {
  const { board: parentBoard, item: parent } = writableItem(state, actor, input.parent_item_id);
  if (parentBoard.type === "sub_items_board") throw itemNotFound(parent.id);
  const board = ensureSubitemsBoard(state, actor, parentBoard);
  const before = state.childIds(parent.id);
  const child = createItem(state, actor, board, {
    name: input.item_name,
    columnValues: input.column_values,
    createLabels: input.create_labels_if_missing === true,
    parentId: parent.id,
  });
  const column = parentBoard.columns.find((candidate) => candidate.type === "subtasks");
  const linked = (ids: readonly string[]): unknown => ({
    linkedPulseIds: ids.map((id) => ({ linkedPulseId: Number(id) })),
  });
  touch(state, parentBoard, parent);
  logEvent(state, parentBoard, actor, "update_column_value", "pulse", {
    ...pulseData(parentBoard, parent),
    column_id: column?.id,
    column_type: "subtasks",
    column_title: column?.title,
    value: linked(state.childIds(parent.id)),
    previous_value: before.length === 0 ? null : linked(before),
  });
  return child;
}
