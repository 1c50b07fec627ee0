import type { RequestContext } from "./context.ts";
import { notFound, unauthorized } from "./errors.ts";
import type { Folder, Team, User, Workspace } from "./parts.ts";
import { on } from "./resolver.ts";
import type { Resolvers } from "./schema.ts";

function workspaceOf({ state }: RequestContext, id: string | null | undefined): Workspace {
  const space = state.workspaces.find((candidate) => candidate.id === id && candidate.state === "active");
  if (space === undefined) throw notFound("Workspace", String(id));
  return space;
}

function folderOf({ state }: RequestContext, id: string): Folder {
  const folder = state.folders.find((candidate) => candidate.id === id);
  if (folder === undefined) throw notFound("Folder", id);
  return folder;
}

function teamOf({ state }: RequestContext, id: string): Team {
  const team = state.teams.get(id);
  if (team === undefined) throw notFound("Team", id);
  return team;
}

const known = ({ state }: RequestContext, ids: readonly string[]): User[] =>
  ids.map((id) => state.users.get(id)).filter((user): user is User => user !== undefined);

/** Switches people on or off; only an admin may, or a member while no admin is seeded. */
function switchUsers(context: RequestContext, ids: readonly string[], enabled: boolean): User[] {
  const { state, userId } = context;
  const admins = [...state.users.values()].filter((user) => user.kind === "admin");
  if (admins.length > 0 && !admins.some((user) => user.id === userId)) throw unauthorized();
  return known(context, ids).map((user) => {
    const next = { ...user, enabled };
    state.users.set(user.id, next);
    return next;
  });
}

function membership(context: RequestContext, args: { team_id: string; user_ids: string[] }, add: boolean): unknown {
  const team = teamOf(context, args.team_id);
  const users = known(context, args.user_ids);
  for (const user of users) {
    if (add) team.userIds.add(user.id);
    else team.userIds.delete(user.id);
  }
  return { successful_users: users, failed_users: [] };
}

/** Resolvers of the mutations on workspaces, folders, teams and users. */
export const PEOPLE_WRITES: Resolvers = {
  Mutation: {
    create_workspace: on(
      (_source, args: { name: string; kind: string; description?: string | null }, { state, userId }) => {
        const space: Workspace = {
          id: state.newId(),
          name: args.name,
          createdAt: `${state.now().slice(0, 19)}Z`,
          description: args.description ?? null,
          kind: args.kind,
          state: "active",
          userIds: new Set([userId]),
        };
        state.workspaces.push(space);
        return space;
      },
    ),
    update_workspace: on(
      (
        _source,
        args: { id?: string | null; attributes: { name?: string; description?: string; kind?: string } },
        context,
      ) => {
        const space = workspaceOf(context, args.id);
        space.name = args.attributes.name ?? space.name;
        space.description = args.attributes.description ?? space.description;
        space.kind = args.attributes.kind ?? space.kind;
        return space;
      },
    ),
    delete_workspace: on((_source, args: { workspace_id: string }, context) => {
      const space = workspaceOf(context, args.workspace_id);
      space.state = "deleted";
      for (const board of context.state.boards.values()) if (board.workspaceId === space.id) board.state = "deleted";
      return space;
    }),
    add_users_to_workspace: on((_source, args: { workspace_id: string; user_ids: string[] }, context) => {
      const space = workspaceOf(context, args.workspace_id);
      for (const id of args.user_ids) space.userIds.add(id);
      return known(context, args.user_ids);
    }),
    delete_users_from_workspace: on((_source, args: { workspace_id: string; user_ids: string[] }, context) => {
      const space = workspaceOf(context, args.workspace_id);
      for (const id of args.user_ids) space.userIds.delete(id);
      return known(context, args.user_ids);
    }),
    create_folder: on(
      (_source, args: { name: string; color?: string | null; workspace_id?: string | null }, { state, userId }) => {
        const folder: Folder = {
          id: state.newId(),
          name: args.name,
          color: args.color ?? null,
          createdAt: state.now(),
          workspaceId: args.workspace_id ?? null,
          ownerId: userId,
        };
        state.folders.push(folder);
        return folder;
      },
    ),
    update_folder: on((_source, args: { folder_id: string; name?: string | null; color?: string | null }, context) => {
      const folder = folderOf(context, args.folder_id);
      folder.name = args.name ?? folder.name;
      folder.color = args.color ?? folder.color;
      return folder;
    }),
    delete_folder: on((_source, args: { folder_id: string }, context) => {
      const folder = folderOf(context, args.folder_id);
      context.state.folders.splice(context.state.folders.indexOf(folder), 1);
      return folder;
    }),
    create_team: on(
      (
        _source,
        args: { input: { name: string; is_guest_team?: boolean | null; subscriber_ids?: string[] | null } },
        { state },
      ) => {
        const { name, is_guest_team: guest, subscriber_ids: ids } = args.input;
        const id = String(1_000_000 + state.teams.size);
        const team: Team = { id, name, createdAt: state.now(), userIds: new Set(ids ?? []), guest: guest === true };
        state.teams.set(id, team);
        return team;
      },
    ),
    delete_team: on((_source, args: { team_id: string }, context) => {
      const team = teamOf(context, args.team_id);
      context.state.teams.delete(team.id);
      return team;
    }),
    add_users_to_team: on((_source, args: { team_id: string; user_ids: string[] }, context) =>
      membership(context, args, true),
    ),
    remove_users_from_team: on((_source, args: { team_id: string; user_ids: string[] }, context) =>
      membership(context, args, false),
    ),
    activate_users: on((_source, args: { user_ids: string[] }, context) => ({
      activated_users: switchUsers(context, args.user_ids, true),
      errors: null,
    })),
    deactivate_users: on((_source, args: { user_ids: string[] }, context) => ({
      deactivated_users: switchUsers(context, args.user_ids, false),
      errors: null,
    })),
    create_webhook: on((_source, args: { board_id: string; url: string; event: string; config?: unknown }, context) =>
      context.webhooks.create(args, { userId: context.userId, app: context.app }),
    ),
    delete_webhook: on((_source, args: { id: string }, context) => context.webhooks.remove(args.id, context.app)),
  },
};
