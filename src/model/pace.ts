import { MINUTE } from "./instants.ts";
import type { Instant } from "./instants.ts";

/** How far a credential's calls have been handed out. */
export interface PaceState {
  /** Calls that may start within any 60 s, as the system counts. */
  readonly perMinute: number;
  /** When the next call would be due if calls came evenly; moves with every call handed out. */
  readonly dueAt: Instant;
}

/** Of the limit, what may start at once after a rest; the rest comes evenly. Short runs should not crawl. */
const BURST_SHARE = 0.04;
/** Answers travel for different times, so that what starts evenly arrives bunched. */
const MARGIN_SHARE = 0.03;

/**
 * The start times of the next calls (generic cell rate algorithm): evenly spaced, with a small burst after a rest, so
 * that no 60 s ever see more than `perMinute` starts, and calls take at most 1.1 × calls ÷ `perMinute` minutes.
 */
export function nextStarts(
  state: PaceState,
  calls: number,
  now: Instant,
): { readonly starts: readonly Instant[]; readonly dueAt: Instant } {
  const { spacing, tolerance } = paceOf(state.perMinute);
  const starts: Instant[] = [];
  let { dueAt } = state;
  for (let n = 0; n < calls; n += 1) {
    starts.push(Math.max(now, dueAt - tolerance));
    dueAt = Math.max(dueAt, now) + spacing;
  }
  return { starts, dueAt };
}

/** The due time that lets nothing start before an instant, nor a burst at it. */
export function heldUntil(state: PaceState, until: Instant): Instant {
  return Math.max(state.dueAt, until + paceOf(state.perMinute).tolerance);
}

function paceOf(perMinute: number): { readonly spacing: number; readonly tolerance: number } {
  const extra = Math.floor(perMinute * BURST_SHARE);
  const spacing = MINUTE / ((perMinute - extra) * (1 - MARGIN_SHARE));
  return { spacing, tolerance: extra * spacing };
}
