import { isEmpty, sameValue } from "../../handoffs/index.ts";
import type { BusinessCalendar, Canonical, ModelObject, NativeReference } from "../../model/index.ts";

/** What an object holds under a name: an attribute, or the word a reference goes by. */
export function valueAt(object: ModelObject, name: string): Canonical {
  const value = object.attributes[name];
  if (value !== undefined) return value;
  const reference = object.references.find((each) => each.name === name);
  return reference === undefined ? null : wordOf(reference.to);
}

function wordOf(to: NativeReference): string {
  return to.kind === "record" ? to.id : to.value;
}

/** Whether two values of one record's field mean the same; persons by their native ids. */
export function stands(left: Canonical, right: Canonical, calendar: Pick<BusinessCalendar, "localDay">): boolean {
  const held = (value: Canonical) => ({ value, person: null, place: "the record's own" });
  return sameValue(held(left), held(right), { calendar, exact: true }) === true;
}

/** One value, as sentences show it. */
export function shown(value: Canonical): string {
  if (isEmpty(value)) return "nothing";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if ("day" in value) return value.day;
  if ("person" in value) return `the account ${value.person}`;
  if ("at" in value && typeof value.at === "number") return new Date(value.at).toISOString();
  return JSON.stringify(value);
}

/** A creation's attributes by name; one value of an update under its field. */
export function wantedOf(operation: {
  readonly action: string;
  readonly field: string | null;
  readonly after: Canonical | Readonly<Record<string, Canonical>>;
}): Readonly<Record<string, Canonical>> {
  if (operation.field !== null) return { [operation.field]: operation.after as Canonical };
  const { after } = operation;
  return operation.action === "create" && typeof after === "object" && after !== null && !Array.isArray(after)
    ? (after as Readonly<Record<string, Canonical>>)
    : {};
}
