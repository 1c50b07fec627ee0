import { notFound } from "./errors.ts";
import type { View } from "./parts.ts";
import { on } from "./resolver.ts";
import type { Resolvers } from "./schema.ts";
import type { Board } from "./state.ts";
import { writableBoard } from "./writes.ts";

interface ViewFields {
  readonly board_id: string;
  readonly type: string;
  readonly name?: string | null;
  readonly filter_user_id?: string | null;
  readonly filter_team_id?: string | null;
  readonly filter?: unknown;
  readonly sort?: unknown;
  readonly tags?: readonly string[] | null;
  readonly settings?: unknown;
}

/** The kinds of views as the API says them back. */
const KINDS: Readonly<Record<string, string>> = {
  DASHBOARD: "DashboardBoardView",
  TABLE: "TableBoardView",
  FORM: "FormBoardView",
  APP: "AppBoardView",
};

/** A view with the fields that were given laid over what there was. */
function written(args: ViewFields, former: Omit<View, "type">): View {
  return {
    id: former.id,
    type: KINDS[args.type] ?? args.type,
    name: args.name ?? former.name,
    settings: args.settings ?? former.settings,
    filter: args.filter ?? former.filter,
    sort: args.sort ?? former.sort,
    tags: args.tags ?? former.tags,
    filterUserId: args.filter_user_id ?? former.filterUserId,
    filterTeamId: args.filter_team_id ?? former.filterTeamId,
  };
}

function viewOf(board: Board, id: string): View {
  const view = board.views.find((each) => each.id === id);
  if (view === undefined) throw notFound("View", id);
  return view;
}

const numeric = (id: string | null): number | null => (id === null ? null : Number(id));

/** Views on boards: they are kept and told, and change nothing that is read. */
export const VIEWS: Resolvers = {
  Board: {
    views: on((board: Board, args: { ids?: readonly string[] | null; type?: string | null }) =>
      board.views.filter(
        (view) => (args.ids == null || args.ids.includes(view.id)) && (args.type == null || args.type === view.type),
      ),
    ),
  },
  BoardView: {
    settings_str: on((view: View) => JSON.stringify(view.settings ?? {})),
    view_specific_data_str: on(() => "{}"),
    source_view_id: on(() => null),
    filter_user_id: on((view: View) => numeric(view.filterUserId)),
    filter_team_id: on((view: View) => numeric(view.filterTeamId)),
    access_level: on(() => "edit"),
  },
  Mutation: {
    create_view: on((_source, args: ViewFields, { state, userId }) => {
      const board = writableBoard(state, { userId }, args.board_id);
      const blank = { settings: {}, filter: null, sort: null, tags: [], filterUserId: null, filterTeamId: null };
      const view = written(args, { ...blank, id: state.newId(), name: "New view" });
      board.views = [...board.views, view];
      return view;
    }),
    update_view: on((_source, args: ViewFields & { readonly view_id: string }, { state, userId }) => {
      const board = writableBoard(state, { userId }, args.board_id);
      const former = viewOf(board, args.view_id);
      const view = written(args, former);
      board.views = board.views.map((each) => (each === former ? view : each));
      return view;
    }),
    delete_view: on((_source, args: { board_id: string; view_id: string }, { state, userId }) => {
      const board = writableBoard(state, { userId }, args.board_id);
      const view = viewOf(board, args.view_id);
      board.views = board.views.filter((each) => each !== view);
      return view;
    }),
  },
};
