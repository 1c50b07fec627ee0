export { dataSourceDocument } from "./data-source.ts";
export { packageDataSource } from "./package.ts";
export { unwrapExtract } from "./unpack.ts";
export type { DataSourcePackage } from "./package.ts";
