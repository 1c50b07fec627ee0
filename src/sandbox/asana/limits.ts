import { tooManyRequests } from "./errors.ts";

/** What one token may do (reference asana.md §7). */
export interface Limits {
  readonly perMinute: number;
  readonly reads: number;
  readonly writes: number;
  readonly searchesPerMinute: number;
  /** Objects an answer may carry per minute before the next call is refused; charged after the answer. */
  readonly costPerMinute: number;
}

export const REAL_LIMITS: Limits = {
  perMinute: 1500,
  reads: 50,
  writes: 15,
  searchesPerMinute: 60,
  costPerMinute: 10_000_000,
};
export const FREE_LIMITS: Limits = { ...REAL_LIMITS, perMinute: 150 };
export const DEMO_LIMITS: Limits = {
  perMinute: 10_000_000,
  reads: 10_000,
  writes: 10_000,
  searchesPerMinute: 10_000_000,
  costPerMinute: 10_000_000,
};

const SLICE_MS = 15_000;
const SLICES = 4;

interface Usage {
  readonly slices: Map<number, number>;
  readonly searches: Map<number, number>;
  /** Cost still open, and as of when; it drains with time. */
  debt: number;
  debtAt: number;
  reads: number;
  writes: number;
}

/** Requests per minute and calls in flight, per token; refused calls count too. */
export class RateLimiter {
  readonly #now: () => number;
  readonly #default: Limits;
  readonly #limits = new Map<string, Limits>();
  readonly #usage = new Map<string, Usage>();

  constructor(now: () => number, fallback: Limits) {
    this.#now = now;
    this.#default = fallback;
  }

  /** Whether the real service's limits are in force. */
  get real(): boolean {
    return this.#default.perMinute < DEMO_LIMITS.perMinute;
  }

  set(token: string, limits: Partial<Limits>): Limits {
    const next = { ...this.limitsOf(token), ...limits };
    this.#limits.set(token, next);
    this.#usage.get(token)?.slices.clear();
    return next;
  }

  limitsOf(token: string): Limits {
    return this.#limits.get(token) ?? this.#default;
  }

  /** Counts `cost` requests. Errors: 429 with the seconds until the window has room again. */
  charge(token: string, cost: number): void {
    const usage = this.#of(token);
    const { perMinute, costPerMinute } = this.limitsOf(token);
    this.#count(usage.slices, cost, perMinute);
    const debt = this.#debt(usage, costPerMinute);
    if (debt > costPerMinute) throw tooManyRequests(Math.ceil(((debt - costPerMinute) / costPerMinute) * 60));
  }

  /** Counts a search. Errors: 429. */
  chargeSearch(token: string): void {
    this.#count(this.#of(token).searches, 1, this.limitsOf(token).searchesPerMinute);
  }

  /** Charges what an answer carried, after it was given; the balance may go below nothing. */
  spend(token: string, body: Readonly<Record<string, unknown>>): void {
    const { costPerMinute } = this.limitsOf(token);
    if (costPerMinute >= DEMO_LIMITS.costPerMinute) return;
    const usage = this.#of(token);
    usage.debt = this.#debt(usage, costPerMinute) + objectsIn(body);
  }

  #debt(usage: Usage, perMinute: number): number {
    const now = this.#now();
    usage.debt = Math.max(0, usage.debt - ((now - usage.debtAt) / 60_000) * perMinute);
    usage.debtAt = now;
    return usage.debt;
  }

  #count(slices: Map<number, number>, cost: number, perMinute: number): void {
    const current = Math.floor(this.#now() / SLICE_MS);
    let used = 0;
    for (const [slice, count] of slices) {
      if (slice <= current - SLICES || slice > current) slices.delete(slice);
      else used += count;
    }
    slices.set(current, (slices.get(current) ?? 0) + cost);
    if (used + cost <= perMinute) return;
    let left = used + cost;
    for (let slice = current - SLICES + 1; slice <= current; slice += 1) {
      left -= slices.get(slice) ?? 0;
      if (left < perMinute) {
        const opensAt = (slice + SLICES) * SLICE_MS;
        throw tooManyRequests(Math.max(1, Math.ceil((opensAt - this.#now()) / 1000)));
      }
    }
    throw tooManyRequests(60);
  }

  /** Takes a place among the calls in flight and returns how to give it back. Errors: 429. */
  enter(token: string, write: boolean): () => void {
    const usage = this.#of(token);
    const limits = this.limitsOf(token);
    const kind = write ? "writes" : "reads";
    if (usage[kind] >= limits[kind]) throw tooManyRequests(1);
    usage[kind] += 1;
    return () => {
      usage[kind] -= 1;
    };
  }

  #of(token: string): Usage {
    let usage = this.#usage.get(token);
    if (usage === undefined) {
      usage = { slices: new Map(), searches: new Map(), debt: 0, debtAt: this.#now(), reads: 0, writes: 0 };
      this.#usage.set(token, usage);
    }
    return usage;
  }
}

function objectsIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + objectsIn(one), 0);
  if (value === null || typeof value !== "object") return 0;
  return Object.values(value).reduce<number>((sum, one) => sum + objectsIn(one), 1);
}
