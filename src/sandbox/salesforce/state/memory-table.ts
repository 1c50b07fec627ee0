import type { ObjectSchema, Row } from "../schema/index.ts";
import { DeletionLog } from "./deletion-log.ts";
import { compareRows, firstPosition, orderKey } from "./table.ts";
import type { OrderedRows, Table } from "./table.ts";

/** The first position whose row is not before (`value`, `id`) in an ordered list. */
function position(rows: readonly Row[], field: string, value: string, id: string): number {
  return firstPosition(rows.length, (at) => {
    const row = rows[at];
    if (row === undefined) return true;
    const own = orderKey(row, field);
    return own > value || (own === value && row.Id >= id);
  });
}

/**
 * A table that holds all its rows. Orders (by a stamp or by Id) and equality indexes are built when first asked for
 * and kept up afterwards.
 */
export class MemoryTable implements Table {
  readonly object: ObjectSchema;
  readonly deletions = new DeletionLog();
  readonly #rows = new Map<string, Row>();
  readonly #orders = new Map<string, Row[]>();
  readonly #indexes = new Map<string, Map<string, Set<string>>>();

  constructor(object: ObjectSchema, rows: readonly Row[]) {
    this.object = object;
    for (const row of rows) this.#rows.set(row.Id, row);
    for (const row of rows) {
      const stamp = row["SystemModstamp"] ?? row["CreatedDate"];
      if (row["IsDeleted"] === true && typeof stamp === "string") {
        this.deletions.log({ id: row.Id, at: stamp, root: row.Id });
      }
    }
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  all(): Iterable<Row> {
    return this.#rows.values();
  }

  put(row: Row): void {
    const former = this.#rows.get(row.Id);
    this.#rows.set(row.Id, row);
    for (const [field, rows] of this.#orders) {
      if (former !== undefined) rows.splice(position(rows, field, orderKey(former, field), former.Id), 1);
      rows.splice(position(rows, field, orderKey(row, field), row.Id), 0, row);
    }
    for (const [field, index] of this.#indexes) {
      if (former !== undefined) unlink(index, orderKey(former, field), row.Id);
      link(index, orderKey(row, field), row.Id);
    }
  }

  remove(id: string): void {
    const former = this.#rows.get(id);
    if (former === undefined) return;
    this.#rows.delete(id);
    for (const [field, rows] of this.#orders) rows.splice(position(rows, field, orderKey(former, field), id), 1);
    for (const [field, index] of this.#indexes) unlink(index, orderKey(former, field), id);
  }

  ordered(field: string): OrderedRows {
    let rows = this.#orders.get(field);
    if (rows === undefined) {
      rows = [...this.#rows.values()].sort((a, b) => compareRows(a, b, field));
      this.#orders.set(field, rows);
    }
    const own = rows;
    return {
      length: own.length,
      at: (at) => own[at],
      lowerBound: (value) => position(own, field, value, ""),
    };
  }

  stableOrder(): null {
    return null;
  }

  withValue(field: string, value: string): Row[] {
    let index = this.#indexes.get(field);
    if (index === undefined) {
      index = new Map();
      for (const row of this.#rows.values()) link(index, orderKey(row, field), row.Id);
      this.#indexes.set(field, index);
    }
    const found: Row[] = [];
    for (const id of index.get(value.toLowerCase()) ?? []) {
      const row = this.#rows.get(id);
      if (row !== undefined && orderKey(row, field).toLowerCase() === value.toLowerCase()) found.push(row);
    }
    return found;
  }

  eachWithValue(field: string, value: string): Iterable<Row> {
    return this.withValue(field, value);
  }

  counts(): { readonly live: number; readonly deleted: number } {
    let deleted = 0;
    for (const row of this.#rows.values()) if (row["IsDeleted"] === true) deleted += 1;
    return { live: this.#rows.size - deleted, deleted };
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
