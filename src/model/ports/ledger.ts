import type { Instant } from "../instants.ts";

/** What one credential may still spend, as far as anyone knows. */
export interface QuotaState {
  readonly used: number;
  readonly limit: number | null;
  readonly resetsAt: Instant | null;
}

/**
 * The one account of calls per credential, kept in the store and shared by every run (design §5.7). A reserve is left
 * for people: `take` refuses (false) when a block would eat into it.
 */
export interface QuotaLedger {
  /** Reserves a number of calls before they are made; false when the reserve for people would be touched. */
  take(credential: string, calls: number): Promise<boolean>;
  /** Books what a response header said is used and allowed. */
  observe(credential: string, state: QuotaState): void;
  state(credential: string): Promise<QuotaState>;
  /** Leaves a share (0 to 1) of the limit to people. */
  reserve(credential: string, share: number): void;
}
