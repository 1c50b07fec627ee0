import type { MondayActivitySeed, MondaySeed } from "../seeds.ts";
import { activityRows } from "./activity-query.ts";
import type { ActivityArguments } from "./activity-query.ts";
import { cellsOf, seconds } from "./cells.ts";
import { legacySettings, settingsObject } from "./column-settings.ts";
import type { RequestContext } from "./context.ts";
import { boardNotFound, cursorExpired, invalidArgument, unauthorized } from "./errors.ts";
import type { ItemsQuery, ItemsResponse } from "./pages.ts";
import type { Resolver, Resolvers } from "./schema.ts";
import type { Column, Group, Item } from "./parts.ts";
import type { Board, Update } from "./state.ts";
import { VERSIONS } from "./versions.ts";

type User = MondaySeed["users"][number];

/** Types a resolver's source and arguments; graphql-js checks the arguments against the schema before. */
export function on(read: (source: never, args: never, context: RequestContext) => unknown): Resolver {
  return (source, args, context) => read(source as never, args as never, context);
}

interface Paged {
  readonly limit: number;
  readonly page: number;
}

const pageOf = <T>(rows: readonly T[], { limit, page }: Paged): T[] => {
  if (limit < 0 || page < 1) throw invalidArgument("limit and page are positive");
  return rows.slice((page - 1) * limit, page * limit);
};

const inState = (state: string, wanted: string | null | undefined): boolean =>
  wanted === "all" || state === (wanted ?? "active");

interface GroupSource extends Group {
  readonly board: Board;
}

const groupSource = (board: Board, group: Group): GroupSource => ({ ...group, board });

interface BoardsArguments extends Paged {
  readonly ids?: readonly string[] | null;
  readonly board_kind?: string | null;
  readonly state?: string | null;
  readonly workspace_ids?: readonly (string | null)[] | null;
  readonly order_by?: string | null;
}

function boards(args: BoardsArguments, { state }: RequestContext): Board[] {
  const ids = args.ids == null ? null : new Set(args.ids);
  const spaces = args.workspace_ids == null ? null : new Set(args.workspace_ids);
  const found = [...state.boards.values()].filter(
    (board) =>
      !board.hidden
      && inState(board.state, args.state)
      && (ids === null || ids.has(board.id))
      && (spaces === null || spaces.has(board.workspaceId))
      && (args.board_kind == null || board.kind === args.board_kind),
  );
  if (args.order_by === "created_at") found.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  return pageOf(found, args);
}

interface ItemsArguments extends Paged {
  readonly ids?: readonly string[] | null;
  readonly exclude_nonactive?: boolean | null;
  readonly newest_first?: boolean | null;
}

function items(args: ItemsArguments, { state }: RequestContext): Item[] {
  if (args.limit > 100) throw invalidArgument("limit must be at most 100");
  if (args.ids != null && args.ids.length > 100) throw invalidArgument("ids is limited to 100 ids");
  const ids = args.ids ?? [...state.boards.values()].flatMap((board) => [...board.items.keys()]);
  const found = ids
    .map((id) => state.visibleItem(id))
    .filter((item): item is Item => item !== undefined)
    .filter((item) => (args.ids == null || args.exclude_nonactive === true ? item.state === "active" : true));
  return pageOf(args.newest_first === true ? found.toReversed() : found, args);
}

interface PageArguments {
  readonly cursor?: string | null;
  readonly limit: number;
  readonly query_params?: ItemsQuery | null;
}

function itemsPage(board: Board, groupId: string | null, args: PageArguments, context: RequestContext): ItemsResponse {
  if (args.cursor == null)
    return context.pages.first(board, groupId, args.limit, args.query_params ?? null, context.userId);
  if (args.query_params != null) throw invalidArgument("query_params and cursor cannot be used together");
  return context.pages.next(args.cursor, args.limit);
}

interface ByValuesArguments {
  readonly board_id: string;
  readonly columns?: readonly { column_id: string; column_values: readonly (string | null)[] }[] | null;
  readonly cursor?: string | null;
  readonly limit: number;
}

function byColumnValues(args: ByValuesArguments, { state, pages }: RequestContext): ItemsResponse {
  const board = state.board(args.board_id);
  if (board === undefined) throw boardNotFound(args.board_id);
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
  readonly status?: readonly string[] | null;
}

function users(args: UsersArguments, { state }: RequestContext): User[] {
  if (args.limit > 1000) throw invalidArgument("limit must be at most 1000");
  const name = args.name?.toLowerCase();
  const wanted = args.status ?? (args.ids != null ? null : [args.non_active === true ? "INACTIVE" : "ACTIVE"]);
  return pageOf(
    [...state.users.values()].filter(
      (user) =>
        (args.ids == null || args.ids.includes(user.id))
        && (args.emails == null || args.emails.includes(user.email))
        && (name === undefined || user.name.toLowerCase().includes(name))
        && (wanted === null || wanted.includes(user.enabled ? "ACTIVE" : "INACTIVE")),
    ),
    args,
  );
}

const someUser = ({ state }: RequestContext, id: string): User | null =>
  state.users.get(id) ?? state.users.values().next().value ?? null;

const plainText = (html: string): string => html.replaceAll(/<[^>]*>/gu, "");

/** Resolvers of everything that reads, except the column values. */
export const READS: Resolvers = {
  Query: {
    me: on((_source, _args, { state, userId }) => state.users.get(userId) ?? null),
    account: on((_source, _args, { state }) => state.account),
    users: on((_source, args: UsersArguments, context) => users(args, context)),
    teams: on(() => []),
    tags: on(() => []),
    workspaces: on((_source, args: Paged & { ids?: string[] | null; state?: string | null }, { state }) =>
      pageOf(
        state.workspaces.filter(
          (space) => inState("active", args.state) && (args.ids == null || args.ids.includes(space.id)),
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
    version: on((_source, _args, { version }) => version),
    versions: on(() => VERSIONS.filter((version) => version.value !== "dev")),
    updates: on((_source, args: Paged & { ids?: string[] | null }, { state }) =>
      pageOf(state.updates.filter((update) => args.ids == null || args.ids.includes(update.id)).toReversed(), args),
    ),
    platform_api: on(() => ({ daily_limit: {} })),
    complexity: on(async (_source, _args, context) => {
      // The other root fields resolve synchronously; after one turn all of them have been counted.
      await Promise.resolve();
      return complexityOf(context, context.cost);
    }),
  },
  PlatformApi: {
    daily_limit: on((_source, _args, { budget }) => ({ base: budget.limits.daily, total: budget.limits.daily })),
  },
  Account: {
    tier: on(() => "pro"),
    plan: on(() => ({ max_users: 100, period: "yearly", tier: "pro", version: 11 })),
    country_code: on(() => "US"),
    first_day_of_the_week: on(() => "monday"),
    is_during_trial: on(() => false),
    show_timeline_weekends: on(() => false),
  },
  User: {
    created_at: on((user: User) => user.createdAt),
    kind: on(() => "member"),
    status: on((user: User) => (user.enabled ? "ACTIVE" : "INACTIVE")),
    is_deleted: on(() => false),
    is_email_confirmed: on(() => true),
    title: on(() => ""),
    url: on((user: User, _args, { state }) => `https://${state.account.slug}.monday.com/users/${user.id}`),
    time_zone_identifier: on(() => "Etc/UTC"),
    account: on((_source, _args, { state }) => state.account),
    account_id: on((_source, _args, { state }) => state.account.id),
    teams: on(() => []),
  },
  Workspace: {
    kind: on(() => "open"),
    state: on(() => "active"),
    created_at: on((space: { createdAt: string | null }) => space.createdAt),
    is_default_workspace: on(() => false),
  },
  Board: {
    board_kind: on((board: Board) => board.kind),
    type: on(() => "board"),
    hierarchy_type: on(() => "classic"),
    created_at: on((board: Board) => seconds(board.createdAt)),
    updated_at: on((board: Board) => seconds(board.updatedAt)),
    workspace_id: on((board: Board) => board.workspaceId),
    workspace: on(
      (board: Board, _args, { state }) => state.workspaces.find((space) => space.id === board.workspaceId) ?? null,
    ),
    permissions: on(() => "everyone"),
    url: on((board: Board, _args, { state }) => `https://${state.account.slug}.monday.com/boards/${board.id}`),
    items_count: on((board: Board) => [...board.items.values()].filter((item) => item.state === "active").length),
    items_limit: on(() => 10_000),
    item_terminology: on(() => "Item"),
    creator: on((board: Board, _args, context) => someUser(context, board.creatorId)),
    owners: on((board: Board, _args, context) => [someUser(context, board.creatorId)]),
    groups: on((board: Board, args: { ids?: string[] | null }) =>
      board.groups
        .filter((group) => args.ids == null || args.ids.includes(group.id))
        .map((group) => groupSource(board, group)),
    ),
    top_group: on((board: Board) => (board.groups[0] === undefined ? null : groupSource(board, board.groups[0]))),
    columns: on((board: Board, args: { ids?: string[] | null; types?: string[] | null }) =>
      board.columns.filter(
        (column) =>
          (args.ids == null || args.ids.includes(column.id))
          && (args.types == null || args.types.includes(column.type)),
      ),
    ),
    items_page: on((board: Board, args: PageArguments, context) => itemsPage(board, null, args, context)),
    activity_logs: on((board: Board, args: ActivityArguments, { state }) => {
      if (board.activityHidden) throw unauthorized();
      return activityRows(state, board, args);
    }),
    updates: on((board: Board, args: Paged, { state }) =>
      pageOf(state.updates.filter((update) => state.boardOfItem(update.itemId)?.id === board.id).toReversed(), args),
    ),
  },
  Group: {
    position: on(({ board, id }: GroupSource) => String(board.groups.findIndex((group) => group.id === id) * 65_536)),
    archived: on(() => false),
    deleted: on(() => false),
    items_page: on((group: GroupSource, args: PageArguments, context) =>
      itemsPage(group.board, group.id, args, context),
    ),
  },
  Column: {
    archived: on(() => false),
    settings: on((column: Column) => settingsObject(column)),
    settings_str: on((column: Column) => JSON.stringify(legacySettings(column))),
    revision: on((column: Column) => String(column.revision)),
  },
  ActivityLogType: {
    data: on((row: MondayActivitySeed) => JSON.stringify(row.data)),
    user_id: on((row: MondayActivitySeed) => row.userId),
    account_id: on((_source, _args, { state }) => state.account.id),
    created_at: on((row: MondayActivitySeed) => `${Date.parse(row.createdAt)}0000`),
  },
  Item: {
    created_at: on((item: Item) => seconds(item.createdAt)),
    updated_at: on((item: Item) => seconds(item.updatedAt)),
    creator_id: on((item: Item) => item.creatorId),
    creator: on((item: Item, _args, { state }) => state.users.get(item.creatorId) ?? null),
    board: on((item: Item, _args, { state }) => state.board(item.boardId) ?? null),
    group: on((item: Item, _args, { state }) => {
      const board = state.board(item.boardId);
      const group = board?.groups.find((entry) => entry.id === item.groupId);
      return board === undefined || group === undefined ? null : groupSource(board, group);
    }),
    column_values: on((item: Item, args: { ids?: string[] | null; types?: string[] | null }, { state }) => {
      const board = state.board(item.boardId);
      return board === undefined ? [] : cellsOf(board, item, args.ids, args.types);
    }),
    updates: on((item: Item, args: Paged, { state }) =>
      pageOf(state.updates.filter((update) => update.itemId === item.id).toReversed(), args),
    ),
    parent_item: on(() => null),
    subitems: on(() => []),
    url: on(
      (item: Item, _args, { state }) =>
        `https://${state.account.slug}.monday.com/boards/${item.boardId}/pulses/${item.id}`,
    ),
    relative_link: on((item: Item) => `/boards/${item.boardId}/pulses/${item.id}`),
    email: on((item: Item) => `pulse-${item.id}@use1.monday.com`),
  },
  Update: {
    text_body: on((update: Update) => plainText(update.body)),
    creator_id: on((update: Update) => update.creatorId),
    creator: on((update: Update, _args, { state }) => state.users.get(update.creatorId) ?? null),
    created_at: on((update: Update) => update.createdAt),
    updated_at: on((update: Update) => update.createdAt),
    edited_at: on((update: Update) => update.createdAt),
    item_id: on((update: Update) => update.itemId),
    item: on((update: Update, _args, { state }) => state.visibleItem(update.itemId) ?? null),
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
