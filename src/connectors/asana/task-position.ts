import { z } from "zod";
import { MINUTE, parseInstant, toIso } from "../../model/index.ts";
import type { Instant, Position } from "../../model/index.ts";
import type { ReadMode } from "../kit/index.ts";
import { trustedEpoch } from "./baseline.ts";
import type { Notes } from "./baseline.ts";

/** `modified_since` reaches back this far behind what was seen, for what commits late. */
export const OVERLAP_MS = 2 * MINUTE;
/** More tasks than this at the newest stamp would make an unchanged cycle cost a second call. */
const CROWDED = 90;

const stateSchema = z.object({
  /** The newest `modified_at` seen; null when the project had no tasks. */
  since: z.string().nullable(),
  /** The event feed's epoch in which the project was last listed in full; null when it may not be relied on. */
  epoch: z.number().nullable(),
  /** When the project was last found gone before that. */
  goneAt: z.string().nullable(),
  /** What was asked for when it was listed in full. */
  asked: z.string(),
  /** Null unless a full listing is under way; then whether it reads every history. */
  underWay: z.object({ allStories: z.boolean() }).nullable(),
});
export type TaskState = z.output<typeof stateSchema>;

/** How a partition of tasks is read this time. */
export interface TaskPlan {
  /** List every task and look for absent ones, rather than those modified since. */
  readonly everything: boolean;
  /** Read every task's history, changed or not. */
  readonly allStories: boolean;
  readonly since: string | null;
  /** The position's state while pages of this reading come in. */
  readonly meanwhile: TaskState | null;
  /** The position's state once it has been read to its end. */
  finished(stamps: readonly string[], startedAt: Instant): TaskState;
}

/**
 * Everything is listed when the hub cannot know what it missed: the first time, after a break in the event feed, after
 * the project was out of reach, when mappings ask for other fields, and when an earlier full listing was cut short.
 */
export function planTasks(
  project: string,
  position: Position | null,
  mode: ReadMode,
  notes: Notes,
  asked: string,
): TaskPlan {
  const parsed = stateSchema.safeParse(position?.state);
  const state = parsed.success ? parsed.data : null;
  const epoch = trustedEpoch(notes);
  const goneAt = notes.goneAt.get(project) ?? null;
  const sameFields = state === null || state.asked === asked;
  const followed = epoch !== null && state !== null && state.epoch === epoch && state.goneAt === goneAt;
  const everything = mode !== "incremental" || !followed || !sameFields || state.underWay !== null;
  // In a break of the feed a task may have moved there and back, which only its history tells.
  const broken = state !== null && state.epoch !== null && state.epoch !== epoch;
  const allStories = mode === "full" || !sameFields || broken || state?.underWay?.allStories === true;
  const since = everything ? null : (state?.since ?? null);
  const common = { epoch, goneAt, asked };
  return {
    everything,
    allStories,
    since,
    meanwhile: everything ? { ...common, since: null, underWay: { allStories } } : state,
    finished: (stamps, startedAt) => ({ ...common, since: nextSince(since, stamps, startedAt), underWay: null }),
  };
}

/** The value of `modified_since` for a watermark. */
export function overlapped(since: string): string {
  return toIso((parseInstant(since) ?? 0) - OVERLAP_MS);
}

/**
 * Where the next `modified_since` starts: the newest stamp seen, so that it never depends on clocks; only when too many
 * tasks share that moment (a bulk change) the service's own time at the start of the listing.
 */
function nextSince(previous: string | null, stamps: readonly string[], startedAt: Instant): string | null {
  let newest = previous;
  for (const stamp of stamps) if (newest === null || stamp > newest) newest = stamp;
  if (newest === null) return null;
  const start = toIso(startedAt);
  // A clock that ran ahead and was set back must not hide what it stamps from now on.
  if (newest > start) return start;
  const edge = overlapped(newest);
  const crowd = stamps.reduce((count, stamp) => (stamp >= edge ? count + 1 : count), 0);
  return crowd > CROWDED ? start : newest;
}
