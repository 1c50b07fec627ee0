import { changedSettings, settingsFromDefaults } from "./column-settings.ts";
import type { RequestContext } from "./context.ts";
import { invalidArgument, mondayError } from "./errors.ts";
import type { Column } from "./parts.ts";
import { on } from "./resolver.ts";
import type { Resolvers } from "./schema.ts";
import { slug } from "./slug.ts";
import { newColumn } from "./state.ts";
import { columnOf, logEvent, writableBoard } from "./writes.ts";

interface CreateColumn {
  readonly board_id: string;
  readonly id?: string | null;
  readonly title: string;
  readonly description?: string | null;
  readonly defaults?: unknown;
  readonly after_column_id?: string | null;
}

function createColumn(type: string, args: CreateColumn, { state, userId }: RequestContext): Column {
  const board = writableBoard(state, { userId }, args.board_id);
  const taken = (id: string): boolean => board.columns.some((column) => column.id === id);
  if (args.id != null && (!/^[a-z_][a-z0-9_]{0,23}$/u.test(args.id) || taken(args.id))) {
    throw invalidArgument(`The column id ${args.id} is not valid or taken`);
  }
  const id = args.id ?? slug(args.title, taken);
  const column = {
    ...newColumn(id, args.title, type),
    ...settingsFromDefaults(type, args.defaults),
    description: args.description ?? null,
  };
  const after = board.columns.findIndex((one) => one.id === args.after_column_id);
  board.columns.splice(after < 0 ? board.columns.length : after + 1, 0, column);
  logEvent(state, board, { userId }, "create_column", "board", {
    column_id: id,
    column_title: args.title,
    column_type: type,
  });
  return column;
}

function rename(boardId: string, columnId: string, title: string, { state, userId }: RequestContext): Column {
  const board = writableBoard(state, { userId }, boardId);
  const column = columnOf(board, columnId);
  const before = column.title;
  column.title = title;
  column.revision += 1;
  logEvent(state, board, { userId }, "update_column_name", "board", {
    column_id: column.id,
    value: { name: title },
    previous_value: { name: before },
  });
  return column;
}

interface UpdateColumn {
  readonly board_id: string;
  readonly id: string;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly revision: string;
  readonly settings?: unknown;
}

/** Changes a column when the caller knows its newest revision; labels are renamed by their index. */
function updateColumn(args: UpdateColumn, context: RequestContext): Column {
  const { state, userId } = context;
  const board = writableBoard(state, { userId }, args.board_id);
  const column = columnOf(board, args.id);
  if (args.revision !== String(column.revision)) {
    throw mondayError("RecordInvalidException", "The revision is not the column's newest", {}, 422);
  }
  if (args.title != null) rename(board.id, column.id, args.title, context);
  column.description = args.description ?? column.description;
  if (args.settings == null) return column;
  const at = board.columns.indexOf(column);
  const next = { ...column, ...changedSettings(column, args.settings), revision: column.revision + 1 };
  board.columns.splice(at, 1, next);
  logEvent(state, board, { userId }, "change_column_settings", "board", {
    column_id: column.id,
    column_title: column.title,
  });
  return next;
}

/** Resolvers of the mutations on columns. */
export const COLUMN_WRITES: Resolvers = {
  Mutation: {
    create_column: on((_source, args: CreateColumn & { column_type: string }, context) =>
      createColumn(args.column_type, args, context),
    ),
    create_status_column: on((_source, args: CreateColumn, context) => createColumn("status", args, context)),
    create_dropdown_column: on((_source, args: CreateColumn, context) => createColumn("dropdown", args, context)),
    update_column: on((_source, args: UpdateColumn, context) => updateColumn(args, context)),
    change_column_title: on((_source, args: { board_id: string; column_id: string; title: string }, context) =>
      rename(args.board_id, args.column_id, args.title, context),
    ),
    change_column_metadata: on(
      (
        _source,
        args: { board_id: string; column_id: string; column_property?: string | null; value?: string | null },
        context,
      ) => {
        const { state, userId } = context;
        if (args.column_property === "title") return rename(args.board_id, args.column_id, args.value ?? "", context);
        const column = columnOf(writableBoard(state, { userId }, args.board_id), args.column_id);
        column.description = args.value ?? null;
        column.revision += 1;
        return column;
      },
    ),
    delete_column: on((_source, args: { board_id: string; column_id: string }, { state, userId }) => {
      const board = writableBoard(state, { userId }, args.board_id);
      const column = columnOf(board, args.column_id);
      if (column.type === "name") throw invalidArgument("The name column cannot be deleted");
      board.columns.splice(board.columns.indexOf(column), 1);
      logEvent(state, board, { userId }, "delete_column", "board", {
        column_id: column.id,
        column_title: column.title,
        column_type: column.type,
      });
      return column;
    }),
  },
};
