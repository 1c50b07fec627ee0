import type { MondayActivitySeed } from "../seeds.ts";
import { stampOf } from "./activity-log.ts";
import { activityRows } from "./activity-query.ts";
import type { ActivityArguments } from "./activity-query.ts";
import { seconds } from "./cell-parts.ts";
import { settingsObject, settingsText } from "./column-settings.ts";
import type { RequestContext } from "./context.ts";
import { invalidArgument, unauthorized } from "./errors.ts";
import type { Column, Folder, Group, Team, User } from "./parts.ts";
import { itemsPage, updatesOf } from "./resolve-queries.ts";
import type { PageArguments } from "./resolve-queries.ts";
import { on, pageOf } from "./resolver.ts";
import type { Paged } from "./resolver.ts";
import type { Resolvers } from "./schema.ts";
import type { Board } from "./state.ts";

export interface GroupSource extends Group {
  readonly board: Board;
}

export const groupSource = (board: Board, group: Group): GroupSource => ({ ...group, board });

const someUser = ({ state }: RequestContext, id: string): User | undefined =>
  state.users.get(id) ?? [...state.users.values()][0];
const usersOf = ({ state }: RequestContext, ids: Iterable<string>): User[] =>
  [...ids].map((id) => state.users.get(id)).filter((user): user is User => user !== undefined);
const teamsOf = ({ state }: RequestContext, ids: Iterable<string>): Team[] =>
  [...ids].map((id) => state.teams.get(id)).filter((team): team is Team => team !== undefined);

const liveGroups = (board: Board): Group[] => board.groups.filter((group) => group.deleted !== true);

function updatesPage(updates: readonly { readonly id: string }[], limit: number, cursor: string | null): unknown {
  const from = cursor === null ? 0 : Number(Buffer.from(cursor, "base64").toString("utf8"));
  if (!Number.isInteger(from)) throw invalidArgument("The cursor is not valid");
  const next = from + limit;
  return {
    updates: updates.slice(from, next),
    cursor: next >= updates.length ? null : Buffer.from(String(next)).toString("base64"),
  };
}

export { updatesPage, usersOf };

/** Resolvers of boards, groups, columns and the activity log. */
export const BOARDS: Resolvers = {
  Board: {
    board_kind: on((board: Board) => board.kind),
    type: on((board: Board) => board.type),
    hierarchy_type: on(() => "classic"),
    access_level: on(() => "edit"),
    created_at: on((board: Board) => seconds(board.createdAt)),
    updated_at: on((board: Board) => seconds(board.updatedAt)),
    workspace_id: on((board: Board) => board.workspaceId),
    workspace: on(
      (board: Board, _args, { state }) => state.workspaces.find((space) => space.id === board.workspaceId) ?? null,
    ),
    board_folder_id: on((board: Board) => board.folderId),
    folder: on((board: Board, _args, { state }) => state.folders.find((one) => one.id === board.folderId) ?? null),
    permissions: on(() => "everyone"),
    url: on((board: Board, _args, { state }) => `https://${state.account.slug}.monday.com/boards/${board.id}`),
    items_count: on((board: Board) => board.items.activeCount),
    items_limit: on((board: Board) => board.itemsLimit),
    item_terminology: on((board: Board) => board.itemNoun),
    creator: on((board: Board, _args, context) => someUser(context, board.creatorId)),
    owner: on((board: Board, _args, context) => someUser(context, board.creatorId)),
    owners: on((board: Board, _args, context) => usersOf(context, board.owners)),
    subscribers: on((board: Board, _args, context) => usersOf(context, board.subscribers)),
    team_owners: on(() => []),
    team_subscribers: on((board: Board, args: Paged, context) => pageOf(teamsOf(context, board.teamSubscribers), args)),
    tags: on(() => []),
    groups: on((board: Board, args: { ids?: string[] | null }) =>
      liveGroups(board)
        .filter((group) => args.ids == null || args.ids.includes(group.id))
        .map((group) => groupSource(board, group)),
    ),
    top_group: on((board: Board) => {
      const [first] = liveGroups(board);
      return first === undefined ? null : groupSource(board, first);
    }),
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
      updatesOf(
        state.updates.filter((update) => state.homeOf(update.itemId)?.id === board.id),
        args,
      ),
    ),
    updates_page: on((board: Board, args: { limit: number; cursor?: string | null }, { state }) =>
      updatesPage(
        state.updates.filter((one) => one.parentId === null && state.homeOf(one.itemId)?.id === board.id).toReversed(),
        args.limit,
        args.cursor ?? null,
      ),
    ),
    object_type_unique_key: on(() => "board"),
    communication: on((board: Board) => board.communication),
  },
  Group: {
    position: on(({ board, id }: GroupSource) =>
      String((board.groups.findIndex((group) => group.id === id) + 1) * 65_536),
    ),
    archived: on((group: GroupSource) => group.archived ?? false),
    deleted: on((group: GroupSource) => group.deleted ?? false),
    items_page: on((group: GroupSource, args: PageArguments, context) =>
      itemsPage(group.board, group.id, args, context),
    ),
  },
  Column: {
    archived: on(() => false),
    settings: on((column: Column) => settingsObject(column)),
    settings_str: on((column: Column) => settingsText(column)),
    revision: on((column: Column) => String(column.revision)),
  },
  ActivityLogType: {
    data: on((row: MondayActivitySeed) => JSON.stringify(row.data)),
    user_id: on((row: MondayActivitySeed) => row.userId),
    account_id: on((_source, _args, { state }) => state.account.id),
    created_at: on((row: MondayActivitySeed) => stampOf(row)),
  },
  Folder: {
    children: on((folder: Folder, _args, { state }) =>
      [...state.boards.values()].filter((board) => board.folderId === folder.id && !board.hidden),
    ),
    sub_folders: on(() => []),
    created_at: on((folder: Folder) => folder.createdAt),
    owner_id: on((folder: Folder) => folder.ownerId),
    workspace: on(
      (folder: Folder, _args, { state }) =>
        state.workspaces.find((space) => space.id === folder.workspaceId) ?? state.workspaces[0],
    ),
  },
};
