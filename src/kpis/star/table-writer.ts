import type { DuckDBAppender, DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import {
  BIGINT,
  DATE,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBTimestampValue,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from "@duckdb/node-api";
import { DAY } from "../../model/index.ts";
import type { Column, ColumnType, Table } from "./columns.ts";
import { starFailure } from "./failure.ts";
import type { LocalTime } from "./local-time.ts";

const CHUNK_ROWS = 2048;
const CHUNKS_PER_FLUSH = 2;

const DUCK_TYPES: Readonly<Record<ColumnType, DuckDBType>> = {
  TEXT: VARCHAR,
  INT: INTEGER,
  BIG_INT: BIGINT,
  DOUBLE,
  DATE,
  TIMESTAMP,
};

/** A table's columns as DuckDB calls them: name and type, in order. */
export function duckColumns({ columns }: Table): readonly (readonly [name: string, type: string])[] {
  return Object.entries(columns).map(([name, { type }]) => [name, DUCK_TYPES[type].toString()]);
}

export type AnyRow = Readonly<Record<string, string | number | null | undefined>>;
type Reader = (row: AnyRow) => DuckDBValue;

/** Gathers rows by column and hands them to DuckDB a chunk at a time. */
export class TableWriter {
  readonly #name: string;
  readonly #appender: DuckDBAppender;
  readonly #types: readonly DuckDBType[];
  /** How each column takes its value from a row. */
  readonly #readers: readonly Reader[];
  readonly #values: DuckDBValue[][];
  #rows = 0;
  #chunks = 0;
  #isClean = true;
  #hasFailed = false;

  private constructor(name: string, table: Table, appender: DuckDBAppender, local: LocalTime) {
    const columns = Object.entries(table.columns);
    this.#name = name;
    this.#appender = appender;
    this.#types = columns.map(([, { type }]) => DUCK_TYPES[type]);
    this.#readers = columns.map(([column, definition]) => readerOf(column, definition, local));
    this.#values = columns.map(() => []);
  }

  static async open(connection: DuckDBConnection, name: string, table: Table, local: LocalTime): Promise<TableWriter> {
    return new TableWriter(name, table, await connection.createAppender(name), local);
  }

  append(row: AnyRow): void {
    for (let i = 0; i < this.#readers.length; i += 1) this.#values[i]?.push(this.#readers[i]?.(row) ?? null);
    this.#rows += 1;
    this.#isClean = false;
    if (this.#rows === CHUNK_ROWS) this.#empty();
  }

  /** Makes everything appended so far visible. @throws HubError HUB-4502 for a row that does not fit */
  flush(): void {
    if (this.#isClean) return;
    this.#empty();
    this.#guard(() => this.#appender.flushSync());
    this.#isClean = true;
  }

  /** Closing writes what was not flushed; where writing has failed before, it fails again, and whoever wrote has been told. */
  close(): void {
    const hadFailed = this.#hasFailed;
    try {
      this.#guard(() => this.#appender.closeSync());
    } catch (error) {
      if (!hadFailed) throw error;
    }
  }

  #empty(): void {
    if (this.#rows === 0) return;
    this.#guard(() => {
      const chunk = DuckDBDataChunk.create(this.#types, this.#rows);
      chunk.setColumns(this.#values);
      this.#appender.appendDataChunk(chunk);
      // An appender keeps its rows a second time until it is flushed.
      this.#chunks += 1;
      if (this.#chunks % CHUNKS_PER_FLUSH === 0) this.#appender.flushSync();
    });
    for (const column of this.#values) column.length = 0;
    this.#rows = 0;
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#hasFailed = true;
      throw starFailure(error, { code: "HUB-4502", message: `Rows of ${this.#name} could not be written.` });
    }
  }
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
          ? new DuckDBDateValue(Math.round(Date.parse(`${value}T00:00:00Z`) / DAY))
          : null;
      };
    default:
      return (row) => row[from] ?? null;
  }
}

function timestamp(milliseconds: number): DuckDBTimestampValue {
  return new DuckDBTimestampValue(BigInt(Math.round(milliseconds) * 1000));
}
