import type { AsanaStorySeed } from "../seeds.ts";
import type { TaskList } from "./task-list.ts";

/** Rows as the stand-in keeps them: linked by reference, instants as ISO strings, days as `YYYY-MM-DD`. */
export interface UserRow {
  readonly gid: string;
  readonly name: string;
  readonly email: string;
}

export interface TeamRow {
  readonly gid: string;
  name: string;
  memberGids: readonly string[];
}

export interface OptionRow {
  readonly gid: string;
  name: string;
  color: string;
  enabled: boolean;
}

export type FieldType = "text" | "number" | "enum" | "multi_enum" | "date" | "people" | "reference";

export interface CustomFieldRow {
  readonly gid: string;
  name: string;
  readonly type: FieldType;
  /** Formula and custom id fields show a value nobody can write. */
  readonly representation: FieldType | "formula" | "custom_id";
  readonly precision: number;
  readonly options: OptionRow[];
  description: string;
  /** `none`, `currency`, `percentage`, `custom`, `duration`; for numbers. */
  format: string;
  currencyCode: string | null;
  customLabel: string | null;
  customLabelPosition: string | null;
  /** Prefix of a custom id field's values. */
  readonly idPrefix: string | null;
  /** A locked field's values answer 403 to writes. */
  locked: boolean;
  readonly createdByGid: string | null;
  /** True for a field of one project, which the workspace does not list. */
  readonly local: boolean;
  deletedAt: string | null;
}

/** text, number, option gid, day or instant; option, user or object gids for the many-valued types. */
export type FieldValue = string | number | readonly string[];

export interface ProjectRow {
  readonly gid: string;
  name: string;
  teamGid: string;
  ownerGid: string | null;
  archived: boolean;
  completedAt: string | null;
  completedByGid: string | null;
  readonly createdAt: string;
  modifiedAt: string;
  startOn: string | null;
  dueOn: string | null;
  notes: string;
  htmlNotes: string | null;
  color: string | null;
  readonly permalinkUrl?: string;
  memberGids: readonly string[];
  followerGids: readonly string[];
  statuses: readonly StatusRow[];
  customFieldGids: string[];
  taskCustomFieldGids: string[];
  values: Map<string, FieldValue>;
  deletedAt: string | null;
  readonly sections: SectionRow[];
}

export interface SectionRow {
  readonly gid: string;
  name: string;
  readonly project: ProjectRow;
  readonly createdAt: string;
  /** Top to bottom. */
  readonly tasks: TaskList;
  deletedAt: string | null;
}

export interface MembershipRow {
  readonly project: ProjectRow;
  section: SectionRow;
}

export interface ExternalRow {
  readonly gid: string | null;
  readonly data: string | null;
}

export interface TaskRow {
  readonly gid: string;
  name: string;
  subtype: string;
  notes: string;
  htmlNotes: string | null;
  readonly createdAt: string;
  readonly createdByGid: string | null;
  modifiedAt: string;
  assigneeGid: string | null;
  completed: boolean;
  completedAt: string | null;
  completedByGid: string | null;
  /** Of approvals: `pending`, `approved`, `rejected`, `changes_requested`. */
  approvalStatus: string | null;
  startOn: string | null;
  startAt: string | null;
  dueOn: string | null;
  dueAt: string | null;
  readonly permalinkUrl?: string;
  parent: TaskRow | null;
  memberships: readonly MembershipRow[];
  values: Map<string, FieldValue>;
  tags: readonly TagRow[];
  followerGids: readonly string[];
  likerGids: readonly string[];
  dependencies: readonly TaskRow[];
  dependents: readonly TaskRow[];
  attachments: readonly AttachmentRow[];
  /** By app, as only the app that wrote external data sees it. */
  external: ReadonlyMap<string, ExternalRow>;
  deletedAt: string | null;
  subtasks: readonly TaskRow[];
  /** Oldest first. */
  stories: StoryRow[];
}

export interface TagRow {
  readonly gid: string;
  name: string;
  color: string | null;
  notes: string;
  readonly createdAt: string;
  followerGids: readonly string[];
  /** Newest first. */
  tasks: readonly TaskRow[];
  deletedAt: string | null;
}

export interface AttachmentRow {
  readonly gid: string;
  readonly name: string;
  readonly subtype: string;
  readonly createdAt: string;
  readonly size: number | null;
  readonly url: string | null;
  readonly parentGid: string;
}

export interface StatusRow {
  readonly gid: string;
  readonly title: string;
  readonly text: string;
  readonly htmlText: string | null;
  readonly type: string;
  readonly createdAt: string;
  readonly authorGid: string | null;
  readonly parentGid: string;
}

/** Time somebody noted on a task. */
export interface TimeEntryRow {
  readonly gid: string;
  readonly taskGid: string;
  /** The project it counts for. */
  readonly projectGid: string | null;
  readonly createdByGid: string | null;
  readonly createdAt: string;
  readonly minutes: number;
  /** `YYYY-MM-DD` */
  readonly enteredOn: string;
  readonly billable: string;
  readonly description: string;
}

/** What a project is about; a project has at most one. */
export interface BriefRow {
  readonly gid: string;
  readonly projectGid: string;
  readonly title: string;
  readonly text: string;
  readonly htmlText: string | null;
}

export interface PortfolioRow {
  readonly gid: string;
  name: string;
  color: string | null;
  readonly createdAt: string;
  readonly createdByGid: string | null;
  ownerGid: string | null;
  startOn: string | null;
  dueOn: string | null;
  memberGids: readonly string[];
  customFieldGids: readonly string[];
  items: readonly (ProjectRow | PortfolioRow)[];
  statuses: readonly StatusRow[];
  archived: boolean;
  deletedAt: string | null;
}

export interface GoalMetricRow {
  readonly unit: string;
  readonly initial: number;
  readonly target: number;
  current: number;
}

export interface GoalRow {
  readonly gid: string;
  name: string;
  notes: string;
  ownerGid: string | null;
  teamGid: string | null;
  dueOn: string | null;
  startOn: string | null;
  status: string | null;
  metric: GoalMetricRow | null;
  followerGids: readonly string[];
  deletedAt: string | null;
}

/** A seed's story, or one written since; the optional fields follow from the subtype (reference asana.md §12). */
export interface StoryRow extends Omit<AsanaStorySeed, "text"> {
  text?: string;
  isEdited?: boolean;
  isPinned?: boolean;
  /** The task a dependency or duplication story is about. */
  readonly otherTaskGid?: string;
  readonly tagGid?: string;
  readonly followerGid?: string;
  htmlText?: string;
}

/** Who acts: a user, or a rule or the system itself when `userGid` is null. */
export interface Actor {
  readonly userGid: string | null;
  readonly source: StoryRow["source"];
}
