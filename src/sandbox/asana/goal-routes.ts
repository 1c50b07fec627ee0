import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalDay, optionalText, param, requiredText, textList } from "./call.ts";
import { emit, target } from "./changes.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { checkWorkspace, memberOf, requireTeam } from "./lookups.ts";
import type { Router } from "./router.ts";
import type { GoalRow } from "./rows.ts";

function goalOf(call: Call): GoalRow {
  const gid = param(call);
  const goal = call.world.state.goals.get(gid);
  if (goal === undefined || goal.deletedAt !== null) throw unknownObject("goal", gid);
  return goal;
}

function listGoals(call: Call): Answer {
  const workspace = call.query.get("workspace");
  const team = call.query.get("team");
  if (workspace !== null) checkWorkspace(call, workspace);
  if (team !== null) requireTeam(call, team);
  const rows = [...call.world.state.goals.values()].filter(
    (goal) => goal.deletedAt === null && (team === null || goal.teamGid === team),
  );
  return list(call, call.world.resources.goal, rows);
}

function write(call: Call, goal: GoalRow): void {
  const { data } = call;
  goal.name = optionalText(data, "name") ?? goal.name;
  goal.notes = optionalText(data, "notes") ?? goal.notes;
  const owner = optionalText(data, "owner");
  if (owner !== undefined) goal.ownerGid = owner === null ? null : memberOf(call, "owner", owner);
  const team = optionalText(data, "team");
  if (team !== undefined) goal.teamGid = team === null ? null : requireTeam(call, team).gid;
  const dueOn = optionalDay(data, "due_on");
  if (dueOn !== undefined) goal.dueOn = dueOn;
  const startOn = optionalDay(data, "start_on");
  if (startOn !== undefined) goal.startOn = startOn;
  const status = optionalText(data, "status");
  if (status !== undefined) goal.status = status;
}

function numberOf(call: Call, name: string, fallback: number): number {
  const value = call.data[name];
  if (value === undefined || value === null) return fallback;
  const number = Number(value);
  if (!Number.isFinite(number)) throw badRequest(`${name}: Not a number`);
  return number;
}

/** Goals and their metric; paid plans only (reference asana.md §8). */
export function addGoalRoutes(router: Router): void {
  const add = router.add.bind(router);
  const shown = (call: Call): Answer => one(call, call.world.resources.goal, goalOf(call));
  const changed = (call: Call, field: string): Answer => {
    const { gid } = goalOf(call);
    emit(call, [gid], "changed", target("goal", gid), null, { field, action: "changed" });
    return shown(call);
  };
  add("GET", "/goals", listGoals);
  add("POST", "/goals", (call) => {
    checkWorkspace(call, requiredText(call.data, "workspace"));
    requiredText(call.data, "name");
    const own = call.actor.userGid;
    const goal: GoalRow = {
      gid: call.world.state.nextGid(),
      name: "",
      notes: "",
      ownerGid: own,
      teamGid: null,
      dueOn: null,
      startOn: null,
      status: null,
      metric: null,
      followerGids: own === null ? [] : [own],
      deletedAt: null,
    };
    write(call, goal);
    call.world.state.goals.set(goal.gid, goal);
    emit(call, [goal.gid], "added", target("goal", goal.gid), target("workspace", call.world.state.workspace.gid));
    return one(call, call.world.resources.goal, goal, 201);
  });
  add("GET", "/goals/{goal_gid}", shown);
  add("PUT", "/goals/{goal_gid}", (call) => {
    write(call, goalOf(call));
    return changed(call, "name");
  });
  add("DELETE", "/goals/{goal_gid}", (call) => {
    const goal = goalOf(call);
    goal.deletedAt = call.world.now();
    emit(call, [goal.gid], "deleted", target("goal", goal.gid), null);
    return empty();
  });
  add("POST", "/goals/{goal_gid}/setMetric", (call) => {
    const goal = goalOf(call);
    const initial = numberOf(call, "initial_number_value", 0);
    goal.metric = {
      unit: optionalText(call.data, "unit") ?? "none",
      initial,
      target: numberOf(call, "target_number_value", 100),
      current: numberOf(call, "current_number_value", initial),
    };
    return changed(call, "metric");
  });
  add("POST", "/goals/{goal_gid}/setMetricCurrentValue", (call) => {
    const goal = goalOf(call);
    if (goal.metric === null) throw badRequest("current_number_value: Goal has no metric");
    goal.metric.current = numberOf(call, "current_number_value", goal.metric.current);
    return changed(call, "metric");
  });
  for (const deed of ["add", "remove"] as const) {
    add("POST", `/goals/{goal_gid}/${deed}Followers`, (call) => {
      const goal = goalOf(call);
      const gids = textList(call.data, "followers").map((id) => memberOf(call, "followers", id));
      const rest = goal.followerGids.filter((gid) => !gids.includes(gid));
      goal.followerGids = deed === "add" ? [...rest, ...gids] : rest;
      return changed(call, "followers");
    });
  }
}
