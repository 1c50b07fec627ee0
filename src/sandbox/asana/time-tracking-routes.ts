import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalDay, optionalText, param } from "./call.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { requireUser, taskOf } from "./lookups.ts";
import type { Router } from "./router.ts";
import type { TaskRow, TimeEntryRow } from "./rows.ts";
import { shown } from "./shown.ts";
import { livingMemberships, requireProject } from "./state.ts";

const BILLABLE: ReadonlySet<string> = new Set(["billable", "nonBillable", "notApplicable"]);

function entryOf(call: Call): TimeEntryRow {
  const gid = param(call);
  const entry = call.world.state.timeEntries.get(gid);
  if (entry === undefined) throw unknownObject("time_tracking_entry", gid);
  return entry;
}

function minutesOf(call: Call): number {
  const { duration_minutes: asked } = call.data;
  const minutes = typeof asked === "string" ? Number(asked) : asked;
  if (minutes === undefined) throw badRequest("duration_minutes: Missing input");
  if (typeof minutes !== "number" || !Number.isInteger(minutes) || minutes <= 0)
    throw badRequest(`duration_minutes: Must be a positive integer, not: ${shown(asked)}`);
  return minutes;
}

/** The project the time counts for: the one named, else the task's own. */
function attributed(call: Call, task: TaskRow): string | null {
  const homes = livingMemberships(call.world.state, task).map(({ project }) => project.gid);
  const asked = optionalText(call.data, "attributable_to");
  if (typeof asked !== "string") return homes[0] ?? null;
  if (!homes.includes(requireProject(call.world.state, asked).gid))
    throw badRequest("attributable_to: The task is not in that project");
  return asked;
}

function billableOf(call: Call): string {
  const asked = optionalText(call.data, "billable_status") ?? "notApplicable";
  if (!BILLABLE.has(asked)) throw badRequest(`billable_status: Not a recognized status: ${asked}`);
  return asked;
}

function createEntry(call: Call): Answer {
  const { state, resources } = call.world;
  const task = taskOf(call, param(call));
  const now = call.world.now();
  const entry: TimeEntryRow = {
    gid: state.nextGid(),
    taskGid: task.gid,
    projectGid: attributed(call, task),
    createdByGid: call.actor.userGid,
    createdAt: now,
    minutes: minutesOf(call),
    enteredOn: optionalDay(call.data, "entered_on") ?? now.slice(0, 10),
    billable: billableOf(call),
    description: optionalText(call.data, "description") ?? "",
  };
  state.timeEntries.set(entry.gid, entry);
  return one(call, resources.timeEntry, entry, 201);
}

function updateEntry(call: Call): Answer {
  const entry = entryOf(call);
  const { data, world } = call;
  const next: TimeEntryRow = {
    ...entry,
    minutes: "duration_minutes" in data ? minutesOf(call) : entry.minutes,
    enteredOn: optionalDay(data, "entered_on") ?? entry.enteredOn,
    billable: "billable_status" in data ? billableOf(call) : entry.billable,
    description: optionalText(data, "description") ?? entry.description,
  };
  world.state.timeEntries.set(next.gid, next);
  return one(call, world.resources.timeEntry, next);
}

/** GET /time_tracking_entries by task, project, person and days. */
function listEntries(call: Call): Answer {
  const { query, world } = call;
  const { state } = world;
  const [task, project, user] = [query.get("task"), query.get("attributable_to"), query.get("user")];
  const [from, to] = [query.get("entered_on_start_date"), query.get("entered_on_end_date")];
  const taskGid = task === null ? null : taskOf(call, task).gid;
  const projectGid = project === null ? null : requireProject(state, project).gid;
  const userGid = user === null ? null : requireUser(call, user).gid;
  const rows = [...state.timeEntries.values()].filter(
    (entry) =>
      (taskGid === null || entry.taskGid === taskGid)
      && (projectGid === null || entry.projectGid === projectGid)
      && (userGid === null || entry.createdByGid === userGid)
      && (from === null || entry.enteredOn >= from)
      && (to === null || entry.enteredOn <= to),
  );
  return list(call, world.resources.timeEntry, rows);
}

export function addTimeTrackingRoutes(router: Router): void {
  const add = router.add.bind(router);
  add("GET", "/tasks/{task_gid}/time_tracking_entries", (call) => {
    const task = taskOf(call, param(call));
    const { state, resources } = call.world;
    return list(
      call,
      resources.timeEntry,
      [...state.timeEntries.values()].filter(({ taskGid }) => taskGid === task.gid),
    );
  });
  add("POST", "/tasks/{task_gid}/time_tracking_entries", createEntry);
  add("GET", "/time_tracking_entries", listEntries);
  add("GET", "/time_tracking_entries/{time_tracking_entry_gid}", (call) =>
    one(call, call.world.resources.timeEntry, entryOf(call)),
  );
  add("PUT", "/time_tracking_entries/{time_tracking_entry_gid}", updateEntry);
  add("DELETE", "/time_tracking_entries/{time_tracking_entry_gid}", (call) => {
    call.world.state.timeEntries.delete(entryOf(call).gid);
    return empty();
  });
}
