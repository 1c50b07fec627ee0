import { starColumns } from "../kpis/index.ts";
import type { Star, StarTableName } from "../kpis/index.ts";
import type { HyperFileReader, TableTotals } from "./hyper/index.ts";

/** Doubles are summed in another order by every engine. */
const TOLERANCE = 1e-9;

/** What a table holds in all, column by column, as the star itself counts it: the other side of every gate. */
export async function starTotals(star: Star, table: StarTableName): Promise<TableTotals> {
  const columns = starColumns(table);
  const parts = columns.map(([name, { type }]) =>
    isNumber(type) ? `CAST(sum("${name}") AS VARCHAR) AS "${name}"` : `CAST(count("${name}") AS VARCHAR) AS "${name}"`,
  );
  const [row = {}] = await star.query(`SELECT count(*) AS " rows", ${parts.join(", ")} FROM ${table}`);
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return {
    rows: Number(row[" rows"]),
    columns: Object.fromEntries(columns.map(([name]) => [name, text(row[name])])),
  };
}

function isNumber(type: string): boolean {
  return type === "INT" || type === "BIG_INT" || type === "DOUBLE";
}

/**
 * What differs between an open extract and what was measured; null when nothing does: rows, the sum of every number and how
 * many values every other column has.
 */
export async function extractDifference(
  reader: HyperFileReader,
  expected: ReadonlyMap<string, TableTotals>,
): Promise<string | null> {
  for (const [name, totals] of expected) {
    const stored = reader.tables.find((table) => table.name === name);
    if (stored === undefined) return `${name} is not there.`;
    if (stored.rows !== totals.rows) return `${name} has ${stored.rows} rows of ${totals.rows}.`;
    const found = await reader.totals(stored.schema, name);
    for (const { name: column } of stored.columns) {
      const [is, should] = [found.columns[column] ?? null, totals.columns[column] ?? null];
      if (!isSame(is, should)) {
        return `${name}.${column} comes to ${is ?? "nothing"} instead of ${should ?? "nothing"}.`;
      }
    }
  }
  return null;
}

function isSame(is: string | null, should: string | null): boolean {
  if (is === should) return true;
  if (is === null || should === null) return false;
  const isWhole = /^-?\d+$/u.test(is) && /^-?\d+$/u.test(should);
  const [a, b] = [Number(is), Number(should)];
  return !isWhole && Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}
