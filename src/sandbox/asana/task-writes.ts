import { shown } from "./shown.ts";
import type { Call } from "./call.ts";
import { optionalText, textList } from "./call.ts";
import { emitTask, target, writeStory } from "./changes.ts";
import { ApiFault, badRequest } from "./errors.ts";
import { checkWorkspace, memberOf, taskOf } from "./lookups.ts";
import type { ExternalRow, ProjectRow, SectionRow, TaskRow } from "./rows.ts";
import { EMPTY_TASK, externalKey, livingMemberships } from "./state.ts";
import { applyChange, changeOf } from "./task-change.ts";
import { firstSection, placeTask } from "./task-placement.ts";
import { tagOf, tagTask } from "./tags.ts";

type Data = Readonly<Record<string, unknown>>;

const UNWRITABLE = ["projects", "memberships", "tags", "parent", "workspace", "followers"];
const DEEPEST = 5;

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

/** Errors: 400 when a subtask would sit more than five below its top task. */
function checkDepth(parent: TaskRow, below: number): void {
  let depth = below;
  for (let at: TaskRow | null = parent; at !== null; at = at.parent) depth += 1;
  if (depth > DEEPEST) throw badRequest(`parent: Subtasks may be nested at most ${DEEPEST} levels deep`);
}

function heightOf(task: TaskRow): number {
  return 1 + Math.max(-1, ...task.subtasks.filter((one) => one.deletedAt === null).map(heightOf));
}

/** POST /tasks and POST /tasks/{g}/subtasks. Errors: 400 without workspace, parent or projects. */
export function createTask(call: Call, parent: TaskRow | null): TaskRow {
  const { state } = call.world;
  const { data } = call;
  const workspace = optionalText(data, "workspace");
  if (typeof workspace === "string") checkWorkspace(call, workspace);
  const parentGid = optionalText(data, "parent");
  const above = typeof parentGid === "string" ? taskOf(call, parentGid) : parent;
  const homes = homesOf(call, data);
  if (homes.length === 0 && above === null && typeof workspace !== "string")
    throw badRequest("You should specify one of workspace, parent, projects");
  if (above !== null) checkDepth(above, 0);
  const external = externalOf(call);
  const tags = data["tags"] === undefined ? [] : textList(data, "tags").map((gid) => tagOf(call, gid));
  const followers =
    data["followers"] === undefined ? [] : textList(data, "followers").map((id) => memberOf(call, "followers", id));
  const now = call.world.now();
  const own = call.actor.userGid === null ? [] : [call.actor.userGid];
  const task: TaskRow = {
    ...EMPTY_TASK,
    gid: state.nextGid(),
    name: "",
    createdAt: now,
    createdByGid: call.actor.userGid,
    modifiedAt: now,
    parent: above,
    memberships: [],
    values: new Map(),
    followerGids: [...new Set([...own, ...followers])],
    stories: [],
  };
  const projects = homes.map((section) => section.project);
  const { name, subtype, notes, ...change } = changeOf(call, task, projects);
  task.name = name ?? "";
  task.subtype = subtype ?? "default_task";
  task.notes = notes?.plain ?? "";
  task.htmlNotes = notes?.html ?? null;
  if (task.subtype === "approval") task.approvalStatus = "pending";
  state.tasks.set(task.gid, task);
  if (external !== null) setExternal(call, task, external);
  if (above !== null) {
    above.subtasks = [...above.subtasks, task];
    emitTask(call, task, "added", target("task", above.gid));
  }
  for (const section of homes) placeTask(call, task, section, { otherwise: "top" });
  applyChange(call, task, change);
  for (const tag of tags) tagTask(call, task, tag);
  return task;
}

/** The external data written. Errors: 403 for tokens of no app. */
function externalOf(call: Call): ExternalRow | null {
  const written = call.data["external"];
  if (written === undefined || written === null) return null;
  if (call.view.app === null) throw new ApiFault(403, "external: Only an app may use external data");
  if (typeof written !== "object") throw badRequest("external: Value is not an object");
  const { gid, data } = written as Data;
  if (gid !== undefined && gid !== null && (typeof gid !== "string" || gid.length > 1024))
    throw badRequest("external: gid: Must be a string of at most 1024 characters");
  if (data !== undefined && data !== null && (typeof data !== "string" || data.length > 32_768))
    throw badRequest("external: data: Must be a string of at most 32768 characters");
  return { gid: typeof gid === "string" ? gid : null, data: typeof data === "string" ? data : null };
}

function setExternal(call: Call, task: TaskRow, external: ExternalRow): void {
  const app = call.view.app ?? "";
  const { tasksByExternal } = call.world.state;
  const before = task.external.get(app);
  if (before?.gid != null) tasksByExternal.delete(externalKey(app, before.gid));
  task.external = new Map([...task.external, [app, external]]);
  if (external.gid !== null) tasksByExternal.set(externalKey(app, external.gid), task);
}

/** PUT /tasks/{g}: partial. */
export function updateTask(call: Call, task: TaskRow): void {
  for (const name of UNWRITABLE) {
    if (call.data[name] !== undefined) throw badRequest(`${name}: Cannot write this property`);
  }
  const projects = livingMemberships(call.world.state, task).map((one) => one.project);
  const change = changeOf(call, task, projects);
  const external = externalOf(call);
  applyChange(call, task, change);
  if (external === null) return;
  setExternal(call, task, external);
  task.modifiedAt = call.world.now();
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

/** POST /tasks/{g}/setParent, at the end unless beside a sibling. */
export function reparentTask(call: Call, task: TaskRow, parent: TaskRow | null): void {
  for (let at = parent; at !== null; at = at.parent) {
    if (at === task) throw badRequest("parent: A task cannot be its own subtask");
  }
  if (parent !== null) checkDepth(parent, heightOf(task));
  const before = task.parent;
  if (before === parent) {
    if (parent !== null) parent.subtasks = placed(call, parent, task);
    return;
  }
  if (before !== null) {
    emitTask(call, task, "removed", target("task", before.gid));
    before.subtasks = before.subtasks.filter((one) => one !== task);
  }
  task.parent = parent;
  task.modifiedAt = call.world.now();
  if (parent === null) return;
  parent.subtasks = placed(call, parent, task);
  emitTask(call, task, "added", target("task", parent.gid));
  writeStory(call, task, "added_to_task", { otherTaskGid: parent.gid });
}

/** A parent's subtasks with one beside `insert_before` or `insert_after`, else at the end. */
function placed(call: Call, parent: TaskRow, task: TaskRow): readonly TaskRow[] {
  const others = parent.subtasks.filter((one) => one !== task);
  const place = (name: string): number | null => {
    const gid = call.data[name];
    if (gid === undefined || gid === null) return null;
    const found = others.findIndex((one) => one.gid === gid);
    if (found < 0) throw badRequest(`${name}: Not a subtask of the parent: ${shown(gid)}`);
    return found;
  };
  const after = place("insert_after");
  const at = place("insert_before") ?? (after === null ? others.length : after + 1);
  return [...others.slice(0, at), task, ...others.slice(at)];
}
