import type { Row } from "../schema/index.ts";

/** A deletion as `sobjects/X/deleted` reports it; hard ones stay in the log after the row is gone. */
export interface Deletion {
  readonly id: string;
  readonly at: string;
  /** The record whose deletion took this one along; its own id when it was deleted itself. */
  readonly root: string;
}

/** The deletions of one object, and the last state of the rows that were erased for good. */
export class DeletionLog {
  readonly #deletions = new Map<string, Deletion>();
  readonly #erased = new Map<string, Row>();

  get(id: string): Deletion | undefined {
    return this.#deletions.get(id);
  }

  all(): IterableIterator<Deletion> {
    return this.#deletions.values();
  }

  log(deletion: Deletion): void {
    this.#deletions.set(deletion.id, deletion);
  }

  forget(id: string): void {
    this.#deletions.delete(id);
  }

  /** Remembers the last state of a row that is gone for good; no resource shows it. */
  bury(row: Row): void {
    this.#erased.set(row.Id, row);
  }

  unearth(id: string): void {
    this.#erased.delete(id);
  }

  erased(): IterableIterator<Row> {
    return this.#erased.values();
  }
}
