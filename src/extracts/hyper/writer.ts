import { rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HubError } from "../../model/index.ts";
import type { HyperEngine, HyperSession } from "./engine.ts";
import { identifier, literal, qualified } from "./sql.ts";
import { checkTables, tableName } from "./tables.ts";
import type { AssumedForeignKey, HyperTable } from "./tables.ts";

export interface WrittenTable {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
}

export interface WrittenHyperFile {
  readonly file: string;
  readonly bytes: number;
  readonly tables: readonly WrittenTable[];
}

export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** Settles when a table's source is there, for sources that are written meanwhile; all are there when left out. */
  readonly written?: (source: string) => Promise<void>;
}

const WRITING = "writing";

/**
 * Writes one `.hyper` file of format version 2 from Parquet files. The file appears under its name only when every
 * table has been read back from it with the row count of its source; a file that was there before stays until then.
 * Throws HUB-5011 (engine), HUB-5012 (definition), HUB-5013 (row counts differ).
 */
export async function writeHyperFile(
  engine: HyperEngine,
  file: string,
  tables: readonly HyperTable[],
  options: WriteOptions = {},
): Promise<WrittenHyperFile> {
  checkTables(tables);
  const { signal } = options;
  const target = resolve(file);
  const unfinished = join(dirname(target), `.${basename(target)}.part`);
  await rm(unfinished, { force: true });
  const session = await engine.connect();
  try {
    await session.query(`CREATE DATABASE ${identifier(unfinished)} WITH VERSION 2`);
    // Nothing is on the disk until DETACH (reference tableau.md §5.3).
    await whileAttached(session, unfinished, () => fill(session, tables, options));
    const written = await whileAttached(session, unfinished, () => checkCounts(session, tables));
    signal?.throwIfAborted();
    await rename(unfinished, target);
    return { file: target, bytes: (await stat(target)).size, tables: written };
  } catch (error) {
    await rm(unfinished, { force: true });
    signal?.throwIfAborted();
    throw error;
  } finally {
    await session.close();
  }
}

async function whileAttached<T>(session: HyperSession, file: string, work: () => Promise<T>): Promise<T> {
  await session.query(`ATTACH DATABASE ${identifier(file)} AS ${identifier(WRITING)}`);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // The first failure is the one to tell; without the engine there is nothing left to detach.
    await session.query(`DETACH DATABASE ${identifier(WRITING)}`).catch(() => undefined);
    throw error;
  }
  await session.query(`DETACH DATABASE ${identifier(WRITING)}`);
  return result;
}

async function fill(
  session: HyperSession,
  tables: readonly HyperTable[],
  { signal, written }: WriteOptions,
): Promise<void> {
  for (const schema of new Set(tables.map((table) => table.schema))) {
    await session.query(`CREATE SCHEMA IF NOT EXISTS ${qualified(WRITING, schema)}`);
  }
  // A key declared with its table costs nothing; one added later costs as much as a table.
  const present = new Set<string>();
  const late: string[] = [];
  const inOrder = [...tables].sort((a, b) => keysOf(a).length - keysOf(b).length);
  for (const table of inOrder) {
    const early = keysOf(table).filter(({ references }) =>
      present.has(tableName({ schema: references.schema, name: references.table })),
    );
    await session.query(createStatement(table, early));
    present.add(tableName(table));
    for (const key of keysOf(table)) if (!early.includes(key)) late.push(addKeyStatement(table, key));
  }
  for (const statement of late) await session.query(statement);
  for (const table of tables) {
    await written?.(table.source);
    signal?.throwIfAborted();
    await session.query(loadStatement(table));
  }
}

const keysOf = (table: HyperTable): readonly AssumedForeignKey[] => table.assumedForeignKeys ?? [];

function createStatement(table: HyperTable, keys: readonly AssumedForeignKey[]): string {
  const columns = table.columns.map(
    ({ name, type, nullable }) => `${identifier(name)} ${type}${nullable ? "" : " NOT NULL"}`,
  );
  const key = table.assumedPrimaryKey ?? [];
  const keyClause = key.length === 0 ? [] : [`ASSUMED PRIMARY KEY (${key.map(identifier).join(", ")})`];
  const parts = [...columns, ...keyClause, ...keys.map(foreignKeyClause)];
  return `CREATE TABLE ${qualified(WRITING, table.schema, table.name)} (${parts.join(", ")})`;
}

/** For a key that refers to a table that comes later. */
function addKeyStatement(table: HyperTable, key: AssumedForeignKey): string {
  return `ALTER TABLE ${qualified(WRITING, table.schema, table.name)} ADD ${foreignKeyClause(key)}`;
}

function foreignKeyClause({ columns, references }: AssumedForeignKey): string {
  const target = qualified(WRITING, references.schema, references.table);
  return (
    `ASSUMED FOREIGN KEY (${columns.map(identifier).join(", ")}) `
    + `REFERENCES ${target} (${references.columns.map(identifier).join(", ")})`
  );
}

function loadStatement(table: HyperTable): string {
  const names = table.columns.map(({ name }) => identifier(name)).join(", ");
  const values = table.columns.map(({ name, type }) => `CAST(${identifier(name)} AS ${type})`).join(", ");
  const target = qualified(WRITING, table.schema, table.name);
  return `INSERT INTO ${target} (${names}) SELECT ${values} FROM ${external(table)}`;
}

function external(table: HyperTable): string {
  return `external(${literal(resolve(table.source))}, FORMAT => 'parquet')`;
}

async function checkCounts(session: HyperSession, tables: readonly HyperTable[]): Promise<readonly WrittenTable[]> {
  const counts = tables.map(
    (table, index) =>
      `SELECT ${index} AS "table", (SELECT count(*) FROM ${external(table)}) AS "source", `
      + `(SELECT count(*) FROM ${qualified(WRITING, table.schema, table.name)}) AS "stored"`,
  );
  const answers = await session.query(counts.join(" UNION ALL "));
  return tables.map((table, index) => {
    const answer = answers.find((each) => each["table"] === String(index));
    const [rows, expected] = [Number(answer?.["stored"]), Number(answer?.["source"])];
    if (rows !== expected) {
      throw new HubError("HUB-5013", `${tableName(table)} holds ${rows} rows, its source ${expected}.`, {
        place: { file: table.source },
        remedy: "Nothing was replaced; run the command again.",
      });
    }
    return { schema: table.schema, name: table.name, rows };
  });
}
