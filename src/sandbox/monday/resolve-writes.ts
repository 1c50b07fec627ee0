import { columnNotFound, groupNotFound, invalidArgument, unauthorized } from "./errors.ts";
import { settingsFromDefaults } from "./column-settings.ts";
import { complexityOf, on } from "./resolve-reads.ts";
import type { Resolvers } from "./schema.ts";
import { newColumn, withNameColumn } from "./state.ts";
import type { Board, ItemState, MondayState } from "./state.ts";
import {
  changeValues,
  columnOf,
  createItem,
  jsonArgument,
  logEvent,
  moveToGroup,
  setState,
  touch,
  writableBoard,
  writableItem,
} from "./writes.ts";

interface ItemArgument {
  readonly item_id?: string | null;
}
interface BoardArgument {
  readonly board_id: string;
}
interface LabelArgument {
  readonly create_labels_if_missing?: boolean | null;
}

const labels = (args: LabelArgument): boolean => args.create_labels_if_missing === true;

interface CreateBoard {
  readonly board_name: string;
  readonly board_kind: Board["kind"];
  readonly description?: string | null;
  readonly empty?: boolean | null;
  readonly workspace_id?: string | null;
}

/** A fresh board; unless `empty`, with the group, columns and item the real one arrives with. */
function createBoard(state: MondayState, userId: string, args: CreateBoard): Board {
  const now = state.now();
  const columns = [
    newColumn("person", "Owner", "people"),
    newColumn("status", "Status", "status"),
    newColumn("date4", "Date", "date"),
  ];
  const board: Board = {
    id: state.newId(),
    name: args.board_name,
    description: args.description ?? null,
    workspaceId: args.workspace_id ?? null,
    state: "active",
    kind: args.board_kind,
    creatorId: userId,
    createdAt: now,
    updatedAt: now,
    groups: [{ id: "topics", title: "Group Title", color: "#579bfc" }],
    columns: withNameColumn(args.empty === true ? [] : columns),
    items: new Map(),
    activity: [],
    hidden: false,
    activityHidden: false,
  };
  state.boards.set(board.id, board);
  if (args.empty !== true) createItem(state, { userId }, board, { name: "Task 1", createLabels: false });
  return board;
}

function slug(title: string, taken: (id: string) => boolean): string {
  const base =
    `_${title.toLowerCase().replaceAll(/[^a-z0-9]+/gu, "_")}`.slice(1, 20).replaceAll(/^_+|_+$/gu, "") || "new";
  let id = base;
  for (let n = 1; taken(id); n += 1) id = `${base}${n}`;
  return id;
}

function setBoardState(state: MondayState, userId: string, boardId: string, to: ItemState): Board {
  const board = state.board(boardId);
  // A missing board is reported as a missing permission here, as the real service does.
  if (board === undefined || board.state === "deleted") throw unauthorized();
  board.state = to;
  logEvent(state, board, { userId }, to === "archived" ? "board_archived" : "board_deleted", "board", {
    board_name: board.name,
  });
  return board;
}

/** Resolvers of the mutations (reference monday.md §9). */
export const WRITES: Resolvers = {
  Mutation: {
    complexity: on((_source, _args, context) => complexityOf(context, context.estimate)),
    create_item: on(
      (
        _source,
        args: BoardArgument & LabelArgument & { item_name: string; group_id?: string | null; column_values?: unknown },
        { state, userId },
      ) =>
        createItem(state, { userId }, writableBoard(state, args.board_id), {
          name: args.item_name,
          groupId: args.group_id ?? null,
          columnValues: args.column_values,
          createLabels: labels(args),
        }),
    ),
    change_column_value: on(
      (
        _source,
        args: BoardArgument & ItemArgument & LabelArgument & { column_id: string; value: unknown },
        { state, userId },
      ) =>
        changeValues(
          state,
          { userId },
          writableBoard(state, args.board_id),
          args.item_id,
          { [args.column_id]: jsonArgument(args.value) },
          labels(args),
        ),
    ),
    change_simple_column_value: on(
      (
        _source,
        args: BoardArgument & ItemArgument & LabelArgument & { column_id: string; value?: string | null },
        { state, userId },
      ) => {
        const board = writableBoard(state, args.board_id);
        if (columnOf(board, args.column_id).type === "board_relation")
          throw invalidArgument("connect boards take no simple value");
        return changeValues(
          state,
          { userId },
          board,
          args.item_id,
          { [args.column_id]: args.value ?? null },
          labels(args),
        );
      },
    ),
    change_multiple_column_values: on(
      (_source, args: BoardArgument & ItemArgument & LabelArgument & { column_values: unknown }, { state, userId }) =>
        changeValues(
          state,
          { userId },
          writableBoard(state, args.board_id),
          args.item_id,
          args.column_values,
          labels(args),
        ),
    ),
    move_item_to_group: on((_source, args: ItemArgument & { group_id: string }, { state, userId }) =>
      moveToGroup(state, { userId }, args.item_id, args.group_id),
    ),
    archive_item: on((_source, args: ItemArgument, { state, userId }) =>
      setState(state, { userId }, args.item_id, "archived"),
    ),
    delete_item: on((_source, args: ItemArgument, { state, userId }) =>
      setState(state, { userId }, args.item_id, "deleted"),
    ),
    duplicate_item: on((_source, args: BoardArgument & ItemArgument, { state, userId }) => {
      const { board, item } = writableItem(state, args.item_id);
      const copy = createItem(state, { userId }, board, {
        name: `${item.name} (copy)`,
        groupId: item.groupId,
        createLabels: false,
      });
      const filled = { ...copy, values: item.values };
      state.putItem(board, filled);
      return filled;
    }),
    create_board: on((_source, args: CreateBoard, { state, userId }) => createBoard(state, userId, args)),
    create_group: on(
      (_source, args: BoardArgument & { group_name: string; group_color?: string | null }, { state, userId }) => {
        const board = writableBoard(state, args.board_id);
        const id = slug(args.group_name, (candidate) => board.groups.some((group) => group.id === candidate));
        const group = { id, title: args.group_name, color: args.group_color ?? "#579bfc" };
        board.groups.unshift(group);
        logEvent(state, board, { userId }, "create_group", "board", { group_id: id, group_title: group.title });
        return { ...group, board };
      },
    ),
    update_group: on(
      (
        _source,
        args: BoardArgument & { group_id: string; group_attribute: string; new_value: string },
        { state, userId },
      ) => {
        const board = writableBoard(state, args.board_id);
        const group = board.groups.find((entry) => entry.id === args.group_id);
        if (group === undefined) throw groupNotFound(args.group_id);
        if (args.group_attribute === "title") {
          const before = group.title;
          group.title = args.new_value;
          logEvent(state, board, { userId }, "update_group_name", "board", {
            group_id: group.id,
            value: { name: group.title },
            previous_value: { name: before },
          });
        } else if (args.group_attribute === "color") group.color = args.new_value;
        else throw invalidArgument(`The stand-in does not change ${args.group_attribute}`);
        return { ...group, board };
      },
    ),
    create_column: on(
      (
        _source,
        args: BoardArgument & {
          id?: string | null;
          title: string;
          column_type: string;
          description?: string | null;
          defaults?: unknown;
        },
        { state, userId },
      ) => {
        const board = writableBoard(state, args.board_id);
        const taken = (id: string): boolean => board.columns.some((column) => column.id === id);
        if (args.id != null && (!/^[a-z_][a-z0-9_]{0,23}$/u.test(args.id) || taken(args.id))) {
          throw invalidArgument(`The column id ${args.id} is not valid or taken`);
        }
        const id = args.id ?? slug(args.title, taken);
        const column = {
          ...newColumn(id, args.title, args.column_type),
          ...settingsFromDefaults(args.column_type, args.defaults),
          description: args.description ?? null,
        };
        board.columns.push(column);
        logEvent(state, board, { userId }, "create_column", "board", {
          column_id: id,
          column_title: args.title,
          column_type: args.column_type,
        });
        return column;
      },
    ),
    change_column_title: on(
      (_source, args: BoardArgument & { column_id: string; title: string }, { state, userId }) => {
        const board = writableBoard(state, args.board_id);
        const column = board.columns.find((entry) => entry.id === args.column_id);
        if (column === undefined) throw columnNotFound(args.column_id);
        const before = column.title;
        column.title = args.title;
        column.revision += 1;
        logEvent(state, board, { userId }, "update_column_name", "board", {
          column_id: column.id,
          value: { name: args.title },
          previous_value: { name: before },
        });
        return column;
      },
    ),
    update_board: on(
      (_source, args: BoardArgument & { board_attribute: string; new_value: string }, { state, userId }) => {
        const board = writableBoard(state, args.board_id);
        if (args.board_attribute === "description") board.description = args.new_value;
        else if (args.board_attribute === "name") {
          const before = board.name;
          board.name = args.new_value;
          logEvent(state, board, { userId }, "update_board_name", "board", {
            value: board.name,
            previous_value: before,
          });
        } else throw invalidArgument(`The stand-in does not change ${args.board_attribute}`);
        return JSON.stringify({ success: true });
      },
    ),
    archive_board: on((_source, args: BoardArgument, { state, userId }) =>
      setBoardState(state, userId, args.board_id, "archived"),
    ),
    delete_board: on((_source, args: BoardArgument, { state, userId }) =>
      setBoardState(state, userId, args.board_id, "deleted"),
    ),
    create_update: on(
      (_source, args: ItemArgument & { body: string; parent_id?: string | null }, { state, userId }) => {
        const parent = state.updates.find((update) => update.id === args.parent_id);
        const { board, item } = writableItem(state, args.item_id ?? parent?.itemId);
        const update = {
          id: state.newId(),
          itemId: item.id,
          creatorId: userId,
          body: args.body,
          createdAt: state.now(),
        };
        state.updates.push(update);
        touch(state, board, item);
        return update;
      },
    ),
    create_workspace: on((_source, args: { name: string; description?: string | null }, { state }) => {
      const space = {
        id: state.newId(),
        name: args.name,
        createdAt: seconds(state),
        description: args.description ?? null,
      };
      state.workspaces.push(space);
      return space;
    }),
  },
};

const seconds = (state: MondayState): string => `${state.now().slice(0, 19)}Z`;
