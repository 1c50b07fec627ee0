export { Comparison } from "./comparison.ts";
export type { ComparedTable, ComparisonOptions, TableDelta } from "./comparison.ts";
