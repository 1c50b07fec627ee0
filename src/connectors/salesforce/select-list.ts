import { HubError, hashText, toIso } from "../../model/index.ts";
import type { Instant, JsonObject } from "../../model/index.ts";
import type { Describe } from "./answers.ts";
import { PSEUDO_FIELDS } from "./objects.ts";
import type { ObjectSpec } from "./objects.ts";

/** Longest field list of one query, in characters as sent; with conditions and headers the request stays under 14 kB. */
const LONGEST_LIST = 9_000;
const SHORTEST_LIST = 400;
/** Salesforce takes 4,000 characters of conditions (reference salesforce.md §12); the others need some of them. */
const LONGEST_CONDITION = 3_000;

/** What is asked for, before the org was looked at: it names the query in a position (a change starts a new first read). */
export interface Request {
  readonly fields: readonly string[];
  /** For change histories: only rows of these fields are asked for. */
  readonly historyFields: readonly string[];
  readonly hash: string;
  /** For change histories of more fields than a condition can name: which rows are wanted. */
  readonly keeps?: (row: JsonObject) => boolean;
}

/** How an object is queried; kept in its position, so that an unchanged cycle needs no description. */
export interface ReadPlan {
  /** Each holds the columns of `always`, the first alone decides order and paging. */
  readonly chunks: string[][];
  /**
   * The stamp rows are followed by: SystemModstamp, else LastModifiedDate, else CreatedDate (always for histories, whose
   * rows never change); null for an object without any, which is read whole each time.
   */
  readonly stamp: string | null;
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
  else if (spec.shape?.kind === "changes")
    historyFields = [...new Set([...selected.flatMap(historyNames), ...PSEUDO_FIELDS])].sort();
  const fields = [...new Set([...system, ...spec.always, ...wanted])];
  const hash = hashText(JSON.stringify([[...fields].sort(), historyFields]));
  if (historyFields.join("','").length <= LONGEST_CONDITION) return { fields, historyFields, hash };
  const named = new Set<unknown>(historyFields);
  return { fields, historyFields, hash, keeps: (row) => named.has(row["Field"]) };
}

/** Names under which a field appears in a change history: `OwnerId` is written `Owner` by some objects. */
function historyNames(field: string): readonly string[] {
  if (field.includes(".")) return [];
  return field.endsWith("Id") ? [field, field.slice(0, -2)] : [field];
}

/** Where a field is looked for that was read before and is not there now. */
export interface Former {
  readonly plan: ReadPlan;
  readonly through: Instant;
}

/**
 * Fits the request to the org: fields the hub adds on its own are left out where an object lacks them, a field a mapping
 * names must exist.
 * @param former what was read so far: a field of it that is missing now is out of sight, not misspelt
 * @throws HubError HUB-1306 naming the field and the nearest one; HUB-1320 naming one that was there before, and since when.
 */
export function planRead(spec: ObjectSpec, request: Request, described: Describe, former?: Former): ReadPlan {
  const names = new Set(described.fields.map((field) => field.name));
  const relationships = new Set(described.fields.map((field) => field.relationshipName));
  const own = new Set([...SYSTEM, ...spec.always]);
  const before = new Set(former?.plan.chunks.flat());
  const fields = request.fields.filter((field) => {
    const [first = "", ...rest] = field.split(".");
    if (rest.length === 0 ? names.has(first) : relationships.has(first)) return true;
    if (own.has(field)) return false;
    throw former !== undefined && before.has(field)
      ? fieldOutOfSight(spec.name, field, former.through)
      : unknownField(spec.name, field, [...names]);
  });
  const stamps = spec.role === "history" ? ["CreatedDate"] : ["SystemModstamp", "LastModifiedDate", "CreatedDate"];
  const stamp = stamps.find((field) => names.has(field)) ?? null;
  const deletions = names.has("IsDeleted");
  return { chunks: chunksOf(fields, alwaysOf(fields, stamp), LONGEST_LIST), stamp, deletions };
}

/** The same plan in shorter queries, for an org that finds these too long; null when they cannot be shorter. */
export function shorter(plan: ReadPlan): ReadPlan | null {
  const fields = [...new Set(plan.chunks.flat())];
  const longest = Math.max(...plan.chunks.map((chunk) => lengthOf(chunk)));
  const chunks = chunksOf(fields, alwaysOf(fields, plan.stamp), Math.floor(longest / 2));
  return chunks.length > plan.chunks.length && longest > SHORTEST_LIST ? { ...plan, chunks } : null;
}

function alwaysOf(fields: readonly string[], stamp: string | null): readonly string[] {
  return ["Id", stamp, "IsDeleted", "MasterRecordId"].filter(
    (field) => field !== null && fields.includes(field),
  ) as string[];
}

function chunksOf(fields: readonly string[], always: readonly string[], longest: number): string[][] {
  const chunks: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const field of fields.filter((name) => !always.includes(name))) {
    const cost = lengthOf([field]);
    if (length + cost > longest) {
      chunks.push([...always]);
      length = 0;
    }
    chunks.at(-1)?.push(field);
    length += cost;
  }
  return chunks.length === 0 ? [[...always]] : chunks;
}

function lengthOf(fields: readonly string[]): number {
  return fields.reduce((length, field) => length + encodeURIComponent(`${field},`).length, 0);
}

/** Fields whose value may change without moving the record's stamp: formulas, roll-ups, fields of parents (reference §9.3, 6). */
export function unstamped(plan: ReadPlan, described: Describe): readonly string[] {
  const calculated = new Set(described.fields.filter((field) => field.calculated === true).map(({ name }) => name));
  return [...new Set(plan.chunks.flat())].filter((field) => calculated.has(field) || field.includes("."));
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

function fieldOutOfSight(object: string, field: string, through: Instant): HubError {
  const since = toIso(through);
  return new HubError("HUB-1320", `${object}.${field} is out of the hub's sight; it was still read at ${since}.`, {
    disposition: "stop-stream",
    place: { system: "salesforce", stream: object, path: field },
    remedy: `Give the hub's user field-level access to ${field} again, or take it out of the mapping of ${object} if it was deleted. What is stored stays as it is.`,
  });
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
