import type { SandboxClock } from "../../kit/clock.ts";

const HOUR = 3_600_000;

interface Usage {
  /** Calls by business hour. */
  readonly hours: Map<number, number>;
  max: number;
}

/** Calls of the rolling 24 hours against their maximum: the org's, or a token's own where one was set (§12). */
export class Quota {
  readonly #clock: SandboxClock;
  readonly #org: Usage;
  readonly #tokens = new Map<string, Usage>();

  constructor(clock: SandboxClock, max: number) {
    this.#clock = clock;
    this.#org = { hours: new Map(), max };
  }

  /** Sets the daily maximum of the org, or of one token, whose count then starts afresh. */
  limit(max: number, token: string | null): void {
    if (token === null) this.#org.max = max;
    else this.#tokens.set(token, { hours: new Map(), max });
  }

  /** Counts one call; false when the maximum is reached already. */
  spend(token: string, calls = 1): boolean {
    const usage = this.#usage(token);
    if (this.#used(usage) + calls > usage.max) return false;
    const hour = Math.floor(this.#clock.now() / HOUR);
    usage.hours.set(hour, (usage.hours.get(hour) ?? 0) + calls);
    return true;
  }

  /** What `Sforce-Limit-Info` and `/limits` report. */
  status(token: string): { readonly used: number; readonly max: number } {
    const usage = this.#usage(token);
    return { used: this.#used(usage), max: usage.max };
  }

  #usage(token: string): Usage {
    return this.#tokens.get(token) ?? this.#org;
  }

  #used(usage: Usage): number {
    const hour = Math.floor(this.#clock.now() / HOUR);
    let used = 0;
    for (const [at, calls] of usage.hours) {
      if (at <= hour - 24) usage.hours.delete(at);
      else used += calls;
    }
    return used;
  }
}
