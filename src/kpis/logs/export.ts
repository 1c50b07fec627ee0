import { writeLogCsv } from "./csv/write.ts";
import type { Exported } from "./exported.ts";
import type { LogReader } from "./log-reader.ts";
import { writeOcelJson } from "./ocel/write-json.ts";
import { writeOcelSqlite } from "./ocel/write-sqlite.ts";
import { writeXes } from "./xes/write.ts";

export const EXPORT_FORMATS = ["ocel-json", "ocel-sqlite", "xes", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * Writes a log to a file, which takes its place when it is complete.
 * @param caseType for XES and CSV of an object-centric log: the object type a case follows
 * @throws HubError HUB-2411 for an object type the log does not have, HUB-2412 when the file cannot be written
 */
export async function exportLog(
  log: LogReader,
  format: ExportFormat,
  path: string,
  caseType?: string,
): Promise<Exported> {
  switch (format) {
    case "ocel-json":
      return writeOcelJson(log, path);
    case "ocel-sqlite":
      return writeOcelSqlite(log, path);
    case "xes":
      return writeXes(log, path, caseType);
    default:
      return writeLogCsv(log, path, caseType);
  }
}
