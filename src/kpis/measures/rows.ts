import type { SqlRow, SqlValue } from "../star/star.ts";

/** A number of a query's row; 0 where there is none. */
export function numberOf(row: SqlRow | undefined, key: string): number {
  const value = row?.[key];
  return typeof value === "number" ? value : 0;
}

/** A number of a query's row; null where there is none. */
export function numberOrNull(row: SqlRow | undefined, key: string): number | null {
  const value = row?.[key];
  return typeof value === "number" ? value : null;
}

/** Counts by reason, as `to_json(histogram(…))` gives them. */
export function countsOf(json: SqlValue | undefined): Readonly<Record<string, number>> {
  if (typeof json !== "string") return {};
  const parsed: unknown = JSON.parse(json);
  const counts: Record<string, number> = {};
  for (const [key, value] of Object.entries(Object(parsed))) if (typeof value === "number") counts[key] = value;
  return counts;
}
