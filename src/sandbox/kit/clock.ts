import { AsyncLocalStorage } from "node:async_hooks";

/** What one call sees of time: an instant that stands still, or all of time moved by some milliseconds. */
export type TimeSeen = { readonly at: number } | { readonly skewMs: number };

/**
 * The sandbox's business time: as-of plus elapsed real time, settable over the control API. Everything a system
 * stamps, expires or throttles runs on it, so that a test moves the clock instead of sleeping.
 */
export class SandboxClock {
  #base: number;
  #startedAt: number;
  #frozen = false;
  readonly #wallNow: () => number;
  readonly #seen = new AsyncLocalStorage<TimeSeen>();

  /** @param asOf the business instant at start, epoch milliseconds UTC. */
  constructor(asOf: number, wallNow: () => number) {
    this.#base = asOf;
    this.#wallNow = wallNow;
    this.#startedAt = wallNow();
  }

  /** The business instant now, epoch milliseconds UTC. */
  now(): number {
    const seen = this.#seen.getStore();
    if (seen === undefined) return this.#now();
    return "at" in seen ? seen.at : this.#now() + seen.skewMs;
  }

  /** Runs something (and what it awaits) that sees another time; everything else goes on seeing the clock's own. */
  during<T>(seen: TimeSeen, run: () => T): T {
    return this.#seen.run(seen, run);
  }

  #now(): number {
    return this.#frozen ? this.#base : this.#base + (this.#wallNow() - this.#startedAt);
  }

  /** The real instant now, epoch milliseconds: for the expiry of credentials, which does not follow business time. */
  wallNow(): number {
    return this.#wallNow();
  }

  /** Jumps to an instant; time goes on elapsing from there unless the clock is frozen. */
  set(instant: number): void {
    this.#base = instant;
    this.#startedAt = this.#wallNow();
  }

  /** Moves forward by a number of milliseconds. */
  advance(ms: number): void {
    this.set(this.#now() + ms);
  }

  /** Stops (true) or resumes (false) the passing of business time; `set` and `advance` still work. */
  freeze(frozen: boolean): void {
    this.set(this.#now());
    this.#frozen = frozen;
  }

  get frozen(): boolean {
    return this.#frozen;
  }
}
