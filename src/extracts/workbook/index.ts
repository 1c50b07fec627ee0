export { renderWorkbook } from "./workbook.ts";
export type { WorkbookInput } from "./workbook.ts";
export type { TableauSite } from "./source.ts";
export { writeWorkbook } from "./write.ts";
