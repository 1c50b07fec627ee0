import { PRIORITIES } from "../../model/index.ts";
import type { Priority } from "../../model/index.ts";
import { reasonOf } from "./abortable.ts";

/** A call that wants to start. */
export interface Entry {
  /** Calls of one lane are limited together (`read`, `write`, or whatever the system limits apart). */
  readonly lane: string;
  /** Calls the system counts for it. */
  readonly cost: number;
  readonly priority: Priority;
  readonly signal: AbortSignal;
}

interface Waiter {
  readonly entry: Entry;
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
  readonly forget: () => void;
}

/** Those who wait to start a call: by priority, then in the order they came. An aborted one leaves at once. */
export class WaitingLine {
  readonly #waiters: Readonly<Record<Priority, Set<Waiter>>> = {
    person: new Set(),
    write: new Set(),
    read: new Set(),
    sweep: new Set(),
  };
  readonly #onEmpty: () => void;
  #cost = 0;

  /** @param onEmpty called when the last one gave up waiting. */
  constructor(onEmpty: () => void) {
    this.#onEmpty = onEmpty;
  }

  /** Calls that wait, as the system will count them. */
  get cost(): number {
    return this.#cost;
  }

  /** Waits for its turn. @throws the reason of the entry's signal. */
  async join(entry: Entry): Promise<void> {
    entry.signal.throwIfAborted();
    await new Promise<void>((admit, refuse) => {
      const leave = (): void => {
        this.#remove(waiter);
        refuse(reasonOf(entry.signal));
        if (PRIORITIES.every((priority) => this.#waiters[priority].size === 0)) this.#onEmpty();
      };
      const waiter: Waiter = {
        entry,
        admit,
        refuse,
        forget: () => entry.signal.removeEventListener("abort", leave),
      };
      entry.signal.addEventListener("abort", leave, { once: true });
      this.#waiters[entry.priority].add(waiter);
      this.#cost += entry.cost;
    });
  }

  /** The next entry for whose lane there is room; it stays in the line. */
  next(hasRoom: (lane: string) => boolean): Entry | undefined {
    return this.#first(hasRoom)?.entry;
  }

  /** Lets the next one start. */
  admitNext(hasRoom: (lane: string) => boolean): void {
    const waiter = this.#first(hasRoom);
    if (waiter === undefined) return;
    waiter.forget();
    this.#remove(waiter);
    waiter.admit();
  }

  refuseAll(error: unknown): void {
    for (const priority of PRIORITIES) {
      for (const waiter of this.#waiters[priority]) {
        waiter.forget();
        this.#remove(waiter);
        waiter.refuse(error);
      }
    }
  }

  #remove(waiter: Waiter): void {
    if (this.#waiters[waiter.entry.priority].delete(waiter)) this.#cost -= waiter.entry.cost;
  }

  #first(hasRoom: (lane: string) => boolean): Waiter | undefined {
    for (const priority of PRIORITIES) {
      for (const waiter of this.#waiters[priority]) if (hasRoom(waiter.entry.lane)) return waiter;
    }
    return undefined;
  }
}
