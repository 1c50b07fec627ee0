import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importLog, LogReader } from "../../../src/kpis/index.ts";
import type { Imported, ImportOptions } from "../../../src/kpis/index.ts";

/** A folder of a test's own, with files in it and logs made of them. */
export interface LogBench {
  readonly directory: string;
  file(name: string, content: string | Uint8Array): Promise<string>;
  import(file: string, options?: Partial<ImportOptions>): Promise<Imported>;
  /** The log imported last, open until `close`. */
  open(): Promise<LogReader>;
  close(): Promise<void>;
}

export async function logBench(): Promise<LogBench> {
  const directory = await mkdtemp(join(tmpdir(), "hub-logs-"));
  const path = join(directory, "log.duckdb");
  const opened: LogReader[] = [];
  return {
    directory,
    async file(name, content) {
      await writeFile(join(directory, name), content);
      return join(directory, name);
    },
    import: (file, options = {}) =>
      importLog({ file, path, columns: {}, zone: null, strict: false, now: 0, ...options }),
    async open() {
      const log = await LogReader.open(path, "log");
      opened.push(log);
      return log;
    },
    async close() {
      for (const log of opened) log.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The events of a log as a test reads them. */
export async function eventsOf(log: LogReader): Promise<readonly (readonly [string, string, string])[]> {
  const rows = await log.rows("SELECT case_id, activity, happened FROM event ORDER BY seq");
  return rows.map((row) => {
    const micros = typeof row["happened"] === "bigint" ? row["happened"] : 0n;
    return [String(row["case_id"]), String(row["activity"]), new Date(Number(micros / 1000n)).toISOString()];
  });
}

/** Everything a log says, without where in a file it stood; instants in UTC unless their offsets count, too. */
export async function contentOf(log: LogReader, offsets = true): Promise<unknown> {
  const offset = offsets ? "offset_min" : "0";
  const events = await log.rows(`SELECT id, case_id, activity, epoch_us(happened)::VARCHAR AS happened,
    ${offset} AS offset_min, day_only, resource, lifecycle, attributes FROM event ORDER BY seq`);
  const objects = await log.rows("SELECT id, type, attributes FROM object ORDER BY seq");
  const eventObject = await log.rows("SELECT event_id, object_id, qualifier FROM event_object ORDER BY ALL");
  const objectObject = await log.rows("SELECT source_id, target_id, qualifier FROM object_object ORDER BY ALL");
  return { events, objects, eventObject, objectObject, xes: log.about.xes };
}
