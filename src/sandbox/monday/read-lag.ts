import type { Item } from "./parts.ts";

/**
 * Makes reads see the past: the real service shows a write to readers 5–30 s late (reference monday.md §7.2). Off
 * until a test sets a number of milliseconds; runs on business time.
 */
export class ReadLag {
  #ms = 0;
  readonly #now: () => number;
  readonly #before = new Map<string, { item: Item | undefined; until: number }[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  set(ms: number): void {
    this.#ms = ms;
    if (ms === 0) this.#before.clear();
  }

  /** Remembers the version a write replaces (undefined: the item is new). */
  record(id: string, before: Item | undefined): void {
    if (this.#ms === 0) return;
    const versions = this.#before.get(id) ?? [];
    versions.push({ item: before, until: this.#now() + this.#ms });
    this.#before.set(id, versions);
  }

  /** The version of an item a read may see now; undefined when it is too new to be seen. */
  visible(item: Item): Item | undefined {
    const versions = this.#ms === 0 ? undefined : this.#before.get(item.id);
    if (versions === undefined) return item;
    const now = this.#now();
    const oldest = versions.find((version) => version.until > now);
    if (oldest === undefined) {
      this.#before.delete(item.id);
      return item;
    }
    return oldest.item;
  }

  /** The newest instant whose activity rows a read may see, epoch milliseconds. */
  horizon(): number {
    return this.#now() - this.#ms;
  }

  get active(): boolean {
    return this.#ms > 0;
  }
}
