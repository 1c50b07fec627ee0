import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, param, requiredText, textList } from "./call.ts";
import { emitProject } from "./changes.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { taskListGid } from "./group-resources.ts";
import { checkWorkspace, memberOf, membersOf, requireTeam, requireUser, requireWorkspace } from "./lookups.ts";
import type { MemberRow } from "./kinds.ts";
import type { Router } from "./router.ts";
import type { PortfolioRow, ProjectRow, TeamRow, UserRow } from "./rows.ts";
import { requireProject } from "./state.ts";
import { assignedTo, taskListOwner, tasksAnswer } from "./task-routes.ts";

/** A membership's gid follows from parent and person. */
function memberships<Parent extends { readonly gid: string }>(
  parent: Parent,
  users: Iterable<UserRow>,
): MemberRow<Parent>[] {
  return [...users].map((user) => ({ gid: `${parent.gid.slice(-8)}${user.gid.slice(-8)}`, user, parent }));
}

function found<Row extends { readonly gid: string }>(call: Call, kind: string, rows: Iterable<Row>): Row {
  const gid = param(call);
  for (const row of rows) if (row.gid === gid) return row;
  throw unknownObject(kind, gid);
}

function projectMembers(call: Call, project: ProjectRow): MemberRow<ProjectRow>[] {
  return memberships(
    project,
    project.memberGids.flatMap((gid) => call.world.state.users.get(gid) ?? []),
  );
}

function teamMembers(call: Call, team: TeamRow): MemberRow<TeamRow>[] {
  return memberships(team, membersOf(call, team));
}

/** POST /teams/{g}/addUser and removeUser. */
function changeTeam(call: Call, deed: "add" | "remove"): Answer {
  const team = requireTeam(call, param(call));
  const user = requireUser(call, requiredText(call.data, "user"));
  const rest = team.memberGids.filter((gid) => gid !== user.gid);
  team.memberGids = deed === "add" ? [...rest, user.gid] : rest;
  if (deed === "remove") return empty();
  const [row] = memberships(team, [user]);
  if (row === undefined) throw unknownObject("user", user.gid);
  return one(call, call.world.resources.teamMember, row);
}

function everyTeamMember(call: Call): MemberRow<TeamRow>[] {
  const { state } = call.world;
  return [...state.teams.values()].flatMap((team) => teamMembers(call, team));
}

function everyProjectMember(call: Call): MemberRow<ProjectRow>[] {
  return [...call.world.state.projects.values()].flatMap((project) => projectMembers(call, project));
}

function changeMembers(call: Call, deed: "add" | "remove", kind: "members" | "followers"): Answer {
  const project = requireProject(call.world.state, param(call));
  const gids = textList(call.data, kind).map((id) => memberOf(call, kind, id));
  const key = kind === "members" ? "memberGids" : "followerGids";
  const rest = project[key].filter((gid) => !gids.includes(gid));
  project[key] = deed === "add" ? [...rest, ...gids] : rest;
  project.modifiedAt = call.world.now();
  emitProject(call, project, "changed", kind);
  return one(call, call.world.resources.project, project);
}

/** Memberships by parent or member, of projects (reference asana.md §8). */
function listMemberships(call: Call): Answer {
  const { state, resources } = call.world;
  const parent = call.query.get("parent");
  const member = call.query.get("member");
  if (parent === null && member === null) throw badRequest("parent: Missing input");
  const all = parent === null ? everyProjectMember(call) : projectMembers(call, requireProject(state, parent));
  return list(
    call,
    resources.sharedMember,
    member === null ? all : all.filter((row) => row.user.gid === requireUser(call, member).gid),
  );
}

/** Who belongs to what, and people's own task lists. */
export function addMemberRoutes(router: Router): void {
  const add = router.add.bind(router);
  for (const deed of ["add", "remove"] as const) {
    add("POST", `/projects/{project_gid}/${deed}Members`, (call) => changeMembers(call, deed, "members"));
    add("POST", `/projects/{project_gid}/${deed}Followers`, (call) => changeMembers(call, deed, "followers"));
  }
  add("GET", "/memberships", listMemberships);
  add("GET", "/memberships/{membership_gid}", (call) =>
    one(call, call.world.resources.sharedMember, found(call, "membership", everyProjectMember(call))),
  );
  const ofPortfolio = (call: Call, gid: string): MemberRow<PortfolioRow>[] => {
    const portfolio = call.world.state.portfolios.get(gid);
    if (portfolio === undefined || portfolio.deletedAt !== null) throw unknownObject("portfolio", gid);
    return memberships(
      portfolio,
      portfolio.memberGids.flatMap((user) => call.world.state.users.get(user) ?? []),
    );
  };
  add("GET", "/portfolios/{portfolio_gid}/portfolio_memberships", (call) =>
    list(call, call.world.resources.portfolioMember, ofPortfolio(call, param(call))),
  );
  add("GET", "/portfolio_memberships", (call) => {
    const portfolio = call.query.get("portfolio");
    if (portfolio === null) throw badRequest("portfolio: Missing input");
    return list(call, call.world.resources.portfolioMember, ofPortfolio(call, portfolio));
  });
  add("GET", "/projects/{project_gid}/project_memberships", (call) =>
    list(call, call.world.resources.projectMember, projectMembers(call, requireProject(call.world.state, param(call)))),
  );
  add("GET", "/project_memberships/{project_membership_gid}", (call) =>
    one(call, call.world.resources.projectMember, found(call, "project_membership", everyProjectMember(call))),
  );
  addTeamMemberRoutes(router);
  add("GET", "/users/{user_gid}/user_task_list", (call) => {
    checkWorkspace(call, call.query.get("workspace") ?? "");
    const owner = requireUser(call, param(call));
    return one(call, call.world.resources.userTaskList, { gid: taskListGid(owner), owner });
  });
  add("GET", "/user_task_lists/{user_task_list_gid}", (call) =>
    one(call, call.world.resources.userTaskList, { gid: param(call), owner: taskListOwner(call, param(call)) }),
  );
  add("GET", "/user_task_lists/{user_task_list_gid}/tasks", (call) =>
    tasksAnswer(call, assignedTo(call, taskListOwner(call, param(call)).gid)),
  );
}

function addTeamMemberRoutes(router: Router): void {
  const add = router.add.bind(router);
  const ofTeam = (call: Call, gid: string): Answer =>
    list(call, call.world.resources.teamMember, teamMembers(call, requireTeam(call, gid)));
  const ofUser = (call: Call, id: string): Answer => {
    const user = requireUser(call, id);
    return list(
      call,
      call.world.resources.teamMember,
      everyTeamMember(call).filter((row) => row.user === user),
    );
  };
  add("POST", "/teams/{team_gid}/addUser", (call) => changeTeam(call, "add"));
  add("POST", "/teams/{team_gid}/removeUser", (call) => changeTeam(call, "remove"));
  add("GET", "/teams/{team_gid}/team_memberships", (call) => ofTeam(call, param(call)));
  add("GET", "/users/{user_gid}/team_memberships", (call) => ofUser(call, param(call)));
  add("GET", "/team_memberships", (call) => {
    const team = call.query.get("team");
    const user = call.query.get("user");
    if (team !== null) return ofTeam(call, team);
    if (user !== null) return ofUser(call, user);
    throw badRequest("team: Missing input");
  });
  add("GET", "/team_memberships/{team_membership_gid}", (call) =>
    one(call, call.world.resources.teamMember, found(call, "team_membership", everyTeamMember(call))),
  );
  const ofWorkspace = (call: Call, users: Iterable<UserRow>): MemberRow<Call["world"]["state"]["workspace"]>[] =>
    memberships(call.world.state.workspace, users);
  add("GET", "/workspaces/{workspace_gid}/workspace_memberships", (call) => {
    requireWorkspace(call, param(call));
    return list(call, call.world.resources.workspaceMember, ofWorkspace(call, call.world.state.users.values()));
  });
  add("GET", "/users/{user_gid}/workspace_memberships", (call) =>
    list(call, call.world.resources.workspaceMember, ofWorkspace(call, [requireUser(call, param(call))])),
  );
  add("GET", "/workspace_memberships/{workspace_membership_gid}", (call) =>
    one(
      call,
      call.world.resources.workspaceMember,
      found(call, "workspace_membership", ofWorkspace(call, call.world.state.users.values())),
    ),
  );
}
