import type { Call } from "./call.ts";
import { optionalBoolean, optionalDay, optionalText, requiredText } from "./call.ts";
import { emit, emitProject, target } from "./changes.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { changedValues } from "./field-values.ts";
import { checkWorkspace, memberOf, requireTeam } from "./lookups.ts";
import { richText } from "./rich-fields.ts";
import type { ProjectRow, SectionRow } from "./rows.ts";
import { addProjectRow } from "./state.ts";
import { TaskList } from "./task-list.ts";

/** Writes the given fields that differ, one `changed` event each; touches the project's own `modified_at` only. */
function apply(call: Call, project: ProjectRow, silent: boolean): void {
  const { data } = call;
  const fields: string[] = [];
  const set = <Key extends keyof ProjectRow>(key: Key, field: string, value: ProjectRow[Key] | undefined): void => {
    if (value === undefined || value === project[key]) return;
    project[key] = value;
    fields.push(field);
  };
  const owner = optionalText(data, "owner");
  const completed = optionalBoolean(data, "completed");
  const values = changedValues(call, data["custom_fields"], project.values, new Set(project.customFieldGids));
  const startOn = optionalDay(data, "start_on");
  const dueOn = optionalDay(data, "due_on") ?? optionalDay(data, "due_date");
  set("name", "name", optionalText(data, "name") ?? undefined);
  const notes = richText(call, "notes", "html_notes");
  set("notes", "notes", notes?.plain);
  if (notes !== undefined) project.htmlNotes = notes.html;
  set("color", "color", optionalText(data, "color"));
  set("archived", "archived", optionalBoolean(data, "archived"));
  set("startOn", "start_on", startOn);
  set("dueOn", "due_on", "due_on" in data || "due_date" in data ? (dueOn ?? null) : undefined);
  if (owner !== undefined) set("ownerGid", "owner", owner === null ? null : memberOf(call, "owner", owner));
  if (completed !== undefined && completed !== (project.completedAt !== null)) {
    set("completedAt", "completed", completed ? call.world.now() : null);
    project.completedByGid = completed ? call.actor.userGid : null;
  }
  for (const { field, after } of values) {
    if (after === null) project.values.delete(field.gid);
    else project.values.set(field.gid, after);
    fields.push("custom_fields");
  }
  if (fields.length === 0) return;
  project.modifiedAt = call.world.now();
  if (!silent) for (const field of fields) emitProject(call, project, "changed", field);
}

export function addSection(call: Call, project: ProjectRow, name: string, at: number): SectionRow {
  const { state } = call.world;
  const createdAt = call.world.now();
  const tasks = new TaskList();
  const section: SectionRow = { gid: state.nextGid(), name, project, createdAt, tasks, deletedAt: null };
  state.sections.set(section.gid, section);
  project.sections.splice(at, 0, section);
  emit(call, [project.gid], "added", target("section", section.gid), target("project", project.gid));
  return section;
}

/** A project with nothing in it, not yet in the workspace. */
export function emptyProject(call: Call, teamGid: string): ProjectRow {
  const now = call.world.now();
  const own = call.actor.userGid === null ? [] : [call.actor.userGid];
  return {
    gid: call.world.state.nextGid(),
    name: "",
    teamGid,
    ownerGid: call.actor.userGid,
    archived: false,
    completedAt: null,
    completedByGid: null,
    createdAt: now,
    modifiedAt: now,
    startOn: null,
    dueOn: null,
    notes: "",
    htmlNotes: null,
    color: null,
    memberGids: own,
    followerGids: own,
    statuses: [],
    customFieldGids: [],
    taskCustomFieldGids: [],
    values: new Map(),
    deletedAt: null,
    sections: [],
  };
}

/** POST /projects (and below a team or workspace). Errors: 400 without a team, as organizations need one. */
export function createProject(call: Call, fixed: { readonly team?: string; readonly workspace?: string }): ProjectRow {
  const { data } = call;
  const workspace = fixed.workspace ?? optionalText(data, "workspace");
  if (typeof workspace === "string") checkWorkspace(call, workspace);
  const teamGid = fixed.team ?? optionalText(data, "team");
  if (typeof teamGid !== "string") throw badRequest("Missing required team field");
  const team = requireTeam(call, teamGid);
  requiredText(data, "name");
  const project = emptyProject(call, team.gid);
  apply(call, project, true);
  addProjectRow(call.world.state, project);
  emitProject(call, project, "added");
  addSection(call, project, "Untitled section", 0);
  return project;
}

/** PUT /projects/{g}. */
export function updateProject(call: Call, project: ProjectRow): void {
  const teamGid = optionalText(call.data, "team");
  apply(call, project, false);
  if (typeof teamGid !== "string" || teamGid === project.teamGid) return;
  const { projectsByTeam } = call.world.state;
  const team = requireTeam(call, teamGid);
  const before = projectsByTeam.get(project.teamGid) ?? [];
  projectsByTeam.set(
    project.teamGid,
    before.filter((one) => one !== project),
  );
  project.teamGid = team.gid;
  projectsByTeam.set(team.gid, [...(projectsByTeam.get(team.gid) ?? []), project]);
  project.modifiedAt = call.world.now();
  emitProject(call, project, "changed", "team");
}

/** DELETE /projects/{g}: the project answers 404; tasks with no other living project become unreachable with it. */
export function trashProject(call: Call, project: ProjectRow): void {
  project.deletedAt = call.world.now();
  emitProject(call, project, "deleted");
}

export function restoreProject(call: Call, project: ProjectRow): void {
  project.deletedAt = null;
  emitProject(call, project, "undeleted");
}

/** POST /projects/{g}/addCustomFieldSetting: the field shows on the project and its tasks from now on. */
export function attachField(call: Call, project: ProjectRow): string {
  const gid = requiredText(call.data, "custom_field");
  if (!call.world.state.customFields.has(gid)) throw unknownObject("custom_field", gid);
  if (!project.customFieldGids.includes(gid)) project.customFieldGids.push(gid);
  if (!project.taskCustomFieldGids.includes(gid)) project.taskCustomFieldGids.push(gid);
  project.modifiedAt = call.world.now();
  emitProject(call, project, "changed", "custom_field_settings");
  return gid;
}

export function detachField(call: Call, project: ProjectRow): void {
  const gid = requiredText(call.data, "custom_field");
  project.customFieldGids = project.customFieldGids.filter((one) => one !== gid);
  project.taskCustomFieldGids = project.taskCustomFieldGids.filter((one) => one !== gid);
  project.modifiedAt = call.world.now();
  emitProject(call, project, "changed", "custom_field_settings");
}
