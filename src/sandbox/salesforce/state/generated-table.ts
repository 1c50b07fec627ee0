import type { ObjectSchema, Row } from "../schema/index.ts";
import { DeletionLog } from "./deletion-log.ts";
import { MemoryTable } from "./memory-table.ts";
import { compareRows, firstPosition, orderKey } from "./table.ts";
import type { OrderedRows, Table } from "./table.ts";

/** One order of generated rows, worked out by arithmetic. */
export interface GeneratedOrder {
  /** The value at a position. */
  readonly valueAt: (position: number) => string;
  /** The index of the row at a position. */
  readonly indexAt: (position: number) => number;
  /** The position of the row with an index. */
  readonly positionOf: (index: number) => number;
}

/** Rows computed on demand from their index; all of them are live. */
export interface GeneratedRows {
  readonly count: number;
  readonly row: (index: number) => Row;
  /** The same row for reading only: its fields are worked out when read. */
  readonly view: (index: number) => Row;
  readonly idAt: (index: number) => string;
  /** The index of the row with an id; null for ids of other rows. */
  readonly indexOf: (id: string) => number | null;
  /** The order by (field, Id); null for a field that has none. */
  readonly order: (field: string) => GeneratedOrder | null;
  /** The indexes of the rows whose field equals the value, ignoring case. */
  readonly indexesWith: (field: string, value: string) => Iterable<number>;
}

/**
 * A table whose rows are computed when asked for; what clients changed, added or erased lies over it. An order merges
 * both by arithmetic, so that counting, paging and ranges cost the same for a thousand rows and for a million.
 */
export class GeneratedTable implements Table {
  readonly object: ObjectSchema;
  readonly deletions = new DeletionLog();
  readonly #base: GeneratedRows;
  readonly #changed: MemoryTable;
  /** Indexes of generated rows that were replaced or erased. */
  readonly #gone = new Set<number>();
  readonly #orders = new Map<string, OrderedRows>();

  constructor(object: ObjectSchema, base: GeneratedRows, rows: readonly Row[]) {
    this.object = object;
    this.#base = base;
    this.#changed = new MemoryTable(object, rows);
    for (const deletion of this.#changed.deletions.all()) this.deletions.log(deletion);
  }

  get size(): number {
    return this.#base.count - this.#gone.size + this.#changed.size;
  }

  get(id: string): Row | undefined {
    const changed = this.#changed.get(id);
    if (changed !== undefined) return changed;
    const index = this.#base.indexOf(id);
    return index === null || this.#gone.has(index) ? undefined : this.#base.row(index);
  }

  *all(): Generator<Row> {
    const rows = this.ordered("Id");
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows.at(at);
      if (row !== undefined) yield row;
    }
  }

  put(row: Row): void {
    this.#cover(row.Id);
    this.#changed.put(row);
  }

  remove(id: string): void {
    this.#cover(id);
    this.#changed.remove(id);
  }

  ordered(field: string): OrderedRows {
    return this.stableOrder(field, false);
  }

  stableOrder(field: string, liveOnly: boolean): OrderedRows {
    const key = `${field} ${String(liveOnly)}`;
    let order = this.#orders.get(key);
    if (order === undefined) {
      order = this.#merge(field, liveOnly);
      this.#orders.set(key, order);
    }
    return order;
  }

  withValue(field: string, value: string): Row[] {
    const found = this.#changed.withValue(field, value);
    for (const index of this.#base.indexesWith(field, value)) {
      if (!this.#gone.has(index)) found.push(this.#base.row(index));
    }
    return found;
  }

  *eachWithValue(field: string, value: string): Generator<Row> {
    yield* this.#changed.withValue(field, value);
    for (const index of this.#base.indexesWith(field, value)) {
      if (!this.#gone.has(index)) yield this.#base.view(index);
    }
  }

  counts(): { readonly live: number; readonly deleted: number } {
    const { deleted } = this.#changed.counts();
    return { live: this.size - deleted, deleted };
  }

  #cover(id: string): void {
    this.#orders.clear();
    const index = this.#base.indexOf(id);
    if (index !== null) this.#gone.add(index);
  }

  #merge(field: string, liveOnly: boolean): OrderedRows {
    const base = this.#base;
    const order = base.order(field);
    if (order === null) throw new TypeError(`generated rows have no order by ${field}`);
    const changed = [...this.#changed.all()]
      .filter((row) => !liveOnly || (row["IsDeleted"] !== true && row["IsArchived"] !== true))
      .sort((a, b) => compareRows(a, b, field));
    const gone = Int32Array.from(this.#gone, (index) => order.positionOf(index)).sort();
    const goneBefore = (position: number): number => firstPosition(gone.length, (at) => (gone[at] ?? 0) >= position);
    /** The first generated position that is not before (value, id). */
    const place = (value: string, id: string): number =>
      firstPosition(base.count, (at) => {
        const own = order.valueAt(at);
        return own > value || (own === value && (id === "" || base.idAt(order.indexAt(at)) >= id));
      });
    const ranks = changed.map((row, at) => {
      const position = place(orderKey(row, field), row.Id);
      return position - goneBefore(position) + at;
    });
    return {
      length: base.count - gone.length + changed.length,
      at: (position) => {
        const before = firstPosition(ranks.length, (at) => (ranks[at] ?? 0) > position);
        if (before > 0 && ranks[before - 1] === position) return changed[before - 1];
        const rank = position - before;
        if (rank < 0 || rank >= base.count - gone.length) return undefined;
        const skipped = firstPosition(gone.length, (at) => (gone[at] ?? 0) - at > rank);
        return base.view(order.indexAt(rank + skipped));
      },
      lowerBound: (value) => {
        const position = place(value, "");
        const own = firstPosition(changed.length, (at) => {
          const row = changed[at];
          return row === undefined || orderKey(row, field) >= value;
        });
        return position - goneBefore(position) + own;
      },
    };
  }
}
