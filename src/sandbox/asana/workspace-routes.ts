import { list, one, whole } from "./answers.ts";
import type { Call } from "./call.ts";
import { param } from "./call.ts";
import { ApiFault, badRequest } from "./errors.ts";
import { checkWorkspace, membersOf, requireTeam, requireUser, requireWorkspace } from "./lookups.ts";
import type { SettingEntry } from "./kinds.ts";
import type { Router } from "./router.ts";
import type { UserRow } from "./rows.ts";

function usersByName(call: Call): UserRow[] {
  const { users, departedUsers } = call.world.state;
  return [...users.values()]
    .filter(({ gid }) => !departedUsers.has(gid))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/** Exports and audit logs are for service accounts of Enterprise plans, which the stand-in has none of. */
function enterpriseOnly(): never {
  throw new ApiFault(403, "This endpoint is only available to Service Accounts of an Enterprise domain.");
}

/** Workspaces, teams and users (reference asana.md §8). */
export function addWorkspaceRoutes(router: Router): void {
  const add = router.add.bind(router);
  add("GET", "/workspaces", (call) => list(call, call.world.resources.workspace, [call.world.state.workspace]));
  add("GET", "/workspaces/{workspace_gid}", (call) => {
    requireWorkspace(call, param(call));
    return one(call, call.world.resources.workspace, call.world.state.workspace);
  });
  add("GET", "/workspaces/{workspace_gid}/teams", (call) => {
    requireWorkspace(call, param(call));
    return list(call, call.world.resources.team, [...call.world.state.teams.values()]);
  });
  add("GET", "/teams/{team_gid}", (call) => one(call, call.world.resources.team, requireTeam(call, param(call))));
  add("GET", "/users/{user_gid}/teams", (call) => {
    const user = requireUser(call, param(call));
    const organization = call.query.get("organization");
    if (organization === null) throw badRequest("organization: Missing input");
    checkWorkspace(call, organization);
    const teams = [...call.world.state.teams.values()].filter(({ memberGids }) => memberGids.includes(user.gid));
    return list(call, call.world.resources.team, teams);
  });
  add("GET", "/users", (call) => {
    const workspace = call.query.get("workspace");
    if (workspace !== null) checkWorkspace(call, workspace);
    return list(call, call.world.resources.user, usersByName(call));
  });
  add("GET", "/users/{user_gid}", (call) => one(call, call.world.resources.user, requireUser(call, param(call))));
  add("GET", "/workspaces/{workspace_gid}/users/{user_gid}", (call) => {
    requireWorkspace(call, param(call));
    return one(call, call.world.resources.user, requireUser(call, param(call, 1)));
  });
  add("GET", "/workspaces/{workspace_gid}/users", (call) => {
    requireWorkspace(call, param(call));
    return whole(call, call.world.resources.user, usersByName(call).slice(0, 2000));
  });
  add("GET", "/teams/{team_gid}/users", (call) => {
    const members = new Set(membersOf(call, requireTeam(call, param(call))));
    return list(
      call,
      call.world.resources.user,
      usersByName(call).filter((user) => members.has(user)),
    );
  });
  add("GET", "/users/{user_gid}/favorites", (call) => {
    requireUser(call, param(call));
    return list(call, call.world.resources.project, []);
  });
  add("GET", "/teams/{team_gid}/custom_field_settings", (call) => {
    requireTeam(call, param(call));
    return list<SettingEntry & { readonly gid: string }>(call, call.world.resources.setting, []);
  });
  for (const path of ["/organization_exports", "/exports/graph", "/exports/resource"])
    add("POST", path, enterpriseOnly);
  add("GET", "/workspaces/{workspace_gid}/audit_log_events", enterpriseOnly);
}
