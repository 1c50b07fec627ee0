import type { Item } from "./parts.ts";

/**
 * Makes reads see the past: the real service shows a write to readers 5–30 s late (reference monday.md §7.2). Off
 * until a number of milliseconds is set for all writes, or for one; runs on business time.
 */
export class ReadLag {
  #ms = 0;
  /** The lag of the write at hand, where it has one of its own. */
  #own: number | null = null;
  /** Until when something written under a lag of its own may still be out of sight. */
  #ownUntil = 0;
  readonly #now: () => number;
  readonly #before = new Map<string, { item: Item | undefined; until: number }[]>();
  /** Log rows of lagging writes, and until when they are not shown. */
  readonly #rows = new Map<object, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  set(ms: number): void {
    this.#ms = ms;
    if (ms === 0) this.#before.clear();
  }

  /** Runs one write whose effects readers see so much later. */
  async during<T>(ms: number, write: () => Promise<T>): Promise<T> {
    this.#own = ms;
    this.#ownUntil = Math.max(this.#ownUntil, this.#now() + ms);
    try {
      return await write();
    } finally {
      this.#own = null;
    }
  }

  /** Remembers the version a write replaces (undefined: the item is new). */
  record(id: string, before: Item | undefined): void {
    const ms = this.#own ?? this.#ms;
    const known = this.#before.get(id);
    if (ms === 0 && known === undefined) return;
    const versions = known ?? [];
    // A later write is not seen before the one it came after.
    const until = Math.max(this.#now() + ms, versions.at(-1)?.until ?? 0);
    versions.push({ item: before, until });
    this.#before.set(id, versions);
  }

  /** Remembers a row of the log that a write left. */
  recordRow(row: object): void {
    if (this.#own !== null) this.#rows.set(row, this.#now() + this.#own);
  }

  /** The version of an item a read may see now; undefined when it is too new to be seen. */
  visible(item: Item): Item | undefined {
    const versions = this.active ? this.#before.get(item.id) : undefined;
    if (versions === undefined) return item;
    const now = this.#now();
    const oldest = versions.find((version) => version.until > now);
    if (oldest === undefined) {
      this.#before.delete(item.id);
      return item;
    }
    return oldest.item;
  }

  /** Whether a read may see a row of the log. */
  shows(row: object): boolean {
    const until = this.#rows.size === 0 ? undefined : this.#rows.get(row);
    if (until === undefined) return true;
    if (until > this.#now()) return false;
    this.#rows.delete(row);
    return true;
  }

  /** Whether rows of the log may be out of sight one by one. */
  get holdsRows(): boolean {
    return this.#rows.size > 0;
  }

  /** The newest instant whose activity rows a read may see, epoch milliseconds. */
  horizon(): number {
    return this.#now() - this.#ms;
  }

  get active(): boolean {
    return this.#ms > 0 || this.#ownUntil > this.#now();
  }
}
