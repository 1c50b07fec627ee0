import type { ObjectSchema, Row } from "../schema/index.ts";
import type { DeletionLog } from "./deletion-log.ts";

/** Rows in the order of (field, Id), reached by position. */
export interface OrderedRows {
  readonly length: number;
  at(position: number): Row | undefined;
  /** The first position whose field is not before the value. */
  lowerBound(value: string): number;
}

/** The rows of one object. Rows are never changed in place, so that an open cursor may hold on to them. */
export interface Table {
  readonly object: ObjectSchema;
  readonly size: number;
  readonly deletions: DeletionLog;
  get(id: string): Row | undefined;
  /** All rows, for reading. */
  all(): Iterable<Row>;
  /** Stores a row under its Id, replacing the former one. */
  put(row: Row): void;
  /** Takes a row out for good. */
  remove(id: string): void;
  /** All rows ordered by (field, Id), for text and datetime fields; valid until the next write. */
  ordered(field: string): OrderedRows;
  /**
   * An order that stays as it is when the table changes, for answers too big to hold; null for a table whose answers
   * are held as rows. `liveOnly` leaves out what is in the recycle bin or archived.
   */
  stableOrder(field: string, liveOnly: boolean): OrderedRows | null;
  /** The rows whose field equals the value, ignoring case. */
  withValue(field: string, value: string): Row[];
  /** The same, one by one and for reading, for values that many rows share. */
  eachWithValue(field: string, value: string): Iterable<Row>;
  counts(): { readonly live: number; readonly deleted: number };
}

/** The text a row is ordered by; empty for null and for what is no text. */
export function orderKey(row: Row, field: string): string {
  const value = row[field];
  return typeof value === "string" ? value : "";
}

/** Compares two rows by (field, Id). */
export function compareRows(a: Row, b: Row, field: string): number {
  const left = orderKey(a, field);
  const right = orderKey(b, field);
  if (left !== right) return left < right ? -1 : 1;
  return a.Id < b.Id ? -1 : a.Id > b.Id ? 1 : 0;
}

/** The first of `length` positions for which `reached` holds, where it holds for all after it. */
export function firstPosition(length: number, reached: (position: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
