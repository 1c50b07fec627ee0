import { isJsonObject } from "../../model/index.ts";
import type { FieldValue, Json, JsonObject } from "../../model/index.ts";

type Maybe = Json | undefined;

export function textOf(value: Maybe): string | null {
  return typeof value === "string" ? value : null;
}

/** The texts in a list. */
export function textsOf(value: Maybe): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((one) => typeof one === "string") : [];
}

/** A nested object's gid. */
export function gidOf(value: Maybe): string | null {
  return isJsonObject(value) ? textOf(value["gid"]) : null;
}

export function nameOf(value: Maybe): string | null {
  return isJsonObject(value) ? textOf(value["name"]) : null;
}

export function personOf(value: Maybe): FieldValue {
  const gid = gidOf(value);
  return gid === null ? null : { person: gid };
}

/**
 * Today's names of sections, projects, custom fields and their options, by gid. What a task says was true when it was
 * read: a renaming neither touches the task nor is told to those who follow it.
 */
export type Names = ReadonlyMap<string, string>;

/** A nested object's name as of today, else as it was when read (deleted sections). */
export function currentName(value: Maybe, names: Names): string | null {
  const gid = gidOf(value);
  return (gid === null ? undefined : names.get(gid)) ?? nameOf(value);
}

/** A section, team or enum option: the gid survives a renaming. */
export function optionOf(value: Maybe, names: Names): FieldValue {
  const gid = gidOf(value);
  return gid === null ? null : { option: gid, name: currentName(value, names) ?? "" };
}

export function recordOf(stream: string, value: Maybe): FieldValue {
  const gid = gidOf(value);
  return gid === null ? null : { stream, id: gid };
}

/** What a reference field points at: tasks and projects are records of their own, anything else keeps its name. */
function referenceOf(value: JsonObject): FieldValue {
  const kind = textOf(value["resource_type"]);
  return kind === "task" || kind === "project" ? recordOf(`${kind}s`, value) : (nameOf(value) ?? gidOf(value));
}

export function listOf(value: Maybe): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((one) => isJsonObject(one)) : [];
}

/** `{date, date_time}` of date custom fields and `{due_on, …}` of stories: the instant when there is one, else the day. */
export function dateOf(value: Maybe): FieldValue {
  if (!isJsonObject(value)) return null;
  return textOf(value["date_time"]) ?? textOf(value["due_at"]) ?? textOf(value["date"]) ?? textOf(value["due_on"]);
}

/** The value of a custom field, on the object itself (`prefix` empty) or as a story tells it (`old_`, `new_`). */
export function customValue(
  type: string | null,
  holder: JsonObject,
  prefix: "" | "old_" | "new_",
  names: Names,
): FieldValue {
  const read = (name: string): Maybe => holder[`${prefix}${name}`];
  switch (type) {
    case "text":
      return textOf(read("text_value"));
    case "number": {
      const number = read("number_value");
      return typeof number === "number" ? number : null;
    }
    case "enum":
      return optionOf(read("enum_value"), names);
    case "multi_enum":
      return listOf(read("multi_enum_values")).map((one) => optionOf(one, names));
    case "date":
      return dateOf(read("date_value"));
    case "people":
      return listOf(read("people_value")).map(personOf);
    case "reference":
      return listOf(read("reference_value")).map(referenceOf);
    default:
      return textOf(read("text_value")) ?? textOf(holder["display_value"]);
  }
}

/** Collects today's names from the stored reference records. */
export function namesOf(references: Readonly<Record<string, ReadonlyMap<string, JsonObject>>>): Names {
  const names = new Map<string, string>();
  const add = (gid: string | null, name: string | null): void => {
    if (gid !== null && name !== null) names.set(gid, name);
  };
  for (const stream of ["sections", "projects", "custom_fields"]) {
    for (const [gid, content] of references[stream] ?? []) {
      add(gid, nameOf(content));
      for (const option of listOf(content["enum_options"])) add(gidOf(option), nameOf(option));
    }
  }
  return names;
}
