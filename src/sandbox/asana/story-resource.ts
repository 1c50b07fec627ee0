import { htmlOf } from "./rich-text.ts";
import type { StoryRow } from "./rows.ts";
import type { FieldResult, Json, Ref } from "./selection.ts";
import type { State } from "./state.ts";
import { storyText } from "./story-text.ts";

interface Lookups {
  readonly user: (gid: string | null) => Ref | null;
  readonly option: (gid: string) => Ref | null;
  readonly task: (gid: string) => Ref | null;
  readonly section: (gid: string) => Ref | null;
  readonly project: (gid: string) => Ref | null;
  readonly customField: (gid: string) => Ref | null;
  readonly tag: (gid: string) => Ref | null;
}

const APPROVAL = "approval_status_changed";
const DEPENDENCY = /^depend(?:ency|ent)_/u;
const DATED: ReadonlySet<string> = new Set(["due_date_changed", "start_date_changed"]);

type Side = "oldValue" | "newValue";

function valueOf(
  subtype: string,
  side: Side,
  read: (value: StoryRow[Side]) => FieldResult,
): (row: StoryRow) => FieldResult {
  return (row) => (row.subtype === subtype ? read(row[side]) : undefined);
}

function dates(startOn: string | null, dueOn: string | null, dueAt: string | null): Json {
  return { start_on: startOn, due_on: dueOn, due_at: dueAt };
}

/** A story's fields; the conditional ones are absent unless its subtype carries them (reference asana.md §12). */
export function storyFields(state: State, find: Lookups): Record<string, (row: StoryRow) => FieldResult> {
  const many = (value: StoryRow[Side], one: (gid: string) => Ref | null): Ref[] =>
    Array.isArray(value) ? (value as readonly string[]).flatMap((gid) => one(gid) ?? []) : [];
  const fields: Record<string, (row: StoryRow) => FieldResult> = {
    gid: (row) => row.gid,
    resource_type: () => "story",
    resource_subtype: (row) => row.subtype,
    type: (row) => (row.subtype === "comment_added" ? "comment" : "system"),
    created_at: (row) => row.createdAt,
    created_by: (row) => find.user(row.createdByGid),
    source: (row) => row.source,
    text: (row) => row.text ?? storyText(state, row),
    html_text: (row) => {
      const text = row.text ?? storyText(state, row);
      return row.subtype === "comment_added" ? (row.htmlText ?? htmlOf(text)) : text;
    },
    target: (row) => find.task(row.taskGid),
    is_pinned: (row) => (row.subtype === "comment_added" ? row.isPinned === true : undefined),
    is_edited: (row) => row.isEdited === true,
    is_editable: (row) => row.subtype === "comment_added",
    hearted: () => false,
    hearts: () => [],
    num_hearts: () => 0,
    liked: () => false,
    likes: () => [],
    num_likes: () => 0,
    previews: () => [],
    project: (row) => (row.projectGid === undefined ? undefined : find.project(row.projectGid)),
    old_section: (row) => (row.oldSectionGid === undefined ? undefined : find.section(row.oldSectionGid)),
    new_section: (row) => (row.newSectionGid === undefined ? undefined : find.section(row.newSectionGid)),
    assignee: (row) => (row.assigneeGid === undefined ? undefined : find.user(row.assigneeGid)),
    old_name: (row) => row.oldName,
    new_name: (row) => row.newName,
    old_resource_subtype: (row) => row.oldSubtype,
    new_resource_subtype: (row) => row.newSubtype,
    custom_field: (row) => (row.customFieldGid === undefined ? undefined : find.customField(row.customFieldGid)),
    old_approval_status: (row) => (row.subtype === APPROVAL ? (row.oldApproval ?? null) : undefined),
    new_approval_status: (row) => (row.subtype === APPROVAL ? (row.newApproval ?? null) : undefined),
    dependency: (row) =>
      DEPENDENCY.test(row.subtype) && row.otherTaskGid !== undefined ? find.task(row.otherTaskGid) : undefined,
    duplicated_from: (row) =>
      row.subtype === "duplicated" && row.otherTaskGid !== undefined ? find.task(row.otherTaskGid) : undefined,
    tag: (row) => (row.tagGid === undefined ? undefined : find.tag(row.tagGid)),
    follower: (row) => (row.followerGid === undefined ? undefined : find.user(row.followerGid)),
    old_dates: (row) =>
      DATED.has(row.subtype) ? dates(row.oldStartOn ?? null, row.oldDueOn ?? null, row.oldDueAt ?? null) : undefined,
    new_dates: (row) =>
      DATED.has(row.subtype) ? dates(row.newStartOn ?? null, row.newDueOn ?? null, row.newDueAt ?? null) : undefined,
  };
  for (const side of ["old", "new"] as const) {
    const key: Side = side === "old" ? "oldValue" : "newValue";
    fields[`${side}_text_value`] = valueOf("text_custom_field_changed", key, (value) => value ?? null);
    fields[`${side}_number_value`] = valueOf("number_custom_field_changed", key, (value) => value ?? null);
    fields[`${side}_enum_value`] = valueOf("enum_custom_field_changed", key, (value) =>
      typeof value === "string" ? find.option(value) : null,
    );
    fields[`${side}_date_value`] = valueOf("date_custom_field_changed", key, (value) =>
      typeof value !== "string"
        ? null
        : value.length > 10
          ? dates(null, value.slice(0, 10), value)
          : dates(null, value, null),
    );
    fields[`${side}_people_value`] = valueOf("people_custom_field_changed", key, (value) => many(value, find.user));
    fields[`${side}_multi_enum_values`] = valueOf("multi_enum_custom_field_changed", key, (value) =>
      many(value, find.option),
    );
  }
  return fields;
}
