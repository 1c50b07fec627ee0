import { DuckDBInstance } from "@duckdb/node-api";
import { starColumns } from "../../src/kpis/index.ts";
import type { ColumnType, StarTableName } from "../../src/kpis/index.ts";

type Cell = string | null;

/** Rows as texts, each value in one form whatever file it came from, in the order of the texts. */
export function sameForm(table: StarTableName, rows: readonly Readonly<Record<string, Cell>>[]): readonly string[] {
  const columns = starColumns(table);
  return rows.map((row) => JSON.stringify(columns.map(([name, { type }]) => plain(row[name] ?? null, type)))).sort();
}

function plain(value: Cell, type: ColumnType): Cell {
  if (value === null) return null;
  switch (type) {
    case "TIMESTAMP":
      return new Date(`${value.replace(" ", "T").replace(/Z$/u, "")}Z`).toISOString();
    case "INT":
    case "BIG_INT":
    case "DOUBLE":
      return String(Number(value));
    default:
      return value;
  }
}

/** What two sets of tables in one form differ in, shortly; empty when in nothing. */
export function rowDifferences(
  left: ReadonlyMap<string, readonly string[]>,
  right: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((table) => {
    const [a, b] = [left.get(table), right.get(table)];
    if (a?.length !== b?.length) return [`${table}: ${a?.length ?? "no"} rows and ${b?.length ?? "no"} rows`];
    const at = a?.findIndex((row, index) => row !== b?.[index]) ?? -1;
    return at < 0 ? [] : [`${table}: ${a?.[at] ?? ""} and ${b?.[at] ?? ""}`];
  });
}

/** A spreadsheet would run it; what the CSV writes before such a text is taken off again. */
export function withoutGuard(value: Cell): Cell {
  return value !== null && /^'[=+\-@\t\r\n＝＋－＠]/u.test(value) ? value.slice(1) : value;
}

/** Reads files as rows of texts with an engine of its own; close it. */
export async function openFileReader() {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "200MB" });
  const connection = await instance.connect();
  const ask = async (sql: string): Promise<readonly Readonly<Record<string, Cell>>[]> => {
    const answer = await connection.runAndReadAll(sql);
    return answer.getRowObjectsJson() as readonly Readonly<Record<string, Cell>>[];
  };
  return {
    parquet: (file: string) => ask(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet('${file}')`),
    csv: (file: string) =>
      ask(
        `SELECT * FROM read_csv('${file}', all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', new_line = '\\r\\n', allow_quoted_nulls = false)`,
      ),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
