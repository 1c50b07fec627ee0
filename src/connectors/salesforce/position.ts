import { z } from "zod";
import { canonicalJson } from "../../model/index.ts";
import type { InstantRange, Json, Position } from "../../model/index.ts";

const stateSchema = z.object({
  version: z.literal(1),
  /** Names the query; another one starts a new first read. */
  request: z.string(),
  plan: z.object({ chunks: z.array(z.array(z.string())), stamp: z.string(), deletions: z.boolean() }),
  phase: z.enum(["backfill", "increment", "idle"]),
  /** Everything stamped before this instant of the org's clock has been read once the phase is over. */
  through: z.number(),
  /** In `increment`: where the interval begins. */
  from: z.number(),
  /** The last row stored in this phase, in its order. */
  after: z.object({ id: z.string(), stamp: z.number() }).nullable(),
  /** Rows of this phase stored so far, and how many of them were in the recycle bin. */
  seen: z.number(),
  binned: z.number(),
});

export type ReadState = z.output<typeof stateSchema>;

/** The state of a position this version wrote; null for none, which means a first read. */
export function readState(position: Position | null): ReadState | null {
  return stateSchema.safeParse(position?.state).data ?? null;
}

export function positionOf(state: ReadState, covered: readonly InstantRange[]): Position {
  // Through JSON, so that a position is the same value before and after it was stored.
  const json: Json = JSON.parse(canonicalJson(state));
  return { covered, state: json };
}
