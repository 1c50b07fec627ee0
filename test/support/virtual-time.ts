interface Timer {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
}

/** Time that passes only when everybody waits: then it leaps to the next one who does. */
export class VirtualTime {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  /** Longest that anybody waits for now, milliseconds; 0 when nobody does. */
  get longest(): number {
    return Math.max(0, ...[...this.#timers].map(({ at }) => at - this.#now));
  }

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((done, refuse) => {
      const stop = (): void => {
        this.#timers.delete(timer);
        refuse(signal?.reason);
      };
      const timer: Timer = {
        at: this.#now + ms,
        order: (this.#order += 1),
        ring: () => {
          signal?.removeEventListener("abort", stop);
          done();
        },
      };
      if (signal?.aborted === true) {
        stop();
        return;
      }
      signal?.addEventListener("abort", stop, { once: true });
      this.#timers.add(timer);
    });

  /** Lets time pass until the work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let open = true;
    const settled = work.finally(() => {
      open = false;
    });
    settled.catch(() => undefined);
    for (;;) {
      await new Promise((turn) => setImmediate(turn));
      if (!open) return settled;
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
          next = timer;
      }
      if (next === undefined) continue;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.ring();
    }
  }
}
