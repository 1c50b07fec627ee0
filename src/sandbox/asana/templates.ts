import type { AsanaProjectTemplateSeed } from "../seeds.ts";
import { PLAN_EVERYTHING, planOf } from "./task-plans.ts";
import type { TaskPlan } from "./task-plans.ts";
import type { FieldValue, ProjectRow, TaskRow } from "./rows.ts";
import { each } from "./source.ts";
import { taskVisible, valuesOf } from "./state.ts";
import type { State } from "./state.ts";

/**
 * What projects are made from. Its days are told from `startOn`: all of them move with the start date that an
 * instantiation requests.
 */
export interface ProjectTemplateRow {
  readonly gid: string;
  readonly name: string;
  readonly teamGid: string;
  readonly ownerGid: string | null;
  readonly notes: string;
  /** Null for a template without any date: none is requested then. */
  readonly startOn: string | null;
  readonly dueOn: string | null;
  readonly roles: readonly { readonly gid: string; readonly name: string }[];
  readonly customFieldGids: readonly string[];
  readonly taskCustomFieldGids: readonly string[];
  readonly values: ReadonlyMap<string, FieldValue>;
  readonly memberGids: readonly string[];
  readonly sections: readonly { readonly name: string; readonly tasks: readonly TaskPlan[] }[];
}

/** A task kept as a template in a project. */
export interface TaskTemplateRow {
  readonly gid: string;
  readonly name: string;
  readonly project: ProjectRow;
  readonly source: TaskRow;
  readonly createdAt: string;
}

/** The day the days of seeded templates are told from. */
const DAY_ONE = "2000-01-01";

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** A seed's template as the stand-in keeps it. */
export function seededTemplate(seed: AsanaProjectTemplateSeed): ProjectTemplateRow {
  const { dueAfterDays, requestedRoles, sections, values, ...same } = seed;
  const dated = dueAfterDays !== null;
  const dayAfter = (days: number | null): string | null => (dated && days !== null ? addDays(DAY_ONE, days) : null);
  return {
    ...same,
    notes: "",
    startOn: dated ? DAY_ONE : null,
    dueOn: dayAfter(dueAfterDays),
    roles: requestedRoles,
    values: valuesOf(values),
    memberGids: [],
    sections: sections.map(({ name, tasks }) => ({
      name,
      tasks: tasks.map((task) => ({
        name: task.name,
        subtype: task.subtype,
        roleGid: task.roleGid,
        dueOn: dayAfter(task.dueAfterDays),
        notes: "",
        assigneeGid: null,
        startOn: null,
        values: new Map(),
        tags: [],
        followerGids: [],
        subtasks: [],
        copyOf: null,
      })),
    })),
  };
}

/** A project as it is now, kept as a template. */
export function templateOf(
  state: State,
  project: ProjectRow,
  own: Pick<ProjectTemplateRow, "gid" | "name" | "teamGid" | "ownerGid">,
): ProjectTemplateRow {
  const plan = (task: TaskRow): TaskPlan => ({ ...planOf(task, PLAN_EVERYTHING), copyOf: null });
  const sections = project.sections.map((section) => ({
    name: section.name,
    tasks: [...each(section.tasks)].filter((task) => taskVisible(state, task)).map(plan),
  }));
  const days = sections
    .flatMap(({ tasks }) => tasks)
    .flatMap(({ startOn, dueOn }) => [startOn, dueOn].filter((day) => day !== null))
    .concat(project.startOn ?? project.dueOn ?? []);
  return {
    ...own,
    notes: project.notes,
    startOn: project.startOn ?? days.toSorted()[0] ?? null,
    dueOn: project.dueOn,
    roles: [],
    customFieldGids: [...project.customFieldGids],
    taskCustomFieldGids: [...project.taskCustomFieldGids],
    values: new Map(project.values),
    memberGids: project.memberGids,
    sections,
  };
}
