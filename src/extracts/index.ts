export { writeCsv } from "./csv/index.ts";
export { describeFiles, writeManifest } from "./manifest.ts";
export type { Manifest } from "./manifest.ts";
export { writeParquet } from "./parquet/index.ts";
export { hyperTables } from "./publications.ts";
export type { HyperPlan, Publication } from "./publications.ts";
export type { TableFile } from "./table-files.ts";
export * from "./hyper/index.ts";
export * from "./report/index.ts";
