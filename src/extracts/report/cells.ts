import type { SqlRow } from "../../kpis/index.ts";

/** A cell that always holds text. */
export function textOf(row: SqlRow, column: string): string {
  return String(row[column] ?? "");
}

export function textOrNull(row: SqlRow, column: string): string | null {
  const value = row[column];
  return value == null ? null : String(value);
}

/** A count; 0 for an empty cell. */
export function numberOf(row: SqlRow, column: string): number {
  return numberOrNull(row, column) ?? 0;
}

export function numberOrNull(row: SqlRow, column: string): number | null {
  const value = row[column];
  return typeof value === "number" ? value : null;
}

/** `YYYY-MM-DD` of a date or a local timestamp. */
export function dayText(row: SqlRow, column: string): string | null {
  const value = numberOrNull(row, column);
  return value === null ? null : new Date(value).toISOString().slice(0, 10);
}
