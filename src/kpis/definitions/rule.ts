import type { Span } from "./durations.ts";

/** The rules of a procedure: Declare templates plus time, data and actor rules (reference §2.6), vacuously true when not activated. */
export type RuleBody =
  /** Every `b` has an earlier `a`. */
  | { readonly kind: "precedence"; readonly a: string; readonly b: string }
  /** Every `a` is eventually followed by `b`. */
  | { readonly kind: "response"; readonly a: string; readonly b: string }
  /** `a` happens no later than `span` after `of`; `of` null is the case's start. */
  | { readonly kind: "within"; readonly a: string; readonly of: string | null; readonly span: Span }
  /** `a` happens at least `min` and at most `max` times. */
  | { readonly kind: "count"; readonly a: string; readonly min: number; readonly max: number | null }
  /** `a` happens on a day no later than `days` days before the day in `attribute`, as it was known then. */
  | { readonly kind: "lead"; readonly a: string; readonly attribute: string; readonly days: number }
  | { readonly kind: "not both"; readonly a: string; readonly b: string }
  /** Whoever did `a` did not do `b` (four eyes). */
  | { readonly kind: "different actor"; readonly a: string; readonly b: string }
  /** `attribute` is filled when the case is judged, if `a` happened. */
  | { readonly kind: "needs"; readonly a: string; readonly attribute: string }
  | { readonly kind: "first"; readonly a: string }
  | { readonly kind: "last"; readonly a: string };

/** `if segment is Enterprise or Mid-Market`; values compare folded. */
export interface RuleCondition {
  readonly attribute: string;
  readonly values: readonly string[];
  readonly negated: boolean;
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
