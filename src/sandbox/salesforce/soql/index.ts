export type { Expression, SelectItem, Statement } from "./ast.ts";
export { fieldValue, printRecord, recordPrinter, runQuery } from "./execute.ts";
export type { QueryAnswer, QueryOptions } from "./run.ts";
export { flatColumns } from "./flat-columns.ts";
export type { FlatColumn } from "./flat-columns.ts";
export { bindPath, nameField, relationship } from "./names.ts";
export type { Scope } from "./names.ts";
export { parseStatement } from "./parser.ts";
export type { Json } from "./shape.ts";
