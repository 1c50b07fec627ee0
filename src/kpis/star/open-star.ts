import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { DuckDBInstance } from "@duckdb/node-api";
import { HubError } from "../../model/index.ts";
import type { Table } from "./columns.ts";
import { isDiskFull, starFailure } from "./failure.ts";
import { CACHE_TABLES, LASTING, WORK_TABLES } from "./kept-tables.ts";
import { createLocalTime } from "./local-time.ts";
import { Star } from "./star.ts";
import type { TableName } from "./star.ts";
import { duckColumns, TableWriter } from "./table-writer.ts";
import { STAR_TABLES } from "./tables.ts";

export interface StarOptions {
  /** A database file, which keeps the cases from one measuring to the next; in memory when left out. */
  readonly kept?: {
    readonly path: string;
    /** The program that makes the cases: what another one made is made anew. */
    readonly madeBy: string;
  };
  /** IANA zone of the local columns. */
  readonly zone: string;
  readonly memoryLimit?: string;
  readonly threads?: number;
}

/** Every table of the database: the star's own, and what is kept about its cases. */
const TABLES: Readonly<Record<TableName, Table>> = { ...STAR_TABLES, ...CACHE_TABLES };

/**
 * Opens the star schema in DuckDB, empty but for the cases that its file has kept. Nothing is fetched: extensions are neither
 * installed nor loaded. A file that is damaged or of another layout is made anew; one that somebody has open is left alone, and the
 * star is in memory this time.
 * @throws HubError HUB-4501 when the database cannot be opened, HUB-4505 when its disk is full
 */
export async function openStar(options: StarOptions): Promise<Star> {
  const { kept, ...inMemory } = options;
  try {
    if (kept === undefined) return await open(inMemory);
    await mkdir(dirname(kept.path), { recursive: true });
    try {
      return await open(options);
    } catch (error) {
      if (isInUse(error)) return await open(inMemory);
      // What was kept is whole; there is only no room beside it.
      if (isDiskFull(error)) throw error;
      await forgetStar(kept.path);
      return await open(options);
    }
  } catch (error) {
    if (isDiskFull(error)) throw starFailure(error, { code: "HUB-4501", message: "" });
    throw new HubError("HUB-4501", `The measuring database ${kept?.path ?? "in memory"} cannot be opened.`, {
      cause: error,
      remedy: "Check that its folder is writable.",
    });
  }
}

/** Deletes a kept star; the next one is built from nothing. */
export async function forgetStar(path: string): Promise<void> {
  for (const end of ["", ".wal", ".tmp"]) await rm(`${path}${end}`, { recursive: true, force: true });
}

async function open({ kept, zone, memoryLimit, threads }: StarOptions): Promise<Star> {
  const settings = {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    memory_limit: memoryLimit ?? LIMIT,
    threads: String(threads ?? 2),
    // The engine makes it when it needs it, and takes it away; otherwise it would be `.tmp` in whatever folder one stands in.
    ...(kept === undefined ? { temp_directory: join(tmpdir(), `hub-star-${randomUUID()}`) } : {}),
  };
  // One instance of a file in this process, whoever opens it; DuckDB's own lock only keeps other processes away.
  const instance =
    kept === undefined
      ? await DuckDBInstance.create(":memory:", settings)
      : await DuckDBInstance.fromCache(kept.path, settings);
  const connection = await instance.connect();
  try {
    if ((await connectionsOf(connection)) > 1) throw new Error(IN_USE);
    await connection.run("SET preserve_insertion_order = true");
    const keeps = kept !== undefined && (await isLaidOut(connection));
    const local = createLocalTime(zone);
    const writers = new Map<TableName, TableWriter>();
    for (const [name, table] of entriesOf(TABLES)) {
      const columns = duckColumns(table).map(([column, type]) => `"${column}" ${type}`);
      const how = name in WORK_TABLES ? "TEMP TABLE" : "TABLE";
      if (!keeps || !LASTING.has(name))
        await connection.run(`CREATE OR REPLACE ${how} ${name} (${columns.join(", ")})`);
      writers.set(name, await TableWriter.open(connection, name, table, local));
    }
    return new Star(instance, connection, local, writers, kept?.madeBy ?? "");
  } catch (error) {
    connection.closeSync();
    instance.closeSync();
    throw error;
  }
}

/** Exact medians of ten million events need so much; less is used for less, and what is more goes to the disk. */
const LIMIT = "640MB";
const IN_USE = "This process has the file open already.";

async function connectionsOf(connection: DuckDBConnection): Promise<number> {
  const reader = await connection.runAndReadAll("FROM duckdb_connection_count()");
  return Number(reader.getRows()[0]?.[0] ?? 0);
}

/** Another star has the file, in this process or in another. */
function isInUse(error: unknown): boolean {
  return error instanceof Error && (error.message === IN_USE || /could not set lock/iu.test(error.message));
}

const entriesOf = <K extends string, V>(record: Readonly<Record<K, V>>) => Object.entries(record) as [K, V][];

/** Whether every lasting table is there with the columns it should have. */
async function isLaidOut(connection: DuckDBConnection): Promise<boolean> {
  const reader = await connection.runAndReadAll(
    "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index",
  );
  const found = reader.getRows().map((row) => row.join(" "));
  const wanted = entriesOf(TABLES)
    .filter(([name]) => LASTING.has(name))
    .flatMap(([name, table]) => duckColumns(table).map((column) => `${name} ${column.join(" ")}`));
  const lasting = found.filter((line) => LASTING.has(line.split(" ")[0] ?? ""));
  return lasting.length === wanted.length && wanted.every((line) => lasting.includes(line));
}
