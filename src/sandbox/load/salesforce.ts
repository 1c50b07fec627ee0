import { HISTORIES, standardFields } from "../salesforce/index.ts";
import type {
  SalesforceFieldSeed,
  SalesforceObjectSeed,
  SalesforceRow,
  SalesforceSeed,
  SalesforceValue,
} from "../seeds.ts";
import { knownOf, object, Tally, text } from "./given.ts";
import type { Content, GivenSalesforce, Json, Known, Loaded } from "./given.ts";

/** What a hub keeps of the org's descriptions; its record `*` holds the key prefixes of objects. */
const DESCRIPTIONS = "ObjectDescription";
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+0000)$/u;

/** An org of exactly these records. @param base what somebody's records do not tell, such as the time zone */
export function salesforceSeed(given: GivenSalesforce, base: SalesforceSeed): Loaded<SalesforceSeed> {
  const tally = new Tally();
  const described = new Map([...knownOf(given, DESCRIPTIONS, tally)].map(({ id, content }) => [id, content] as const));
  const rows: Record<string, SalesforceRow[]> = {};
  for (const stream of Object.keys(given.records)) {
    if (stream === DESCRIPTIONS) continue;
    const isPerson = standardFields(stream)?.has("LastName") === true;
    rows[stream] = [...knownOf(given, stream, tally)].map(rowOf).map((row) => (isPerson ? named(row) : row));
    for (const _ of rows[stream]) tally.keep(stream);
  }
  const integrationUserId = signingIn(given, base, rows);
  const seed: SalesforceSeed = {
    organization: { ...base.organization, id: given.tenant, name: given.name ?? base.organization.name },
    integrationUserId,
    customFields: Object.fromEntries(
      [...new Set([...Object.keys(rows), ...Object.keys(given.fields)])].map((stream) => {
        const told = fieldsOf(stream, described.get(stream), rows[stream] ?? []);
        return [stream, withWritten(told, given.fields[stream] ?? [])];
      }),
    ),
    customObjects: Object.entries(rows).flatMap(([stream, own]) => objectOf(stream, described, own) ?? []),
    described: Object.fromEntries([...described].flatMap(([name, content]) => describedAs(name, content))),
    trackedFields: { ...base.trackedFields, ...trackedIn(rows) },
    rows,
  };
  return { seed, report: tally.report(given.tenant, integrationUserId) };
}

function rowOf({ id, content, removed }: Known): SalesforceRow {
  const row: Record<string, SalesforceValue> & { Id: string } = { Id: id };
  for (const [name, value] of Object.entries(content)) {
    // Compound fields and parents: their parts are fields and rows of their own.
    if (typeof value === "object" && value !== null) continue;
    row[name] = typeof value === "string" ? value.replace(INSTANT, "$1.000Z") : (value ?? null);
  }
  if (removed !== undefined) {
    row["IsDeleted"] = true;
    if (removed.at !== null) row["SystemModstamp"] = new Date(removed.at).toISOString();
    if (removed.mergedInto !== undefined) row["MasterRecordId"] = removed.mergedInto;
  }
  return row;
}

/** A person's name in its parts, where the record has it whole: so that a change of a part changes the whole. */
function named(row: SalesforceRow): SalesforceRow {
  const { Name: whole, ...rest } = row;
  if (typeof whole !== "string" || "LastName" in row) return row;
  const [first = "", ...others] = whole.split(" ");
  const last = others.join(" ");
  return last === ""
    ? { ...rest, Id: row.Id, LastName: whole }
    : { ...rest, Id: row.Id, FirstName: first, LastName: last };
}

function signingIn(given: GivenSalesforce, base: SalesforceSeed, rows: Record<string, SalesforceRow[]>): string {
  const users = rows["User"] ?? [];
  const wanted = given.user ?? base.integrationUserId;
  const known = users.find(({ Id }) => Id === wanted) ?? users.find((user) => user["IsActive"] !== false);
  if (known !== undefined && (given.user === undefined || known.Id === given.user)) return known.Id;
  const stranger = (base.rows["User"] ?? []).find(({ Id }) => Id === base.integrationUserId);
  rows["User"] = [...users, { ...stranger, Id: wanted, IsActive: true }];
  return wanted;
}

/** Fields the platform does not have of its own: what the org said of them, else what their values look like. */
function fieldsOf(
  stream: string,
  described: Content | undefined,
  rows: readonly SalesforceRow[],
): SalesforceFieldSeed[] {
  const standard = standardFields(stream) ?? standardFields("");
  const told = object(described?.["fields"]) ?? {};
  const names = new Set([...Object.keys(told), ...rows.flatMap((row) => Object.keys(row))]);
  return [...names]
    .filter((name) => standard?.has(name) !== true)
    .flatMap((name) => {
      const own = object(told[name]);
      const type = own === null ? typeSeen(name, rows) : fieldType(text(own["type"]));
      if (type === null) return [];
      const referenceTo = own === null ? [] : words(own["referenceTo"]);
      const label = text(own?.["label"]) ?? name;
      return [{ name, label, type, ...(type === "reference" ? { referenceTo } : {}) }];
    });
}

/** With the fields that are written and not read; what is said of a field there holds for one that is read, too. */
function withWritten(
  told: readonly SalesforceFieldSeed[],
  written: GivenSalesforce["fields"][string],
): SalesforceFieldSeed[] {
  const own = written.map(({ type, label, ...field }): SalesforceFieldSeed => {
    const known = told.find(({ name }) => name === field.name);
    return { ...field, label: label ?? known?.label ?? field.name, type: fieldType(type) ?? "string" };
  });
  const names = new Set(own.map(({ name }) => name));
  return [...told.filter(({ name }) => !names.has(name)), ...own];
}

const TYPES: ReadonlySet<string> = new Set<SalesforceFieldSeed["type"]>([
  "string",
  "picklist",
  "multipicklist",
  "combobox",
  "textarea",
  "email",
  "phone",
  "url",
  "currency",
  "double",
  "int",
  "percent",
  "date",
  "datetime",
  "time",
  "boolean",
  "reference",
  "anyType",
]);

function isFieldType(type: string): type is SalesforceFieldSeed["type"] {
  return TYPES.has(type);
}

/** Null for compound fields; kinds of text the stand-in does not have are plain text. */
function fieldType(type: string | null): SalesforceFieldSeed["type"] | null {
  if (type === null || type === "address" || type === "location") return null;
  return isFieldType(type) ? type : "string";
}

function typeSeen(name: string, rows: readonly SalesforceRow[]): SalesforceFieldSeed["type"] {
  for (const row of rows) {
    const value = row[name];
    if (typeof value === "number") return "double";
    if (typeof value === "boolean") return "boolean";
    if (typeof value !== "string") continue;
    if (/^\d{4}-\d\d-\d\dT/u.test(value)) return "datetime";
    return /^\d{4}-\d\d-\d\d$/u.test(value) ? "date" : "string";
  }
  return "string";
}

const words = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];

/** An object the platform does not have of its own. */
function objectOf(
  stream: string,
  described: ReadonlyMap<string, Content>,
  rows: readonly SalesforceRow[],
): SalesforceObjectSeed | null {
  if (standardFields(stream) !== undefined) return null;
  const label = text(described.get(stream)?.["label"]) ?? stream;
  const prefix = text(object(described.get("*")?.["prefixes"])?.[stream]) ?? rows[0]?.Id.slice(0, 3) ?? "a00";
  return { name: stream, label, plural: label, keyPrefix: prefix };
}

function describedAs(name: string, content: Content): [string, NonNullable<SalesforceSeed["described"]>[string]][] {
  const fields = object(content["fields"]);
  if (fields === null) return [];
  const told = Object.entries(fields).map(([field, own]) => {
    const { label, referenceTo } = object(own) ?? {};
    return [field, { label: text(label) ?? field, referenceTo: words(referenceTo) }] as const;
  });
  return [[name, { label: text(content["label"]) ?? name, fields: Object.fromEntries(told) }]];
}

/** What the org evidently tracks: the fields its history rows name. */
function trackedIn(rows: Readonly<Record<string, readonly SalesforceRow[]>>): Record<string, string[]> {
  const tracked: Record<string, string[]> = {};
  for (const [history, parent] of HISTORIES) {
    const parents = standardFields(parent);
    const seen = new Set<string>();
    for (const { Field: field } of rows[history] ?? []) {
      if (typeof field !== "string") continue;
      const name = field.endsWith("__c") || parents?.has(field) === true ? field : `${field}Id`;
      if (field.endsWith("__c") || parents?.has(name) === true) seen.add(name);
    }
    if (seen.size > 0) tracked[parent] = [...seen];
  }
  return tracked;
}
