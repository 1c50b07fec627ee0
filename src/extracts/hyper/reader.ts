import { resolve } from "node:path";
import { startHyper } from "./engine.ts";
import type { HyperEngine, HyperEngineOptions, HyperRow, HyperSession } from "./engine.ts";
import { identifier, qualified } from "./sql.ts";

export interface StoredColumn {
  readonly name: string;
  /** As the engine prints it: `text`, `numeric(18,4)`, `timestamptz`. */
  readonly type: string;
  readonly nullable: boolean;
}

export interface StoredTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly StoredColumn[];
  readonly rows: number;
  /** Tables this one refers to by assumed foreign keys, as `schema.name`. */
  readonly refersTo: readonly string[];
}

/** What a table holds in all. */
export interface TableTotals {
  readonly rows: number;
  /** By column: the sum of its numbers, or of any other type how many values there are; null for a sum of nothing. */
  readonly columns: Readonly<Record<string, string | null>>;
}

/** An open `.hyper` file; close it to let others at it. */
export interface HyperFileReader {
  readonly tables: readonly StoredTable[];
  /** All rows of a table as text, in the order given; for checks and tests, not for large tables. */
  rows(schema: string, table: string, orderBy?: readonly string[]): Promise<readonly HyperRow[]>;
  /** Rows and sums of a table. */
  totals(schema: string, table: string): Promise<TableTotals>;
  close(): Promise<void>;
}

const READING = "reading";

/** Opens a `.hyper` file in an engine of its own. Throws HUB-5010 (engine), HUB-5011 (not a readable file). */
export async function openHyperFile(file: string, options: HyperEngineOptions): Promise<HyperFileReader> {
  const engine = await startHyper(options);
  try {
    const reader = await readHyperFile(engine, file);
    return {
      ...reader,
      close: async () => {
        await reader.close();
        await engine.stop();
      },
    };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

/** Opens a `.hyper` file in a running engine, one file at a time. Throws HUB-5011 when it is not readable. */
export async function readHyperFile(engine: HyperEngine, file: string): Promise<HyperFileReader> {
  const session = await engine.connect();
  try {
    await session.query(`ATTACH DATABASE ${identifier(resolve(file))} AS ${identifier(READING)}`);
    const tables = await readTables(session);
    return {
      tables,
      rows: (schema, table, orderBy = []) =>
        session.query(
          `SELECT * FROM ${qualified(READING, schema, table)}`
            + (orderBy.length === 0 ? "" : ` ORDER BY ${orderBy.map(identifier).join(", ")}`),
        ),
      totals: (schema, table) => readTotals(session, schema, table, tables),
      close: async () => {
        await session.query(`DETACH DATABASE ${identifier(READING)}`);
        await session.close();
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

const NUMBERS = /^(?:smallint|integer|bigint|double precision|real|numeric.*)$/u;

async function readTotals(
  session: HyperSession,
  schema: string,
  name: string,
  tables: readonly StoredTable[],
): Promise<TableTotals> {
  const table = tables.find((each) => each.schema === schema && each.name === name);
  const parts = (table?.columns ?? []).map(
    (column) =>
      `${NUMBERS.test(column.type) ? "sum" : "count"}(${identifier(column.name)}) AS ${identifier(column.name)}`,
  );
  const [columns = {}] = await session.query(`SELECT ${parts.join(", ")} FROM ${qualified(READING, schema, name)}`);
  return { rows: table?.rows ?? 0, columns };
}

async function readTables(session: HyperSession): Promise<readonly StoredTable[]> {
  const catalog = qualified(READING, "pg_catalog");
  const columns = await session.query(
    `SELECT c.oid, n.nspname, c.relname, a.attname, a.attnotnull, format_type(a.atttypid, a.atttypmod) AS type `
      + `FROM ${catalog}.pg_class c JOIN ${catalog}.pg_namespace n ON n.oid = c.relnamespace `
      + `JOIN ${catalog}.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 `
      + `WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY c.oid, a.attnum`,
  );
  const keys = await session.query(`SELECT conrelid, confrelid FROM ${catalog}.pg_constraint WHERE contype = 'f'`);
  const names = new Map(
    columns.map((row) => [row["oid"], { schema: row["nspname"] ?? "", name: row["relname"] ?? "" }]),
  );
  const tables: StoredTable[] = [];
  for (const [oid, { schema, name }] of names) {
    const [counted] = await session.query(`SELECT count(*) AS n FROM ${qualified(READING, schema, name)}`);
    tables.push({
      schema,
      name,
      columns: columns
        .filter((row) => row["oid"] === oid)
        .map((row) => ({ name: row["attname"] ?? "", type: row["type"] ?? "", nullable: row["attnotnull"] !== "t" })),
      rows: Number(counted?.["n"]),
      refersTo: keys
        .filter((key) => key["conrelid"] === oid)
        .map((key) => names.get(key["confrelid"] ?? null))
        .filter((target) => target !== undefined)
        .map((target) => `${target.schema}.${target.name}`),
    });
  }
  return tables;
}
