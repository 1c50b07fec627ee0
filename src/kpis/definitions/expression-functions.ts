import type { Term } from "./expression.ts";

/** A function that formulas know. */
export interface StarFunction {
  /** What it takes, in order; a length of time is a number. */
  readonly takes: readonly ("number" | "text" | "instant" | "any")[];
  readonly example: string;
  make(terms: readonly Term[]): Term;
}

const size = (seconds: number, word: string): StarFunction => ({
  takes: ["number"],
  example: `${word}(2)`,
  make: ([count]) => ({ sql: `(${sqlOf(count)} * ${seconds})`, type: "seconds" }),
});

const of = (name: string): StarFunction => ({
  takes: ["number", "number"],
  example: `${name}(added_n, removed_n)`,
  make: ([a, b]) => ({
    sql: `${name === "max" ? "greatest" : "least"}(${sqlOf(a)}, ${sqlOf(b)})`,
    type: a?.type === "seconds" ? "seconds" : "number",
  }),
});

const textTest = (name: string, sql: string): StarFunction => ({
  takes: ["text", "text"],
  example: `metric.${name}("fresh")`,
  make: ([text, part]) => ({ sql: `${sql}(${sqlOf(text)}, ${sqlOf(part)})`, type: "yes/no" }),
});

/** Functions of formulas by name. Times between two instants are clock time; business time is a column of its own. */
export const FUNCTIONS: ReadonlyMap<string, StarFunction> = new Map<string, StarFunction>([
  ["minutes", size(60, "minutes")],
  ["hours", size(3600, "hours")],
  ["days", size(86_400, "days")],
  [
    "between",
    {
      takes: ["instant", "instant"],
      example: "between(start_at, end_at)",
      make: ([from, to]) => ({ sql: `(epoch(${sqlOf(to)}) - epoch(${sqlOf(from)}))`, type: "seconds" }),
    },
  ],
  ["max", of("max")],
  ["min", of("min")],
  [
    "abs",
    {
      takes: ["number"],
      example: "abs(between(start_at, end_at) - days(14))",
      make: ([value]) => ({ sql: `abs(${sqlOf(value)})`, type: value?.type === "seconds" ? "seconds" : "number" }),
    },
  ],
  [
    "has",
    {
      takes: ["any"],
      example: "has(accepted_at)",
      make: ([value]) => ({ sql: `(${sqlOf(value)} IS NOT NULL)`, type: "yes/no" }),
    },
  ],
  [
    "lower",
    {
      takes: ["text"],
      example: "lower(outcome)",
      make: ([text]) => ({ sql: `lower(${sqlOf(text)})`, type: "text" }),
    },
  ],
  ["startsWith", textTest("startsWith", "starts_with")],
  ["endsWith", textTest("endsWith", "ends_with")],
  ["contains", textTest("contains", "contains")],
]);

function sqlOf(term: Term | undefined): string {
  return term?.sql ?? "NULL";
}
