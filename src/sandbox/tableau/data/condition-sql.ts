import { comparisons } from "./actions.ts";
import type { Comparison, Condition, Constant } from "./actions.ts";
import { literal, quoted } from "./sql.ts";

const OPERATORS: Readonly<Record<Comparison["op"], string>> = {
  eq: "=",
  neq: "<>",
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
  is: "IS NOT DISTINCT FROM",
};

/** A condition over the target `t` and the source `s`; the target, else the source, stands on the left. */
export function conditionSql(condition: Condition): string {
  if (!("args" in condition)) return comparisonSql(condition);
  const parts = condition.args.map((part) => `(${conditionSql(part)})`);
  return condition.op === "not" ? `NOT ${parts.join("")}` : parts.join(` ${condition.op.toUpperCase()} `);
}

function comparisonSql(leaf: Comparison): string {
  const [left = "", right = ""] = [
    ...(leaf["target-col"] === undefined ? [] : [`t.${quoted(leaf["target-col"])}`]),
    ...(leaf["source-col"] === undefined ? [] : [`s.${quoted(leaf["source-col"])}`]),
    ...(leaf.const === undefined ? [] : [constantSql(leaf.const)]),
  ];
  return `${left} ${OPERATORS[leaf.op]} ${right}`;
}

const CASTS = { integer: "bigint", double: "double precision", boolean: "boolean", datetime: "timestamp" } as const;

function constantSql(constant: Constant): string {
  if (constant.v === null) return "NULL";
  const text = literal(String(constant.v));
  return constant.type === "string" ? text : `CAST(${text} AS ${CASTS[constant.type]})`;
}

/** The columns that tell the rows of a source apart: those compared for equality, else all that are compared. */
export function keyColumns(condition: Condition): readonly string[] {
  const leaves = comparisons(condition);
  const equal = leaves.filter(({ op }) => op === "eq" || op === "is");
  const columns = (some: readonly Comparison[]) => [...new Set(some.flatMap((leaf) => leaf["source-col"] ?? []))];
  const keys = columns(equal);
  return keys.length > 0 ? keys : columns(leaves);
}
