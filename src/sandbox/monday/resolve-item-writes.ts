import type { RequestContext } from "./context.ts";
import { groupNotFound, invalidArgument, itemNotFound } from "./errors.ts";
import { moveToBoard } from "./move-board.ts";
import type { MoveToBoard } from "./move-board.ts";
import type { Item, ItemState } from "./parts.ts";
import { complexityOf } from "./resolve-queries.ts";
import { on } from "./resolver.ts";
import type { Resolvers } from "./schema.ts";
import type { Board, MondayState } from "./state.ts";
import { createSubitem } from "./subitems.ts";
import type { NewSubitem } from "./subitems.ts";
import {
  changeValues,
  columnOf,
  createItem,
  jsonArgument,
  logEvent,
  moveToGroup,
  setState,
  writableBoard,
  writableItem,
} from "./writes.ts";
import type { Actor } from "./writes.ts";

interface ItemArgument {
  readonly item_id?: string | null;
}
interface BoardArgument {
  readonly board_id: string;
}
interface LabelArgument {
  readonly create_labels_if_missing?: boolean | null;
}
interface PlaceArgument {
  readonly position_relative_method?: string | null;
  readonly relative_to?: string | null;
}

const labels = (args: LabelArgument): boolean => args.create_labels_if_missing === true;
const anchorOf = (args: PlaceArgument): { id: string; after: boolean } | null =>
  args.relative_to == null ? null : { id: args.relative_to, after: args.position_relative_method !== "before_at" };

/** A copy of an item in a group, its values with it, and its updates when asked for. */
export function duplicateItem(
  state: MondayState,
  actor: Actor,
  board: Board,
  item: Item,
  to: { readonly groupId: string; readonly name: string; readonly withUpdates: boolean },
): Item {
  const kept = Object.entries(item.values).filter(([id]) => board.columns.some((column) => column.id === id));
  const copy = createItem(state, actor, board, {
    name: to.name,
    groupId: to.groupId,
    stored: Object.fromEntries(kept),
    createLabels: false,
  });
  if (to.withUpdates) {
    for (const update of state.updates.filter((one) => one.itemId === item.id && one.parentId === null)) {
      state.updates.push({ ...update, id: state.newId(), itemId: copy.id });
    }
  }
  return copy;
}

/** Many items at once: an async job, one batch row for deletions and one row an item for archiving. */
function bulk(args: { board_id: string; item_ids: string[] }, context: RequestContext, to: ItemState): unknown {
  const { state, userId } = context;
  const actor = { userId };
  const board = writableBoard(state, actor, args.board_id);
  const items = args.item_ids.map((id) => state.item(id));
  const live = items.filter((item): item is Item => item?.state === "active" && item.boardId === board.id);
  for (const item of live) {
    if (to === "archived") setState(state, actor, item.id, to);
    else state.putItem(board, { ...item, state: to, updatedAt: state.now() });
  }
  if (to === "deleted" && live.length > 0) {
    const ids = live.map((item) => Number(item.id));
    logEvent(state, board, actor, "batch_delete_pulses", "board", { pulse_ids: ids, is_batch_action: true });
  }
  const id = state.newUuid();
  state.jobs.set(id, { total: items.length, failed: items.length - live.length, at: state.now() });
  return { job_id: id };
}

/** Resolvers of the mutations on items (reference monday.md §9). */
export const ITEM_WRITES: Resolvers = {
  Mutation: {
    complexity: on((_source, _args, context) => complexityOf(context, context.estimate)),
    create_item: on(
      (
        _source,
        args: BoardArgument
          & LabelArgument
          & PlaceArgument & { item_name: string; group_id?: string | null; column_values?: unknown },
        { state, userId },
      ) =>
        createItem(state, { userId }, writableBoard(state, { userId }, args.board_id), {
          name: args.item_name,
          groupId: args.group_id ?? null,
          columnValues: args.column_values,
          createLabels: labels(args),
          anchor: anchorOf(args),
        }),
    ),
    create_subitem: on((_source, args: NewSubitem, { state, userId }) => createSubitem(state, { userId }, args)),
    change_column_value: on(
      (
        _source,
        args: BoardArgument & ItemArgument & LabelArgument & { column_id: string; value: unknown },
        { state, userId },
      ) => {
        const board = writableBoard(state, { userId }, args.board_id);
        const values = { [args.column_id]: jsonArgument(args.value) };
        return changeValues(state, { userId }, board, args.item_id, values, labels(args));
      },
    ),
    change_simple_column_value: on(
      (
        _source,
        args: BoardArgument & ItemArgument & LabelArgument & { column_id: string; value?: string | null },
        { state, userId },
      ) => {
        const board = writableBoard(state, { userId }, args.board_id);
        if (columnOf(board, args.column_id).type === "board_relation") {
          throw invalidArgument("connect boards take no simple value");
        }
        const values = { [args.column_id]: args.value ?? null };
        return changeValues(state, { userId }, board, args.item_id, values, labels(args));
      },
    ),
    change_multiple_column_values: on(
      (_source, args: BoardArgument & ItemArgument & LabelArgument & { column_values: unknown }, { state, userId }) => {
        const board = writableBoard(state, { userId }, args.board_id);
        return changeValues(state, { userId }, board, args.item_id, args.column_values, labels(args));
      },
    ),
    move_item_to_group: on((_source, args: ItemArgument & { group_id: string }, { state, userId }) =>
      moveToGroup(state, { userId }, args.item_id, args.group_id),
    ),
    move_item_to_board: on((_source, args: MoveToBoard, { state, userId }) => moveToBoard(state, { userId }, args)),
    change_item_position: on(
      (
        _source,
        args: PlaceArgument & { item_id: string; group_id?: string | null; group_top?: boolean | null },
        { state, userId },
      ) => {
        const { board, item } = writableItem(state, { userId }, args.item_id);
        const moved = args.group_id == null ? item : moveToGroup(state, { userId }, item.id, args.group_id);
        const anchor = anchorOf(args);
        if (anchor !== null && !board.items.has(anchor.id)) throw itemNotFound(anchor.id);
        if (anchor === null && args.group_id == null) throw groupNotFound(String(args.group_id));
        const next = anchor === null ? moved : { ...moved, groupId: state.item(anchor.id)?.groupId ?? moved.groupId };
        state.placeItem(board, next, anchor);
        return next;
      },
    ),
    archive_item: on((_source, args: ItemArgument, { state, userId }) =>
      setState(state, { userId }, args.item_id, "archived"),
    ),
    delete_item: on((_source, args: ItemArgument, { state, userId }) =>
      setState(state, { userId }, args.item_id, "deleted"),
    ),
    duplicate_item: on(
      (_source, args: BoardArgument & ItemArgument & { with_updates?: boolean | null }, { state, userId }) => {
        const { board, item } = writableItem(state, { userId }, args.item_id);
        const to = { groupId: item.groupId, name: `${item.name} (copy)`, withUpdates: args.with_updates === true };
        return duplicateItem(state, { userId }, board, item, to);
      },
    ),
    bulk_archive_items: on((_source, args: { board_id: string; item_ids: string[] }, context) =>
      bulk(args, context, "archived"),
    ),
    bulk_delete_items: on((_source, args: { board_id: string; item_ids: string[] }, context) =>
      bulk(args, context, "deleted"),
    ),
    undo_action: on((_source, args: { job_id: string }, { state }) => ({
      success: false,
      message: state.jobs.has(args.job_id) ? "This action cannot be undone any more" : "Job not found",
    })),
  },
};
