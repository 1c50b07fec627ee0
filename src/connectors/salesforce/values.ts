import { isJsonObject, toUtcText } from "../../model/index.ts";
import type { FieldValue, Json, JsonObject } from "../../model/index.ts";
import type { ReferenceRecords } from "../kit/index.ts";
import { isRecordId } from "./ids.ts";
import { DESCRIPTIONS, EVERY_OBJECT } from "./objects.ts";

/** Key prefixes of the standard objects (reference salesforce.md §5); those of others come with their descriptions. */
const PREFIXES: readonly (readonly [prefix: string, object: string])[] = [
  ["001", "Account"],
  ["003", "Contact"],
  ["005", "User"],
  ["006", "Opportunity"],
  ["00G", "Group"],
  ["00Q", "Lead"],
  ["00T", "Task"],
  ["00U", "Event"],
  ["00K", "OpportunityContactRole"],
  ["500", "Case"],
  ["701", "Campaign"],
  ["800", "Contract"],
  ["012", "RecordType"],
];

/** What is known of an object while its rows are brought to plain values. */
export interface ObjectFacts {
  readonly instanceUrl: string | null;
  /** Type by field name. */
  readonly types: ReadonlyMap<string, string>;
  /** Object by key prefix. */
  readonly prefixes: ReadonlyMap<string, string>;
}

export function factsOf(object: string, references: ReferenceRecords): ObjectFacts {
  const described = references[DESCRIPTIONS];
  const own = described?.get(object);
  const fields = own?.["fields"];
  const types = new Map<string, string>();
  if (isJsonObject(fields)) {
    for (const [name, field] of Object.entries(fields)) {
      if (isJsonObject(field) && typeof field["type"] === "string") types.set(name, field["type"]);
    }
  }
  const prefixes = new Map(PREFIXES);
  const listed = described?.get(EVERY_OBJECT)?.["prefixes"];
  for (const [name, prefix] of isJsonObject(listed) ? Object.entries(listed) : []) {
    if (typeof prefix === "string") prefixes.set(prefix, name);
  }
  const instanceUrl = own?.["instanceUrl"];
  return { instanceUrl: typeof instanceUrl === "string" ? instanceUrl : null, types, prefixes };
}

/** One value of one field. Users and queues become persons, other ids records, datetimes ISO text. */
export function fieldValue(field: string, value: Json | undefined, facts: ObjectFacts): FieldValue {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "string") return null;
  const type = facts.types.get(field);
  if (field !== "Id" && (type === "reference" || (type === undefined && maybeReference(field))) && isRecordId(value)) {
    return pointer(value, facts);
  }
  if (type === "multipicklist") return value.split(";").filter((choice) => choice !== "");
  if (type === "datetime" || (type === undefined && /T\d{2}:\d{2}:\d{2}/u.test(value))) {
    return toUtcText(value) ?? value;
  }
  return value.includes("\0") ? value.replaceAll("\0", "") : value;
}

/** Without a description the name tells: a custom lookup ends in __c, a standard one in Id. */
function maybeReference(field: string): boolean {
  return /(Id|__c)$/u.test(field) || field === "Owner";
}

function pointer(id: string, facts: ObjectFacts): FieldValue {
  const prefix = id.slice(0, 3);
  if (prefix === "005" || prefix === "00G") return { person: id };
  const stream = facts.prefixes.get(prefix);
  return stream === undefined ? id : { stream, id };
}

/** All fields of a row, parents' fields under their path (`Owner.Name`). */
export function fieldsOf(content: JsonObject, facts: ObjectFacts): Readonly<Record<string, FieldValue>> {
  const fields: Record<string, FieldValue> = {};
  flatten("", content, facts, fields);
  return fields;
}

function flatten(path: string, content: JsonObject, facts: ObjectFacts, into: Record<string, FieldValue>): void {
  for (const name of Object.keys(content)) {
    const value = content[name];
    const field = path === "" ? name : `${path}.${name}`;
    if (typeof value === "object" && isJsonObject(value)) flatten(field, value, facts, into);
    else into[field] = fieldValue(field, value, facts);
  }
}
