import { HubError } from "../../model/index.ts";

/** Column types of format version 2 (reference tableau.md §5.4). */
export type HyperType =
  | "text"
  | "bigint"
  | "integer"
  | "smallint"
  | "double precision"
  | "boolean"
  | "date"
  | "time"
  | "timestamp"
  | "timestamptz"
  | `numeric(${number},${number})`;

export interface HyperColumn {
  readonly name: string;
  readonly type: HyperType;
  readonly nullable: boolean;
}

/** Never enforced by the engine; Tableau derives the relationships of several tables from it. */
export interface AssumedForeignKey {
  readonly columns: readonly string[];
  readonly references: { readonly schema: string; readonly table: string; readonly columns: readonly string[] };
}

/** One table to write, its rows in a Parquet file with columns of the same names. */
export interface HyperTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly HyperColumn[];
  readonly assumedPrimaryKey?: readonly string[];
  readonly assumedForeignKeys?: readonly AssumedForeignKey[];
  /** Path of the Parquet file. */
  readonly source: string;
}

/** Format version 2 keeps decimals in 64 bits. */
const LARGEST_PRECISION = 18;

/** Checks what the engine would only refuse half-way, or not at all. Throws HUB-5012. */
export function checkTables(tables: readonly HyperTable[]): void {
  if (tables.length === 0) throw unusable("An extract needs at least one table.");
  const byName = new Map(tables.map((table) => [tableName(table), table]));
  if (byName.size < tables.length) throw unusable("An extract names a table twice.");
  for (const table of tables) {
    const columns = new Set(table.columns.map((column) => column.name));
    if (columns.size === 0) throw unusable(`${tableName(table)} has no columns.`);
    if (columns.size < table.columns.length) throw unusable(`${tableName(table)} names a column twice.`);
    for (const column of table.columns) checkPrecision(table, column);
    for (const key of [table.assumedPrimaryKey ?? [], ...(table.assumedForeignKeys ?? []).map((key) => key.columns)]) {
      const missing = key.find((name) => !columns.has(name));
      if (missing !== undefined)
        throw unusable(`A key of ${tableName(table)} names ${missing}, which is not a column.`);
    }
    for (const { references } of table.assumedForeignKeys ?? []) {
      if (!byName.has(`${references.schema}.${references.table}`)) {
        throw unusable(`${tableName(table)} refers to ${references.table}, which is not in the extract.`);
      }
    }
  }
}

function checkPrecision(table: HyperTable, column: HyperColumn): void {
  const precision = /^numeric\((\d+),(\d+)\)$/u.exec(column.type)?.[1];
  if (precision !== undefined && Number(precision) > LARGEST_PRECISION) {
    throw unusable(`${tableName(table)}.${column.name}: ${column.type} holds more than ${LARGEST_PRECISION} digits.`);
  }
}

export function tableName(table: { readonly schema: string; readonly name: string }): string {
  return `${table.schema}.${table.name}`;
}

function unusable(message: string): HubError {
  return new HubError("HUB-5012", message, { remedy: "Correct the table's definition." });
}
