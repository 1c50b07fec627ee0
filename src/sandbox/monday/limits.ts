import type { SandboxClock } from "../kit/clock.ts";

/** The budgets of one token (reference monday.md §4). */
export interface Limits {
  readonly minute: number;
  readonly concurrency: number;
  readonly daily: number;
  readonly complexityMinute: number;
  readonly complexityQuery: number;
  /** Requests per address in 10 s. */
  readonly ip: number;
}

export const DEMO_LIMITS: Limits = {
  minute: 1_000_000,
  concurrency: 10_000,
  daily: 100_000_000,
  complexityMinute: 2_000_000_000,
  complexityQuery: 2_000_000_000,
  ip: 1_000_000,
};

/** The Pro plan with a personal token. */
export const REAL_LIMITS: Limits = {
  minute: 2_500,
  concurrency: 100,
  daily: 10_000,
  complexityMinute: 10_000_000,
  complexityQuery: 5_000_000,
  ip: 5_000,
};

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retryInSeconds: number;
}

interface Window {
  startedAt: number;
  used: number;
}

/** The budgets of one token as they are used up; windows run on business time. */
export class Budget {
  limits: Limits;
  readonly #clock: SandboxClock;
  #inFlight = 0;
  #minute: Window = { startedAt: 0, used: 0 };
  #complexity: Window = { startedAt: 0, used: 0 };
  #ip: Window = { startedAt: 0, used: 0 };
  #day = 0;
  #dayUsed = 0;

  constructor(limits: Limits, clock: SandboxClock) {
    this.limits = limits;
    this.#clock = clock;
  }

  /** Admits one call or says why not; an admitted call must be left again. */
  enter(): Refusal | null {
    const now = this.#clock.now();
    const day = Math.floor(now / 86_400_000);
    if (day !== this.#day) {
      this.#day = day;
      this.#dayUsed = 0;
    }
    this.#minute = renewed(this.#minute, now, 60_000);
    this.#complexity = renewed(this.#complexity, now, 60_000);
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
      const wait = Math.ceil(((this.#day + 1) * 86_400_000 - now) / 1000);
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

  /** Refuses a query whose least possible cost exceeds what is left of the minute or of one query. */
  checkComplexity(least: number): Refusal | null {
    const now = this.#clock.now();
    const spent = this.complexityLeft < least || this.complexityLeft <= 0;
    if (!spent && least <= this.limits.complexityQuery) return null;
    return refuse("COMPLEXITY_BUDGET_EXHAUSTED", "Complexity budget exhausted", left(this.#complexity, now, 60_000));
  }

  charge(cost: number): void {
    this.#complexity = renewed(this.#complexity, this.#clock.now(), 60_000);
    this.#complexity.used += cost;
  }

  get complexityLeft(): number {
    return this.limits.complexityMinute - this.#complexity.used;
  }

  get complexityReset(): number {
    return left(this.#complexity, this.#clock.now(), 60_000);
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
