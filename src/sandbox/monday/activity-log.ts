import type { MondayActivitySeed } from "../seeds.ts";
import { scalarText } from "./scalar-text.ts";

/** Activity rows that exist by a rule: 0 … count-1, oldest first, times never decreasing. */
export interface GeneratedActivity {
  readonly count: number;
  row(index: number): MondayActivitySeed;
  /** The row's instant, epoch milliseconds. */
  time(index: number): number;
  /** Whether an item is one of the generated ones, and so has rows here. */
  lastUserOf(itemId: string): string | undefined;
}

/** When a row was written as the log says it: 17 digits of 100 ns since 1970. */
export const stampOf = (row: MondayActivitySeed): string => row.stamp ?? `${Date.parse(row.createdAt)}0000`;

/** A board's log, oldest first. */
export class ActivityLog {
  readonly #generated: GeneratedActivity | null;
  readonly #rows: MondayActivitySeed[];
  /** When a cell last changed, by item and column; built when first asked for. */
  #stamps: Map<string, string> | null = null;
  #users: Map<string, string> | null = null;

  constructor(rows: readonly MondayActivitySeed[], generated: GeneratedActivity | null = null) {
    this.#generated = generated;
    this.#rows = [...rows].sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
  }

  get length(): number {
    return (this.#generated?.count ?? 0) + this.#rows.length;
  }

  at(index: number): MondayActivitySeed | undefined {
    const base = this.#generated?.count ?? 0;
    if (index >= base) return this.#rows[index - base];
    return index < 0 ? undefined : this.#generated?.row(index);
  }

  get last(): MondayActivitySeed | undefined {
    return this.at(this.length - 1);
  }

  /** The first row at or after an instant (epoch milliseconds), `length` when there is none. */
  lowerBound(instant: number): number {
    let low = 0;
    let high = this.length;
    const base = this.#generated?.count ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const time =
        middle < base ? (this.#generated?.time(middle) ?? 0) : Date.parse(this.#rows[middle - base]?.createdAt ?? "");
      if (time < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  push(row: MondayActivitySeed): void {
    this.#rows.push(row);
    if (this.#stamps !== null) noteStamp(this.#stamps, row);
    if (this.#users !== null) noteUser(this.#users, row);
  }

  /** The stamp of the last change of a cell that a row tells of. */
  cellStamp(itemId: string, columnId: string): string | undefined {
    if (this.#stamps === null) {
      this.#stamps = new Map();
      for (const row of this.#rows) noteStamp(this.#stamps, row);
    }
    return this.#stamps.get(`${itemId} ${columnId}`);
  }

  /** Who wrote the item's newest row. */
  lastUserOf(itemId: string): string | undefined {
    if (this.#users === null) {
      this.#users = new Map();
      for (const row of this.#rows) noteUser(this.#users, row);
    }
    return this.#users.get(itemId) ?? this.#generated?.lastUserOf(itemId);
  }
}

function noteStamp(stamps: Map<string, string>, row: MondayActivitySeed): void {
  const { pulse_id: item, column_id: column } = row.data;
  if (row.event === "update_column_value") stamps.set(`${String(item)} ${String(column)}`, row.createdAt);
}

function noteUser(users: Map<string, string>, row: MondayActivitySeed): void {
  const item = row.data["pulse_id"];
  if (item !== undefined) users.set(scalarText(item), row.userId);
}
