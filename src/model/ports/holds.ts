import type { RunStart } from "./runs.ts";

/** A process that takes things, and how it tells whether another one lives. */
export type Holder = Pick<RunStart, "owner" | "isAlive" | "wallNow">;

/**
 * What one process on the store has at a time, say the one login of a token. Needs no writer's lease: a look may take it while
 * a run goes on.
 */
export interface HoldPort {
  /** Takes it, or keeps it for another hour. @returns null, or `host:pid` of the other live process that has it */
  take(name: string, by: Holder): Promise<string | null>;
  /** Gives it back, where it is still its own. */
  giveBack(name: string, owner: string): Promise<void>;
}
