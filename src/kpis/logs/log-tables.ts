import type { DuckDBAppender, DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { BIGINT, BOOLEAN, DuckDBDataChunk, INTEGER, SMALLINT, TIMESTAMP, VARCHAR } from "@duckdb/node-api";

const CHUNK_ROWS = 2048;
const CHUNKS_PER_FLUSH = 16;

/** The tables of a log's file. `seq` is the place in the order of the source. */
export const LOG_TABLES = {
  event: {
    seq: INTEGER,
    id: VARCHAR,
    case_id: VARCHAR,
    activity: VARCHAR,
    happened: TIMESTAMP,
    offset_min: SMALLINT,
    day_only: BOOLEAN,
    resource: VARCHAR,
    lifecycle: VARCHAR,
    attributes: VARCHAR,
    line: INTEGER,
  },
  object: { seq: INTEGER, id: VARCHAR, type: VARCHAR, attributes: VARCHAR, line: INTEGER },
  event_object: { seq: INTEGER, event_id: VARCHAR, object_id: VARCHAR, qualifier: VARCHAR, line: INTEGER },
  object_object: { seq: INTEGER, source_id: VARCHAR, target_id: VARCHAR, qualifier: VARCHAR, line: INTEGER },
  declared: { seq: INTEGER, kind: VARCHAR, type: VARCHAR, attribute: VARCHAR, data_type: VARCHAR },
  problem: { seq: INTEGER, line: BIGINT, code: VARCHAR, message: VARCHAR, remedy: VARCHAR },
  about: { key: VARCHAR, value: VARCHAR },
} as const satisfies Readonly<Record<string, Readonly<Record<string, DuckDBType>>>>;

export type LogTable = keyof typeof LOG_TABLES;

export async function createLogTables(connection: DuckDBConnection): Promise<void> {
  for (const [name, columns] of Object.entries(LOG_TABLES)) {
    const list = Object.entries(columns).map(([column, type]) => `${column} ${type.toString()}`);
    await connection.run(`CREATE TABLE ${name} (${list.join(", ")})`);
  }
}

/** Gathers rows of one table and hands them to DuckDB a chunk at a time. */
export class TableWriter {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly DuckDBType[];
  readonly #columns: DuckDBValue[][];
  #rows = 0;
  #chunks = 0;

  private constructor(appender: DuckDBAppender, types: readonly DuckDBType[]) {
    this.#appender = appender;
    this.#types = types;
    this.#columns = types.map(() => []);
  }

  /** @param catalog `temp` for a temporary table */
  static async open(
    connection: DuckDBConnection,
    table: string,
    types: readonly DuckDBType[],
    catalog: "temp" | null = null,
  ): Promise<TableWriter> {
    return new TableWriter(await connection.createAppender(table, "main", catalog), types);
  }

  /** @param values in the order of the table's columns */
  append(...values: readonly DuckDBValue[]): void {
    for (let i = 0; i < values.length; i += 1) this.#columns[i]?.push(values[i] ?? null);
    this.#rows += 1;
    if (this.#rows === CHUNK_ROWS) this.#empty();
  }

  close(): void {
    this.#empty();
    this.#appender.flushSync();
    this.#appender.closeSync();
  }

  #empty(): void {
    if (this.#rows === 0) return;
    const chunk = DuckDBDataChunk.create(this.#types, this.#rows);
    chunk.setColumns(this.#columns);
    this.#appender.appendDataChunk(chunk);
    for (const column of this.#columns) column.length = 0;
    this.#rows = 0;
    this.#chunks += 1;
    if (this.#chunks % CHUNKS_PER_FLUSH === 0) this.#appender.flushSync();
  }
}
