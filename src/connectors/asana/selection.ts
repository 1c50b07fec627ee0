import type { ReadContext } from "../kit/index.ts";
import type { JsonObject } from "../../model/index.ts";
import { ownLines } from "./own-lines.ts";

type Selection = ReadContext["selection"];

/** Fields the normaliser offers for tasks, beyond custom fields, with the API paths each needs. */
export const TASK_FIELDS: Readonly<Record<string, readonly string[]>> = {
  name: ["name"],
  section: [],
  "section.name": [],
  project: [],
  "project.name": [],
  projects: [],
  resource_subtype: [],
  approval_status: ["approval_status"],
  parent: [],
  completed: [],
  completed_at: [],
  created_at: [],
  modified_at: [],
  created_by: ["created_by.gid"],
  completed_by: ["completed_by.gid"],
  assignee: ["assignee.gid"],
  due_on: ["due_on"],
  due_at: ["due_at"],
  start_on: ["start_on"],
  notes: ["notes"],
  tags: ["tags.name"],
  permalink_url: [],
};

/** Fields the normaliser offers for projects, beyond custom fields. */
export const PROJECT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  name: [],
  team: [],
  "team.name": [],
  archived: [],
  completed: [],
  completed_at: [],
  created_at: [],
  modified_at: [],
  owner: ["owner.gid"],
  completed_by: ["completed_by.gid"],
  due_on: ["due_on"],
  start_on: ["start_on"],
  notes: ["notes"],
  permalink_url: [],
};

const TASK_BASE =
  "gid,name,resource_subtype,created_at,created_by.gid,modified_at,completed,completed_at,parent.gid,num_subtasks,permalink_url,memberships.project.gid,memberships.project.name,memberships.section.gid,memberships.section.name";
/** An app's own id of a task is the hub's marker. */
const TASK_OF_APP = "external.gid";
/** Of the notes of a project only the hub's own lines are kept, unless they are asked for: they hold its marker. */
const PROJECT_BASE =
  "gid,name,archived,completed,completed_at,created_at,modified_at,team.gid,team.name,permalink_url,notes";
const CUSTOM_FIELDS =
  "custom_fields.gid,custom_fields.name,custom_fields.resource_subtype,custom_fields.enabled,custom_fields.text_value,custom_fields.number_value,custom_fields.enum_value.gid,custom_fields.enum_value.name,custom_fields.multi_enum_values.gid,custom_fields.multi_enum_values.name,custom_fields.date_value,custom_fields.people_value.gid,custom_fields.reference_value.gid,custom_fields.reference_value.name,custom_fields.reference_value.resource_type,custom_fields.representation_type,custom_fields.display_value";
const STORY_BASE =
  "gid,resource_subtype,created_at,created_by.gid,source,project.gid,project.name,old_section.gid,old_section.name,new_section.gid,new_section.name,assignee.gid,old_dates,new_dates,old_name,new_name,old_resource_subtype,new_resource_subtype,old_approval_status,new_approval_status";
const STORY_CUSTOM_FIELDS =
  "custom_field.gid,custom_field.name,old_text_value,new_text_value,old_number_value,new_number_value,old_enum_value.gid,old_enum_value.name,new_enum_value.gid,new_enum_value.name,old_multi_enum_values.gid,old_multi_enum_values.name,new_multi_enum_values.gid,new_multi_enum_values.name,old_date_value,new_date_value,old_people_value.gid,new_people_value.gid";

/** What is asked of one stream: the `opt_fields`, and the custom fields whose values are kept. */
export interface Asked {
  readonly optFields: string;
  readonly customFields: ReadonlySet<string>;
  /** Whether a mapping asks for the notes. */
  readonly notes: boolean;
}

export interface TaskAsked extends Asked {
  readonly stories: string;
  /** Changes when a mapping asks for something else, so that what was read before is read again. */
  readonly signature: string;
}

function asked(base: string, offered: Readonly<Record<string, readonly string[]>>, names: readonly string[]): Asked {
  const paths = new Set(base.split(","));
  const customFields = new Set<string>();
  for (const name of names) {
    const known = Object.hasOwn(offered, name) ? offered[name] : undefined;
    if (known === undefined) customFields.add(name);
    else for (const path of known) paths.add(path);
  }
  const wanted = [...paths, ...(customFields.size === 0 ? [] : [CUSTOM_FIELDS])];
  return { optFields: wanted.join(","), customFields, notes: names.includes("notes") };
}

/** Mappings of tasks may look at their project: `project.Template`. */
const OF_PROJECT = "project.";
const SECTION_IN = "section in ";

export function projectsAsked(selection: Selection): Asked {
  const throughTasks = (selection["tasks"] ?? []).filter((name) => name.startsWith(OF_PROJECT));
  const own = selection["projects"] ?? [];
  return asked(PROJECT_BASE, PROJECT_FIELDS, [...own, ...throughTasks.map((name) => name.slice(OF_PROJECT.length))]);
}

/** @param ofApp whether the connection speaks as an app, which may read ids it gave tasks itself */
export function tasksAsked(selection: Selection, ofApp = false): TaskAsked {
  const names = (selection["tasks"] ?? []).filter(
    (name) => name in TASK_FIELDS || !(name.startsWith(OF_PROJECT) || name.startsWith(SECTION_IN)),
  );
  const base = ofApp ? `${TASK_BASE},${TASK_OF_APP}` : TASK_BASE;
  const { optFields, customFields, notes } = asked(base, TASK_FIELDS, names);
  const text = (selection["stories"] ?? []).includes("text");
  const stories = [STORY_BASE, ...(customFields.size === 0 ? [] : [STORY_CUSTOM_FIELDS]), ...(text ? ["text"] : [])];
  const signature = [optFields, ...[...customFields].sort(), text ? "text" : ""].join("\n");
  return { optFields, customFields, notes, stories: stories.join(","), signature };
}

/** Mappings name custom fields as people see them, or by gid. */
function isAsked({ name, gid }: JsonObject, customFields: ReadonlySet<string>): boolean {
  return (typeof name === "string" && customFields.has(name)) || (typeof gid === "string" && customFields.has(gid));
}

/** What other types show repeats their value, in words that change without the task. */
function withoutDisplay(entry: JsonObject): JsonObject {
  const kind = entry["representation_type"];
  if (kind === "formula" || kind === "custom_id" || entry["display_value"] === undefined) return entry;
  const { display_value: _, ...kept } = entry;
  return kept;
}

/** Keeps the values of the custom fields that were asked for; the API knows only all or none. Of notes nobody asked for, the hub's own lines. */
export function keepAskedFields(row: JsonObject, { customFields, notes }: Asked): JsonObject {
  const told = notes ? row : withoutNotes(row);
  const entries = told["custom_fields"];
  if (!Array.isArray(entries)) return told;
  const kept = (entries as readonly JsonObject[]).filter((entry) => isAsked(entry, customFields));
  return { ...told, custom_fields: kept.map(withoutDisplay) };
}

function withoutNotes({ notes, ...row }: JsonObject): JsonObject {
  const own = typeof notes === "string" ? ownLines(notes) : [];
  return own.length === 0 ? row : { ...row, notes: own.join("\n") };
}

const PLAIN_STORY = ["gid", "resource_subtype", "created_at", "created_by", "source", "custom_field"];

/** A story of a custom field nobody asked for keeps who, when and which, not the values. */
export function keepAskedStory(story: JsonObject, { customFields }: Asked): JsonObject {
  const field = story["custom_field"];
  if (field === undefined || field === null) return story;
  if (isAsked(field as JsonObject, customFields)) return story;
  return Object.fromEntries(PLAIN_STORY.flatMap((key) => (story[key] === undefined ? [] : [[key, story[key]]])));
}
