import { HubError, toIso } from "../../model/index.ts";
import type { Canonical } from "../../model/index.ts";
import type { Assignment } from "../kit/index.ts";
import type { CustomFieldDefinition } from "./custom-field-definitions.ts";

/** A write in Asana's words: plain properties, custom field values by gid, and where the object goes. */
export interface WriteBody {
  readonly data: Readonly<Record<string, unknown>>;
  readonly customFields: Readonly<Record<string, unknown>>;
  /** Section or team by name or gid, when the command says one. */
  readonly section: string | null;
  readonly team: string | null;
}

/** Properties of an object itself that are written, by stream. */
export const PLAIN: Readonly<Record<string, readonly string[]>> = {
  tasks: ["name", "notes", "assignee", "completed", "due_on", "due_at", "start_on", "resource_subtype"],
  projects: ["name", "notes", "owner", "archived", "completed", "due_on", "start_on"],
};

const PERSONS = new Set(["assignee", "owner"]);

/** The persons that fields name, as values of their own or as texts of fields that hold persons. */
export function assignmentsIn(
  stream: string,
  fields: Readonly<Record<string, Canonical>>,
  definitions: readonly CustomFieldDefinition[],
): readonly Assignment[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    const holdsPersons = PERSONS.has(field) || definitionOf(definitions, field)?.resource_subtype === "people";
    const person = typeof value === "object" && value !== null && "person" in value;
    if (!person && !holdsPersons) return [];
    const bare = plain(value);
    const names: readonly unknown[] = Array.isArray(bare) ? bare : [bare];
    return names
      .filter((name) => typeof name === "string" && name !== "")
      .map((name) => ({ system: "asana", stream, field, person: String(name) }));
  });
}

function definitionOf(definitions: readonly CustomFieldDefinition[], name: string): CustomFieldDefinition | undefined {
  return definitions.find((one) => one.name === name || `custom ${one.name}` === name);
}

/** A value as the API takes it for plain properties. */
function plain(value: Canonical): string | number | boolean | readonly string[] | null {
  if (value === null || typeof value !== "object") return value;
  if ("day" in value) return value.day;
  if ("person" in value) return value.person;
  if ("amount" in value) return value.amount;
  if ("at" in value && typeof value.at === "number") return toIso(value.at);
  return value as readonly string[];
}

/** One text, for properties that take one. */
function single(value: Canonical): string {
  const bare = plain(value);
  return Array.isArray(bare) ? (bare[0] ?? "") : String(bare ?? "");
}

function custom(definition: CustomFieldDefinition, value: Canonical, accounts: Accounts): unknown {
  const bare = plain(value);
  if (bare === null) return null;
  switch (definition.resource_subtype) {
    case "enum":
      return optionGid(definition, single(value));
    case "multi_enum":
      return (Array.isArray(bare) ? (bare as readonly string[]) : [single(value)]).map((one) =>
        optionGid(definition, one),
      );
    case "people":
      return (Array.isArray(bare) ? (bare as readonly string[]) : [single(value)]).map(
        (one) => accounts.get(one) ?? one,
      );
    case "date":
      return typeof bare === "string" && bare.includes("T") ? { date_time: bare } : { date: bare };
    case "number":
      return typeof bare === "string" ? Number(bare) : bare;
    default:
      return single(value);
  }
}

function optionGid(definition: CustomFieldDefinition, value: string): string {
  const options = (definition.enum_options ?? []).filter(({ enabled }) => enabled !== false);
  const folded = value.trim().toLowerCase();
  const found = options.find(({ gid, name }) => gid === value || name.trim().toLowerCase() === folded);
  if (found !== undefined) return found.gid;
  throw new HubError("HUB-1417", `The custom field ${definition.name} has no enabled option ${value}.`, {
    disposition: "skip-record",
    place: { system: "asana", path: definition.name },
    remedy: `Add the option in Asana, or correct the value; there are: ${options.map(({ name }) => name).join(", ")}.`,
  });
}

function account(value: Canonical, accounts: Accounts): string | null {
  const person = single(value);
  return person === "" ? null : (accounts.get(person) ?? person);
}

/** What is written for each person named. */
export type Accounts = ReadonlyMap<string, string>;

/** Brings a command's fields, named as the normaliser offers them, to Asana's words. Errors: HUB-1416, HUB-1417. */
export function writeBody(
  stream: string,
  fields: Readonly<Record<string, Canonical>>,
  definitions: readonly CustomFieldDefinition[],
  accounts: Accounts,
): WriteBody {
  const data: Record<string, unknown> = {};
  const customFields: Record<string, unknown> = {};
  let section: string | null = null;
  let team: string | null = null;
  for (const [name, value] of Object.entries(fields)) {
    if (/^section(?:\.name)?$/u.test(name) && stream === "tasks") section = single(value);
    else if (/^team(?:\.name)?$/u.test(name) && stream === "projects") team = single(value);
    else if (PLAIN[stream]?.includes(name) === true)
      data[name] = PERSONS.has(name) ? account(value, accounts) : plain(value);
    else {
      const definition = definitionOf(definitions, name);
      if (definition === undefined) throw notWritable(stream, name);
      customFields[definition.gid] = custom(definition, value, accounts);
    }
  }
  return { data, customFields, section, team };
}

function notWritable(stream: string, name: string): HubError {
  return new HubError("HUB-1416", `The hub cannot write ${name} of Asana ${stream}.`, {
    disposition: "skip-record",
    place: { system: "asana", stream, path: name },
    remedy: "Name a custom field of the workspace or one of the writable fields in docs/connectors.",
  });
}
