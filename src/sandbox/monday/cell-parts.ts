import { scalarText } from "./scalar-text.ts";

/** Readers of monday's own value objects as they are stored. */

export interface PersonReference {
  readonly id: string;
  readonly kind: string;
}

/** A member of a stored value object, undefined when the value is no object. */
export function part(raw: unknown, key: string): unknown {
  return typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>)[key] : undefined;
}

/** A member of a stored value object when it is a text with something in it. */
export function textPart(raw: unknown, key: string): string | null {
  const value = part(raw, key);
  return typeof value === "string" && value !== "" ? value : null;
}

/** A member of a stored value object as a number, null when there is none. */
export function numberPart(raw: unknown, key: string): number | null {
  const value = part(raw, key);
  return value === null || value === undefined || value === "" || Number.isNaN(Number(value)) ? null : Number(value);
}

/** A member of a stored value object as a list of id texts. */
export function idsPart(raw: unknown, key: string): string[] {
  const ids = part(raw, key);
  return Array.isArray(ids) ? ids.map(scalarText) : [];
}

export function statusIndex(raw: unknown): number | null {
  const index = part(raw, "index");
  return typeof index === "number" ? index : null;
}

export function peopleOf(raw: unknown): PersonReference[] {
  const list = part(raw, "personsAndTeams");
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown) => ({
    id: scalarText(part(entry, "id")),
    kind: textPart(entry, "kind") ?? "person",
  }));
}

export const dropdownIds = (raw: unknown): number[] => idsPart(raw, "ids").map(Number);
export const linkedItemIds = (raw: unknown): string[] => idsPart(raw, "item_ids");

export const isChecked = (raw: unknown): boolean => {
  const checked = part(raw, "checked");
  return checked === true || checked === "true";
};

export const numericPerson = (entry: PersonReference): { id: number; kind: string } => ({
  id: Number(entry.id),
  kind: entry.kind,
});

/** Second precision, as item stamps are shown. */
export const seconds = (iso: string): string => `${iso.slice(0, 19)}Z`;
