import type { FieldValue, JsonObject } from "../../model/index.ts";
import { PROJECT_FIELDS, TASK_FIELDS } from "./selection.ts";
import { currentName, customValue, gidOf, listOf, nameOf, optionOf, personOf, recordOf, textOf } from "./values.ts";
import type { Names } from "./values.ts";

type Fields = Record<string, FieldValue>;

/** A field's value that is itself JSON text, number or boolean; null otherwise. */
function scalar(content: JsonObject, name: string): FieldValue {
  const value = content[name];
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** Formulas and ids that Asana makes have no type of their own; what they show stands in `display_value`. */
function entryValue(entry: JsonObject, names: Names): FieldValue {
  const kind = textOf(entry["representation_type"]);
  const value = customValue(textOf(entry["resource_subtype"]), entry, "", names);
  if (kind === "custom_id") return textOf(entry["display_value"]) ?? value;
  return kind === "formula" ? (value ?? textOf(entry["display_value"])) : value;
}

/** Custom fields by the name people see. One named like a field of Asana's own is offered as `custom <name>`. */
export function customFields(content: JsonObject, offered: Readonly<Record<string, unknown>>, names: Names): Fields {
  const fields: Fields = {};
  for (const entry of listOf(content["custom_fields"])) {
    const name = currentName(entry, names);
    if (name === null) continue;
    const own = Object.hasOwn(offered, name) ? `custom ${name}` : name;
    const value = entryValue(entry, names);
    // A field switched off on the project may share its name with the one in use.
    if (entry["enabled"] !== false || fields[own] === undefined || fields[own] === null) fields[own] = value;
  }
  return fields;
}

/** The membership the task's `project` and `section` speak of: the first, in the order the task joined its projects. */
export function homeOf(
  content: JsonObject,
): { readonly project: JsonObject; readonly section: JsonObject | null } | null {
  for (const membership of listOf(content["memberships"])) {
    const { project, section } = membership;
    // An empty membership means the token lacks the scope, not that there is no section.
    if (gidOf(project) !== null)
      return { project: project as JsonObject, section: gidOf(section) === null ? null : (section as JsonObject) };
  }
  return null;
}

/** A project's fields by the names an admin writes. */
export function projectFields(content: JsonObject, names: Names): Fields {
  return {
    ...customFields(content, PROJECT_FIELDS, names),
    name: scalar(content, "name"),
    team: optionOf(content["team"], names),
    "team.name": nameOf(content["team"]),
    archived: scalar(content, "archived"),
    completed: scalar(content, "completed"),
    completed_at: scalar(content, "completed_at"),
    completed_by: personOf(content["completed_by"]),
    created_at: scalar(content, "created_at"),
    modified_at: scalar(content, "modified_at"),
    owner: personOf(content["owner"]),
    due_on: scalar(content, "due_on"),
    start_on: scalar(content, "start_on"),
    notes: scalar(content, "notes"),
    permalink_url: scalar(content, "permalink_url"),
  };
}

/** A task's fields by the names an admin writes; `projects` are the stored project records. */
export function taskFields(
  content: JsonObject,
  projects: ReadonlyMap<string, JsonObject> | undefined,
  names: Names,
): Fields {
  const home = homeOf(content);
  const memberships = listOf(content["memberships"]).filter(({ project }) => gidOf(project) !== null);
  const fields: Fields = { ...customFields(content, TASK_FIELDS, names) };
  for (const { project, section } of memberships) {
    const name = currentName(project, names);
    if (name !== null) fields[`section in ${name}`] = optionOf(section, names);
  }
  const stored = home === null ? undefined : projects?.get(gidOf(home.project) ?? "");
  if (stored !== undefined)
    for (const [name, value] of Object.entries(projectFields(stored, names))) fields[`project.${name}`] = value;
  return {
    ...fields,
    name: scalar(content, "name"),
    section: home === null ? null : optionOf(home.section ?? undefined, names),
    "section.name": home === null ? null : currentName(home.section ?? undefined, names),
    project: home === null ? null : recordOf("projects", home.project),
    "project.name": home === null ? null : currentName(home.project, names),
    projects: memberships.map(({ project }) => recordOf("projects", project)),
    resource_subtype: scalar(content, "resource_subtype"),
    approval_status: scalar(content, "approval_status"),
    parent: recordOf("tasks", content["parent"]),
    completed: scalar(content, "completed"),
    completed_at: scalar(content, "completed_at"),
    completed_by: personOf(content["completed_by"]),
    created_at: scalar(content, "created_at"),
    created_by: personOf(content["created_by"]),
    modified_at: scalar(content, "modified_at"),
    assignee: personOf(content["assignee"]),
    due_on: scalar(content, "due_on"),
    due_at: scalar(content, "due_at"),
    start_on: scalar(content, "start_on"),
    notes: scalar(content, "notes"),
    tags: listOf(content["tags"]).map((tag) => nameOf(tag)),
    permalink_url: scalar(content, "permalink_url"),
  };
}
