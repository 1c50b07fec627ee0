import type { Ref, TruthProcessDefect } from "./truth.ts";

/** One step or stage of a case that happened. */
export interface Step {
  readonly step: string;
  readonly at: number;
}

/** One rule of a procedure; `deadline` is an instant of the case at hand. */
export type Rule =
  | { readonly id: string; readonly kind: "before"; readonly a: string; readonly b: string }
  | { readonly id: string; readonly kind: "within"; readonly step: string; readonly deadline: number }
  | { readonly id: string; readonly kind: "at least once"; readonly step: string };

/** One case with what happened in it and the rules it is judged by. */
export interface Case {
  readonly process: string;
  readonly ref: Ref;
  /** In time order. */
  readonly steps: readonly Step[];
  readonly ended: boolean;
  readonly rules: readonly Rule[];
}

/** Histories are exact to the second only: within the same second nothing is out of order or late. */
function secondOf(at: number): number {
  return Math.floor(at / 1000);
}

/** What departs from the procedure in one case as of an instant (docs/techflow.md, Rules of the processes). */
export function judge(subject: Case, asOf: number): TruthProcessDefect[] {
  const defects: TruthProcessDefect[] = [];
  const first = new Map<string, number>();
  const count = new Map<string, number>();
  for (const { step, at } of subject.steps) {
    if (!first.has(step)) first.set(step, at);
    count.set(step, (count.get(step) ?? 0) + 1);
  }
  const report = (rule: string | null, category: TruthProcessDefect["category"], step: string): void => {
    defects.push({ process: subject.process, case: subject.ref, rule, category, step });
  };
  for (const rule of subject.rules) {
    if (rule.kind === "before") {
      const b = first.get(rule.b);
      const a = first.get(rule.a);
      // Every B needs an earlier A, so the first B decides; what has happened cannot be repaired.
      if (b === undefined) continue;
      if (a === undefined) report(rule.id, "missing step", rule.a);
      else if (secondOf(a) > secondOf(b)) report(rule.id, "out of order", rule.a);
    } else if (rule.kind === "within") {
      const at = first.get(rule.step);
      if (at !== undefined) {
        if (secondOf(at) > secondOf(rule.deadline)) report(rule.id, "late", rule.step);
      } else if (subject.ended) report(rule.id, "missing step", rule.step);
      else if (secondOf(asOf) > secondOf(rule.deadline)) report(rule.id, "late", rule.step);
    } else if (subject.ended && !first.has(rule.step)) report(rule.id, "missing step", rule.step);
  }
  for (const [step, times] of count) {
    if (times > 1) report(null, "rework", step);
  }
  return defects;
}
