import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Instant, Problem } from "../../model/index.ts";
import type { LogAbout } from "./about.ts";
import type { ColumnRole } from "./csv/columns.ts";
import { readCsv } from "./csv/read.ts";
import { localZone } from "./local-zone.ts";
import type { LogFormat, LogSink } from "./log.ts";
import { LogWriter } from "./log-writer.ts";
import type { DateOrder } from "./moment.ts";
import { readOcelJson } from "./ocel/read-json.ts";
import { readOcelSqlite } from "./ocel/read-sqlite.ts";
import { readOcelXml } from "./ocel/read-xml.ts";
import type { ReadLogOptions } from "./read-options.ts";
import { peek } from "./read-text.ts";
import { emptyFile } from "./trouble.ts";
import { readXes } from "./xes/read.ts";

export interface ImportOptions {
  readonly file: string;
  /** Where the log's own file will be. */
  readonly path: string;
  /** Of CSV the columns; of OCEL `case`, the object type a case follows. */
  readonly columns: Readonly<Partial<Record<ColumnRole, string>>>;
  readonly zone: { readonly name: string; readonly from: "asked" | "reporting zone" } | null;
  readonly dateOrder?: DateOrder;
  /** Of the file's bytes; found out when left out. */
  readonly encoding?: string;
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
 * @throws HubError HUB-2401 for a file that is none of the formats, HUB-2418 for one without an event, those of the readers, HUB-2415 when it cannot be stored
 */
export async function importLog(options: ImportOptions): Promise<Imported> {
  const { file, path, strict } = options;
  const { format, packed } = await formatOf(file);
  const chosen = zoneFor(format, options.zone);
  const zone = chosen === null ? null : localZone(chosen.name);
  const reading: ReadLogOptions = {
    zone,
    columns: options.columns,
    ...(options.dateOrder === undefined ? {} : { dateOrder: options.dateOrder }),
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
  };
  const writer = await LogWriter.open({ path, source: file, strict });
  try {
    const header = await readers[format]({ file, packed, spare: `${path}.unpacked` }, reading, writer);
    const about = await writer.finish({
      format,
      source: basename(file),
      importedAt: options.now,
      zone: zone === null || chosen === null || zone.counts.local === 0 ? null : { ...chosen, ...zone.counts },
      csv: header.csv ?? null,
      xes: header.xes ?? null,
      caseType: format.startsWith("ocel") ? (options.columns.case ?? null) : null,
    });
    return { about, problems: writer.firstProblems };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

interface Source {
  readonly file: string;
  readonly packed: boolean;
  /** Where the file may be unpacked to. */
  readonly spare: string;
}

type Read = (source: Source, options: ReadLogOptions, sink: LogSink) => Promise<Partial<Pick<LogAbout, "csv" | "xes">>>;

const readers: Readonly<Record<Exclude<LogFormat, "hub">, Read>> = {
  csv: async ({ file }, options, sink) => ({ csv: await readCsv(file, options, sink) }),
  xes: async ({ file }, options, sink) => ({ xes: await readXes(file, options, sink) }),
  "ocel-json": async ({ file }, options, sink) => {
    await readOcelJson(file, options, sink);
    return {};
  },
  "ocel-xml": async ({ file }, options, sink) => {
    await readOcelXml(file, options, sink);
    return {};
  },
  "ocel-sqlite": async ({ file, packed, spare }, options, sink) => {
    if (!packed) {
      readOcelSqlite(file, options, sink);
      return {};
    }
    try {
      await pipeline(createReadStream(file), createGunzip(), createWriteStream(spare));
      readOcelSqlite(spare, options, sink);
    } finally {
      await rm(spare, { force: true });
    }
    return {};
  },
};

/** SQLite's form of OCEL has no zones and means UTC, unless somebody knows better. */
function zoneFor(
  format: LogFormat,
  zone: ImportOptions["zone"],
): { readonly name: string; readonly from: "asked" | "reporting zone" | "format" } | null {
  return format === "ocel-sqlite" && zone?.from !== "asked" ? { name: "UTC", from: "format" } : zone;
}

/** The format by what the file begins with. */
async function formatOf(
  file: string,
): Promise<{ readonly format: Exclude<LogFormat, "hub">; readonly packed: boolean }> {
  const { head, packed } = await peek(file, 65_536);
  if (head.length === 0) {
    throw emptyFile(file);
  }
  const text = head.toString("latin1").replace(/^(?:\u00EF\u00BB\u00BF)?\s*/u, "");
  if (text.startsWith("SQLite format 3\0")) return { format: "ocel-sqlite", packed };
  if (text.startsWith("{")) return { format: "ocel-json", packed };
  if (!text.startsWith("<")) return { format: "csv", packed };
  const isOcel = /<(?:\w+:)?(?:object-types|event-types|objects|events)[\s/>]/u.test(text);
  return { format: isOcel ? "ocel-xml" : "xes", packed };
}
