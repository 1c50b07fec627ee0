import type { SandboxClock } from "../kit/clock.ts";
import { mondayError } from "./errors.ts";

/** The budgets of one token (reference monday.md §4). */
export interface Limits {
  readonly minute: number;
  readonly concurrency: number;
  readonly daily: number;
  readonly complexityMinute: number;
  readonly complexityQuery: number;
  /** Requests per address in 10 s. */
  readonly ip: number;
  /** Calls a minute of each of the mutations that make or copy boards and groups. */
  readonly heavyMinute: number;
  /** Values of formula columns a minute. */
  readonly formulaMinute: number;
  /** Whether reading and writing have a minute of complexity each. */
  readonly splitComplexity?: boolean;
}

export const DEMO_LIMITS: Limits = {
  minute: 1_000_000,
  concurrency: 10_000,
  daily: 100_000_000,
  complexityMinute: 2_000_000_000,
  complexityQuery: 2_000_000_000,
  ip: 1_000_000,
  heavyMinute: 1_000_000,
  formulaMinute: 1_000_000_000,
};

/** The Pro plan with a personal token. */
export const REAL_LIMITS: Limits = {
  minute: 2_500,
  concurrency: 100,
  daily: 10_000,
  complexityMinute: 10_000_000,
  complexityQuery: 5_000_000,
  ip: 5_000,
  heavyMinute: 40,
  formulaMinute: 10_000,
};

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retryInSeconds: number;
  /** What versions up to 2025-07 tell of a complexity refusal. */
  readonly complexity?: { readonly query: number; readonly left: number; readonly limit: number };
}

interface Window {
  startedAt: number;
  used: number;
}

const EMPTY: Window = { startedAt: 0, used: 0 };
const DAY = 86_400_000;

/** The budgets of one token as they are used up; windows run on business time. */
export class Budget {
  limits: Limits;
  readonly #clock: SandboxClock;
  #inFlight = 0;
  #minute: Window = { ...EMPTY };
  #reading: Window = { ...EMPTY };
  #writing: Window = { ...EMPTY };
  #ip: Window = { ...EMPTY };
  readonly #capped = new Map<string, Window>();
  #day = 0;
  #dayUsed = 0;

  constructor(limits: Limits, clock: SandboxClock) {
    this.limits = limits;
    this.#clock = clock;
  }

  /** Admits one call or says why not; an admitted call must be left again. */
  enter(): Refusal | null {
    const now = this.#clock.now();
    const day = Math.floor(now / DAY);
    if (day !== this.#day) {
      this.#day = day;
      this.#dayUsed = 0;
    }
    this.#minute = renewed(this.#minute, now, 60_000);
    this.#reading = renewed(this.#reading, now, 60_000);
    this.#writing = renewed(this.#writing, now, 60_000);
    this.#ip = renewed(this.#ip, now, 10_000);
    const refusal = this.#refusal(now);
    this.#dayUsed += refusal === null ? 1 : 0.1;
    if (refusal !== null) return refusal;
    this.#minute.used += 1;
    this.#ip.used += 1;
    this.#inFlight += 1;
    return null;
  }

  #refusal(now: number): Refusal | null {
    if (this.#dayUsed >= this.limits.daily) {
      const wait = Math.ceil(((this.#day + 1) * DAY - now) / 1000);
      return { code: "DAILY_LIMIT_EXCEEDED", message: "Daily limit exceeded", retryInSeconds: wait };
    }
    if (this.#ip.used >= this.limits.ip) {
      return refuse("IP_RATE_LIMIT_EXCEEDED", "IP rate limit exceeded", left(this.#ip, now, 10_000));
    }
    if (this.#inFlight >= this.limits.concurrency) {
      return refuse("maxConcurrencyExceeded", "Concurrency limit exceeded", 1);
    }
    if (this.#minute.used >= this.limits.minute) {
      return refuse("RATE_LIMIT_EXCEEDED", "Minute limit rate exceeded", left(this.#minute, now, 60_000));
    }
    return null;
  }

  leave(): void {
    this.#inFlight -= 1;
  }

  /** Counts the call just entered as a tenth: it asked for its complexity alone. */
  discount(): void {
    this.#dayUsed -= 0.9;
  }

  /** Counts one of the mutations capped by themselves. @throws RATE_LIMIT_EXCEEDED beyond the cap */
  spendHeavy(name: string): void {
    this.#spend(name, this.limits.heavyMinute, "RATE_LIMIT_EXCEEDED", 429);
  }

  /** Counts one value of a formula column. @throws FIELD_LIMIT_EXCEEDED beyond the minute's */
  spendFormula(): void {
    this.#spend("formula", this.limits.formulaMinute, "FIELD_LIMIT_EXCEEDED", 200);
  }

  #spend(name: string, most: number, code: string, status: number): void {
    const now = this.#clock.now();
    const window = renewed(this.#capped.get(name) ?? { ...EMPTY }, now, 60_000);
    this.#capped.set(name, window);
    if (window.used >= most) {
      const error = mondayError(code, "Rate Limit Exceeded", {}, status);
      error.extensions["retry_in_seconds"] = left(window, now, 60_000);
      throw error;
    }
    window.used += 1;
  }

  #window(writes: boolean): Window {
    return writes && this.limits.splitComplexity === true ? this.#writing : this.#reading;
  }

  /** Refuses a query whose least possible cost exceeds what is left of the minute or of one query. */
  checkComplexity(least: number, writes = false): Refusal | null {
    const now = this.#clock.now();
    const remaining = this.limits.complexityMinute - this.#window(writes).used;
    if (remaining >= least && remaining > 0 && least <= this.limits.complexityQuery) return null;
    const retryInSeconds = left(this.#window(writes), now, 60_000);
    return {
      code: "COMPLEXITY_BUDGET_EXHAUSTED",
      message: "Complexity budget exhausted",
      retryInSeconds,
      complexity: { query: least, left: remaining, limit: this.limits.complexityMinute },
    };
  }

  charge(cost: number, writes = false): void {
    const now = this.#clock.now();
    this.#reading = renewed(this.#reading, now, 60_000);
    this.#writing = renewed(this.#writing, now, 60_000);
    this.#window(writes).used += cost;
  }

  get complexityLeft(): number {
    return this.limits.complexityMinute - this.#reading.used;
  }

  /** What is left of the minute for writing; the same as for reading unless they are apart. */
  get complexityLeftForWrites(): number {
    return this.limits.complexityMinute - this.#window(true).used;
  }

  get complexityReset(): number {
    return left(this.#reading, this.#clock.now(), 60_000);
  }

  get dailyUsed(): number {
    return this.#dayUsed;
  }

  /** Both header families (reference monday.md §1). */
  headers(): Record<string, string> {
    const now = this.#clock.now();
    const { minute, concurrency, complexityMinute, ip } = this.limits;
    const minuteLeft = Math.max(0, minute - this.#minute.used);
    const minuteReset = minuteLeft === 0 ? `;t=${left(this.#minute, now, 60_000)}` : "";
    const slots = Math.max(0, concurrency - this.#inFlight);
    return {
      "RateLimit-Policy": `"minuteRate";q=${minute};w=60, "concurrency";q=${concurrency};qu="concurrent-requests", "complexityMinute";q=${complexityMinute};w=60;qu="content-bytes"`,
      RateLimit: `"minuteRate";r=${minuteLeft}${minuteReset}, "concurrency";r=${slots}, "complexityMinute";r=${Math.max(0, this.complexityLeft)};t=${this.complexityReset}`,
      "x-ratelimit-limit": String(ip),
      "x-ratelimit-remaining": String(Math.max(0, ip - this.#ip.used)),
      "x-ratelimit-reset": String(Math.ceil(now / 1000) + left(this.#ip, now, 10_000)),
    };
  }
}

const renewed = (window: Window, now: number, length: number): Window =>
  now - window.startedAt >= length || now < window.startedAt ? { startedAt: now, used: 0 } : window;

const left = (window: Window, now: number, length: number): number =>
  Math.max(1, Math.ceil((window.startedAt + length - now) / 1000));

const refuse = (code: string, message: string, retryInSeconds: number): Refusal => ({ code, message, retryInSeconds });
