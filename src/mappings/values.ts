import type { Canonical, FieldValue, OptionValue, PersonValue, RecordValue } from "../model/index.ts";

/** The fields of one record by the names an admin writes. */
export type Fields = Readonly<Record<string, FieldValue>>;

export function isOption(value: FieldValue): value is OptionValue {
  return typeof value === "object" && value !== null && "option" in value;
}

export function isPerson(value: FieldValue): value is PersonValue {
  return typeof value === "object" && value !== null && "person" in value;
}

export function isRecord(value: FieldValue): value is RecordValue {
  return typeof value === "object" && value !== null && "stream" in value;
}

export function isList(value: FieldValue): value is readonly FieldValue[] {
  return Array.isArray(value);
}

/** The value a reader would see in the system: an option's name, a record's or person's id; null when empty. */
export function textOf(value: FieldValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") {
    const text = value.trim();
    return text === "" ? null : text;
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isOption(value)) return textOf(value.name);
  if (isPerson(value)) return value.person;
  if (isRecord(value)) return value.id;
  const first = value[0];
  return first === undefined ? null : textOf(first);
}

/** What stays the same when a choice is renamed: an option's id, else the text. */
export function identityOf(value: FieldValue | undefined): string {
  if (value !== undefined && value !== null && isOption(value)) return value.option;
  return textOf(value) ?? "";
}

/** Trimmed, inner white space as one blank, case folded: the form value maps are looked up by. */
export function foldValue(text: string): string {
  return text.trim().replaceAll(/\s+/gu, " ").toLowerCase();
}

/** Equality of canonical values, without building texts for the common kinds. */
export function sameValue(a: Canonical, b: Canonical): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
