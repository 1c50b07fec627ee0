import type { Clock, Instant, JsonObject } from "../../model/index.ts";

/** Returns how to call it off. */
export type Timer = (ms: number, ring: () => void) => () => void;

/** Time, chance and the log: handed in, never reached for. */
export interface Surroundings {
  /** The clock of the records and of pacing; it may stand still at an as-of. */
  readonly clock: Clock;
  /** The machine's own time, epoch milliseconds: what credentials are valid by. */
  readonly wallNow: () => Instant;
  /** Waits; rejects with the signal's reason when aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Rings after so many milliseconds unless it is called off: how long a call may take. The machine's timer when left out. */
  readonly timer?: Timer;
  /** Numbers in [0, 1) for jitter. */
  readonly random: () => number;
  readonly log: (level: "debug" | "info" | "warn" | "error", message: string, fields?: JsonObject) => void;
}
