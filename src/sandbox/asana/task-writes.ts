import { shown } from "./shown.ts";
import type { Call } from "./call.ts";
import { optionalBoolean, optionalDay, optionalText } from "./call.ts";
import { emitTask, emitTaskChange, target, writeStory } from "./changes.ts";
import { ApiFault, badRequest } from "./errors.ts";
import { changedValues } from "./field-values.ts";
import { checkWorkspace, memberOf } from "./lookups.ts";
import type { ProjectRow, SectionRow, StoryRow, TaskRow } from "./rows.ts";
import { livingMemberships, reassign, requireTask } from "./state.ts";
import { firstSection, placeTask } from "./task-placement.ts";

type Data = Readonly<Record<string, unknown>>;

/** What a write changes, worked out and checked before anything changes. */
interface TaskChange {
  readonly name?: string;
  readonly subtype?: string;
  readonly notes?: string;
  readonly assigneeGid?: string | null;
  readonly completed?: boolean;
  readonly dates?: { readonly startOn: string | null; readonly dueOn: string | null; readonly dueAt: string | null };
  readonly values: ReturnType<typeof changedValues>;
}

const UNWRITABLE = ["projects", "memberships", "tags", "parent", "workspace", "followers"];
const SUBTYPES = new Set(["default_task", "milestone", "approval"]);

function datesOf(data: Data, task: TaskRow): TaskChange["dates"] {
  const dueOn = optionalDay(data, "due_on");
  const dueAt = optionalText(data, "due_at");
  const startOn = optionalDay(data, "start_on");
  if (typeof dueOn === "string" && typeof dueAt === "string")
    throw badRequest("You may only provide one of due_on or due_at!");
  if (dueOn === undefined && dueAt === undefined && startOn === undefined) return undefined;
  if (typeof startOn === "string" && dueOn === undefined && dueAt === undefined)
    throw badRequest("start_on: You must specify a due date in the same request");
  if (typeof dueAt === "string") {
    const at = new Date(dueAt);
    if (Number.isNaN(at.getTime())) throw badRequest(`due_at: Not a valid date: ${dueAt}`);
    const instant = at.toISOString();
    return { startOn: startOn === undefined ? task.startOn : startOn, dueOn: instant.slice(0, 10), dueAt: instant };
  }
  const due = dueOn === undefined && dueAt === null ? null : dueOn;
  return {
    startOn: startOn === undefined ? task.startOn : startOn,
    dueOn: due === undefined ? task.dueOn : due,
    dueAt: due === undefined ? task.dueAt : null,
  };
}

function changeOf(call: Call, task: TaskRow, data: Data, projects: readonly ProjectRow[]): TaskChange {
  const name = optionalText(data, "name");
  const notes = optionalText(data, "notes");
  const subtype = optionalText(data, "resource_subtype");
  if (typeof subtype === "string" && !SUBTYPES.has(subtype))
    throw badRequest(`resource_subtype: Not a recognized subtype: ${subtype}`);
  const assignee = optionalText(data, "assignee");
  const completed = optionalBoolean(data, "completed");
  const dates = datesOf(data, task);
  const allowed = new Set(projects.flatMap((project) => project.taskCustomFieldGids));
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof notes === "string" ? { notes } : {}),
    ...(typeof subtype === "string" ? { subtype } : {}),
    ...(assignee === undefined ? {} : { assigneeGid: assignee === null ? null : memberOf(call, "assignee", assignee) }),
    ...(completed === undefined ? {} : { completed }),
    ...(dates === undefined ? {} : { dates }),
    values: changedValues(call, data["custom_fields"], task.values, allowed),
  };
}

/** Applies a checked change: fields, stories, events, `modified_at`. */
function apply(call: Call, task: TaskRow, change: TaskChange): void {
  const { state } = call.world;
  const now = call.world.now();
  let touched = false;
  const changed = (field: string, story: string | null, details: Partial<StoryRow> = {}): void => {
    touched = true;
    emitTaskChange(
      call,
      task,
      field,
      field === "assignee" && task.assigneeGid !== null ? target("user", task.assigneeGid) : undefined,
    );
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
    changed("resource_subtype", "resource_subtype_changed", { oldSubtype, newSubtype: change.subtype });
  }
  if (change.notes !== undefined && change.notes !== task.notes) {
    task.notes = change.notes;
    changed("notes", "notes_changed");
  }
  if (change.assigneeGid !== undefined && change.assigneeGid !== task.assigneeGid) {
    const before = task.assigneeGid;
    reassign(state, task, change.assigneeGid);
    if (change.assigneeGid !== null) changed("assignee", "assigned", { assigneeGid: change.assigneeGid });
    else if (before !== null) changed("assignee", "unassigned", { assigneeGid: before });
  }
  const { dates } = change;
  if (
    dates !== undefined
    && (dates.dueOn !== task.dueOn || dates.dueAt !== task.dueAt || dates.startOn !== task.startOn)
  ) {
    const details = {
      oldDueOn: task.dueOn,
      oldDueAt: task.dueAt,
      oldStartOn: task.startOn,
      newDueOn: dates.dueOn,
      newDueAt: dates.dueAt,
      newStartOn: dates.startOn,
    };
    Object.assign(task, dates);
    changed(dates.dueAt === null ? "due_on" : "due_at", "due_date_changed", details);
  }
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
  if (change.completed !== undefined && change.completed !== task.completed) {
    task.completed = change.completed;
    task.completedAt = change.completed ? now : null;
    task.completedByGid = change.completed ? call.actor.userGid : null;
    changed("completed", change.completed ? "marked_complete" : "marked_incomplete");
  }
  if (touched) task.modifiedAt = now;
}

/** Where a new task goes, from `projects`, `memberships` or `section` of the body. */
function homesOf(call: Call, data: Data): SectionRow[] {
  const { state } = call.world;
  const project = (path: string, gid: unknown): ProjectRow => {
    const row = state.projects.get(shown(gid));
    if (row === undefined || row.deletedAt !== null || state.hiddenProjects.has(row.gid))
      throw badRequest(`${path}: Unknown object: ${shown(gid)}`);
    return row;
  };
  const homes = new Map<ProjectRow, SectionRow>();
  const memberships = data["memberships"];
  if (Array.isArray(memberships)) {
    for (const [i, one] of (memberships as readonly Data[]).entries()) {
      const row = project(`memberships: [${i}]: project`, one["project"]);
      const gid = one["section"];
      const section = gid === undefined || gid === null ? firstSection(row) : state.sections.get(shown(gid));
      if (section === undefined || section.project !== row || section.deletedAt !== null)
        throw badRequest(`memberships: [${i}]: section: Unknown object: ${shown(gid)}`);
      homes.set(row, section);
    }
  }
  const projects = data["projects"];
  const gids = Array.isArray(projects) ? (projects as readonly unknown[]) : projects === undefined ? [] : [projects];
  for (const [i, gid] of gids.entries()) {
    const row = project(`projects: [${i}]`, gid);
    if (!homes.has(row)) homes.set(row, firstSection(row));
  }
  return [...homes.values()];
}

/** POST /tasks and POST /tasks/{g}/subtasks. Errors: 400 without workspace, parent or projects. */
export function createTask(call: Call, parent: TaskRow | null): TaskRow {
  const { state } = call.world;
  const { data } = call;
  const workspace = optionalText(data, "workspace");
  if (typeof workspace === "string") checkWorkspace(call, workspace);
  const parentGid = optionalText(data, "parent");
  const above = typeof parentGid === "string" ? requireTask(state, parentGid) : parent;
  const homes = homesOf(call, data);
  if (homes.length === 0 && above === null && typeof workspace !== "string")
    throw badRequest("You should specify one of workspace, parent, projects");
  const external = externalOf(call);
  const now = call.world.now();
  const task: TaskRow = {
    gid: state.nextGid(),
    name: "",
    subtype: "default_task",
    notes: "",
    createdAt: now,
    createdByGid: call.actor.userGid,
    modifiedAt: now,
    assigneeGid: null,
    completed: false,
    completedAt: null,
    completedByGid: null,
    startOn: null,
    dueOn: null,
    dueAt: null,
    parent: above,
    memberships: [],
    values: new Map(),
    followerGids: call.actor.userGid === null ? [] : [call.actor.userGid],
    external: null,
    deletedAt: null,
    subtasks: [],
    stories: [],
  };
  const { name, notes, resource_subtype: subtype, ...rest } = data;
  const change = changeOf(
    call,
    task,
    rest,
    homes.map((section) => section.project),
  );
  task.name = optionalText({ name }, "name") ?? "";
  task.notes = optionalText({ notes }, "notes") ?? "";
  if (typeof subtype === "string" && SUBTYPES.has(subtype)) task.subtype = subtype;
  state.tasks.set(task.gid, task);
  if (external !== null) {
    task.external = external;
    state.tasksByExternal.set(external.gid, task);
  }
  if (above !== null) {
    above.subtasks.push(task);
    emitTask(call, task, "added", target("task", above.gid));
  }
  for (const section of homes) placeTask(call, task, section, { otherwise: "top" });
  apply(call, task, change);
  return task;
}

function externalOf(call: Call): TaskRow["external"] {
  const written = call.data["external"];
  if (written === undefined || written === null) return null;
  if (call.app === null) throw new ApiFault(403, "external: Only the app that set external data may use it");
  const { gid, data } = written as Record<string, unknown>;
  if (typeof gid !== "string" || gid.length > 1024) throw badRequest("external: gid: Missing input");
  return { gid, data: typeof data === "string" ? data : null };
}

/** PUT /tasks/{g}: partial. */
export function updateTask(call: Call, task: TaskRow): void {
  for (const name of UNWRITABLE) {
    if (call.data[name] !== undefined) throw badRequest(`${name}: Cannot write this property`);
  }
  const projects = livingMemberships(call.world.state, task).map((one) => one.project);
  apply(call, task, changeOf(call, task, call.data, projects));
}

/** DELETE /tasks/{g}: into the trash; lists drop it and GET answers 404 from here on. */
export function trashTask(call: Call, task: TaskRow): void {
  task.modifiedAt = call.world.now();
  task.deletedAt = task.modifiedAt;
  emitTask(call, task, "deleted", null);
}

/** Takes a task out of the trash, as its deleter may in the app. */
export function restoreTask(call: Call, task: TaskRow): void {
  task.deletedAt = null;
  task.modifiedAt = call.world.now();
  emitTask(call, task, "undeleted", null);
}

/** POST /tasks/{g}/setParent. */
export function reparentTask(call: Call, task: TaskRow, parent: TaskRow | null): void {
  for (let at = parent; at !== null; at = at.parent) {
    if (at === task) throw badRequest("parent: A task cannot be its own subtask");
  }
  const before = task.parent;
  if (before === parent) return;
  if (before !== null) {
    emitTask(call, task, "removed", target("task", before.gid));
    before.subtasks = before.subtasks.filter((one) => one !== task);
  }
  task.parent = parent;
  task.modifiedAt = call.world.now();
  if (parent === null) return;
  parent.subtasks.push(task);
  emitTask(call, task, "added", target("task", parent.gid));
}
