import type { Call } from "./call.ts";
import { optionalBoolean, optionalDay, optionalText } from "./call.ts";
import { emitTaskChange, target, writeStory } from "./changes.ts";
import { badRequest } from "./errors.ts";
import { changedValues } from "./field-values.ts";
import { memberOf } from "./lookups.ts";
import { richText } from "./rich-fields.ts";
import type { Written } from "./rich-fields.ts";
import type { ProjectRow, StoryRow, TaskRow } from "./rows.ts";
import { reassign } from "./state.ts";

type Data = Readonly<Record<string, unknown>>;

interface Dates {
  readonly startOn: string | null;
  readonly startAt: string | null;
  readonly dueOn: string | null;
  readonly dueAt: string | null;
}

/** What a write changes, worked out and checked before anything changes. */
export interface TaskChange {
  readonly name?: string;
  readonly subtype?: string;
  readonly notes?: Written;
  readonly assigneeGid?: string | null;
  readonly completed?: boolean;
  readonly approvalStatus?: string;
  readonly liked?: boolean;
  readonly dates?: Dates;
  readonly values: ReturnType<typeof changedValues>;
}

const SUBTYPES: ReadonlySet<string> = new Set(["default_task", "milestone", "approval"]);
const APPROVALS: ReadonlySet<string> = new Set(["pending", "approved", "rejected", "changes_requested"]);

function instantOf(data: Data, name: string): string | null | undefined {
  const text = optionalText(data, name);
  if (text === undefined || text === null) return text;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw badRequest(`${name}: Not a valid date: ${text}`);
  return at.toISOString();
}

function datesOf(data: Data, task: TaskRow, subtype: string): Dates | undefined {
  const dueOn = optionalDay(data, "due_on");
  const dueAt = instantOf(data, "due_at");
  const startOn = optionalDay(data, "start_on");
  const startAt = instantOf(data, "start_at");
  if (typeof dueOn === "string" && typeof dueAt === "string")
    throw badRequest("You may only provide one of due_on or due_at!");
  if (typeof startOn === "string" && typeof startAt === "string")
    throw badRequest("You may only provide one of start_on or start_at!");
  if (dueOn === undefined && dueAt === undefined && startOn === undefined && startAt === undefined) return undefined;
  const starts = typeof startOn === "string" || typeof startAt === "string";
  if (starts && dueOn === undefined && dueAt === undefined)
    throw badRequest("start_on: You must specify a due date in the same request");
  if (starts && subtype === "milestone") throw badRequest("start_on: Milestones have no start date");
  const due =
    typeof dueAt === "string"
      ? { dueOn: dueAt.slice(0, 10), dueAt }
      : dueOn !== undefined
        ? { dueOn, dueAt: null }
        : dueAt === null
          ? { dueOn: null, dueAt: null }
          : { dueOn: task.dueOn, dueAt: task.dueAt };
  const start =
    typeof startAt === "string"
      ? { startOn: startAt.slice(0, 10), startAt }
      : startOn !== undefined
        ? { startOn, startAt: null }
        : startAt === null
          ? { startOn: task.startOn, startAt: null }
          : { startOn: task.startOn, startAt: task.startAt };
  if (start.startOn !== null && due.dueOn !== null && start.startOn > due.dueOn)
    throw badRequest("start_on: Start date must be before due date");
  return { ...start, ...due };
}

/** Reads and checks the body of a create or update. Errors: 400 as the service words them. */
export function changeOf(call: Call, task: TaskRow, projects: readonly ProjectRow[]): TaskChange {
  const { data } = call;
  const name = optionalText(data, "name");
  const notes = richText(call, "notes", "html_notes");
  const subtype = optionalText(data, "resource_subtype");
  if (typeof subtype === "string" && !SUBTYPES.has(subtype))
    throw badRequest(`resource_subtype: Not a recognized subtype: ${subtype}`);
  const approval = optionalText(data, "approval_status");
  if (typeof approval === "string" && !APPROVALS.has(approval))
    throw badRequest(`approval_status: Not a recognized status: ${approval}`);
  const effective = subtype ?? task.subtype;
  if (typeof approval === "string" && effective !== "approval")
    throw badRequest("approval_status: Task is not an approval");
  const assignee = optionalText(data, "assignee");
  const completed = optionalBoolean(data, "completed");
  const liked = optionalBoolean(data, "liked");
  const dates = datesOf(data, task, effective);
  const allowed = new Set(projects.flatMap((project) => project.taskCustomFieldGids));
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(notes === undefined ? {} : { notes }),
    ...(typeof subtype === "string" ? { subtype } : {}),
    ...(assignee === undefined ? {} : { assigneeGid: assignee === null ? null : memberOf(call, "assignee", assignee) }),
    ...(completed === undefined ? {} : { completed }),
    ...(typeof approval === "string" ? { approvalStatus: approval } : {}),
    ...(liked === undefined ? {} : { liked }),
    ...(dates === undefined ? {} : { dates }),
    values: changedValues(call, data["custom_fields"], task.values, allowed),
  };
}

/** Applies a checked change: fields, stories, events, `modified_at` (reference asana.md §9, §12). */
export function applyChange(call: Call, task: TaskRow, change: TaskChange): void {
  const now = call.world.now();
  let touched = false;
  const changed = (field: string, story: string | null, details: Partial<StoryRow> = {}): void => {
    touched = true;
    const assignee = field === "assignee" && task.assigneeGid !== null ? target("user", task.assigneeGid) : undefined;
    emitTaskChange(call, task, field, assignee);
    if (story !== null) writeStory(call, task, story, details);
  };
  if (change.name !== undefined && change.name !== task.name) {
    const oldName = task.name;
    task.name = change.name;
    changed("name", "name_changed", { oldName, newName: change.name });
  }
  if (change.subtype !== undefined && change.subtype !== task.subtype) {
    const oldSubtype = task.subtype;
    task.subtype = change.subtype;
    if (change.subtype === "approval") task.approvalStatus = task.completed ? "approved" : "pending";
    changed("resource_subtype", "resource_subtype_changed", { oldSubtype, newSubtype: change.subtype });
  }
  if (change.notes !== undefined && (change.notes.plain !== task.notes || change.notes.html !== task.htmlNotes)) {
    task.notes = change.notes.plain;
    task.htmlNotes = change.notes.html;
    changed("notes", "notes_changed");
  }
  if (change.assigneeGid !== undefined && change.assigneeGid !== task.assigneeGid) {
    const before = task.assigneeGid;
    reassign(call.world.state, task, change.assigneeGid);
    if (change.assigneeGid !== null) changed("assignee", "assigned", { assigneeGid: change.assigneeGid });
    else if (before !== null) changed("assignee", "unassigned", { assigneeGid: before });
  }
  if (change.dates !== undefined) applyDates(task, change.dates, changed);
  for (const { field, before, after } of change.values) {
    if (after === null) task.values.delete(field.gid);
    else task.values.set(field.gid, after);
    touched = true;
    emitTaskChange(call, task, "custom_fields", target("custom_field", field.gid));
    writeStory(call, task, `${field.type}_custom_field_changed`, {
      customFieldGid: field.gid,
      oldValue: before,
      newValue: after,
    });
  }
  if (applyLike(call, task, change.liked)) touched = true;
  applyCompletion(call, task, change, now, changed);
  if (touched) task.modifiedAt = now;
}

type Changed = (field: string, story: string | null, details?: Partial<StoryRow>) => void;

function applyDates(task: TaskRow, dates: Dates, changed: Changed): void {
  const dueMoved = dates.dueOn !== task.dueOn || dates.dueAt !== task.dueAt;
  const startMoved = dates.startOn !== task.startOn || dates.startAt !== task.startAt;
  if (!dueMoved && !startMoved) return;
  const details = {
    oldDueOn: task.dueOn,
    oldDueAt: task.dueAt,
    oldStartOn: task.startOn,
    newDueOn: dates.dueOn,
    newDueAt: dates.dueAt,
    newStartOn: dates.startOn,
  };
  Object.assign(task, dates);
  if (dueMoved) changed(dates.dueAt === null ? "due_on" : "due_at", "due_date_changed", details);
  else changed(dates.startAt === null ? "start_on" : "start_at", "start_date_changed", details);
}

function applyLike(call: Call, task: TaskRow, liked: boolean | undefined): boolean {
  const { userGid } = call.actor;
  if (liked === undefined || userGid === null || liked === task.likerGids.includes(userGid)) return false;
  task.likerGids = liked ? [...task.likerGids, userGid] : task.likerGids.filter((gid) => gid !== userGid);
  emitTaskChange(call, task, "liked");
  if (liked) writeStory(call, task, "liked");
  return true;
}

/** An approval's status and its completion go together: pending is open, everything else is complete. */
function applyCompletion(call: Call, task: TaskRow, change: TaskChange, now: string, changed: Changed): void {
  const { approvalStatus } = change;
  let { completed } = change;
  if (task.subtype === "approval") {
    const wanted =
      approvalStatus
      ?? (completed === undefined || completed === task.completed ? undefined : completed ? "approved" : "pending");
    if (wanted !== undefined) {
      completed = wanted !== "pending";
      const oldApproval = task.approvalStatus;
      task.approvalStatus = wanted;
      if (wanted !== oldApproval)
        changed("approval_status", "approval_status_changed", { oldApproval, newApproval: wanted });
    }
  }
  if (completed === undefined || completed === task.completed) return;
  task.completed = completed;
  task.completedAt = completed ? now : null;
  task.completedByGid = completed ? call.actor.userGid : null;
  changed("completed", completed ? "marked_complete" : "marked_incomplete");
}
