import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import { HubError } from "../../model/index.ts";

/** A table whose rows two Parquet files hold, as it was and as it is. */
export interface ComparedTable {
  readonly name: string;
  /** What is compared; further columns of the files are not looked at. */
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

/** What turns a table's earlier rows into its later ones. */
export interface TableDelta {
  readonly table: string;
  readonly inserted: number;
  readonly changed: number;
  readonly deleted: number;
  /** Rows before and after. */
  readonly before: number;
  readonly after: number;
  /** A Parquet file of all columns of the rows that are new or have changed; null without any. */
  readonly upserts: string | null;
  /** A Parquet file of the keys of the rows that are gone; null without any. */
  readonly deletes: string | null;
}

export interface ComparisonOptions {
  /** Where the deltas are written, and what does not fit into memory meanwhile. */
  readonly directory: string;
  readonly memoryLimit?: string;
  readonly threads?: number;
}

/** Compares Parquet files in DuckDB, column by column and row by row; close it when done. */
export class Comparison {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #directory: string;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, directory: string) {
    this.#instance = instance;
    this.#connection = connection;
    this.#directory = directory;
  }

  /** @throws HubError HUB-5020 when the folder cannot be written */
  static async open(options: ComparisonOptions): Promise<Comparison> {
    const directory = resolve(options.directory);
    try {
      await mkdir(directory, { recursive: true });
    } catch (cause) {
      throw new HubError("HUB-5020", `What changed cannot be worked out in ${directory}.`, {
        cause,
        place: { file: directory },
        remedy: "Check that the folder is writable and the disk not full.",
      });
    }
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      memory_limit: options.memoryLimit ?? "256MB",
      threads: String(options.threads ?? 2),
      temp_directory: join(directory, "spilled"),
      preserve_insertion_order: "false",
    });
    return new Comparison(instance, await instance.connect(), directory);
  }

  /**
   * What changed between two files of a table. Contents are compared in full, never by a hash of them; nulls are equal.
   * @returns null where a key is there twice or has no value, so that rows cannot be told apart by it
   * @throws Error of DuckDB when a file cannot be read or lacks a column
   */
  async delta(table: ComparedTable, before: string, after: string): Promise<TableDelta | null> {
    const [old, now] = [before, after].map((file) => `read_parquet('${quoted(resolve(file))}')`) as [string, string];
    const keys = table.key.map(identifier);
    if ((await this.#isAmbiguous(old, keys)) || (await this.#isAmbiguous(now, keys))) return null;
    const same = keys.map((key) => `o.${key} = n.${key}`).join(" AND ");
    const rest = table.columns.filter((column) => !table.key.includes(column)).map(identifier);
    const differs = [
      `o.${keys[0] ?? ""} IS NULL`,
      ...rest.map((column) => `o.${column} IS DISTINCT FROM n.${column}`),
    ].join(" OR ");
    const columns = table.columns.map((column) => `n.${identifier(column)}`).join(", ");
    const upserts = await this.#write(
      `${table.name}-upserts`,
      `SELECT ${columns} FROM ${now} n LEFT JOIN ${old} o ON ${same} WHERE ${differs}`,
    );
    const deletes = await this.#write(
      `${table.name}-deletes`,
      `SELECT ${keys.map((key) => `o.${key}`).join(", ")} FROM ${old} o ANTI JOIN ${now} n ON ${same}`,
    );
    const [rowsBefore, rowsAfter] = [await this.#count(old), await this.#count(now)];
    const inserted = rowsAfter - (rowsBefore - deletes.rows);
    return {
      table: table.name,
      inserted,
      changed: upserts.rows - inserted,
      deleted: deletes.rows,
      before: rowsBefore,
      after: rowsAfter,
      upserts: upserts.rows === 0 ? null : upserts.file,
      deletes: deletes.rows === 0 ? null : deletes.file,
    };
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #isAmbiguous(from: string, keys: readonly string[]): Promise<boolean> {
    const missing = keys.map((key) => `${key} IS NULL`).join(" OR ");
    const [found] = await this.#numbers(
      `SELECT (SELECT count(*) FROM (SELECT 1 FROM ${from} GROUP BY ${keys.join(", ")} HAVING count(*) > 1 LIMIT 1))
        + (SELECT count(*) FROM ${from} WHERE ${missing})`,
    );
    return found !== 0;
  }

  async #count(from: string): Promise<number> {
    return (await this.#numbers(`SELECT count(*) FROM ${from}`))[0] ?? 0;
  }

  async #write(name: string, query: string): Promise<{ readonly file: string; readonly rows: number }> {
    const file = join(this.#directory, `${name}.parquet`);
    const [rows] = await this.#numbers(`COPY (${query}) TO '${quoted(file)}' (FORMAT parquet, COMPRESSION zstd)`);
    return { file, rows: rows ?? 0 };
  }

  async #numbers(sql: string): Promise<readonly number[]> {
    const reader = await this.#connection.runAndReadAll(sql);
    return (reader.getRows()[0] ?? []).map(Number);
  }
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}
