export { renderReport } from "./document.ts";
export { readReport } from "./read.ts";
export type { ReportInput, SourceReading } from "./read.ts";
export type { ReportData } from "./data.ts";
export { writeReport } from "./write.ts";
export type { WrittenReport } from "./write.ts";
