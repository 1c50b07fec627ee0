import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, ok, param, requiredText } from "./call.ts";
import { badRequest } from "./errors.ts";
import { checkWorkspace, requireField, requireTeam, requireWorkspace, taskOf } from "./lookups.ts";
import { addSection, attachField, createProject, detachField, trashProject, updateProject } from "./project-writes.ts";
import { render } from "./selection.ts";
import type { Router } from "./router.ts";
import type { ProjectRow, SectionRow } from "./rows.ts";
import { each } from "./source.ts";
import { projectVisible, requireProject, requireSection, taskVisible } from "./state.ts";
import { anchorOf, placeTask } from "./task-placement.ts";
import { emit, target } from "./changes.ts";
import { projectTasks } from "./task-routes.ts";

function listProjects(call: Call, rows: Iterable<ProjectRow>): Answer {
  const archived = call.query.get("archived");
  const wanted = archived === null || archived === "" ? null : archived === "true";
  const shown: ProjectRow[] = [];
  for (const row of rows) {
    if (projectVisible(call.world.state, row) && (wanted === null || row.archived === wanted)) shown.push(row);
  }
  return list(call, call.world.resources.project, shown);
}

function allProjects(call: Call): Answer {
  const workspace = call.query.get("workspace");
  const team = call.query.get("team");
  if (workspace !== null) checkWorkspace(call, workspace);
  const { state } = call.world;
  return listProjects(call, team === null ? state.projects.values() : teamProjects(call, team));
}

function teamProjects(call: Call, gid: string): readonly ProjectRow[] {
  return call.world.state.projectsByTeam.get(requireTeam(call, gid).gid) ?? [];
}

function settings(call: Call, project: ProjectRow): Answer {
  const gids = new Set([...project.customFieldGids, ...project.taskCustomFieldGids]);
  const { setting } = call.world.resources;
  const rows = [...gids].map((gid) => ({ gid, project, field: requireField(call, gid) }));
  return list(call, setting, rows);
}

function sectionPlace(call: Call, project: ProjectRow): number {
  const anchor = anchorOf(call.data, "bottom");
  const index = (gid: string | null | undefined): number => {
    const found = project.sections.findIndex((one) => one.gid === gid);
    if (found < 0) throw badRequest(`insert_before: Unknown object: ${String(gid)}`);
    return found;
  };
  if (anchor.before !== undefined && anchor.before !== null) return index(anchor.before);
  if (anchor.after !== undefined && anchor.after !== null) return index(anchor.after) + 1;
  return project.sections.length;
}

function deleteSection(call: Call, section: SectionRow): Answer {
  const { project } = section;
  for (const task of each(section.tasks)) {
    if (!taskVisible(call.world.state, task)) continue;
    throw badRequest("section: Cannot delete a section that has tasks in it.");
  }
  if (project.sections.length === 1) throw badRequest("section: Cannot delete the last section of a project.");
  section.deletedAt = call.world.now();
  project.sections.splice(project.sections.indexOf(section), 1);
  // Trashed tasks of the section need a home to come back to.
  for (const task of each(section.tasks)) {
    for (const membership of task.memberships) {
      const home = project.sections[0];
      if (membership.section !== section || home === undefined) continue;
      membership.section = home;
      home.tasks.push(task);
    }
  }
  emit(call, [project.gid], "deleted", target("section", section.gid), null);
  return empty();
}

/** Counts nothing unless fields are asked for (reference asana.md §8). */
function taskCounts(call: Call, project: ProjectRow): Answer {
  const counts = {
    num_tasks: 0,
    num_completed_tasks: 0,
    num_incomplete_tasks: 0,
    num_milestones: 0,
    num_completed_milestones: 0,
    num_incomplete_milestones: 0,
  };
  for (const task of each(projectTasks(project))) {
    if (!taskVisible(call.world.state, task)) continue;
    const done = task.completed ? "completed" : "incomplete";
    counts.num_tasks += 1;
    counts[`num_${done}_tasks`] += 1;
    if (task.subtype !== "milestone") continue;
    counts.num_milestones += 1;
    counts[`num_${done}_milestones`] += 1;
  }
  const wanted = new Set(call.query.getAll("opt_fields").flatMap((one) => one.split(",")));
  return ok(Object.fromEntries(Object.entries(counts).filter(([name]) => wanted.has(name))));
}

/** The project and section routes (reference asana.md §8). */
export function addProjectRoutes(router: Router): void {
  const add = router.add.bind(router);
  const project = (call: Call): ProjectRow => requireProject(call.world.state, param(call));
  const created = (call: Call, fixed: Parameters<typeof createProject>[1]): Answer =>
    one(call, call.world.resources.project, createProject(call, fixed), 201);
  add("GET", "/projects", allProjects);
  add("GET", "/workspaces/{workspace_gid}/projects", (call) => {
    requireWorkspace(call, param(call));
    return listProjects(call, call.world.state.projects.values());
  });
  add("GET", "/teams/{team_gid}/projects", (call) => listProjects(call, teamProjects(call, param(call))));
  add("POST", "/projects", (call) => created(call, {}));
  add("POST", "/workspaces/{workspace_gid}/projects", (call) => created(call, { workspace: param(call) }));
  add("POST", "/teams/{team_gid}/projects", (call) => created(call, { team: param(call) }));
  add("GET", "/projects/{project_gid}", (call) => one(call, call.world.resources.project, project(call)));
  add("PUT", "/projects/{project_gid}", (call) => {
    const row = project(call);
    updateProject(call, row);
    return one(call, call.world.resources.project, row);
  });
  add("DELETE", "/projects/{project_gid}", (call) => {
    trashProject(call, project(call));
    return empty();
  });
  add("GET", "/projects/{project_gid}/custom_field_settings", (call) => settings(call, project(call)));
  add("POST", "/projects/{project_gid}/addCustomFieldSetting", (call) => {
    const row = project(call);
    const field = requireField(call, attachField(call, row));
    const { setting } = call.world.resources;
    return ok(render(setting, { project: row, field }, call.selection ?? setting.full, call.view));
  });
  add("POST", "/projects/{project_gid}/removeCustomFieldSetting", (call) => {
    detachField(call, project(call));
    return empty();
  });
  add("GET", "/projects/{project_gid}/task_counts", (call) => taskCounts(call, project(call)));
  addSectionRoutes(router);
}

function addSectionRoutes(router: Router): void {
  const add = router.add.bind(router);
  const section = (call: Call): SectionRow => requireSection(call.world.state, param(call));
  add("GET", "/projects/{project_gid}/sections", (call) =>
    list(call, call.world.resources.section, requireProject(call.world.state, param(call)).sections),
  );
  add("POST", "/projects/{project_gid}/sections", (call) => {
    const project = requireProject(call.world.state, param(call));
    const name = requiredText(call.data, "name");
    const row = addSection(call, project, name, sectionPlace(call, project));
    return one(call, call.world.resources.section, row, 201);
  });
  add("POST", "/projects/{project_gid}/sections/insert", (call) => {
    const project = requireProject(call.world.state, param(call));
    const moved = requireSection(call.world.state, requiredText(call.data, "section"));
    project.sections.splice(project.sections.indexOf(moved), 1);
    const { before_section: before, after_section: after } = call.data;
    const index = (gid: unknown): number => project.sections.findIndex((one) => one.gid === gid);
    const at =
      typeof before === "string"
        ? index(before)
        : typeof after === "string"
          ? index(after) + 1
          : project.sections.length;
    project.sections.splice(at < 0 ? project.sections.length : at, 0, moved);
    emit(call, [project.gid], "changed", target("section", moved.gid), null, { field: "order", action: "changed" });
    return empty();
  });
  add("GET", "/sections/{section_gid}", (call) => one(call, call.world.resources.section, section(call)));
  add("PUT", "/sections/{section_gid}", (call) => {
    const row = section(call);
    const name = requiredText(call.data, "name");
    if (name !== row.name) {
      row.name = name;
      const change = { field: "name", action: "changed" } as const;
      emit(call, [row.project.gid], "changed", target("section", row.gid), null, change);
    }
    return one(call, call.world.resources.section, row);
  });
  add("DELETE", "/sections/{section_gid}", (call) => deleteSection(call, section(call)));
  add("POST", "/sections/{section_gid}/addTask", (call) => {
    const row = section(call);
    const task = taskOf(call, requiredText(call.data, "task"));
    placeTask(call, task, row, anchorOf(call.data, "top"));
    return empty();
  });
}
