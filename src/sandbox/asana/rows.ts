import type { AsanaStorySeed } from "../seeds.ts";

/** Rows as the stand-in keeps them: linked by reference, instants as ISO strings, days as `YYYY-MM-DD`. */
export interface UserRow {
  readonly gid: string;
  readonly name: string;
  readonly email: string;
}

export interface TeamRow {
  readonly gid: string;
  readonly name: string;
}

export interface OptionRow {
  readonly gid: string;
  name: string;
  color: string;
  enabled: boolean;
}

export interface CustomFieldRow {
  readonly gid: string;
  name: string;
  readonly type: "text" | "number" | "enum" | "multi_enum" | "date" | "people";
  readonly precision: number;
  readonly options: OptionRow[];
}

/** text, number, option gid, day; option gids or user gids for the many-valued types. */
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
  color: string | null;
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
  readonly tasks: TaskRow[];
  deletedAt: string | null;
}

export interface MembershipRow {
  readonly project: ProjectRow;
  section: SectionRow;
}

export interface TaskRow {
  readonly gid: string;
  name: string;
  subtype: string;
  notes: string;
  readonly createdAt: string;
  readonly createdByGid: string | null;
  modifiedAt: string;
  assigneeGid: string | null;
  completed: boolean;
  completedAt: string | null;
  completedByGid: string | null;
  startOn: string | null;
  dueOn: string | null;
  dueAt: string | null;
  parent: TaskRow | null;
  memberships: MembershipRow[];
  values: Map<string, FieldValue>;
  followerGids: string[];
  external: { readonly gid: string; readonly data: string | null } | null;
  deletedAt: string | null;
  subtasks: TaskRow[];
  /** Oldest first. */
  stories: StoryRow[];
}

/** A seed's story, or one written since; the optional fields follow from the subtype (reference asana.md §12). */
export interface StoryRow extends Omit<AsanaStorySeed, "subtype" | "text" | "oldValue" | "newValue"> {
  readonly subtype: string;
  text?: string;
  isEdited?: boolean;
  isPinned?: boolean;
  readonly oldValue?: FieldValue | null;
  readonly newValue?: FieldValue | null;
  readonly oldStartOn?: string | null;
  readonly newStartOn?: string | null;
  readonly oldDueAt?: string | null;
  readonly newDueAt?: string | null;
  readonly oldSubtype?: string;
  readonly newSubtype?: string;
}

/** Who acts: a user, or a rule or the system itself when `userGid` is null. */
export interface Actor {
  readonly userGid: string | null;
  readonly source: StoryRow["source"];
}
