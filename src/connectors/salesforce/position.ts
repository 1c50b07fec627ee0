import { z } from "zod";
import { canonicalJson } from "../../model/index.ts";
import type { Instant, InstantRange, Json, Position } from "../../model/index.ts";
import { cover } from "../kit/index.ts";

const markSchema = z.object({ id: z.string(), stamp: z.number() }).nullable();

const stateSchema = z.object({
  version: z.literal(1),
  /** Names the query; another one starts a new first read. */
  request: z.string(),
  plan: z.object({ chunks: z.array(z.array(z.string())), stamp: z.string().nullable(), deletions: z.boolean() }),
  phase: z.enum(["backfill", "increment", "idle"]),
  /** Everything stamped before this instant of the org's clock has been read once the phase is over. */
  through: z.number(),
  /** In `increment`: where the interval begins. */
  from: z.number(),
  /** The last row stored in this phase, in its order. */
  after: markSchema,
  /** Rows of this phase stored so far, and how many of them were in the recycle bin. */
  seen: z.number(),
  binned: z.number(),
  /** How far the org's clock was ahead of the hub's when the phase began; null in positions of older releases. */
  clockOffset: z.number().nullable().default(null),
  /** How little is asked for at once since a query was too much: milliseconds of an increment, rows of a query. */
  slice: z.object({ width: z.number().nullable(), rows: z.number().nullable() }).nullable().default(null),
  /** The Bulk 2.0 job a first read takes its rows from. */
  bulk: z
    .object({
      job: z.string(),
      /** Results page to go on with; null is the first. */
      locator: z.string().nullable(),
      /** Rows of that page stored already. */
      rows: z.number(),
      /** Rows of the job stored already. */
      dealt: z.number(),
      /** Where the job's rows begin: it is read again from here when its results prove incomplete. */
      start: z.object({ after: markSchema, seen: z.number(), binned: z.number() }),
    })
    .nullable()
    .default(null),
  /** True when Bulk 2.0 could not read this object: REST reads the rest. */
  rest: z.boolean().default(false),
});

export type ReadState = z.output<typeof stateSchema>;
export type Slice = NonNullable<ReadState["slice"]>;

/** The state of a position this version wrote; null for none, which means a first read. */
export function readState(position: Position | null): ReadState | null {
  return stateSchema.safeParse(position?.state).data ?? null;
}

export function positionOf(state: ReadState, covered: readonly InstantRange[]): Position {
  // Through JSON, so that a position is the same value before and after it was stored.
  const json: Json = JSON.parse(canonicalJson(state));
  return { covered, state: json };
}

/** A state at the start of a first read, up to an instant of the org's clock. */
export function startOf(request: string, plan: ReadState["plan"], through: Instant, clockOffset: number): ReadState {
  return {
    version: 1,
    request,
    plan,
    phase: "backfill",
    through,
    from: 0,
    after: null,
    seen: 0,
    binned: 0,
    clockOffset,
    slice: null,
    bulk: null,
    rest: false,
  };
}

/** The position after a phase is over. */
export function idlePosition(state: ReadState, covered: readonly InstantRange[]): Position {
  const range = { from: state.from, to: state.through };
  return positionOf({ ...state, phase: "idle", after: null, slice: null, bulk: null }, cover(covered, range));
}
