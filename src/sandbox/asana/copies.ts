import type { Call } from "./call.ts";
import { emitProject } from "./changes.ts";
import { emptyProject } from "./project-writes.ts";
import type { ProjectRow, SectionRow, TaskRow } from "./rows.ts";
import { each } from "./source.ts";
import { addProjectRow, livingMemberships, taskVisible } from "./state.ts";
import { TaskList } from "./task-list.ts";
import { plant, planOf } from "./task-plans.ts";
import type { TaskPlan, Taken } from "./task-plans.ts";

/** Copies a task and, when taken, its subtasks. `homes` are the sections the copy goes to. */
export function copyTask(
  call: Call,
  task: TaskRow,
  name: string,
  taken: Taken,
  homes: readonly SectionRow[],
  parent: TaskRow | null,
): TaskRow {
  return plant(call, { ...planOf(task, taken), name }, homes, parent);
}

/** The sections a task is in, for a copy that stays where the task is. */
export function sectionsOf(call: Call, task: TaskRow): SectionRow[] {
  return livingMemberships(call.world.state, task).map(({ section }) => section);
}

/** A project with its sections, still without tasks. */
export function makeShell(
  call: Call,
  teamGid: string,
  fields: Partial<ProjectRow>,
  sections: readonly { readonly name: string }[],
): ProjectRow {
  const { state } = call.world;
  const project: ProjectRow = { ...emptyProject(call, teamGid), ...fields };
  addProjectRow(state, project);
  emitProject(call, project, "added");
  for (const { name } of sections) {
    const gid = state.nextGid();
    const tasks = new TaskList();
    const section: SectionRow = { gid, name, project, createdAt: project.createdAt, tasks, deletedAt: null };
    state.sections.set(gid, section);
    project.sections.push(section);
  }
  return project;
}

/** Fills a shell: the tasks of each section in its order, `most` of them altogether. */
export function fill(call: Call, project: ProjectRow, tasks: readonly (readonly TaskPlan[])[], most: number): void {
  let left = most;
  for (const [i, plans] of tasks.entries()) {
    const section = project.sections[i];
    if (section === undefined) return;
    for (const plan of plans.slice(0, left)) plant(call, plan, [section], null);
    left = Math.max(0, left - plans.length);
  }
}

/** A project's copy without its tasks. */
export function copyShell(call: Call, project: ProjectRow, name: string, teamGid: string, taken: Taken): ProjectRow {
  const fields = {
    name,
    notes: taken.has("notes") ? project.notes : "",
    customFieldGids: [...project.customFieldGids],
    taskCustomFieldGids: [...project.taskCustomFieldGids],
    values: new Map(project.values),
    memberGids: taken.has("members") ? project.memberGids : [],
  };
  return makeShell(call, teamGid, fields, project.sections);
}

/** The plans of a project's tasks, section by section. */
export function tasksOf(call: Call, project: ProjectRow, taken: Taken): TaskPlan[][] {
  const { state } = call.world;
  return project.sections.map((section) =>
    [...each(section.tasks)].filter((task) => taskVisible(state, task)).map((task) => planOf(task, taken)),
  );
}
