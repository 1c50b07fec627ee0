import type { AsanaStorySeed } from "../seeds.ts";
import type { FieldBook } from "./asana-fields.ts";
import { object, objects, text } from "./given.ts";
import type { Content, Json, Known } from "./given.ts";

const SOURCES = ["web", "email", "mobile", "api"] as const;

/** Members that a story has only when it was told of them. */
type Told = { -readonly [K in keyof AsanaStorySeed]?: AsanaStorySeed[K] };

const gidOf = (value: Json | undefined): string | null => text(object(value)?.["gid"]);

/** A story of a task, as it was told. */
export function storySeed({ id, content }: Known, taskGid: string, fields: FieldBook): AsanaStorySeed {
  const subtype = text(content["resource_subtype"]) ?? "";
  const told: Told = { ...relations(content), ...names(content), ...dates(content) };
  const words = text(content["text"]);
  if (words !== null) told.text = words;
  const field = gidOf(content["custom_field"]);
  if (field !== null) {
    fields.note(object(content["custom_field"]) ?? {});
    for (const name of ["old_enum_value", "new_enum_value"]) fields.noteOption(field, content[name]);
    for (const name of ["old_multi_enum_values", "new_multi_enum_values"])
      for (const option of objects(content[name])) fields.noteOption(field, option);
    told.customFieldGid = field;
    told.oldValue = fields.storyValue(content, "old");
    told.newValue = fields.storyValue(content, "new");
  }
  return {
    ...told,
    gid: id,
    taskGid,
    createdAt: text(content["created_at"]) ?? "1970-01-01T00:00:00.000Z",
    createdByGid: gidOf(content["created_by"]),
    source: SOURCES.find((each) => each === content["source"]) ?? "unknown",
    subtype,
  };
}

function relations(content: Content): Told {
  const told: Told = {};
  const project = gidOf(content["project"]);
  const before = gidOf(content["old_section"]);
  const after = gidOf(content["new_section"]);
  const assignee = gidOf(content["assignee"]);
  if (project !== null) told.projectGid = project;
  if (before !== null) told.oldSectionGid = before;
  if (after !== null) told.newSectionGid = after;
  if (assignee !== null) told.assigneeGid = assignee;
  return told;
}

function names(content: Content): Told {
  const told: Told = {};
  const { old_name: oldName, new_name: newName, old_resource_subtype: from, new_resource_subtype: to } = content;
  if (typeof oldName === "string") told.oldName = oldName;
  if (typeof newName === "string") told.newName = newName;
  if (typeof from === "string") told.oldSubtype = from;
  if (typeof to === "string") told.newSubtype = to;
  if ("old_approval_status" in content) told.oldApproval = text(content["old_approval_status"]);
  if ("new_approval_status" in content) told.newApproval = text(content["new_approval_status"]);
  return told;
}

function dates(content: Content): Told {
  const before = object(content["old_dates"]);
  const after = object(content["new_dates"]);
  if (before === null && after === null) return {};
  const part = (dated: Content | null, name: string): string | null => text(dated?.[name]);
  return {
    oldStartOn: part(before, "start_on"),
    oldDueOn: part(before, "due_on"),
    oldDueAt: part(before, "due_at"),
    newStartOn: part(after, "start_on"),
    newDueOn: part(after, "due_on"),
    newDueAt: part(after, "due_at"),
  };
}
