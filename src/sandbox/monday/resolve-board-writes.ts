import type { RequestContext } from "./context.ts";
import { boardNotFound, groupNotFound, invalidArgument, mondayError, notFound, unauthorized } from "./errors.ts";
import type { Group, Item, ItemState } from "./parts.ts";
import { groupSource } from "./resolve-boards.ts";
import { duplicateItem } from "./resolve-item-writes.ts";
import { on } from "./resolver.ts";
import type { Resolvers } from "./schema.ts";
import { slug } from "./slug.ts";
import { blankBoard, newColumn, withNameColumn } from "./state.ts";
import type { Board, MondayState } from "./state.ts";
import { createItem, logEvent, setState, writableBoard } from "./writes.ts";
import type { Actor } from "./writes.ts";

interface BoardArgument {
  readonly board_id: string;
}
interface GroupArgument extends BoardArgument {
  readonly group_id: string;
}

interface CreateBoard {
  readonly board_name: string;
  readonly board_kind: Board["kind"];
  readonly description?: string | null;
  readonly empty?: boolean | null;
  readonly workspace_id?: string | null;
  readonly folder_id?: string | null;
  readonly board_owner_ids?: readonly string[] | null;
  readonly board_subscriber_ids?: readonly string[] | null;
  readonly board_subscriber_teams_ids?: readonly string[] | null;
}

/** A fresh board; unless `empty`, with the group, columns and item the real one arrives with. */
function createBoard(state: MondayState, userId: string, args: CreateBoard): Board {
  const columns = [
    newColumn("person", "Owner", "people"),
    newColumn("status", "Status", "status"),
    newColumn("date4", "Date", "date"),
  ];
  const board: Board = {
    ...blankBoard(state.newId(), args.board_name, userId, state.now()),
    description: args.description ?? null,
    workspaceId: args.workspace_id ?? null,
    folderId: args.folder_id ?? null,
    kind: args.board_kind,
    owners: new Set(args.board_owner_ids ?? [userId]),
    subscribers: new Set([userId, ...(args.board_subscriber_ids ?? [])]),
    teamSubscribers: new Set(args.board_subscriber_teams_ids ?? []),
    groups: [{ id: "topics", title: "Group Title", color: "#579bfc" }],
    columns: withNameColumn(args.empty === true ? [] : columns),
  };
  state.boards.set(board.id, board);
  if (args.empty !== true) createItem(state, { userId }, board, { name: "Task 1", createLabels: false });
  return board;
}

/** Archives or deletes a board; its subitems board goes with it. */
function setBoardState(state: MondayState, userId: string, boardId: string, to: ItemState): Board {
  const board = state.board(boardId);
  // A missing board is reported as a missing permission here, as the real service does.
  if (board === undefined || board.state === "deleted" || !state.sees(userId, board)) throw unauthorized();
  board.state = to;
  const children = state.subitemsBoard(board);
  if (children !== undefined) children.state = to;
  logEvent(state, board, { userId }, to === "archived" ? "board_archived" : "board_deleted", "board", {
    board_name: board.name,
  });
  return board;
}

function groupOf(board: Board, id: string): Group {
  const group = board.groups.find((entry) => entry.id === id && entry.deleted !== true);
  if (group === undefined) throw groupNotFound(id);
  return group;
}

/** Archives or deletes a group and all that is in it: one row for the group, one for each item. */
function endGroup(state: MondayState, actor: Actor, args: GroupArgument, to: "archived" | "deleted"): unknown {
  const board = state.board(args.board_id);
  if (board === undefined || !board.groups.some((group) => group.id === args.group_id)) throw unauthorized();
  writableBoard(state, actor, args.board_id);
  const group = groupOf(board, args.group_id);
  const others = board.groups.filter((one) => one.deleted !== true && one.archived !== true && one !== group);
  if (others.length === 0) {
    throw mondayError("DeleteLastGroupException", "Cannot delete the last group of a board", {}, 409);
  }
  const verb = to === "archived" ? "archive" : "delete";
  logEvent(state, board, actor, `${verb}_group`, "board", { group_id: group.id, group_title: group.title });
  for (const item of itemsOfGroup(board, group.id)) setState(state, actor, item.id, to, `${verb}_group_pulse`);
  if (to === "archived") group.archived = true;
  else group.deleted = true;
  return groupSource(board, group);
}

/** The active items of a group, in a list of their own: what happens to them does not disturb it. */
function itemsOfGroup(board: Board, groupId: string): Item[] {
  const found: Item[] = [];
  for (const item of board.items.scan()) if (item.groupId === groupId && item.state === "active") found.push(item);
  return found;
}

function createGroup(
  args: BoardArgument & {
    group_name: string;
    group_color?: string | null;
    relative_to?: string | null;
    position_relative_method?: string | null;
  },
  { state, userId }: RequestContext,
): unknown {
  const board = writableBoard(state, { userId }, args.board_id);
  const id = slug(args.group_name, (candidate) => board.groups.some((group) => group.id === candidate));
  const group: Group = { id, title: args.group_name, color: args.group_color ?? "#579bfc" };
  const anchor = args.relative_to == null ? -1 : board.groups.findIndex((one) => one.id === args.relative_to);
  if (args.relative_to != null && anchor < 0) throw groupNotFound(args.relative_to);
  const at = anchor < 0 ? 0 : args.position_relative_method === "before_at" ? anchor : anchor + 1;
  board.groups.splice(at, 0, group);
  logEvent(state, board, { userId }, "create_group", "board", { group_id: id, group_title: group.title });
  return groupSource(board, group);
}

function updateGroup(
  args: GroupArgument & { group_attribute: string; new_value: string },
  { state, userId }: RequestContext,
): unknown {
  const board = writableBoard(state, { userId }, args.board_id);
  const group = groupOf(board, args.group_id);
  const rename = (key: "title" | "color", event: string): void => {
    const before = group[key];
    group[key] = args.new_value;
    logEvent(state, board, { userId }, event, "board", {
      group_id: group.id,
      value: { name: args.new_value },
      previous_value: { name: before },
    });
  };
  if (args.group_attribute === "title") rename("title", "update_group_name");
  else if (args.group_attribute === "color") rename("color", "update_group_color");
  else {
    const others = board.groups.filter((entry) => entry !== group);
    const relative = others.findIndex((entry) => entry.id === args.new_value);
    if (args.group_attribute !== "position" && relative < 0) throw groupNotFound(args.new_value);
    const at =
      args.group_attribute === "position"
        ? Math.floor(Number(args.new_value))
        : args.group_attribute === "relative_position_after"
          ? relative + 1
          : relative;
    others.splice(Math.max(0, at), 0, group);
    board.groups = others;
  }
  return groupSource(board, group);
}

function duplicateGroup(
  args: GroupArgument & { add_to_top?: boolean | null; group_title?: string | null },
  { state, userId }: RequestContext,
): unknown {
  const board = writableBoard(state, { userId }, args.board_id);
  const source = groupOf(board, args.group_id);
  const title = args.group_title ?? `Duplicate of ${source.title}`;
  const id = slug(title, (candidate) => board.groups.some((group) => group.id === candidate));
  const group: Group = { id, title, color: source.color };
  if (args.add_to_top === true) board.groups.unshift(group);
  else board.groups.splice(board.groups.indexOf(source) + 1, 0, group);
  logEvent(state, board, { userId }, "create_group", "board", { group_id: id, group_title: title });
  for (const item of itemsOfGroup(board, source.id)) {
    duplicateItem(state, { userId }, board, item, { groupId: id, name: item.name, withUpdates: false });
  }
  return groupSource(board, group);
}

interface DuplicateBoard extends BoardArgument {
  readonly board_name?: string | null;
  readonly duplicate_type: string;
  readonly keep_subscribers?: boolean | null;
  readonly workspace_id?: string | null;
}

function duplicateBoard(args: DuplicateBoard, { state, userId }: RequestContext): unknown {
  const source = writableBoard(state, { userId }, args.board_id);
  const copy: Board = {
    ...blankBoard(state.newId(), args.board_name ?? `Duplicate of ${source.name}`, userId, state.now()),
    description: source.description,
    workspaceId: args.workspace_id ?? source.workspaceId,
    kind: source.kind,
    subscribers: new Set(args.keep_subscribers === true ? source.subscribers : [userId]),
    groups: source.groups.filter((group) => group.deleted !== true).map((group) => ({ ...group })),
    columns: source.columns
      .filter((column) => column.type !== "subtasks")
      .map((column) => ({ ...column, labels: new Map(column.labels), revision: 1 })),
  };
  state.boards.set(copy.id, copy);
  if (args.duplicate_type !== "duplicate_board_with_structure") {
    const withUpdates = args.duplicate_type === "duplicate_board_with_pulses_and_updates";
    for (const item of source.items.scan()) {
      if (item.state !== "active") continue;
      duplicateItem(state, { userId }, copy, item, { groupId: item.groupId, name: item.name, withUpdates });
    }
  }
  return { board: copy, is_async: false };
}

function updateBoard(
  args: BoardArgument & { board_attribute: string; new_value: string },
  { state, userId }: RequestContext,
): string {
  const board = writableBoard(state, { userId }, args.board_id);
  const before = board.name;
  switch (args.board_attribute) {
    case "description":
      board.description = args.new_value;
      break;
    case "communication":
      board.communication = args.new_value;
      break;
    case "item_nickname":
      board.itemNoun = args.new_value;
      logEvent(state, board, { userId }, "update_board_nickname", "board", { value: args.new_value });
      break;
    default:
      board.name = args.new_value;
      logEvent(state, board, { userId }, "update_board_name", "board", { value: board.name, previous_value: before });
  }
  return JSON.stringify({ success: true, undo_data: null });
}

function people(
  args: BoardArgument & { user_ids?: string[]; team_ids?: string[]; kind?: string | null },
  { state, userId }: RequestContext,
  add: boolean,
): unknown {
  const board = writableBoard(state, { userId }, args.board_id);
  const change = (set: Set<string>, ids: readonly string[]): void => {
    for (const id of ids) {
      if (add) set.add(id);
      else set.delete(id);
    }
  };
  change(board.teamSubscribers, args.team_ids ?? []);
  change(board.subscribers, args.user_ids ?? []);
  if (args.kind === "owner" || !add) change(board.owners, args.user_ids ?? []);
  logEvent(state, board, { userId }, add ? "subscribe" : "unsubscribe", "board", { user_ids: args.user_ids ?? [] });
  return args.team_ids === undefined
    ? (args.user_ids ?? []).flatMap((id) => state.users.get(id) ?? [])
    : args.team_ids.flatMap((id) => state.teams.get(id) ?? []);
}

/** Resolvers of the mutations on boards, groups and board rules. */
export const BOARD_WRITES: Resolvers = {
  Mutation: {
    create_board: on((_source, args: CreateBoard, { state, userId, budget }) => {
      budget.spendHeavy("create_board");
      return createBoard(state, userId, args);
    }),
    duplicate_board: on((_source, args: DuplicateBoard, context) => {
      context.budget.spendHeavy("duplicate_board");
      return duplicateBoard(args, context);
    }),
    duplicate_group: on((_source, args: GroupArgument, context) => {
      context.budget.spendHeavy("duplicate_group");
      return duplicateGroup(args, context);
    }),
    update_board: on((_source, args: BoardArgument & { board_attribute: string; new_value: string }, context) =>
      updateBoard(args, context),
    ),
    archive_board: on((_source, args: BoardArgument, { state, userId }) =>
      setBoardState(state, userId, args.board_id, "archived"),
    ),
    delete_board: on((_source, args: BoardArgument, { state, userId }) =>
      setBoardState(state, userId, args.board_id, "deleted"),
    ),
    create_group: on((_source, args: BoardArgument & { group_name: string }, context) => createGroup(args, context)),
    update_group: on((_source, args: GroupArgument & { group_attribute: string; new_value: string }, context) =>
      updateGroup(args, context),
    ),
    archive_group: on((_source, args: GroupArgument, { state, userId }) =>
      endGroup(state, { userId }, args, "archived"),
    ),
    delete_group: on((_source, args: GroupArgument, { state, userId }) => endGroup(state, { userId }, args, "deleted")),
    add_users_to_board: on((_source, args: BoardArgument & { user_ids: string[] }, context) =>
      people(args, context, true),
    ),
    add_subscribers_to_board: on((_source, args: BoardArgument & { user_ids: string[] }, context) =>
      people(args, context, true),
    ),
    delete_subscribers_from_board: on((_source, args: BoardArgument & { user_ids: string[] }, context) =>
      people(args, context, false),
    ),
    add_teams_to_board: on((_source, args: BoardArgument & { team_ids: string[] }, context) =>
      people(args, context, true),
    ),
    delete_teams_from_board: on((_source, args: BoardArgument & { team_ids: string[] }, context) =>
      people(args, context, false),
    ),
    add_required_column: on((_source, args: { id: string; column_id: string }, { state, userId }) => {
      const board = writableBoard(state, { userId }, args.id);
      if (!board.columns.some((column) => column.id === args.column_id)) throw invalidArgument("No such column");
      board.requiredColumns.add(args.column_id);
      return { required_column_ids: [...board.requiredColumns] };
    }),
    remove_required_column: on((_source, args: { id: string; column_id: string }, { state, userId }) => {
      const board = writableBoard(state, { userId }, args.id);
      board.requiredColumns.delete(args.column_id);
      return { required_column_ids: [...board.requiredColumns] };
    }),
    create_validation_rule: on((_source, args: { id: string; rule: Record<string, unknown> }, { state, userId }) => {
      const board = writableBoard(state, { userId }, args.id);
      const rule = { ...args.rule, id: state.newUuid() };
      board.rules.set(rule.id, rule);
      return rule;
    }),
    update_validation_rule: on(
      (_source, args: { id: string; rule_id: string; rule: Record<string, unknown> }, { state, userId }) => {
        const board = writableBoard(state, { userId }, args.id);
        if (!board.rules.has(args.rule_id)) throw notFound("Rule", args.rule_id);
        const rule = { ...args.rule, id: args.rule_id };
        board.rules.set(rule.id, rule);
        return rule;
      },
    ),
    delete_validation_rule: on((_source, args: { id: string; rule_id: string }, { state, userId }) => {
      const board = state.board(args.id);
      if (board === undefined) throw boardNotFound(args.id);
      writableBoard(state, { userId }, args.id);
      const rule = board.rules.get(args.rule_id);
      if (rule === undefined) throw notFound("Rule", args.rule_id);
      board.rules.delete(args.rule_id);
      return rule;
    }),
  },
};
