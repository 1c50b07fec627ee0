import { parseInstant, toIso } from "../../model/index.ts";
import type { Canonical, Json } from "../../model/index.ts";
import type { Row } from "./answers.ts";
import { fieldName } from "./soql.ts";

/** The body of a write: days and instants as Salesforce takes them, instants in UTC. */
export function bodyOf(fields: Readonly<Record<string, Canonical>>): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [fieldName(name), plain(value)]));
}

function plain(value: Canonical): Json {
  if (value === null || typeof value !== "object") return value;
  if ("day" in value) return value.day;
  if ("at" in value && typeof value.at === "number") return toIso(value.at);
  if ("person" in value) return value.person;
  if ("amount" in value) return value.amount;
  return (value as readonly string[]).join(";");
}

/** True when a record holds what was to be written, however Salesforce prints it back. */
export function holds(row: Row, body: Readonly<Record<string, Json>>): boolean {
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
