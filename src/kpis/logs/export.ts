import { writeLogCsv } from "./csv/write.ts";
import type { LogReader } from "./log-reader.ts";
import { writeOcelJson } from "./ocel/write-json.ts";
import { writeOcelSqlite } from "./ocel/write-sqlite.ts";
import { writeXes } from "./xes/write.ts";

export const EXPORT_FORMATS = ["ocel-json", "ocel-sqlite", "xes", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * Writes a log to a file, which takes its place when it is complete.
 * @param caseType for XES and CSV of an object-centric log: the object type a case follows
 * @returns what the format could not say, in sentences
 * @throws HubError HUB-2411 for an object type the log does not have, HUB-2412 when the file cannot be written
 */
export async function exportLog(
  log: LogReader,
  format: ExportFormat,
  path: string,
  caseType?: string,
): Promise<readonly string[]> {
  switch (format) {
    case "ocel-json":
      await writeOcelJson(log, path);
      return [];
    case "ocel-sqlite": {
      const renamed = await writeOcelSqlite(log, path);
      return renamed.map((each) => `A column could not have its attribute's name: ${each}.`);
    }
    case "xes":
      return writeXes(log, path, caseType);
    default:
      return writeLogCsv(log, path, caseType);
  }
}
