import { HubError, parseInstant, toIso } from "../../model/index.ts";
import type { Canonical, Json } from "../../model/index.ts";
import type { Assignment } from "../kit/index.ts";
import type { Describe, DescribedField, Row } from "./answers.ts";
import type { Accounts } from "./assignees.ts";

type Fields = Readonly<Record<string, Canonical>>;

/** A write's body as Salesforce takes it. */
export type Body = Readonly<Record<string, Json>>;

/** A record's type may be told by its name, as people see it, or by its API name. */
const RECORD_TYPE = new Set(["recordtype", "recordtype.name", "recordtype.developername", "recordtypeid"]);

export const isRecordType = (field: string): boolean => RECORD_TYPE.has(field.toLowerCase());

/** The persons that fields name. */
export function assignmentsIn(stream: string, fields: Fields): readonly Assignment[] {
  return Object.entries(fields).flatMap(([field, value]) =>
    typeof value === "object" && value !== null && "person" in value
      ? [{ system: "salesforce", stream, field, person: value.person }]
      : [],
  );
}

/**
 * Brings fields to an object's own: names in its casing, choices by label or API name, record types by name, persons as
 * users, days and instants in UTC.
 * @throws HubError HUB-1306 for a field the hub may not see, HUB-1324 for one it may not set so.
 */
export function bodyOf(described: Describe, fields: Fields, accounts: Accounts, mode: "create" | "update"): Body {
  const byName = new Map(described.fields.map((field) => [field.name.toLowerCase(), field]));
  const currency = mode === "create" && byName.has("currencyisocode") ? currencyOf(fields) : null;
  return Object.fromEntries(
    Object.entries({ ...(currency === null ? {} : { CurrencyIsoCode: currency }), ...fields }).map(
      ([name, value]): [string, Json] => {
        if (isRecordType(name)) return ["RecordTypeId", recordType(described, name, value)];
        const field = byName.get(name.toLowerCase());
        if (field === undefined) throw unknownField(described.name, name);
        if ((mode === "create" ? field.createable : field.updateable) === false)
          throw unwritable(described.name, name, "Salesforce sets it itself, or the hub's user may not");
        return [field.name, plain(described.name, field, value, accounts)];
      },
    ),
  );
}

/** An org with several currencies takes an amount for one of its own default unless the record says its currency. */
function currencyOf(fields: Fields): string | null {
  for (const value of Object.values(fields))
    if (typeof value === "object" && value !== null && "amount" in value) return value.currency;
  return null;
}

function plain(object: string, field: DescribedField, value: Canonical, accounts: Accounts): Json {
  if (value === null) return null;
  if (typeof value === "string") return isChoice(field) ? choice(object, field, value) : value;
  if (typeof value !== "object") return value;
  if ("day" in value) return value.day;
  if ("at" in value && typeof value.at === "number") return toIso(value.at);
  if ("person" in value) return accounts.get(value.person) ?? value.person;
  if ("amount" in value) return value.amount;
  const several = value as readonly string[];
  return (isChoice(field) ? several.map((one) => choice(object, field, one)) : several).join(";");
}

const isChoice = ({ type }: DescribedField): boolean => type === "picklist" || type === "multipicklist";

/** People see labels, the API takes values; a list that is not restricted takes anything. */
function choice(object: string, field: DescribedField, wanted: string): string {
  const offered = (field.picklistValues ?? []).filter(({ active }) => active);
  const folded = fold(wanted);
  const found =
    offered.find(({ value }) => value === wanted)
    ?? offered.find(({ label }) => label !== null && fold(label) === folded)
    ?? offered.find(({ value }) => fold(value) === folded);
  if (found !== undefined) return found.value;
  if (field.restrictedPicklist !== true) return wanted;
  const names = offered.map(({ label, value }) => label ?? value).join(", ");
  throw unwritable(object, field.name, `"${wanted}" is not among its choices: ${names}`);
}

function recordType(described: Describe, name: string, value: Canonical): string {
  const wanted = typeof value === "string" ? value : "";
  const offered = (described.recordTypeInfos ?? []).filter(({ active }) => active);
  const folded = fold(wanted);
  const found = offered.find(
    (one) => one.recordTypeId === wanted || fold(one.name) === folded || fold(one.developerName ?? "") === folded,
  );
  if (found !== undefined) return found.recordTypeId;
  const names = offered.map((one) => one.name).join(", ");
  throw unwritable(described.name, name, `"${wanted}" is not among the record types: ${names}`);
}

/** True when a record holds what was to be written, however Salesforce prints it back. */
export function holds(row: Row, body: Body): boolean {
  return Object.entries(body).every(([name, wanted]) => sameValue(row[name] ?? null, wanted));
}

function sameValue(stored: Json, wanted: Json): boolean {
  if (stored === wanted) return true;
  if (stored === null || wanted === null) return stored === null && wanted === "";
  if (typeof stored !== "string" || typeof wanted !== "string") return false;
  const [left, right] = [parseInstant(stored), parseInstant(wanted)];
  if (left !== undefined && right !== undefined) return Math.floor(left / 1000) === Math.floor(right / 1000);
  // Salesforce cuts blanks at the ends of texts, and sorts the choices of a multi-select.
  return stored.trim() === wanted.trim() || sortedChoices(stored) === sortedChoices(wanted);
}

function sortedChoices(text: string): string {
  return text.includes(";") ? text.split(";").sort().join(";") : text;
}

const fold = (text: string): string => text.trim().toLowerCase();

function unknownField(object: string, name: string): HubError {
  return new HubError("HUB-1306", `${object} has no field the hub may see as ${name}.`, {
    disposition: "skip-record",
    place: { system: "salesforce", stream: object, path: name },
    remedy: "Correct the name in the mapping, or give the hub's user field-level access to it.",
  });
}

function unwritable(object: string, name: string, why: string): HubError {
  return new HubError("HUB-1324", `${name} of ${object} cannot be set: ${why}.`, {
    disposition: "skip-record",
    place: { system: "salesforce", stream: object, path: name },
    remedy: "Correct the contract's fields, or the field in Salesforce.",
  });
}
