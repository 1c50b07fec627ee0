import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalText, param, requiredText } from "./call.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { taskListGid } from "./group-resources.ts";
import { checkWorkspace, requireUser, taskOf } from "./lookups.ts";
import type { Filter } from "./paging.ts";
import type { Router } from "./router.ts";
import type { ProjectRow, TaskRow, UserRow } from "./rows.ts";
import { Chain } from "./source.ts";
import type { Source } from "./source.ts";
import { requireProject, requireSection, taskVisible } from "./state.ts";
import { tagOf } from "./tags.ts";
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

/** A listing of tasks: what the caller sees of them, narrowed by `modified_since` and `completed_since`. */
export function tasksAnswer(call: Call, tasks: Source<TaskRow>): Answer {
  const modified = instant(call, "modified_since");
  const completed = instant(call, "completed_since");
  const { state, resources } = call.world;
  const filter: Filter<TaskRow> = {
    keep: (task) =>
      taskVisible(state, task)
      && (modified === null || task.modifiedAt >= modified)
      && (completed === null || !task.completed || (task.completedAt ?? "") >= completed),
    changedSince: modified === null ? null : Date.parse(modified),
  };
  return list(call, resources.task, tasks, filter);
}

export function projectTasks(project: ProjectRow): Source<TaskRow> {
  return new Chain(project.sections.map((section) => section.tasks));
}

const ONE_OF = "Must specify exactly one of project, tag, section, user task list, or assignee + workspace";

function listTasks(call: Call): Answer {
  const { state } = call.world;
  const asked = (name: string): string | null => {
    const value = call.query.get(name);
    return value === null || value === "" ? null : value;
  };
  const [project, section, tag, assignee, workspace] = ["project", "section", "tag", "assignee", "workspace"].map(
    asked,
  );
  const listGid = asked("user_task_list");
  const given = [project, section, tag, listGid, assignee].filter((value) => value != null);
  if (given.length !== 1 || (assignee != null) !== (workspace != null)) throw badRequest(ONE_OF);
  if (project != null) return tasksAnswer(call, projectTasks(requireProject(state, project)));
  if (section != null) return tasksAnswer(call, requireSection(state, section).tasks);
  if (tag != null) return tasksAnswer(call, tagOf(call, tag).tasks);
  if (listGid !== null) return tasksAnswer(call, assignedTo(call, taskListOwner(call, listGid).gid));
  checkWorkspace(call, workspace ?? "");
  return tasksAnswer(call, assignedTo(call, requireUser(call, assignee ?? "").gid));
}

/** Whose task list it is. Errors: 404. */
export function taskListOwner(call: Call, gid: string): UserRow {
  for (const user of call.world.state.users.values()) if (taskListGid(user) === gid) return user;
  throw unknownObject("user_task_list", gid);
}

/** A person's tasks, newest first; those of generated sets after the others. */
export function assignedTo(call: Call, userGid: string): readonly TaskRow[] {
  const { state } = call.world;
  const tasks = [...(state.tasksByAssignee.get(userGid) ?? [])].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  for (const set of state.tasks.sets) for (const task of set.unchangedOf(userGid)) tasks.push(task);
  return tasks;
}

function addProject(call: Call): Answer {
  const { state } = call.world;
  const task = taskOf(call, param(call));
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
  const task = (call: Call): TaskRow => taskOf(call, param(call));
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
    reparentTask(call, row, parent === null ? null : taskOf(call, parent));
    return one(call, call.world.resources.task, row);
  });
  add("GET", "/projects/{project_gid}/tasks", (call) =>
    tasksAnswer(call, projectTasks(requireProject(call.world.state, param(call)))),
  );
  add("GET", "/sections/{section_gid}/tasks", (call) =>
    tasksAnswer(call, requireSection(call.world.state, param(call)).tasks),
  );
}
