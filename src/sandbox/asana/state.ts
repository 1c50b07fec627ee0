import type { AsanaOptionSeed, AsanaSeed } from "../seeds.ts";
import { unknownObject, forbidden } from "./errors.ts";
import type {
  AttachmentRow,
  BriefRow,
  CustomFieldRow,
  FieldValue,
  GoalRow,
  OptionRow,
  PortfolioRow,
  ProjectRow,
  SectionRow,
  StatusRow,
  StoryRow,
  TagRow,
  TaskRow,
  TeamRow,
  TimeEntryRow,
  UserRow,
} from "./rows.ts";
import { StoryIndex, TaskIndex } from "./task-index.ts";
import { TaskList } from "./task-list.ts";

/** Everything the workspace holds, indexed by gid; deleted rows stay so that history can name them. */
export interface State {
  readonly workspace: AsanaSeed["workspace"];
  readonly users: Map<string, UserRow>;
  readonly usersByEmail: Map<string, UserRow>;
  readonly teams: Map<string, TeamRow>;
  readonly customFields: Map<string, CustomFieldRow>;
  readonly options: Map<string, { readonly field: CustomFieldRow; readonly option: OptionRow }>;
  readonly projects: Map<string, ProjectRow>;
  readonly projectsByTeam: Map<string, ProjectRow[]>;
  readonly sections: Map<string, SectionRow>;
  readonly tasks: TaskIndex;
  readonly tasksByAssignee: Map<string, Set<TaskRow>>;
  /** By app and external gid. */
  readonly tasksByExternal: Map<string, TaskRow>;
  readonly stories: StoryIndex;
  /** Comments that were deleted, as they last were. */
  readonly deletedStories: Map<string, StoryRow>;
  readonly tags: Map<string, TagRow>;
  readonly attachments: Map<string, AttachmentRow>;
  readonly statuses: Map<string, StatusRow>;
  readonly timeEntries: Map<string, TimeEntryRow>;
  readonly briefs: Map<string, BriefRow>;
  readonly portfolios: Map<string, PortfolioRow>;
  readonly goals: Map<string, GoalRow>;
  /** Whether the call under way may change what it reads; generated rows are kept only then. */
  changing: boolean;
  /** Projects the tokens may not see any more; set over the control routes. */
  /** People who left the workspace: named by what they did, and in no list. */
  readonly departedUsers: Set<string>;
  readonly hiddenProjects: Set<string>;
  nextGid(): string;
}

/** Values by custom field, without the empty ones. */
export function valuesOf(values: Readonly<Record<string, FieldValue | null>>): Map<string, FieldValue> {
  const map = new Map<string, FieldValue>();
  for (const gid of Object.keys(values)) {
    const value = values[gid];
    if (value !== null && value !== undefined) map.set(gid, value);
  }
  return map;
}

function gidSource(seed: AsanaSeed, random: () => number): () => string {
  let last = 1_209_000_000_000_000;
  const see = (rows: readonly { readonly gid: string }[]): void => {
    for (const row of rows) {
      const n = Number(row.gid);
      if (n > last && n < 8_000_000_000_000_000) last = n;
    }
  };
  see(seed.projects);
  see(seed.sections);
  see(seed.tasks);
  see(seed.stories);
  see(seed.customFields);
  for (const field of seed.customFields) see(field.options ?? []);
  return () => {
    last += 1 + Math.floor(random() * 90);
    return String(last);
  };
}

/** Adds a row to a list kept under a key. */
function push<T>(map: Map<string, T[]>, key: string, row: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [row]);
  else list.push(row);
}

/** Keeps the index of tasks by assignee right when the assignee changes. */
export function reassign(state: State, task: TaskRow, assigneeGid: string | null): void {
  if (task.assigneeGid !== null) state.tasksByAssignee.get(task.assigneeGid)?.delete(task);
  task.assigneeGid = assigneeGid;
  if (assigneeGid === null) return;
  const tasks = state.tasksByAssignee.get(assigneeGid);
  if (tasks === undefined) state.tasksByAssignee.set(assigneeGid, new Set([task]));
  else tasks.add(task);
}

export function addProjectRow(state: State, project: ProjectRow): void {
  state.projects.set(project.gid, project);
  push(state.projectsByTeam, project.teamGid, project);
}

/** What a custom field is unless its seed or its creation says otherwise. */
export const PLAIN_FIELD = {
  description: "",
  format: "none",
  currencyCode: null,
  customLabel: null,
  customLabelPosition: null,
  idPrefix: null,
  locked: false,
  createdByGid: null,
  local: false,
  deletedAt: null,
} as const;

/** Builds the linked state of a seed. Story rows are the seed's own objects. */
export function createState(seed: AsanaSeed, random: () => number): State {
  const tasks = new TaskIndex();
  const state: State = {
    workspace: seed.workspace,
    users: new Map(seed.users.map((user) => [user.gid, user])),
    usersByEmail: new Map(seed.users.map((user) => [user.email.toLowerCase(), user])),
    teams: new Map(
      seed.teams.map(({ memberGids = seed.users.map(({ gid }) => gid), ...team }) => [
        team.gid,
        { ...team, memberGids },
      ]),
    ),
    customFields: new Map(),
    options: new Map(),
    projects: new Map(),
    projectsByTeam: new Map(),
    sections: new Map(),
    tasks,
    tasksByAssignee: new Map(),
    tasksByExternal: new Map(),
    stories: new StoryIndex(tasks),
    deletedStories: new Map(),
    tags: new Map(),
    attachments: new Map(),
    statuses: new Map(),
    timeEntries: new Map(),
    briefs: new Map(),
    portfolios: new Map(),
    goals: new Map(),
    changing: false,
    departedUsers: new Set(seed.users.flatMap(({ gid, departed }) => (departed === true ? [gid] : []))),
    hiddenProjects: new Set(),
    nextGid: gidSource(seed, random),
  };
  for (const field of seed.customFields) {
    const enabled = (option: AsanaOptionSeed): OptionRow => ({ enabled: true, ...option });
    const options = (field.options ?? []).map(enabled);
    const { gid, name, type, precision = 0, representation = type, local = false } = field;
    const row: CustomFieldRow = { ...PLAIN_FIELD, gid, name, type, representation, precision, options, local };
    state.customFields.set(row.gid, row);
    for (const option of [...options, ...(field.formerOptions ?? []).map(enabled)])
      state.options.set(option.gid, { field: row, option });
  }
  for (const { values, customFieldGids, taskCustomFieldGids, ...project } of seed.projects) {
    addProjectRow(state, {
      completedByGid: null,
      ...project,
      color: null,
      htmlNotes: null,
      memberGids: project.ownerGid === null ? [] : [project.ownerGid],
      followerGids: project.ownerGid === null ? [] : [project.ownerGid],
      statuses: [],
      customFieldGids: [...customFieldGids],
      taskCustomFieldGids: [...taskCustomFieldGids],
      values: valuesOf(values),
      sections: [],
    });
  }
  for (const { projectGid, gid, name, createdAt, deletedAt = null } of seed.sections) {
    const project = state.projects.get(projectGid);
    if (project === undefined) throw new Error(`Seed section ${gid} names no project: ${projectGid}`);
    const section: SectionRow = {
      gid,
      name,
      project,
      createdAt: createdAt ?? project.createdAt,
      tasks: new TaskList(),
      deletedAt,
    };
    state.sections.set(gid, section);
    if (deletedAt === null) project.sections.push(section);
  }
  for (const tag of seed.tags ?? [])
    state.tags.set(tag.gid, { ...tag, color: null, notes: "", followerGids: [], tasks: [], deletedAt: null });
  seedTasks(state, seed);
  for (const story of seed.stories) {
    const task = state.tasks.get(story.taskGid);
    if (task === undefined) throw new Error(`Seed story ${story.gid} names no task: ${story.taskGid}`);
    task.stories.push(story);
    state.stories.set(story.gid, story);
  }
  for (const { gid } of seed.tasks) {
    const stories = state.tasks.get(gid)?.stories ?? [];
    for (let i = 1; i < stories.length; i += 1) {
      if ((stories[i - 1]?.createdAt ?? "") <= (stories[i]?.createdAt ?? "")) continue;
      stories.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
      break;
    }
  }
  return state;
}

/** A task's fields before anything is said about it; the lists are replaced, never changed. */
export const EMPTY_TASK = {
  subtype: "default_task",
  notes: "",
  htmlNotes: null,
  assigneeGid: null,
  completed: false,
  completedAt: null,
  completedByGid: null,
  approvalStatus: null,
  startOn: null,
  startAt: null,
  dueOn: null,
  dueAt: null,
  parent: null,
  tags: [],
  followerGids: [],
  likerGids: [],
  dependencies: [],
  dependents: [],
  attachments: [],
  external: new Map<string, never>(),
  deletedAt: null,
  subtasks: [],
} as const;

function seedTasks(state: State, seed: AsanaSeed): void {
  for (const task of seed.tasks) {
    const row: TaskRow = {
      ...EMPTY_TASK,
      gid: task.gid,
      name: task.name,
      subtype: task.subtype,
      notes: task.notes,
      createdAt: task.createdAt,
      createdByGid: task.createdByGid,
      modifiedAt: task.modifiedAt,
      completed: task.completed,
      completedAt: task.completedAt,
      completedByGid: task.completedByGid,
      approvalStatus:
        task.subtype === "approval" ? (task.approvalStatus ?? (task.completed ? "approved" : "pending")) : null,
      startOn: task.startOn,
      dueOn: task.dueOn,
      dueAt: task.dueAt ?? null,
      ...(task.permalinkUrl !== undefined && { permalinkUrl: task.permalinkUrl }),
      tags: (task.tagGids ?? []).flatMap((gid) => state.tags.get(gid) ?? []),
      memberships: [],
      values: valuesOf(task.values),
      deletedAt: task.deletedAt,
      stories: [],
    };
    state.tasks.set(row.gid, row);
    for (const tag of row.tags) tag.tasks = [row, ...tag.tasks];
    reassign(state, row, task.assigneeGid);
    for (const { projectGid, sectionGid } of task.memberships) {
      const section = state.sections.get(sectionGid);
      if (section === undefined || section.project.gid !== projectGid)
        throw new Error(`Seed task ${task.gid} names no section of ${projectGid}: ${sectionGid}`);
      row.memberships = [...row.memberships, { project: section.project, section }];
      section.tasks.push(row);
    }
  }
  for (const { gid, parentGid } of seed.tasks) {
    if (parentGid === null) continue;
    const task = state.tasks.get(gid);
    const parent = state.tasks.get(parentGid);
    if (task === undefined || parent === undefined) throw new Error(`Seed task ${gid} has no parent ${parentGid}`);
    task.parent = parent;
    parent.subtasks = [...parent.subtasks, task];
  }
}

/** Whether a task can be reached at all: itself, its parent, and (when it sits in projects) one of them must live. */
export function taskLives(task: TaskRow): boolean {
  if (task.deletedAt !== null) return false;
  if (task.memberships.some(({ project }) => project.deletedAt === null)) return true;
  if (task.parent !== null) return taskLives(task.parent);
  return task.memberships.length === 0;
}

function taskHidden(state: State, task: TaskRow): boolean {
  if (state.hiddenProjects.size === 0) return false;
  const living = task.memberships.filter(({ project }) => project.deletedAt === null);
  if (living.length > 0) return living.every(({ project }) => state.hiddenProjects.has(project.gid));
  return task.parent !== null && taskHidden(state, task.parent);
}

/** Whether lists show the task to the caller. */
export function taskVisible(state: State, task: TaskRow): boolean {
  return taskLives(task) && !taskHidden(state, task);
}

export function projectVisible(state: State, project: ProjectRow): boolean {
  return project.deletedAt === null && !state.hiddenProjects.has(project.gid);
}

/** The key of an app's external gid. */
export function externalKey(app: string, gid: string): string {
  return `${app}\n${gid}`;
}

/**
 * A task by gid or, for the app that wrote it, `external:<gid>`.
 * Errors: 404 unknown or trashed, 403 when its projects are out of sight.
 */
export function requireTask(state: State, id: string, app: string | null): TaskRow {
  const task = id.startsWith("external:")
    ? state.tasksByExternal.get(externalKey(app ?? "", id.slice(9)))
    : state.tasks.get(id);
  if (task === undefined || !taskLives(task)) throw unknownObject("task", id);
  if (taskHidden(state, task)) throw forbidden("task");
  return task;
}

export function requireProject(state: State, gid: string): ProjectRow {
  const project = state.projects.get(gid);
  if (project === undefined || project.deletedAt !== null) throw unknownObject("project", gid);
  if (state.hiddenProjects.has(gid)) throw forbidden("project");
  return project;
}

export function requireSection(state: State, gid: string): SectionRow {
  const section = state.sections.get(gid);
  if (section === undefined || section.deletedAt !== null || section.project.deletedAt !== null)
    throw unknownObject("section", gid);
  if (state.hiddenProjects.has(section.project.gid)) throw forbidden("section");
  return section;
}

/** The projects a task shows, in order of joining. */
export function livingMemberships(state: State, task: TaskRow): TaskRow["memberships"] {
  return task.memberships.filter(({ project }) => projectVisible(state, project));
}
