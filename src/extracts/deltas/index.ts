export { Comparison } from "./comparison.ts";
export type { ComparedTable, ComparisonOptions, TableDelta } from "./comparison.ts";
export { payloadOf } from "./payload.ts";
export type { Payload, StagedChange } from "./payload.ts";
export { breaks, describeChange, schemaChange } from "./schema-change.ts";
export type { SchemaChange, TableShape } from "./schema-change.ts";
