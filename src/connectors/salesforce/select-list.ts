import { HubError, hashText } from "../../model/index.ts";
import type { JsonObject } from "../../model/index.ts";
import type { Describe } from "./answers.ts";
import { PSEUDO_FIELDS } from "./objects.ts";
import type { ObjectSpec } from "./objects.ts";

/** Longest field list of one query, in characters as sent; with conditions and headers the request stays under 14 kB. */
const LONGEST_LIST = 9_000;

/** What is asked for, before the org was looked at: it names the query in a position (a change starts a new first read). */
export interface Request {
  readonly fields: readonly string[];
  /** For change histories: only rows of these fields are asked for. */
  readonly historyFields: readonly string[];
  readonly hash: string;
}

/** How an object is queried; kept in its position, so that an unchanged cycle needs no description. */
export interface ReadPlan {
  /** Each holds the columns of `always`, the first alone decides order and paging. */
  readonly chunks: string[][];
  /** The stamp rows are followed by: SystemModstamp, or CreatedDate for histories. */
  readonly stamp: string;
  readonly deletions: boolean;
}

const SYSTEM = [
  "Id",
  "IsDeleted",
  "MasterRecordId",
  "CreatedDate",
  "CreatedById",
  "LastModifiedDate",
  "SystemModstamp",
];
const HISTORY_SYSTEM = ["Id", "IsDeleted", "CreatedDate"];

/** The fields a stream has to be asked for: those of the selection and those the hub itself needs. */
export function requestOf(spec: ObjectSpec, selection: Readonly<Record<string, readonly string[]>>): Request {
  const selected = selection[spec.parent?.object ?? spec.name] ?? [];
  const system = spec.role === "history" ? HISTORY_SYSTEM : SYSTEM;
  let wanted: readonly string[] = [];
  let historyFields: readonly string[] = [];
  if (spec.role !== "history") wanted = selected;
  else if (spec.shape?.kind === "snapshots") wanted = spec.shape.fields.filter((field) => selected.includes(field));
  else historyFields = [...new Set([...selected.flatMap(historyNames), ...PSEUDO_FIELDS])].sort();
  const fields = [...new Set([...system, ...spec.always, ...wanted])];
  return { fields, historyFields, hash: hashText(JSON.stringify([[...fields].sort(), historyFields])) };
}

/** Names under which a field appears in a change history: `OwnerId` is written `Owner` by some objects. */
function historyNames(field: string): readonly string[] {
  if (field.includes(".")) return [];
  return field.endsWith("Id") ? [field, field.slice(0, -2)] : [field];
}

/**
 * Fits the request to the org: fields the hub adds on its own are left out where an object lacks them, a field a mapping
 * names must exist.
 * @throws HubError HUB-1306 naming the field and the nearest one.
 */
export function planRead(spec: ObjectSpec, request: Request, described: Describe): ReadPlan {
  const names = new Set(described.fields.map((field) => field.name));
  const relationships = new Set(described.fields.map((field) => field.relationshipName));
  const own = new Set([...SYSTEM, ...spec.always]);
  const fields = request.fields.filter((field) => {
    const [first = "", ...rest] = field.split(".");
    if (rest.length === 0 ? names.has(first) : relationships.has(first)) return true;
    if (own.has(field)) return false;
    throw unknownField(spec.name, field, [...names]);
  });
  const stamp = spec.role !== "history" && names.has("SystemModstamp") ? "SystemModstamp" : "CreatedDate";
  const always = ["Id", stamp, "IsDeleted", "MasterRecordId"].filter((field) => fields.includes(field));
  const chunks: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const field of fields.filter((name) => !always.includes(name))) {
    const cost = encodeURIComponent(`${field},`).length;
    if (length + cost > LONGEST_LIST) {
      chunks.push([...always]);
      length = 0;
    }
    chunks.at(-1)?.push(field);
    length += cost;
  }
  return { chunks: chunks.length === 0 ? [always] : chunks, stamp, deletions: names.has("IsDeleted") };
}

/** What the normaliser needs to know of the object, as a record of its own; only the fields that are read. */
export function descriptionRecord(described: Describe, plan: ReadPlan, instanceUrl: string): JsonObject {
  const read = new Set(plan.chunks.flat().map((field) => field.split(".")[0]));
  const fields = described.fields
    .filter((field) => read.has(field.name) || (field.relationshipName != null && read.has(field.relationshipName)))
    .map((field): [string, JsonObject] => [
      field.name,
      { label: field.label, type: field.type, referenceTo: field.referenceTo ?? [] },
    ]);
  return {
    name: described.name,
    label: described.label,
    instanceUrl,
    fields: Object.fromEntries(fields),
  };
}

function unknownField(object: string, field: string, names: readonly string[]): HubError {
  const near = nearest(field, names);
  return new HubError("HUB-1306", `${object} has no field ${field} that the hub may see.`, {
    disposition: "stop-stream",
    place: { system: "salesforce", stream: object, path: field },
    remedy: `${near === undefined ? "" : `Did you mean ${near}? `}Correct the name in the mapping of ${object}, or give the hub's user field-level access to it.`,
  });
}

function nearest(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(word.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
