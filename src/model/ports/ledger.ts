import type { Instant } from "../instants.ts";

/** Who a call is made for, most urgent first: somebody at the keyboard, a write, a reading, a sweep. */
export const PRIORITIES = ["person", "write", "read", "sweep"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What one credential may still spend, as far as anyone knows. */
export interface QuotaState {
  readonly used: number;
  readonly limit: number | null;
  readonly resetsAt: Instant | null;
  /** Calls that sweeps made in the same day, and what they may make; null where nobody set a budget. */
  readonly sweeps?: { readonly used: number; readonly budget: number | null };
}

/** What hub.yaml says about a credential's calls; what the system says goes before the two limits. */
export interface QuotaRules {
  /** Share of the daily calls (0 to 1) left to people. */
  readonly reserve?: number;
  /** What sweeps may spend in a day: a share of the daily calls, or a number of calls. */
  readonly sweeps?: { readonly share: number } | { readonly calls: number };
  readonly perMinute?: number;
  readonly perDay?: number;
}

/** Where a limit is known from: the system's own answers, hub.yaml, or a refusal that showed it. */
export type QuotaSource = "told" | "configured" | "refused";

/** Everything known of one credential, for people to look at. */
export interface QuotaAccount extends QuotaState {
  readonly credential: string;
  readonly reserve: number;
  readonly perMinute: number | null;
  readonly perMinuteFrom: QuotaSource | null;
  /** Calls the hub itself made in the last 24 hours. */
  readonly spent: Readonly<Record<Priority, number>>;
}

/**
 * The one account of calls per credential, kept in the store and shared by every run (design §5.7). A reserve is left
 * for people: `take` refuses (false) when a call of anybody else would eat into it.
 */
export interface QuotaLedger {
  /**
   * Books calls before they are made; false when the reserve for people or the sweeps' budget would be touched.
   * @param priority `read` unless said.
   */
  take(credential: string, calls: number, priority?: Priority): Promise<boolean>;
  /** Books what a response header said is used and allowed. */
  observe(credential: string, state: QuotaState): void;
  state(credential: string): Promise<QuotaState>;
  /** Leaves a share (0 to 1) of the limit to people. */
  reserve(credential: string, share: number): void;
  /** Takes what hub.yaml says about the credential. */
  configure?(credential: string, rules: QuotaRules): void;
}

/** Hands out start times per credential, shared by every run, so that a limit per minute is kept by all together. */
export interface PaceBook {
  /** The calls a minute that are known to be allowed; null while nobody knows. */
  perMinute(credential: string): Promise<number | null>;
  setPerMinute(credential: string, perMinute: number, source: QuotaSource, now: Instant): Promise<void>;
  /** When the next calls may start, in order; null while no limit is known. */
  starts(credential: string, calls: number, now: Instant): Promise<readonly Instant[] | null>;
  /** Nothing starts before then. */
  hold(credential: string, until: Instant): Promise<void>;
}

/** The ledger as a store keeps it. */
export interface QuotaBook extends QuotaLedger, PaceBook {
  configure(credential: string, rules: QuotaRules): void;
  account(credential: string): Promise<QuotaAccount>;
  accounts(): Promise<readonly QuotaAccount[]>;
}
