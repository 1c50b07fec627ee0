import { columnNotFound, groupNotFound, invalidArgument } from "./errors.ts";
import type { Item } from "./parts.ts";
import { ensureSubitemsBoard } from "./subitems.ts";
import type { Board, MondayState } from "./state.ts";
import { logEvent, pulseData, writableBoard, writableItem } from "./writes.ts";
import type { Actor } from "./writes.ts";

interface Mapping {
  readonly source: string;
  readonly target?: string | null;
}

export interface MoveToBoard {
  readonly board_id: string;
  readonly group_id: string;
  readonly item_id: string;
  readonly columns_mapping?: readonly Mapping[] | null;
  readonly subitems_columns_mapping?: readonly Mapping[] | null;
}

/**
 * Moves an item, its id kept, to another board. A given mapping must name every column of the source board; without one
 * columns of the same id and type match. Rows: `move_pulse_from_board` on the old board, `…_into_board` on the new one.
 */
export function moveToBoard(state: MondayState, actor: Actor, args: MoveToBoard): Item {
  const { board: source, item } = writableItem(state, actor, args.item_id);
  const target = writableBoard(state, actor, args.board_id);
  const group = target.groups.find((entry) => entry.id === args.group_id && entry.deleted !== true);
  if (group === undefined) throw groupNotFound(args.group_id);
  if (source === target) throw invalidArgument("The item is on this board already");
  const moved = moveOne(state, actor, { source, target, item, groupId: group.id, mapping: args.columns_mapping });
  const children = state.childIds(item.id);
  const childSource = state.subitemsBoard(source);
  if (children.length > 0 && childSource !== undefined) {
    const childTarget = ensureSubitemsBoard(state, actor, target);
    for (const id of children) {
      const child = state.item(id);
      if (child === undefined) continue;
      moveOne(state, actor, {
        source: childSource,
        target: childTarget,
        item: child,
        groupId: childTarget.groups[0]?.id ?? "",
        mapping: args.subitems_columns_mapping,
      });
    }
  }
  return moved;
}

interface Move {
  readonly source: Board;
  readonly target: Board;
  readonly item: Item;
  readonly groupId: string;
  readonly mapping: readonly Mapping[] | null | undefined;
}

function moveOne(state: MondayState, actor: Actor, { source, target, item, groupId, mapping }: Move): Item {
  const values: Record<string, unknown> = {};
  for (const column of source.columns) {
    if (column.type === "name" || column.type === "subtasks") continue;
    const mapped = mapping?.find((entry) => entry.source === column.id);
    if (mapping != null && mapped === undefined) {
      throw invalidArgument(`columns_mapping is missing the column ${column.id}`);
    }
    const targetId = mapping == null ? column.id : (mapped?.target ?? null);
    const other = target.columns.find((candidate) => candidate.id === targetId);
    if (mapped?.target != null && other === undefined) throw columnNotFound(mapped.target);
    const raw = item.values[column.id] ?? null;
    if (raw !== null && other?.type === column.type) values[other.id] = raw;
  }
  const next: Item = { ...item, boardId: target.id, groupId, values, updatedAt: state.now() };
  const link = {
    source_board: { id: Number(source.id), name: source.name },
    dest_board: { id: Number(target.id), name: target.name },
  };
  logEvent(state, source, actor, "move_pulse_from_board", "pulse", { ...pulseData(source, item), ...link });
  state.placeItem(target, next);
  logEvent(state, target, actor, "move_pulse_into_board", "pulse", { ...pulseData(target, next), ...link });
  return next;
}
