import type { Call } from "./call.ts";
import { emitProject, emitTask, target, writeStory } from "./changes.ts";
import { emptyProject } from "./project-writes.ts";
import type { ProjectRow, SectionRow, TaskRow } from "./rows.ts";
import { each } from "./source.ts";
import { addProjectRow, EMPTY_TASK, livingMemberships, reassign, taskVisible } from "./state.ts";
import { TaskList } from "./task-list.ts";

/** What of a task a copy takes along; name and subtype always. */
export type Taken = ReadonlySet<string>;

export const EVERYTHING: Taken = new Set([
  "notes",
  "assignee",
  "subtasks",
  "followers",
  "projects",
  "tags",
  "dates",
  "dependencies",
]);

/** Copies a task and, when taken, its subtasks. `homes` are the sections the copy goes to. */
export function copyTask(
  call: Call,
  task: TaskRow,
  name: string,
  taken: Taken,
  homes: readonly SectionRow[],
  parent: TaskRow | null,
): TaskRow {
  const { state } = call.world;
  const now = call.world.now();
  const dates = taken.has("dates") || taken.has("task_dates");
  const copy: TaskRow = {
    ...EMPTY_TASK,
    gid: state.nextGid(),
    name,
    subtype: task.subtype,
    approvalStatus: task.subtype === "approval" ? "pending" : null,
    notes: taken.has("notes") || taken.has("task_notes") ? task.notes : "",
    createdAt: now,
    createdByGid: call.actor.userGid,
    modifiedAt: now,
    dueOn: dates ? task.dueOn : null,
    startOn: dates ? task.startOn : null,
    parent,
    memberships: homes.map((section) => ({ project: section.project, section })),
    values: new Map(task.values),
    tags: taken.has("tags") || taken.has("task_tags") ? task.tags : [],
    followerGids: taken.has("followers") || taken.has("task_followers") ? task.followerGids : [],
    stories: [],
  };
  state.tasks.set(copy.gid, copy);
  if (taken.has("assignee") || taken.has("task_assignee")) reassign(state, copy, task.assigneeGid);
  for (const tag of copy.tags) tag.tasks = [copy, ...tag.tasks];
  for (const section of homes) {
    section.tasks.push(copy);
    emitTask(call, copy, "added", target("project", section.project.gid));
    emitTask(call, copy, "added", target("section", section.gid));
    writeStory(call, copy, "added_to_project", { projectGid: section.project.gid });
  }
  if (parent !== null) {
    parent.subtasks = [...parent.subtasks, copy];
    emitTask(call, copy, "added", target("task", parent.gid));
  }
  writeStory(call, copy, "duplicated", { otherTaskGid: task.gid });
  if (taken.has("subtasks") || taken.has("task_subtasks")) {
    for (const below of task.subtasks) if (below.deletedAt === null) copyTask(call, below, below.name, taken, [], copy);
  }
  return copy;
}

/** The sections a task is in, for a copy that stays where the task is. */
export function sectionsOf(call: Call, task: TaskRow): SectionRow[] {
  return livingMemberships(call.world.state, task).map(({ section }) => section);
}

/** Copies a project with its sections, fields and tasks. */
export function copyProject(call: Call, project: ProjectRow, name: string, teamGid: string, taken: Taken): ProjectRow {
  const { state } = call.world;
  const copy: ProjectRow = {
    ...emptyProject(call, teamGid),
    name,
    notes: taken.has("notes") ? project.notes : "",
    customFieldGids: [...project.customFieldGids],
    taskCustomFieldGids: [...project.taskCustomFieldGids],
    values: new Map(project.values),
    memberGids: taken.has("members") ? project.memberGids : [],
  };
  addProjectRow(state, copy);
  emitProject(call, copy, "added");
  for (const section of project.sections) {
    const gid = state.nextGid();
    const own: SectionRow = {
      gid,
      name: section.name,
      project: copy,
      createdAt: copy.createdAt,
      tasks: new TaskList(),
      deletedAt: null,
    };
    state.sections.set(gid, own);
    copy.sections.push(own);
    for (const task of each(section.tasks)) {
      if (taskVisible(state, task)) copyTask(call, task, task.name, taken, [own], null);
    }
  }
  return copy;
}
