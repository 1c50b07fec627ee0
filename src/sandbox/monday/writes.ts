import { checkBoardRules } from "./board-rules.ts";
import { parseCell } from "./cell-writes.ts";
import {
  boardLocked,
  boardNotFound,
  columnNotFound,
  groupNotFound,
  invalidArgument,
  itemNotFound,
  mondayError,
  unauthorized,
} from "./errors.ts";
import { logType, logValue } from "./log-values.ts";
import type { Column, Item, ItemState } from "./parts.ts";
import type { Board, MondayState } from "./state.ts";

/** Who writes: a user id, or a negative one for automations and the system. */
export interface Actor {
  readonly userId: string;
}

/** Appends one activity row and moves the board's stamp (reference monday.md §8). */
export function logEvent(
  state: MondayState,
  board: Board,
  actor: Actor,
  event: string,
  entity: "board" | "pulse",
  data: Readonly<Record<string, unknown>>,
): void {
  const last = board.activity.last?.createdAt;
  const now = state.now();
  const createdAt = last !== undefined && last > now ? last : now;
  board.updatedAt = createdAt;
  state.appendActivity(board, {
    id: state.newUuid(),
    event,
    entity,
    userId: actor.userId,
    createdAt,
    data: { board_id: Number(board.id), ...data, action_record_uuid: state.newUuid() },
  });
}

/** What every row about an item says of it. */
export function pulseData(board: Board, item: Item): Record<string, unknown> {
  const parent = item.parentId === undefined ? {} : { parent_item_id: item.parentId };
  return {
    ...parent,
    group_id: item.groupId,
    is_top_group: board.groups[0]?.id === item.groupId,
    pulse_id: Number(item.id),
    pulse_name: item.name,
  };
}

/** A board the actor may write to. @throws InvalidBoardIdException, USER_UNAUTHORIZED, or the error of a locked board. */
export function writableBoard(state: MondayState, actor: Actor, id: string): Board {
  const board = state.board(id);
  if (board === undefined || board.state === "deleted") throw boardNotFound(id);
  checkBoard(state, actor, board);
  return board;
}

function checkBoard(state: MondayState, actor: Actor, board: Board): void {
  if (!state.sees(actor.userId, board)) throw unauthorized();
  if (board.locked) throw boardLocked();
}

/** An item the actor may write to, with its board. */
export function writableItem(
  state: MondayState,
  actor: Actor,
  id: string | null | undefined,
): { board: Board; item: Item } {
  const item = id == null ? undefined : state.item(id);
  const board = id == null ? undefined : state.boardOfItem(id);
  if (item === undefined || board === undefined || item.state === "deleted") throw itemNotFound(String(id));
  checkBoard(state, actor, board);
  return { board, item };
}

export function columnOf(board: Board, id: string): Column {
  const column = board.columns.find((candidate) => candidate.id === id);
  if (column === undefined) throw columnNotFound(id);
  return column;
}

function checkName(name: string): void {
  if (name.length < 1 || name.length > 255) {
    throw mondayError("ItemNameTooLongException", "Item name must be between 1 and 255 characters", {
      item_name_length: name.length,
    });
  }
}

/** The `JSON` argument of a write: an encoded text or an object. */
export function jsonArgument(input: unknown): unknown {
  if (typeof input !== "string") return input;
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}

function valuesArgument(input: unknown): Record<string, unknown> {
  const values = input == null ? {} : jsonArgument(input);
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw mondayError("JsonParseException", "column_values is not a JSON object", {}, 400);
  }
  return { ...values };
}

export interface NewItem {
  readonly name: string;
  readonly groupId?: string | null;
  readonly columnValues?: unknown;
  /** Values as they are stored, for a copy. */
  readonly stored?: Readonly<Record<string, unknown>>;
  readonly createLabels: boolean;
  readonly parentId?: string;
  /** The item the new one goes beside. */
  readonly anchor?: { readonly id: string; readonly after: boolean } | null;
}

/** Creates an item; initial values are part of the one `create_pulse` row. */
export function createItem(state: MondayState, actor: Actor, board: Board, input: NewItem): Item {
  checkName(input.name);
  if (board.items.size >= board.itemsLimit) {
    throw mondayError("ItemsLimitationException", "The board has reached its limit of items");
  }
  const groups = board.groups.filter((group) => group.deleted !== true && group.archived !== true);
  const group = input.groupId == null ? groups[0] : groups.find((entry) => entry.id === input.groupId);
  if (group === undefined) throw groupNotFound(String(input.groupId));
  const given = valuesArgument(input.columnValues);
  const values: Record<string, unknown> = { ...input.stored };
  for (const [id, value] of Object.entries(given)) {
    if (id === "name") continue;
    const raw = parseCell(columnOf(board, id), value, input.createLabels);
    if (raw !== null) values[id] = raw;
  }
  const now = state.now();
  const item: Item = {
    id: state.newId(),
    boardId: board.id,
    name: input.name,
    groupId: group.id,
    creatorId: actor.userId,
    createdAt: now,
    updatedAt: now,
    state: "active",
    values,
    ...(input.parentId === undefined ? {} : { parentId: input.parentId }),
  };
  checkBoardRules(state, board, null, item, new Set());
  state.placeItem(board, item, input.anchor ?? null);
  const initial = Object.fromEntries(
    Object.entries(values).map(([id, raw]) => [id, logValue(columnOf(board, id), raw)]),
  );
  logEvent(state, board, actor, "create_pulse", "pulse", {
    ...pulseData(board, item),
    group_name: group.title,
    group_color: group.color,
    column_values_json: JSON.stringify(initial),
  });
  return item;
}

/** Sets cells and, under the key `name`, the name; one row per cell. */
export function changeValues(
  state: MondayState,
  actor: Actor,
  board: Board,
  itemId: string | null | undefined,
  input: unknown,
  createLabels: boolean,
): Item {
  const found = writableItem(state, actor, itemId);
  if (found.board.id !== board.id) throw itemNotFound(String(itemId));
  const given = valuesArgument(input);
  const parsed = Object.entries(given).map(([id, value]): [Column, unknown] => {
    const column = columnOf(board, id);
    if (id !== "name") return [column, parseCell(column, value, createLabels)];
    checkName(String(value));
    return [column, String(value)];
  });
  const after = Object.fromEntries(parsed.map(([column, raw]) => [column.id, raw]));
  const { name: renamed = found.item.name, ...values } = after;
  const would = { ...found.item, name: String(renamed), values: { ...found.item.values, ...values } };
  checkBoardRules(state, board, found.item.id, would, new Set(Object.keys(after)));
  let item = found.item;
  for (const [column, raw] of parsed) {
    item =
      column.id === "name"
        ? rename(state, actor, board, item, String(raw))
        : setCell(state, actor, board, item, column, raw);
  }
  return item;
}

function rename(state: MondayState, actor: Actor, board: Board, item: Item, name: string): Item {
  const next = { ...item, name, updatedAt: state.now() };
  state.putItem(board, next);
  logEvent(state, board, actor, "update_name", "pulse", {
    ...pulseData(board, next),
    value: { name },
    previous_value: { name: item.name },
  });
  return next;
}

/** Stores one cell and writes its row. */
export function setCell(
  state: MondayState,
  actor: Actor,
  board: Board,
  item: Item,
  column: Column,
  raw: unknown,
  row: Readonly<Record<string, unknown>> = {},
): Item {
  const now = state.now();
  const before = item.values[column.id] ?? null;
  const stored = typeof raw === "object" && raw !== null ? { ...raw, changed_at: now } : raw;
  const { [column.id]: _before, ...others } = item.values;
  const next: Item = { ...item, updatedAt: now, values: raw === null ? others : { ...others, [column.id]: stored } };
  state.putItem(board, next);
  logEvent(state, board, actor, "update_column_value", "pulse", {
    ...pulseData(board, next),
    column_id: column.id,
    column_type: logType(column.type),
    column_title: column.title,
    value: logValue(column, raw),
    previous_value: logValue(column, before),
    is_column_with_hide_permissions: false,
    ...row,
  });
  return next;
}

/** Moves an item to another group of its board; without a row when it is there already. */
export function moveToGroup(
  state: MondayState,
  actor: Actor,
  itemId: string | null | undefined,
  groupId: string,
  row: Readonly<Record<string, unknown>> = { is_batch_action: false },
): Item {
  const { board, item } = writableItem(state, actor, itemId);
  const target = board.groups.find((group) => group.id === groupId && group.deleted !== true);
  if (target === undefined) throw groupNotFound(groupId);
  if (item.groupId === groupId) return item;
  const source = board.groups.find((group) => group.id === item.groupId);
  const next = { ...item, groupId, updatedAt: state.now() };
  state.placeItem(board, next);
  logEvent(state, board, actor, "move_pulse_from_group", "pulse", {
    ...pulseData(board, next),
    pulse: { id: Number(item.id), name: item.name },
    group_id: item.groupId,
    source_group: { id: item.groupId, title: source?.title ?? "" },
    dest_group: { id: target.id, title: target.title, color: target.color },
    ...row,
  });
  return next;
}

const STATE_EVENTS = { active: "restore_pulse", archived: "archive_pulse", deleted: "delete_pulse" } as const;

/**
 * Archives, deletes or restores an item and its subitems; the row is `archive_pulse`, `delete_pulse` or
 * `restore_pulse`, or the given event when the group did it.
 */
export function setState(
  state: MondayState,
  actor: Actor,
  itemId: string | null | undefined,
  to: ItemState,
  event: string = STATE_EVENTS[to],
): Item {
  const found = itemId == null ? undefined : state.item(itemId);
  if (found === undefined) throw itemNotFound(String(itemId));
  const board = state.boardOfItem(found.id);
  if (board === undefined) throw boardNotFound(found.boardId);
  checkBoard(state, actor, board);
  if (to !== "active" && (found.state === "deleted" || found.state === to)) throw itemNotFound(found.id);
  if (to === "active" && found.state === "active") throw invalidArgument("The item is active");
  for (const id of state.childIds(found.id)) {
    if (state.item(id)?.state === found.state) setState(state, actor, id, to);
  }
  const next = { ...found, state: to, updatedAt: state.now() };
  state.putItem(board, next);
  logEvent(state, board, actor, event, "pulse", {
    ...pulseData(board, next),
    ...(to === "active" ? { previous_state: found.state } : {}),
  });
  return next;
}

/** Moves the stamp only: an update (comment) writes no activity row. */
export function touch(state: MondayState, board: Board, item: Item): void {
  state.putItem(board, { ...item, updatedAt: state.now() });
}
