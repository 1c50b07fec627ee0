import { AsyncLocalStorage } from "node:async_hooks";
import type { SandboxClock } from "./clock.ts";
import type { Dial, DialOf, FaultName } from "./fault.ts";
import { mulberry32 } from "./random.ts";

/** One fault that was given, as `GET /dials/log` tells it. */
export interface GivenFault {
  readonly seq: number;
  /** The business instant, ISO 8601 UTC. */
  readonly at: string;
  readonly system: string;
  readonly route: string;
  readonly fault: FaultName;
  /** Which dial, by its number. */
  readonly dial: number;
  /** Why nothing came of it, where a change of the organisation was not possible. */
  readonly problem?: string;
}

/** A dial as it stands. */
export interface StandingDial {
  readonly number: number;
  readonly dial: Dial;
  /** Matching calls still to pass. */
  readonly passes: number;
  /** Strikes left; null without end. */
  readonly left: number | null;
  readonly given: number;
}

/** A dial that struck, with its own stream of chance for what the fault still has to draw. */
export type Taken<F extends FaultName> = DialOf<F> & { readonly draw: () => number };

/** What a system asks of the dials while it serves a call. */
export interface SystemDials {
  /**
   * The dial of this fault that strikes the call being served, null when none does; it is spent and logged by that. Ask
   * only where the fault can happen, so that none is spent in vain.
   */
  take<F extends FaultName>(fault: F): Taken<F> | null;
}

interface Armed {
  readonly number: number;
  readonly dial: Dial;
  readonly draw: () => number;
  passes: number;
  left: number | null;
  given: number;
  /** Business instant until which a refusal lasts. */
  until: number;
  /** The instant writes are tied to. */
  tiedAt: number | null;
}

/** A dial that struck, with what the wire remembers of its earlier strikes. */
export interface Strike<F extends FaultName> {
  readonly dial: DialOf<F>;
  /** For a tie: the instant of the first of the writes that are tied. */
  readonly tiedAt: number;
  readonly draw: () => number;
}

const MOST_LOGGED = 100_000;

/**
 * The dials of the whole sandbox. Each draws from a stream of its own, seeded by the engine's seed and its number, so
 * that the same seed, dials and calls give the same faults.
 */
export class Dials {
  readonly #clock: SandboxClock;
  readonly #ownSeed: number;
  readonly #call = new AsyncLocalStorage<{ readonly system: string; readonly routes: readonly string[] }>();
  #seed: number;
  #armed: Armed[] = [];
  #next = 1;
  #log: GivenFault[] = [];
  #seq = 0;

  constructor(seed: number, clock: SandboxClock) {
    this.#ownSeed = seed;
    this.#seed = seed;
    this.#clock = clock;
  }

  /** Arms dials after those that stand. A seed starts the numbering and the draws of these anew. */
  arm(dials: readonly Dial[], seed?: number): void {
    if (seed !== undefined && seed !== this.#seed) {
      this.#seed = seed;
      this.#next = 1;
    }
    for (const dial of dials) {
      const number = this.#next;
      this.#next += 1;
      const draw = mulberry32(this.#seed ^ Math.imul(number, 0x9e3779b1));
      const left = dial.times === undefined ? (dial.rate === undefined ? 1 : null) : dial.times;
      this.#armed.push({ number, dial, draw, passes: dial.after, left, given: 0, until: 0, tiedAt: null });
    }
  }

  /** Takes off all dials, or those of one system. Without any left the numbering starts anew. */
  clear(system?: string): void {
    this.#armed = system === undefined ? [] : this.#armed.filter((armed) => armed.dial.system !== system);
    if (this.#armed.length > 0) return;
    this.#next = 1;
    this.#seed = this.#ownSeed;
  }

  standing(): readonly StandingDial[] {
    return this.#armed.map(({ number, dial, passes, left, given }) => ({ number, dial, passes, left, given }));
  }

  get log(): readonly GivenFault[] {
    return this.#log;
  }

  clearLog(): void {
    this.#log = [];
    this.#seq = 0;
  }

  /** Whether any dial stands for a system. */
  any(system: string): boolean {
    return this.#armed.some((armed) => armed.dial.system === system);
  }

  /** Runs a call of a system, so that what serves it can take its faults. */
  during<T>(system: string, routes: readonly string[], run: () => T): T {
    return this.#call.run({ system, routes }, run);
  }

  /** The system's own view. Outside of a call only dials without a route strike. */
  of(system: string): SystemDials {
    return {
      take: (fault) => {
        if (this.#armed.length === 0) return null;
        const call = this.#call.getStore();
        const strike = this.strike(system, call?.system === system ? call.routes : [], fault);
        return strike === null ? null : { ...strike.dial, draw: strike.draw };
      },
    };
  }

  /** The first standing dial of the fault that strikes; spent and logged. */
  strike<F extends FaultName>(system: string, routes: readonly string[], fault: F): Strike<F> | null {
    const now = this.#clock.now();
    for (const armed of this.#armed) {
      const { dial } = armed;
      if (dial.system !== system || !is(dial, fault) || !matches(dial.route, routes)) continue;
      const lasting = armed.until > now;
      if (!lasting && !drawn(armed)) continue;
      if (!lasting) this.#spend(armed, now);
      this.#note(armed, routes, now);
      return { dial, tiedAt: tieOf(armed, now), draw: armed.draw };
    }
    return null;
  }

  /** Says of the fault given last why nothing came of it. */
  complain(problem: string): void {
    const last = this.#log.pop();
    if (last !== undefined) this.#log.push({ ...last, problem });
  }

  /** Seconds a refusal that struck goes on, from the truth the dial knows. */
  secondsLeft(dial: Dial): number {
    const armed = this.#armed.find((each) => each.dial === dial);
    return armed === undefined ? 0 : Math.max(0, Math.ceil((armed.until - this.#clock.now()) / 1000));
  }

  #spend(armed: Armed, now: number): void {
    const { dial } = armed;
    if (armed.left !== null) armed.left -= 1;
    if (dial.fault === "throttle" && (dial.hold ?? dial.retryAfter === "wrong"))
      armed.until = now + dial.seconds * 1000;
    if (dial.fault === "quota") armed.until = nextMidnight(now);
  }

  #note(armed: Armed, routes: readonly string[], now: number): void {
    armed.given += 1;
    this.#seq += 1;
    if (this.#log.length >= MOST_LOGGED) return;
    const { system, fault } = armed.dial;
    const route = routes.join(", ").slice(0, 200);
    this.#log.push({ seq: this.#seq, at: new Date(now).toISOString(), system, route, fault, dial: armed.number });
  }
}

/** The stamp writes are tied to: that of the first, until a write comes too late for it and is the first of others. */
function tieOf(armed: Armed, now: number): number {
  const { dial, tiedAt } = armed;
  const span = dial.fault === "tie" ? dial.ms : 0;
  const tie = tiedAt === null || now < tiedAt || now - tiedAt > span ? now : tiedAt;
  armed.tiedAt = tie;
  return tie;
}

function is<F extends FaultName>(dial: Dial, fault: F): dial is DialOf<F> {
  return dial.fault === fault;
}

function matches(route: string | undefined, routes: readonly string[]): boolean {
  if (route === undefined || route === "") return true;
  const wanted = route.toLowerCase();
  return routes.some((each) => each.toLowerCase().includes(wanted));
}

/** Whether a matching call is struck: past the first ones, with strikes left, and by the draw. */
function drawn(armed: Armed): boolean {
  if (armed.left === 0) return false;
  if (armed.passes > 0) {
    armed.passes -= 1;
    return false;
  }
  return armed.dial.rate === undefined || armed.draw() < armed.dial.rate;
}

function nextMidnight(now: number): number {
  return (Math.floor(now / 86_400_000) + 1) * 86_400_000;
}
