import type { Call } from "./call.ts";
import { emitTask, target, writeStory } from "./changes.ts";
import type { FieldValue, SectionRow, TagRow, TaskRow } from "./rows.ts";
import { EMPTY_TASK, reassign } from "./state.ts";

/** What of a task a copy takes along; name and subtype always. */
export type Taken = ReadonlySet<string>;

export const PLAN_EVERYTHING: Taken = new Set([
  "notes",
  "assignee",
  "subtasks",
  "followers",
  "projects",
  "tags",
  "dates",
  "dependencies",
]);

/** A task that is still to be made: of a template, or a copy. */
export interface TaskPlan {
  readonly name: string;
  readonly subtype: string;
  readonly notes: string;
  readonly assigneeGid: string | null;
  /** The template's role whose holder it is assigned to. */
  readonly roleGid: string | null;
  readonly startOn: string | null;
  readonly dueOn: string | null;
  readonly values: ReadonlyMap<string, FieldValue>;
  readonly tags: readonly TagRow[];
  readonly followerGids: readonly string[];
  readonly subtasks: readonly TaskPlan[];
  /** The task it duplicates, which its history then names. */
  readonly copyOf: string | null;
}

/** The plan of a task's copy. */
export function planOf(task: TaskRow, taken: Taken): TaskPlan {
  const takes = (what: string): boolean => taken.has(what) || taken.has(`task_${what}`);
  const dates = takes("dates");
  const below = takes("subtasks") ? task.subtasks.filter((each) => each.deletedAt === null) : [];
  return {
    name: task.name,
    subtype: task.subtype,
    notes: takes("notes") ? task.notes : "",
    assigneeGid: takes("assignee") ? task.assigneeGid : null,
    roleGid: null,
    startOn: dates ? task.startOn : null,
    dueOn: dates ? task.dueOn : null,
    values: new Map(task.values),
    tags: takes("tags") ? task.tags : [],
    followerGids: takes("followers") ? task.followerGids : [],
    subtasks: below.map((each) => planOf(each, taken)),
    copyOf: task.gid,
  };
}

/** Makes a task and what is below it. `homes` are the sections it goes to. */
export function plant(call: Call, plan: TaskPlan, homes: readonly SectionRow[], parent: TaskRow | null): TaskRow {
  const { state } = call.world;
  const now = call.world.now();
  const task: TaskRow = {
    ...EMPTY_TASK,
    gid: state.nextGid(),
    name: plan.name,
    subtype: plan.subtype,
    approvalStatus: plan.subtype === "approval" ? "pending" : null,
    notes: plan.notes,
    createdAt: now,
    createdByGid: call.actor.userGid,
    modifiedAt: now,
    startOn: plan.startOn,
    dueOn: plan.dueOn,
    parent,
    memberships: homes.map((section) => ({ project: section.project, section })),
    values: new Map(plan.values),
    tags: plan.tags,
    followerGids: plan.followerGids,
    stories: [],
  };
  state.tasks.set(task.gid, task);
  if (plan.assigneeGid !== null) {
    reassign(state, task, plan.assigneeGid);
    if (plan.copyOf === null) writeStory(call, task, "assigned", { assigneeGid: plan.assigneeGid });
  }
  for (const tag of task.tags) tag.tasks = [task, ...tag.tasks];
  for (const section of homes) {
    section.tasks.push(task);
    emitTask(call, task, "added", target("project", section.project.gid));
    emitTask(call, task, "added", target("section", section.gid));
    writeStory(call, task, "added_to_project", { projectGid: section.project.gid });
  }
  if (parent !== null) {
    parent.subtasks = [...parent.subtasks, task];
    emitTask(call, task, "added", target("task", parent.gid));
  }
  if (plan.copyOf !== null) writeStory(call, task, "duplicated", { otherTaskGid: plan.copyOf });
  for (const below of plan.subtasks) plant(call, below, [], task);
  return task;
}
