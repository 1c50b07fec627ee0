export { fieldValue, printRecord, recordPrinter, runQuery } from "./execute.ts";
export type { QueryAnswer, QueryOptions } from "./execute.ts";
export type { Json } from "./shape.ts";
export { flatColumns } from "./flat-columns.ts";
export type { FlatColumn } from "./flat-columns.ts";
