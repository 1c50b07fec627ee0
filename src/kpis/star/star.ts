import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { DuckDBAppender, DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import {
  BIGINT,
  DATE,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBInstance,
  DuckDBTimestampValue,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from "@duckdb/node-api";
import { HubError } from "../../model/index.ts";
import type { Column, ColumnType } from "./columns.ts";
import type { LocalTime } from "./local-time.ts";
import { createLocalTime } from "./local-time.ts";
import { STAR_TABLE_NAMES, starColumns, starTable } from "./tables.ts";
import type { StarRow, StarTableName } from "./tables.ts";

const CHUNK_ROWS = 2048;
const CHUNKS_PER_FLUSH = 2;
const DAY_MS = 86_400_000;

export interface StarOptions {
  /** A database file, made anew; in memory when left out. */
  readonly path?: string;
  /** IANA zone of the local columns. */
  readonly zone: string;
  readonly memoryLimit?: string;
  readonly threads?: number;
}

/** A value as a query gives it back: bigints as numbers, timestamps and dates as epoch milliseconds. */
export type SqlValue = string | number | boolean | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

const DUCK_TYPES: Readonly<Record<ColumnType, DuckDBType>> = {
  TEXT: VARCHAR,
  INT: INTEGER,
  BIG_INT: BIGINT,
  DOUBLE,
  DATE,
  TIMESTAMP,
};

/**
 * Opens an empty star schema in DuckDB. Nothing is fetched: extensions are neither installed nor loaded.
 * @throws HubError HUB-4501 when the database cannot be opened
 */
export async function openStar(options: StarOptions): Promise<Star> {
  try {
    if (options.path !== undefined) await mkdir(dirname(options.path), { recursive: true });
    const instance = await DuckDBInstance.create(options.path ?? ":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      memory_limit: options.memoryLimit ?? "256MB",
      threads: String(options.threads ?? 2),
    });
    const connection = await instance.connect();
    await connection.run("SET preserve_insertion_order = true");
    for (const name of STAR_TABLE_NAMES) {
      const columns = starColumns(name).map(([column, { type }]) => `"${column}" ${DUCK_TYPES[type].toString()}`);
      await connection.run(`CREATE TABLE ${name} (${columns.join(", ")})`);
    }
    const local = createLocalTime(options.zone);
    const buffers = new Map<StarTableName, Buffer>();
    for (const name of STAR_TABLE_NAMES)
      buffers.set(name, newBuffer(name, await connection.createAppender(name), local));
    return new Star(instance, connection, local, buffers);
  } catch (error) {
    throw new HubError("HUB-4501", `The measuring database ${options.path ?? "in memory"} cannot be opened.`, {
      cause: error,
      remedy: "Check that its folder is writable and that no other process holds it.",
    });
  }
}

/** The star schema: rows go in through `append`, answers come out through SQL. Close it when done. */
export class Star {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly local: LocalTime;
  readonly #buffers: ReadonlyMap<StarTableName, Buffer>;

  constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    local: LocalTime,
    buffers: ReadonlyMap<StarTableName, Buffer>,
  ) {
    this.#buffers = buffers;
    this.#instance = instance;
    this.#connection = connection;
    this.local = local;
  }

  /** Adds a row; it is visible to queries after `flush`. */
  append<T extends StarTableName>(table: T, row: StarRow<T>): void {
    const buffer = this.#buffers.get(table);
    if (buffer === undefined) throw new HubError("HUB-1001", `The star schema has no table ${table}.`);
    put(buffer, row);
    if (buffer.rows === CHUNK_ROWS) this.#empty(table, buffer);
  }

  /** Makes everything appended so far visible. */
  flush(): void {
    for (const [table, buffer] of this.#buffers) {
      if (buffer.isClean) continue;
      this.#empty(table, buffer);
      buffer.appender.flushSync();
      buffer.isClean = true;
    }
  }

  /** Runs a statement without an answer. */
  async run(sql: string): Promise<void> {
    await this.#guard(sql, () => this.#connection.run(sql));
  }

  /** Runs a query with positional parameters (`$1`, …). */
  async query(sql: string, parameters: readonly (string | number | null)[] = []): Promise<readonly SqlRow[]> {
    const reader = await this.#guard(sql, () => this.#connection.runAndReadAll(sql, [...parameters]));
    const names = reader.deduplicatedColumnNames();
    return reader.getRows().map((values) => {
      const row: Record<string, SqlValue> = {};
      for (const [index, name] of names.entries()) row[name] = plain(values[index] ?? null);
      return row;
    });
  }

  /** Number of rows of a table. */
  async count(table: StarTableName): Promise<number> {
    const [row] = await this.query(`SELECT count(*) AS n FROM ${table}`);
    return typeof row?.["n"] === "number" ? row["n"] : 0;
  }

  /**
   * Copies a table's rows, in the order of its key, to a file.
   * @param select the columns or expressions
   * @param file an absolute path
   * @param format COPY options such as `FORMAT parquet, COMPRESSION zstd`
   * @returns the number of rows written
   */
  async copy(table: StarTableName, select: string, file: string, format: string): Promise<number> {
    const order = starTable(table).key.map((column) => `"${column}"`);
    const target = `'${file.replaceAll("'", "''")}'`;
    const [row] = await this.query(
      `COPY (SELECT ${select} FROM ${table} ORDER BY ${order.join(", ")}) TO ${target} (${format})`,
    );
    const count = row === undefined ? undefined : Object.values(row)[0];
    return typeof count === "number" ? count : 0;
  }

  close(): void {
    for (const buffer of this.#buffers.values()) buffer.appender.closeSync();
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #empty(table: StarTableName, buffer: Buffer): void {
    try {
      empty(buffer);
    } catch (error) {
      throw new HubError("HUB-4502", `Rows of ${table} could not be written.`, { cause: error });
    }
  }

  async #guard<T>(sql: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new HubError(
        "HUB-4503",
        `A measuring query failed: ${error instanceof Error ? error.message : String(error)}`,
        {
          cause: error,
          place: { request: sql.slice(0, 300) },
        },
      );
    }
  }
}

interface Buffer {
  readonly appender: DuckDBAppender;
  readonly types: readonly DuckDBType[];
  /** How each column takes its value from a row. */
  readonly readers: readonly Reader[];
  readonly values: DuckDBValue[][];
  rows: number;
  chunks: number;
  isClean: boolean;
}

type AnyRow = Readonly<Record<string, string | number | null | undefined>>;
type Reader = (row: AnyRow) => DuckDBValue;

function newBuffer(table: StarTableName, appender: DuckDBAppender, local: LocalTime): Buffer {
  const columns = starColumns(table);
  return {
    appender,
    types: columns.map(([, column]) => DUCK_TYPES[column.type]),
    readers: columns.map(([name, column]) => readerOf(name, column, local)),
    values: columns.map(() => []),
    rows: 0,
    chunks: 0,
    isClean: true,
  };
}

function put(buffer: Buffer, row: AnyRow): void {
  const { readers, values } = buffer;
  for (let i = 0; i < readers.length; i += 1) values[i]?.push(readers[i]?.(row) ?? null);
  buffer.rows += 1;
  buffer.isClean = false;
}

function readerOf(name: string, { type, derived }: Column, local: LocalTime): Reader {
  const from = derived?.from ?? name;
  const numeric =
    (convert: (value: number) => DuckDBValue): Reader =>
    (row) => {
      const value = row[from];
      return typeof value === "number" ? convert(value) : null;
    };
  if (derived?.as === "constant") return () => from;
  if (derived?.as === "date key") return numeric((value) => local.dateKey(value));
  if (derived?.as === "local time") return numeric((value) => timestamp(local.wall(value)));
  switch (type) {
    case "TIMESTAMP":
      return numeric(timestamp);
    case "BIG_INT":
      return numeric((value) => BigInt(Math.round(value)));
    case "DATE":
      return (row) => {
        const value = row[from];
        return typeof value === "string"
          ? new DuckDBDateValue(Math.round(Date.parse(`${value}T00:00:00Z`) / DAY_MS))
          : null;
      };
    default:
      return (row) => row[from] ?? null;
  }
}

function timestamp(milliseconds: number): DuckDBTimestampValue {
  return new DuckDBTimestampValue(BigInt(Math.round(milliseconds)) * 1000n);
}

function empty(buffer: Buffer): void {
  if (buffer.rows === 0) return;
  const chunk = DuckDBDataChunk.create(buffer.types, buffer.rows);
  chunk.setColumns(buffer.values);
  buffer.appender.appendDataChunk(chunk);
  for (const column of buffer.values) column.length = 0;
  buffer.rows = 0;
  // An appender keeps its rows a second time until it is flushed.
  buffer.chunks += 1;
  if (buffer.chunks % CHUNKS_PER_FLUSH === 0) buffer.appender.flushSync();
}

function plain(value: DuckDBValue): SqlValue {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof DuckDBTimestampValue) return Number(value.micros / 1000n);
  if (value instanceof DuckDBDateValue) return value.days * DAY_MS;
  return String(value);
}
