import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from "@duckdb/node-api";
import { DuckDBDateValue, DuckDBTimestampValue } from "@duckdb/node-api";
import { DAY, HubError } from "../../model/index.ts";
import { starFailure } from "./failure.ts";
import { LASTING } from "./kept-tables.ts";
import type { CacheRow, CacheTableName } from "./kept-tables.ts";
import type { LocalTime } from "./local-time.ts";
import type { TableWriter } from "./table-writer.ts";
import { starTable } from "./tables.ts";
import type { StarRow, StarTableName } from "./tables.ts";

/** A value as a query gives it back: bigints as numbers, timestamps and dates as epoch milliseconds. */
export type SqlValue = string | number | boolean | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A table of the star, or of what is kept about its cases. */
export type TableName = StarTableName | CacheTableName;

type RowOf<T extends TableName> = T extends StarTableName ? StarRow<T> : T extends CacheTableName ? CacheRow<T> : never;

/** The star schema: rows go in through `append`, answers come out through SQL. Close it when done. */
export class Star {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly local: LocalTime;
  /** The program that makes the cases. */
  readonly madeBy: string;
  readonly #writers: ReadonlyMap<TableName, TableWriter>;
  #underWay = 0;
  #isStreaming = false;
  #isClosing = false;

  constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    local: LocalTime,
    writers: ReadonlyMap<TableName, TableWriter>,
    madeBy: string,
  ) {
    this.madeBy = madeBy;
    this.#writers = writers;
    this.#instance = instance;
    this.#connection = connection;
    this.local = local;
  }

  /** Adds a row; it is visible to queries after `flush`. */
  append<T extends TableName>(table: T, row: RowOf<T>): void {
    this.#mayWrite();
    const writer = this.#writers.get(table);
    if (writer === undefined) throw new HubError("HUB-1001", `The star schema has no table ${table}.`);
    writer.append(row);
  }

  /** Makes everything appended so far visible. */
  flush(): void {
    this.#mayWrite();
    for (const writer of this.#writers.values()) writer.flush();
  }

  /** Empties what outlives a measuring. */
  async letGo(): Promise<void> {
    for (const table of LASTING) await this.run(`DELETE FROM ${table}`);
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

  /**
   * As `query`, a part of the rows at a time, each an array of values. Until the last is read the star takes no rows, is
   * asked nothing else, which would end the answer, and is not closed.
   */
  async *stream(
    sql: string,
    parameters: readonly (string | number | null)[] = [],
  ): AsyncIterable<readonly SqlValue[][]> {
    this.#begin();
    this.#isStreaming = true;
    try {
      const result = await this.#connection.stream(sql, [...parameters]);
      for await (const rows of result.yieldRows()) yield rows.map((row) => row.map(plain));
    } catch (error) {
      throw failed(sql, error);
    } finally {
      this.#isStreaming = false;
      this.#end();
    }
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

  /**
   * Does work on one thread. What must keep the order of its rows takes a third less work so, since nothing is held back until
   * its turn comes, and another process can use the other core.
   */
  async onOneThread<T>(work: () => Promise<T>): Promise<T> {
    const [setting] = await this.query("SELECT current_setting('threads') AS threads");
    await this.run("SET threads = 1");
    try {
      return await work();
    } finally {
      await this.run(`SET threads = ${Number(setting?.["threads"] ?? 1)}`);
    }
  }

  /** Closes once what is still being asked has been answered: the engine cannot bear to be closed under a query. */
  close(): void {
    this.#isClosing = true;
    if (this.#underWay > 0) return;
    try {
      for (const writer of this.#writers.values()) writer.close();
    } finally {
      this.#connection.closeSync();
      this.#instance.closeSync();
    }
  }

  /** Rows that come in under a running query corrupt the engine's memory. */
  #mayWrite(): void {
    if (this.#underWay > 0) throw new HubError("HUB-1001", "Rows were to be added while the star was being asked.");
  }

  async #guard<T>(sql: string, work: () => Promise<T>): Promise<T> {
    this.#begin();
    try {
      return await work();
    } catch (error) {
      throw failed(sql, error);
    } finally {
      this.#end();
    }
  }

  #begin(): void {
    if (this.#isStreaming) throw new HubError("HUB-1001", "The star was asked while an answer was still being read.");
    this.#underWay += 1;
  }

  #end(): void {
    this.#underWay -= 1;
    if (this.#isClosing && this.#underWay === 0) this.close();
  }
}

function failed(sql: string, cause: unknown): HubError {
  return starFailure(cause, {
    code: "HUB-4503",
    message: `A measuring query failed: ${cause instanceof Error ? cause.message : String(cause)}`,
    request: sql.slice(0, 300),
  });
}

function plain(value: DuckDBValue): SqlValue {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof DuckDBTimestampValue) return Number(value.micros / 1000n);
  if (value instanceof DuckDBDateValue) return value.days * DAY;
  return String(value);
}
