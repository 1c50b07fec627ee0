import type { Call } from "./call.ts";
import { ApiFault, badRequest, unknownObject } from "./errors.ts";
import type { CustomFieldRow, TaskRow, TeamRow, UserRow } from "./rows.ts";
import { requireTask } from "./state.ts";

/** A task by gid or `external:<gid>`, as the caller may address it. */
export function taskOf(call: Call, id: string): TaskRow {
  const { state, searchIndex } = call.world;
  const task = requireTask(state, id, call.view.app);
  if (state.changing) searchIndex.remember(task);
  return task;
}

/** A user by gid, email or `me`; undefined when there is none. */
export function findUser(call: Call, id: string): UserRow | undefined {
  const { state } = call.world;
  if (id === "me") return state.users.get(call.view.viewerGid);
  return state.users.get(id) ?? state.usersByEmail.get(id.toLowerCase());
}

export function requireUser(call: Call, id: string): UserRow {
  const user = findUser(call, id);
  if (user === undefined) throw unknownObject("user", id);
  return user;
}

/** A user written into a field. Errors: 400 as the service words it. */
export function memberOf(call: Call, field: string, id: string): string {
  const user = findUser(call, id);
  if (user === undefined) throw badRequest(`${field}: Not a user in Organization: ${id}`);
  return user.gid;
}

export function requireTeam(call: Call, gid: string): TeamRow {
  const team = call.world.state.teams.get(gid);
  if (team === undefined) throw unknownObject("team", gid);
  return team;
}

/** The people of a team who have not left. */
export function membersOf(call: Call, team: TeamRow): UserRow[] {
  const { users, departedUsers } = call.world.state;
  return team.memberGids.flatMap((gid) => (departedUsers.has(gid) ? [] : (users.get(gid) ?? [])));
}

export function requireWorkspace(call: Call, gid: string): void {
  if (gid !== call.world.state.workspace.gid) throw unknownObject("workspace", gid);
}

/** The workspace of a query or body. Errors: 400 for one that does not exist. */
export function checkWorkspace(call: Call, gid: string): void {
  if (!/^\d+$/u.test(gid)) throw badRequest(`workspace: Not a recognized ID: ${gid}`);
  if (gid !== call.world.state.workspace.gid) throw new ApiFault(400, `workspace: Unknown object: ${gid}`);
}

export function requireField(call: Call, gid: string): CustomFieldRow {
  const field = call.world.state.customFields.get(gid);
  if (field === undefined || field.deletedAt !== null) throw unknownObject("custom_field", gid);
  return field;
}
