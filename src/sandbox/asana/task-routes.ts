import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalText, param, requiredText } from "./call.ts";
import { badRequest } from "./errors.ts";
import { checkWorkspace, requireUser } from "./lookups.ts";
import type { Router } from "./router.ts";
import type { ProjectRow, TaskRow } from "./rows.ts";
import { requireProject, requireSection, requireTask, taskVisible } from "./state.ts";
import { anchorOf, firstSection, placeTask, unplaceTask } from "./task-placement.ts";
import { createTask, reparentTask, trashTask, updateTask } from "./task-writes.ts";

function instant(call: Call, name: string): string | null {
  const text = call.query.get(name);
  if (text === null || text === "") return null;
  if (text === "now") return call.world.now();
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw badRequest(`${name}: Not a valid date: ${text}`);
  return at.toISOString();
}

function filtered(call: Call, tasks: readonly TaskRow[]): readonly TaskRow[] {
  const modified = instant(call, "modified_since");
  const completed = instant(call, "completed_since");
  const { state } = call.world;
  return tasks.filter(
    (task) =>
      taskVisible(state, task)
      && (modified === null || task.modifiedAt >= modified)
      && (completed === null || !task.completed || (task.completedAt ?? "") >= completed),
  );
}

export function projectTasks(project: ProjectRow): readonly TaskRow[] {
  return project.sections.flatMap((section) => section.tasks);
}

function listTasks(call: Call): Answer {
  const { state, resources } = call.world;
  const project = call.query.get("project");
  const section = call.query.get("section");
  const assignee = call.query.get("assignee");
  const workspace = call.query.get("workspace");
  const given = [project, section, assignee].filter((value) => value !== null && value !== "").length;
  if (given !== 1 || (assignee !== null && workspace === null) || (assignee === null && workspace !== null))
    throw badRequest("Must specify exactly one of project, tag, section, user task list, or assignee + workspace");
  if (project !== null && project !== "")
    return list(call, resources.task, filtered(call, projectTasks(requireProject(state, project))));
  if (section !== null && section !== "")
    return list(call, resources.task, filtered(call, requireSection(state, section).tasks));
  checkWorkspace(call, workspace ?? "");
  const user = requireUser(call, assignee ?? "");
  const tasks = [...(state.tasksByAssignee.get(user.gid) ?? [])].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  return list(call, resources.task, filtered(call, tasks));
}

function addProject(call: Call): Answer {
  const { state } = call.world;
  const task = requireTask(state, param(call));
  const project = requireProject(state, requiredText(call.data, "project"));
  const sectionGid = optionalText(call.data, "section");
  const section = typeof sectionGid === "string" ? requireSection(state, sectionGid) : null;
  if (section !== null && section.project !== project) throw badRequest("section: Section is not in the project");
  const already = task.memberships.find((one) => one.project === project);
  placeTask(call, task, section ?? already?.section ?? firstSection(project), anchorOf(call.data, "bottom"));
  return empty();
}

/** The task routes (reference asana.md §8, §9). */
export function addTaskRoutes(router: Router): void {
  const task = (call: Call): TaskRow => requireTask(call.world.state, param(call));
  const { add } = { add: router.add.bind(router) };
  add("GET", "/tasks", listTasks);
  add("POST", "/tasks", (call) => one(call, call.world.resources.task, createTask(call, null), 201));
  add("GET", "/tasks/{task_gid}", (call) => one(call, call.world.resources.task, task(call)));
  add("PUT", "/tasks/{task_gid}", (call) => {
    const row = task(call);
    updateTask(call, row);
    return one(call, call.world.resources.task, row);
  });
  add("DELETE", "/tasks/{task_gid}", (call) => {
    trashTask(call, task(call));
    return empty();
  });
  add("GET", "/tasks/{task_gid}/subtasks", (call) =>
    list(
      call,
      call.world.resources.task,
      task(call).subtasks.filter((one) => taskVisible(call.world.state, one)),
    ),
  );
  add("POST", "/tasks/{task_gid}/subtasks", (call) =>
    one(call, call.world.resources.task, createTask(call, task(call)), 201),
  );
  add("GET", "/tasks/{task_gid}/projects", (call) =>
    list(
      call,
      call.world.resources.project,
      task(call)
        .memberships.map((one) => one.project)
        .filter((one) => one.deletedAt === null),
    ),
  );
  add("POST", "/tasks/{task_gid}/addProject", addProject);
  add("POST", "/tasks/{task_gid}/removeProject", (call) => {
    unplaceTask(call, task(call), requireProject(call.world.state, requiredText(call.data, "project")));
    return empty();
  });
  add("POST", "/tasks/{task_gid}/setParent", (call) => {
    const row = task(call);
    const parent = optionalText(call.data, "parent");
    if (parent === undefined) throw badRequest("parent: Missing input");
    reparentTask(call, row, parent === null ? null : requireTask(call.world.state, parent));
    return one(call, call.world.resources.task, row);
  });
  add("GET", "/projects/{project_gid}/tasks", (call) =>
    list(call, call.world.resources.task, filtered(call, projectTasks(requireProject(call.world.state, param(call))))),
  );
  add("GET", "/sections/{section_gid}/tasks", (call) =>
    list(call, call.world.resources.task, filtered(call, requireSection(call.world.state, param(call)).tasks)),
  );
}
