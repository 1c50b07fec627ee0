export { dataSourceDocument } from "./data-source.ts";
export { packageDataSource } from "./package.ts";
export type { DataSourcePackage } from "./package.ts";
