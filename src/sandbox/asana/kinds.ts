import type { EventRow } from "./events.ts";
import type { JobRow } from "./jobs.ts";
import type {
  AttachmentRow,
  BriefRow,
  CustomFieldRow,
  FieldValue,
  GoalMetricRow,
  GoalRow,
  MembershipRow,
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
import { Ref, names } from "./selection.ts";
import type { ResourceType } from "./selection.ts";
import type { State } from "./state.ts";
import type { ProjectTemplateRow, TaskTemplateRow } from "./templates.ts";
import type { WebhookRow } from "./webhooks.ts";

/** One custom field's value on a task or project. */
export interface FieldEntry {
  readonly field: CustomFieldRow;
  readonly value: FieldValue | null;
  readonly enabled: boolean;
}

/** A custom field attached to a project or a portfolio. */
export type SettingEntry =
  | { readonly project: ProjectRow; readonly portfolio?: undefined; readonly field: CustomFieldRow }
  | { readonly project?: undefined; readonly portfolio: PortfolioRow; readonly field: CustomFieldRow };

/** A person's own task list. */
export interface UserTaskListRow {
  readonly gid: string;
  readonly owner: UserRow;
}

/** A person's place in the workspace, a team, a project or a portfolio. */
export interface MemberRow<Parent> {
  readonly gid: string;
  readonly user: UserRow;
  readonly parent: Parent;
}

/** Every kind of object the stand-in renders, each with its compact and full form (reference asana.md §4, §8-§14). */
export interface Resources {
  readonly workspace: ResourceType<State["workspace"]>;
  readonly user: ResourceType<UserRow>;
  readonly team: ResourceType<TeamRow>;
  readonly option: ResourceType<OptionRow>;
  readonly customField: ResourceType<CustomFieldRow>;
  readonly fieldEntry: ResourceType<FieldEntry>;
  readonly setting: ResourceType<SettingEntry>;
  readonly project: ResourceType<ProjectRow>;
  readonly projectStatus: ResourceType<StatusRow>;
  readonly section: ResourceType<SectionRow>;
  readonly membership: ResourceType<MembershipRow>;
  readonly task: ResourceType<TaskRow>;
  readonly story: ResourceType<StoryRow>;
  readonly event: ResourceType<EventRow>;
  readonly tag: ResourceType<TagRow>;
  readonly attachment: ResourceType<AttachmentRow>;
  readonly status: ResourceType<StatusRow>;
  readonly portfolio: ResourceType<PortfolioRow>;
  readonly goal: ResourceType<GoalRow>;
  readonly goalMetric: ResourceType<GoalMetricRow>;
  readonly userTaskList: ResourceType<UserTaskListRow>;
  readonly workspaceMember: ResourceType<MemberRow<State["workspace"]>>;
  readonly teamMember: ResourceType<MemberRow<TeamRow>>;
  readonly projectMember: ResourceType<MemberRow<ProjectRow>>;
  readonly portfolioMember: ResourceType<MemberRow<PortfolioRow>>;
  /** A project's membership in the shape of `/memberships`. */
  readonly sharedMember: ResourceType<MemberRow<ProjectRow>>;
  readonly timeEntry: ResourceType<TimeEntryRow>;
  readonly brief: ResourceType<BriefRow>;
  readonly projectTemplate: ResourceType<ProjectTemplateRow>;
  readonly taskTemplate: ResourceType<TaskTemplateRow>;
  readonly job: ResourceType<JobRow>;
  readonly webhook: ResourceType<WebhookRow>;
}

export function ref<Row>(type: ResourceType<Row>, row: Row): Ref {
  return new Ref(type, row);
}

/** A kind whose compact and full forms are all its fields. */
export function plain<Row>(name: string, fields: ResourceType<Row>["fields"]): ResourceType<Row> {
  const all = names(Object.keys(fields).join(" "));
  return { name, compact: all, full: all, fields };
}
