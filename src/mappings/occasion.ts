import { assertNever } from "../model/index.ts";
import type { FieldValue } from "../model/index.ts";
import { foldValue, textOf } from "./values.ts";

/** When an event happens, from the fixed grammar of `when:`. */
export type Occasion =
  | { readonly kind: "created" }
  | { readonly kind: "at"; readonly field: string }
  | {
      readonly kind: "change";
      readonly field: string;
      readonly what: "becomes" | "set" | "cleared" | "changes";
      readonly value: string;
    };

/** The grammar in words, for error texts and the docs. */
export const OCCASION_GRAMMAR =
  "created · <field> becomes <value> · <field> is set · <field> is cleared · <field> changes · at <field>";

/** Reads one `when:` text; undefined when it is none of the grammar's sentences. */
export function parseOccasion(text: string): Occasion | undefined {
  const trimmed = text.trim();
  if (trimmed === "created") return { kind: "created" };
  const at = /^at (?<field>\S.*)$/u.exec(trimmed)?.groups?.["field"];
  if (at !== undefined) return { kind: "at", field: at };
  const becomes = /^(?<field>\S.*?) becomes (?<value>\S.*)$/u.exec(trimmed)?.groups;
  if (becomes !== undefined) {
    return { kind: "change", what: "becomes", field: becomes["field"] ?? "", value: foldValue(becomes["value"] ?? "") };
  }
  const other = /^(?<field>\S.*?) (?<what>is set|is cleared|changes)$/u.exec(trimmed)?.groups;
  if (other === undefined) return undefined;
  const what = other["what"] === "is set" ? "set" : other["what"] === "is cleared" ? "cleared" : "changes";
  return { kind: "change", what, field: other["field"] ?? "", value: "" };
}

/** Whether a change of the occasion's field is the occasion. */
export function isOccasion(
  occasion: Occasion & { readonly kind: "change" },
  from: FieldValue,
  to: FieldValue,
): boolean {
  const text = textOf(to);
  switch (occasion.what) {
    case "set":
      return text !== null;
    case "cleared":
      return text === null && textOf(from) !== null;
    case "changes":
      return true;
    case "becomes":
      // An empty yes-or-no field says no: filling it with "no" is no change.
      return (
        text !== null
        && foldValue(text) === occasion.value
        && textOf(from) !== text
        && !(occasion.value === "false" && textOf(from) === null)
      );
    default:
      return assertNever(occasion.what);
  }
}
