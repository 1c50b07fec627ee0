import type { Item } from "./parts.ts";

/** Items that exist by a rule instead of in memory: index 0 … count-1, each computed on demand. */
export interface GeneratedItems {
  readonly count: number;
  /** The index an id stands for, -1 when it is none of them. */
  indexOf(id: string): number;
  /** The whole item. */
  item(index: number): Item;
  /** The same item, its members computed when they are read: for filters that look at few of them. */
  view(index: number): Item;
}

/**
 * The items of a board in any state. Generated items are computed when they are asked for; what has been written lies
 * over them. Order: generated items by index, then the rest as they arrived; an item moved to another group goes last.
 */
export class ItemTable {
  readonly generated: GeneratedItems | null;
  /** Generated items that were written, by index, and stay in their place. */
  readonly #changed = new Map<number, Item>();
  /** Indexes of generated items that moved to the tail. */
  readonly #lifted = new Set<number>();
  #tail = new Map<string, Item>();
  #revision = 0;
  #counted = { revision: -1, active: 0 };
  readonly #numbers = new Map<string, number>();

  constructor(generated: GeneratedItems | null = null) {
    this.generated = generated;
  }

  /** Grows with every write. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return (this.generated?.count ?? 0) - this.#lifted.size + this.#tail.size;
  }

  has(id: string): boolean {
    return this.#tail.has(id) || (this.generated !== null && this.generated.indexOf(id) >= 0);
  }

  get(id: string): Item | undefined {
    const own = this.#tail.get(id);
    if (own !== undefined || this.generated === null) return own;
    const index = this.generated.indexOf(id);
    return index < 0 ? undefined : (this.#changed.get(index) ?? this.generated.item(index));
  }

  set(item: Item): void {
    this.#revision += 1;
    const index = this.#tail.has(item.id) ? -1 : (this.generated?.indexOf(item.id) ?? -1);
    if (index >= 0) {
      this.#changed.set(index, item);
      return;
    }
    this.#tail.set(item.id, item);
    this.#note(item.id);
  }

  #note(id: string): void {
    if (!this.#numbers.has(id)) this.#numbers.set(id, (this.generated?.count ?? 0) + this.#numbers.size + 1);
  }

  /** The running number the board gave the item when it arrived, from 1. */
  numberOf(id: string): number {
    const index = this.generated?.indexOf(id) ?? -1;
    return index >= 0 ? index + 1 : (this.#numbers.get(id) ?? 0);
  }

  /** Puts an item last, as a move to another group does. */
  setLast(item: Item): void {
    this.#revision += 1;
    const index = this.#tail.has(item.id) ? -1 : (this.generated?.indexOf(item.id) ?? -1);
    if (index >= 0) {
      this.#lifted.add(index);
      this.#changed.delete(index);
    }
    this.#tail.delete(item.id);
    this.#tail.set(item.id, item);
    if (index < 0 && !this.#lifted.has(this.generated?.indexOf(item.id) ?? -1)) this.#note(item.id);
  }

  /** Puts an item before or after another one; behind generated items it goes last. */
  place(item: Item, anchorId: string, after: boolean): void {
    this.setLast(item);
    if (!this.#tail.has(anchorId)) return;
    const entries = [...this.#tail.values()].filter((other) => other.id !== item.id);
    const at = entries.findIndex((other) => other.id === anchorId) + (after ? 1 : 0);
    entries.splice(at, 0, item);
    this.#tail = new Map(entries.map((entry) => [entry.id, entry]));
  }

  /** Forgets an item altogether: it moved to another board, or its 30 days in the bin are over. */
  remove(id: string): void {
    this.#revision += 1;
    const index = this.generated?.indexOf(id) ?? -1;
    if (index >= 0) this.#lifted.add(index);
    this.#changed.delete(index);
    this.#tail.delete(id);
  }

  /** How many items are active; counted anew only after a write. */
  get activeCount(): number {
    if (this.#counted.revision !== this.#revision) {
      let active = 0;
      for (const item of this.scan()) if (item.state === "active") active += 1;
      this.#counted = { revision: this.#revision, active };
    }
    return this.#counted.active;
  }

  /** Every item in order; generated ones that were never written as views. */
  *scan(): Generator<Item> {
    const { generated } = this;
    if (generated !== null) {
      for (let index = 0; index < generated.count; index += 1) {
        if (this.#lifted.has(index)) continue;
        yield this.#changed.get(index) ?? generated.view(index);
      }
    }
    yield* this.#tail.values();
  }
}
