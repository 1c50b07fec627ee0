import type { ObjectSchema, Row } from "../schema/index.ts";

/** A deletion as `sobjects/X/deleted` reports it; hard ones stay in the log after the row is gone. */
export interface Deletion {
  readonly id: string;
  readonly at: string;
  /** The record whose deletion took this one along; its own id when it was deleted itself. */
  readonly root: string;
}

function key(row: Row, field: string): string {
  const value = row[field];
  return typeof value === "string" ? value : "";
}

function compare(a: Row, b: Row, field: string): number {
  const left = key(a, field);
  const right = key(b, field);
  if (left !== right) return left < right ? -1 : 1;
  return a.Id < b.Id ? -1 : a.Id > b.Id ? 1 : 0;
}

/** The first position whose row is not before (`value`, `id`) in an ordered list. */
function position(rows: readonly Row[], field: string, value: string, id: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row === undefined) break;
    const own = key(row, field);
    if (own < value || (own === value && row.Id < id)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The rows of one object. Rows are never changed in place, so that an open cursor may hold on to them. Orders (by a
 * stamp or by Id) and equality indexes are built when first asked for and kept up afterwards.
 */
export class Table {
  readonly object: ObjectSchema;
  readonly #rows = new Map<string, Row>();
  readonly #orders = new Map<string, Row[]>();
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  readonly #deletions = new Map<string, Deletion>();

  constructor(object: ObjectSchema, rows: readonly Row[]) {
    this.object = object;
    for (const row of rows) this.#rows.set(row.Id, row);
    for (const row of rows) {
      const stamp = row["SystemModstamp"] ?? row["CreatedDate"];
      if (row["IsDeleted"] === true && typeof stamp === "string") {
        this.#deletions.set(row.Id, { id: row.Id, at: stamp, root: row.Id });
      }
    }
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  all(): IterableIterator<Row> {
    return this.#rows.values();
  }

  /** Stores a row under its Id, replacing the former one. */
  put(row: Row): void {
    const former = this.#rows.get(row.Id);
    this.#rows.set(row.Id, row);
    for (const [field, rows] of this.#orders) {
      if (former !== undefined) rows.splice(position(rows, field, key(former, field), former.Id), 1);
      rows.splice(position(rows, field, key(row, field), row.Id), 0, row);
    }
    for (const [field, index] of this.#indexes) {
      if (former !== undefined) unlink(index, key(former, field), row.Id);
      link(index, key(row, field), row.Id);
    }
  }

  /** Takes a row out for good. */
  remove(id: string): void {
    const former = this.#rows.get(id);
    if (former === undefined) return;
    this.#rows.delete(id);
    for (const [field, rows] of this.#orders) rows.splice(position(rows, field, key(former, field), id), 1);
    for (const [field, index] of this.#indexes) unlink(index, key(former, field), id);
  }

  /** All rows ordered by (field, Id), for text and datetime fields. */
  ordered(field: string): readonly Row[] {
    const known = this.#orders.get(field);
    if (known !== undefined) return known;
    const rows = [...this.#rows.values()].sort((a, b) => compare(a, b, field));
    this.#orders.set(field, rows);
    return rows;
  }

  /** Where the rows with `field >= value` begin in `ordered(field)`. */
  lowerBound(field: string, value: string): number {
    return position(this.ordered(field), field, value, "");
  }

  /** The rows whose field equals the value, ignoring case; null for a field that holds no text. */
  withValue(field: string, value: string): Row[] {
    let index = this.#indexes.get(field);
    if (index === undefined) {
      index = new Map();
      for (const row of this.#rows.values()) link(index, key(row, field), row.Id);
      this.#indexes.set(field, index);
    }
    const found: Row[] = [];
    for (const id of index.get(value.toLowerCase()) ?? []) {
      const row = this.#rows.get(id);
      if (row !== undefined && key(row, field).toLowerCase() === value.toLowerCase()) found.push(row);
    }
    return found;
  }

  deletion(id: string): Deletion | undefined {
    return this.#deletions.get(id);
  }

  deletions(): IterableIterator<Deletion> {
    return this.#deletions.values();
  }

  logDeletion(deletion: Deletion): void {
    this.#deletions.set(deletion.id, deletion);
  }

  forgetDeletion(id: string): void {
    this.#deletions.delete(id);
  }
}

function link(index: Map<string, Set<string>>, value: string, id: string): void {
  if (value === "") return;
  const lower = value.toLowerCase();
  const ids = index.get(lower);
  if (ids === undefined) index.set(lower, new Set([id]));
  else ids.add(id);
}

function unlink(index: Map<string, Set<string>>, value: string, id: string): void {
  index.get(value.toLowerCase())?.delete(id);
}
