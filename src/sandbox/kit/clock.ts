/**
 * The sandbox's business time: as-of plus elapsed real time, settable over the control API. Everything a system
 * stamps, expires or throttles runs on it, so that a test moves the clock instead of sleeping.
 */
export class SandboxClock {
  #base: number;
  #startedAt: number;
  #frozen = false;
  readonly #wallNow: () => number;

  /** @param asOf the business instant at start, epoch milliseconds UTC. */
  constructor(asOf: number, wallNow: () => number) {
    this.#base = asOf;
    this.#wallNow = wallNow;
    this.#startedAt = wallNow();
  }

  /** The business instant now, epoch milliseconds UTC. */
  now(): number {
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
    this.set(this.now() + ms);
  }

  /** Stops (true) or resumes (false) the passing of business time; `set` and `advance` still work. */
  freeze(frozen: boolean): void {
    this.set(this.now());
    this.#frozen = frozen;
  }

  get frozen(): boolean {
    return this.#frozen;
  }
}
