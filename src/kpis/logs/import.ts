import { basename } from "node:path";
import { HubError } from "../../model/index.ts";
import type { Instant, Problem } from "../../model/index.ts";
import type { LogAbout } from "./about.ts";
import { readCsv } from "./csv/read.ts";
import type { ColumnRole } from "./csv/columns.ts";
import { localZone } from "./local-zone.ts";
import type { LogFormat } from "./log.ts";
import { LogWriter } from "./log-writer.ts";
import type { DateOrder } from "./moment.ts";
import { peek } from "./read-text.ts";

export interface ImportOptions {
  readonly file: string;
  /** Where the log's own file will be. */
  readonly path: string;
  readonly columns: Readonly<Partial<Record<ColumnRole, string>>>;
  readonly zone: { readonly name: string; readonly from: "asked" | "reporting zone" } | null;
  readonly dateOrder?: DateOrder;
  readonly strict: boolean;
  readonly now: Instant;
}

export interface Imported {
  readonly about: LogAbout;
  /** The first of what could not be used. */
  readonly problems: readonly Problem[];
}

/**
 * Brings a log into a file of its own, which replaces an earlier one when it is complete.
 * @throws HubError HUB-2401 for a file that is none of the formats, those of the readers, HUB-2415 when it cannot be stored
 */
export async function importLog(options: ImportOptions): Promise<Imported> {
  const { file, path, strict } = options;
  const format = await formatOf(file);
  const zone = options.zone === null ? null : localZone(options.zone.name);
  const from = options.zone?.from ?? "asked";
  const writer = await LogWriter.open({ path, strict });
  try {
    const read = {
      zone,
      columns: options.columns,
      ...(options.dateOrder === undefined ? {} : { dateOrder: options.dateOrder }),
    };
    const csv = await readCsv(file, read, writer);
    const about = await writer.finish(({ rejected }) => ({
      format,
      source: basename(file),
      importedAt: options.now,
      zone: zone === null || zone.counts.local === 0 ? null : { name: zone.name, from, ...zone.counts },
      csv,
      xes: null,
      rejected,
      caseType: null,
    }));
    return { about, problems: writer.firstProblems };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** The format by what the file begins with. */
async function formatOf(file: string): Promise<LogFormat> {
  const head = await peek(file, 16);
  if (head.length === 0)
    throw new HubError("HUB-2401", "The file is empty.", { disposition: "operator", place: { file } });
  return "csv";
}
