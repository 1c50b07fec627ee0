import type { Span } from "./durations.ts";

/**
 * How close the two activities of a rule must be: anywhere in the right order, without another of the first (for a response) or of
 * the second (for a precedence) in between, or next to each other.
 */
export type Closeness = "any" | "alternate" | "chain";

/** What a value must be for a rule about data. Numbers compare as numbers, texts folded. */
export interface ValueTest {
  readonly operator: "=" | "!=" | "<" | "<=" | ">" | ">=";
  readonly value: string;
}

/** The rules of a procedure: Declare templates plus time, data and actor rules (reference §2.6), vacuously true when not activated. */
export type RuleBody =
  /** Every `b` has an earlier `a`. */
  | { readonly kind: "precedence"; readonly a: string; readonly b: string; readonly close: Closeness }
  /** Every `a` is eventually followed by `b`. */
  | { readonly kind: "response"; readonly a: string; readonly b: string; readonly close: Closeness }
  /** Both of them. */
  | { readonly kind: "succession"; readonly a: string; readonly b: string; readonly close: Closeness }
  /** `a` happens no later than `span` after `of`; `of` null is the case's start. */
  | { readonly kind: "within"; readonly a: string; readonly of: string | null; readonly span: Span }
  /** `a` happens at least `min` and at most `max` times. */
  | { readonly kind: "count"; readonly a: string; readonly min: number; readonly max: number | null }
  /** `a` happens on a day no later than `days` days before the day in `attribute`, as it was known then. */
  | { readonly kind: "lead"; readonly a: string; readonly attribute: string; readonly days: number }
  /** Where `a` happens `b` does, before or after. */
  | { readonly kind: "responded existence"; readonly a: string; readonly b: string }
  /** Both happen or neither. */
  | { readonly kind: "coexistence"; readonly a: string; readonly b: string }
  | { readonly kind: "not both"; readonly a: string; readonly b: string }
  /** No `b` after an `a`. */
  | { readonly kind: "not succession"; readonly a: string; readonly b: string }
  /** Whoever did `a` did not do `b` (four eyes). */
  | { readonly kind: "different actor"; readonly a: string; readonly b: string }
  /** `a` is done by somebody of the team or role; who is not known is not judged. */
  | { readonly kind: "role"; readonly a: string; readonly role: string }
  /** `attribute` is filled, or passes the test, whenever `a` happens. */
  | { readonly kind: "needs"; readonly a: string; readonly attribute: string; readonly test: ValueTest | null }
  | { readonly kind: "first"; readonly a: string }
  | { readonly kind: "last"; readonly a: string };

/** `if segment is Enterprise or Mid-Market`, values compare folded; or `if months >= 4`. */
export interface RuleCondition {
  readonly attribute: string;
  readonly values: readonly string[];
  readonly negated: boolean;
  /** Instead of values. */
  readonly test: ValueTest | null;
}

export interface Rule {
  /** `R1`, unique in its process. */
  readonly id: string;
  /** What the admin wrote. */
  readonly text: string;
  readonly body: RuleBody;
  readonly condition: RuleCondition | null;
  /** The rule said back in one plain sentence. */
  readonly sentence: string;
  /** The formal name, `precedence(A, B)`. */
  readonly formal: string;
}
