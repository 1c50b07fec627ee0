import type { Instant } from "../../model/index.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Time as pacing needs it: it never goes back, follows whichever of the two clocks moves (the injected one may stand
 * still at an as-of, or leap), and what was slept has passed even if both stood still. Starts at the machine's time, so
 * that several processes mean the same instants. One sleeper at a time.
 */
export class PacingTime {
  readonly #dependencies: Pick<Surroundings, "clock" | "wallNow" | "sleep">;
  #now: Instant;
  #clock: Instant;
  #wall: Instant;

  constructor(dependencies: Pick<Surroundings, "clock" | "wallNow" | "sleep">) {
    this.#dependencies = dependencies;
    this.#clock = dependencies.clock.now();
    this.#wall = dependencies.wallNow();
    this.#now = this.#wall;
  }

  now(): Instant {
    const clock = this.#dependencies.clock.now();
    const wall = this.#dependencies.wallNow();
    this.#now += Math.max(0, clock - this.#clock, wall - this.#wall);
    this.#clock = clock;
    this.#wall = wall;
    return this.#now;
  }

  /** @throws the signal's reason when aborted. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const before = this.now();
    await this.#dependencies.sleep(Math.ceil(ms), signal);
    // Timers may fire a millisecond early, which is no standing still: making up for each would add up.
    if (this.now() - before < ms / 2) this.#now = before + ms;
  }
}
