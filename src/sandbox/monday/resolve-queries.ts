import { aggregate } from "./aggregate.ts";
import type { AggregateQuery } from "./aggregate.ts";
import type { RequestContext } from "./context.ts";
import { boardNotFound, cursorExpired, invalidArgument, mondayError } from "./errors.ts";
import type { ItemsQuery, ItemsResponse } from "./pages.ts";
import type { Item, User } from "./parts.ts";
import { inState, on, pageOf } from "./resolver.ts";
import type { Paged } from "./resolver.ts";
import type { Resolvers } from "./schema.ts";
import type { Board, Update } from "./state.ts";
import { VERSIONS } from "./versions.ts";

interface BoardsArguments extends Paged {
  readonly ids?: readonly string[] | null;
  readonly board_kind?: string | null;
  readonly state?: string | null;
  readonly workspace_ids?: readonly (string | null)[] | null;
  readonly order_by?: string | null;
  readonly latest?: boolean | null;
  readonly hierarchy_types?: readonly string[] | null;
}

function boards(args: BoardsArguments, { state, userId }: RequestContext): Board[] {
  const ids = args.ids == null ? null : new Set(args.ids);
  const spaces = args.workspace_ids == null ? null : new Set(args.workspace_ids);
  const found = [...state.boards.values()].filter(
    (board) =>
      state.sees(userId, board)
      && inState(board.state, args.state)
      && (ids === null || ids.has(board.id))
      && (spaces === null || spaces.has(board.workspaceId))
      && (args.board_kind == null || board.kind === args.board_kind)
      && (args.hierarchy_types == null || args.hierarchy_types.includes("classic")),
  );
  if (args.order_by === "created_at") found.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  if (args.order_by === "used_at") found.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  return pageOf(found, args);
}

interface ItemsArguments extends Paged {
  readonly ids?: readonly string[] | null;
  readonly exclude_nonactive?: boolean | null;
  readonly newest_first?: boolean | null;
}

/** Items by id in any state, unknown ones left out; without ids the active ones of all boards. */
function items(args: ItemsArguments, { state, userId }: RequestContext): Item[] {
  if ((args.limit ?? 25) > 100) throw invalidArgument("limit must be at most 100");
  if (args.ids != null && args.ids.length > 100) throw invalidArgument("ids is limited to 100 ids");
  const wanted = (item: Item | undefined): item is Item => {
    const board = item === undefined ? undefined : state.board(item.boardId);
    if (item === undefined || board === undefined || !state.sees(userId, board)) return false;
    return args.ids == null || args.exclude_nonactive === true ? item.state === "active" : true;
  };
  if (args.ids != null) {
    const found = [...new Set(args.ids)].map((id) => state.visibleItem(id)).filter(wanted);
    return pageOf(args.newest_first === true ? found.toReversed() : found, args);
  }
  const all: Item[] = [];
  for (const board of state.boards.values()) for (const item of board.items.scan()) if (wanted(item)) all.push(item);
  const page = pageOf(args.newest_first === true ? all.toReversed() : all, args);
  return page.map((item) => state.visibleItem(item.id) ?? item);
}

interface ByValuesArguments {
  readonly board_id: string;
  readonly columns?: readonly { column_id: string; column_values: readonly (string | null)[] }[] | null;
  readonly cursor?: string | null;
  readonly limit: number;
}

function byColumnValues(args: ByValuesArguments, { state, pages, userId }: RequestContext): ItemsResponse {
  const board = state.board(args.board_id);
  if (board === undefined || !state.sees(userId, board)) throw boardNotFound(args.board_id);
  if (args.cursor != null && args.columns != null) throw invalidArgument("columns and cursor cannot be used together");
  if (args.cursor != null) return pages.next(args.cursor, args.limit);
  if (args.columns == null) throw invalidArgument("columns or cursor is required");
  return pages.byColumnValues(board, args.columns, args.limit);
}

interface UsersArguments extends Paged {
  readonly ids?: readonly string[] | null;
  readonly emails?: readonly string[] | null;
  readonly name?: string | null;
  readonly non_active?: boolean | null;
  readonly newest_first?: boolean | null;
  readonly kind?: string | null;
  readonly user_kind?: { readonly in?: readonly string[] | null; readonly not_in?: readonly string[] | null } | null;
  readonly status?: readonly string[] | null;
  readonly sort?: readonly { readonly field: string; readonly direction: string }[] | null;
}

export function usersList(args: UsersArguments, all: readonly User[]): User[] {
  // The schema's own default is 200; versions before 2026-07 have none and give everyone.
  const limit = args.limit ?? all.length;
  if (args.limit != null && limit > 1000) throw invalidArgument("limit must be at most 1000");
  const name = args.name?.toLowerCase();
  const wanted = args.status ?? (args.ids != null ? null : [args.non_active === true ? "INACTIVE" : "ACTIVE"]);
  const kindOf = (user: User): string => user.kind.toUpperCase();
  const found = all.filter(
    (user) =>
      (args.ids == null || args.ids.includes(user.id))
      && (args.emails == null || args.emails.some((email) => email.toLowerCase() === user.email.toLowerCase()))
      && (name === undefined || user.name.toLowerCase().includes(name))
      && (args.kind !== "guests" || user.kind === "guest")
      && (args.kind !== "non_guests" || user.kind !== "guest")
      && (args.user_kind?.in == null || args.user_kind.in.includes(kindOf(user)))
      && (args.user_kind?.not_in == null || !args.user_kind.not_in.includes(kindOf(user)))
      && (wanted === null || wanted.includes(statusOf(user))),
  );
  const sort = args.sort?.[0];
  if (args.newest_first === true) found.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  if (sort !== undefined) {
    const key = (user: User): string => (/name/iu.test(sort.field) ? user.name : user.createdAt);
    const sign = /desc/iu.test(sort.direction) ? -1 : 1;
    found.sort((a, b) => (key(a) < key(b) ? -sign : sign));
  }
  return pageOf(found, { limit, page: args.page ?? 1 });
}

/** A person who was switched off is inactive; one who has not confirmed the address is pending. */
export const statusOf = (user: User): string =>
  !user.enabled ? "INACTIVE" : user.emailConfirmed ? "ACTIVE" : "PENDING";

interface UpdatesArguments extends Paged {
  readonly ids?: readonly string[] | null;
  readonly from_date?: string | null;
  readonly to_date?: string | null;
}

/** Updates (no replies) newest first, inside the dates given. */
export function updatesOf(updates: readonly Update[], args: UpdatesArguments): Update[] {
  const from = args.from_date == null ? Number.NEGATIVE_INFINITY : Date.parse(args.from_date);
  const to = args.to_date == null ? Number.POSITIVE_INFINITY : Date.parse(args.to_date);
  const found = updates.filter((update) => {
    const at = Date.parse(update.createdAt);
    return update.parentId === null && at >= from && at <= to && (args.ids == null || args.ids.includes(update.id));
  });
  return pageOf(found.toReversed(), args);
}

interface Listed extends Paged {
  readonly ids?: readonly string[] | null;
  readonly state?: string | null;
  readonly kind?: string | null;
  readonly order_by?: string | null;
  readonly workspace_ids?: readonly string[] | null;
}

const byIds = (args: { readonly ids?: readonly string[] | null }, id: string | null): boolean =>
  args.ids == null || (id !== null && args.ids.includes(id));

/** Resolvers of the query root. */
export const QUERIES: Resolvers = {
  Query: {
    me: on((_source, _args, { state, userId }) => state.users.get(userId) ?? null),
    account: on((_source, _args, { state }) => state.account),
    users: on((_source, args: UsersArguments, { state }) => usersList(args, [...state.users.values()])),
    teams: on((_source, args: Listed, { state }) => [...state.teams.values()].filter((team) => byIds(args, team.id))),
    tags: on((_source, args: Listed, { state }) => [...state.tags.values()].filter((tag) => byIds(args, tag.id))),
    assets: on((_source, args: Listed, { state }) =>
      [...state.assets.values()].filter((asset) => byIds(args, asset.id)),
    ),
    folders: on((_source, args: Listed, { state }) =>
      pageOf(
        state.folders.filter(
          (folder) =>
            byIds(args, folder.id)
            && (args.workspace_ids == null || args.workspace_ids.includes(folder.workspaceId ?? "")),
        ),
        args,
      ),
    ),
    workspaces: on((_source, args: Listed, { state }) =>
      pageOf(
        state.workspaces.filter(
          (space) =>
            inState(space.state, args.state)
            && byIds(args, space.id)
            && (args.kind == null || args.kind === space.kind),
        ),
        args,
      ),
    ),
    boards: on((_source, args: BoardsArguments, context) => boards(args, context)),
    items: on((_source, args: ItemsArguments, context) => items(args, context)),
    items_page_by_column_values: on((_source, args: ByValuesArguments, context) => byColumnValues(args, context)),
    next_items_page: on((_source, args: { cursor: string; limit: number }, { pages }) => {
      if (args.cursor === "") throw cursorExpired();
      return pages.next(args.cursor, args.limit);
    }),
    webhooks: on((_source, args: { board_id: string; app_webhooks_only?: boolean | null }, context) => {
      const board = context.state.board(args.board_id);
      if (board === undefined || !context.state.sees(context.userId, board)) throw boardNotFound(args.board_id);
      return context.webhooks
        .of(board.id)
        .filter((hook) => args.app_webhooks_only !== true || (hook.app !== null && hook.app === context.app));
    }),
    version: on((_source, _args, { version }) => version),
    versions: on(() => VERSIONS.filter((version) => version.value !== "dev")),
    updates: on((_source, args: UpdatesArguments, { state, userId }) =>
      updatesOf(
        state.updates.filter((update) => {
          const board = state.boardOfItem(update.itemId);
          return board !== undefined && state.sees(userId, board);
        }),
        args,
      ),
    ),
    replies: on((_source, args: Paged & { board_ids: string[] } & Record<string, unknown>, { state }) => {
      const [from, to] = [args["created_at_from"], args["created_at_to"]];
      const found = state.updates.filter(
        (update) =>
          update.parentId !== null
          && args.board_ids.includes(state.boardOfItem(update.itemId)?.id ?? "")
          && (typeof from !== "string" || update.createdAt >= from)
          && (typeof to !== "string" || update.createdAt <= to),
      );
      return pageOf(found.toReversed(), args);
    }),
    platform_api: on((_source, _args, { budget }) => budget),
    aggregate: on((_source, args: { query: AggregateQuery }, context) => aggregate(args.query, context)),
    job_status: on((_source, args: { job_id: string }, { state }) => {
      const job = state.jobs.get(args.job_id);
      if (job === undefined)
        throw mondayError("ResourceNotFoundException", "Job not found", { job_id: args.job_id }, 404);
      const succeeded = job.total - job.failed;
      return {
        id: args.job_id,
        status: "COMPLETED",
        created_at: job.at,
        updated_at: job.at,
        error: null,
        result: { total: job.total, succeeded, failed: job.failed, details: null },
      };
    }),
    validations: on((_source, args: { id: string }, { state }) => {
      const board = state.board(args.id);
      if (board === undefined) throw boardNotFound(args.id);
      return { required_column_ids: [...board.requiredColumns], rules: Object.fromEntries(board.rules) };
    }),
    get_column_type_schema: on((_source, args: { type: string }) => ({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: args.type,
      type: "object",
      additionalProperties: true,
    })),
    complexity: on(async (_source, _args, context) => {
      // The other root fields resolve synchronously; after one turn all of them have been counted.
      await Promise.resolve();
      return complexityOf(context, context.cost);
    }),
  },
};

/** The `complexity` field; `cost` is what the query is charged. */
export function complexityOf({ budget }: RequestContext, cost: number): Record<string, number> {
  const int = (value: number): number => Math.min(value, 2_147_483_647);
  const before = budget.complexityLeft;
  return {
    before: int(before),
    query: int(cost),
    after: int(Math.max(0, before - cost)),
    reset_in_x_seconds: budget.complexityReset,
  };
}

export interface PageArguments {
  readonly cursor?: string | null;
  readonly limit: number;
  readonly query_params?: ItemsQuery | null;
}

/** `items_page` of a board or of one of its groups. */
export function itemsPage(
  board: Board,
  groupId: string | null,
  args: PageArguments,
  context: RequestContext,
): ItemsResponse {
  if (args.cursor == null) {
    return context.pages.first(board, groupId, args.limit, args.query_params ?? null, context.userId);
  }
  if (args.query_params != null) throw invalidArgument("query_params and cursor cannot be used together");
  return context.pages.next(args.cursor, args.limit);
}
