import type { Instant } from "../../model/index.ts";
import { DAY } from "../../model/index.ts";
import { reaches } from "../definitions/targets.ts";
import type { TargetDirection } from "../definitions/targets.ts";
import type { Window } from "../definitions/windows.ts";
import { wilson } from "../statistics/wilson.ts";
import type { Interval } from "../statistics/wilson.ts";
import type { KpiVerdict } from "./result.ts";

/** A target is met, or not, only when the whole interval is on one side of it (reference §2.9). */
export function judgeInterval(interval: Interval, direction: TargetDirection, target: number): KpiVerdict {
  const low = reaches(direction, interval.low, target);
  const high = reaches(direction, interval.high, target);
  if (low && high) return "met";
  return low || high ? "inconclusive" : "not met";
}

const LONGEST_WAIT_DAYS = 3652;
const MOST_TRIALS = 5_000_000;

/**
 * How many trials it would take, at the rate seen so far, until the interval clears the target; null when that rate is too
 * close to the target for any sensible number.
 */
export function trialsToConclude(
  numerator: number,
  denominator: number,
  direction: TargetDirection,
  target: number,
): number | null {
  const rate = numerator / denominator;
  const concludes = (n: number): boolean => {
    const interval = wilson(rate * n, n);
    return interval !== null && judgeInterval(interval, direction, target) !== "inconclusive";
  };
  let high = denominator;
  while (!concludes(high)) {
    high *= 2;
    if (high > MOST_TRIALS) return null;
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (concludes(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** What a value that is no share is judged by. */
export interface Spread {
  readonly value: number;
  readonly interval: Interval;
  readonly n: number;
  readonly window: Window;
}

/** The verdict on a value by its interval, and, if that is inconclusive, about when it could be otherwise: intervals shrink with √n. */
export function judgeSpread(
  { value, interval, n, window }: Spread,
  target: { readonly direction: TargetDirection; readonly value: number },
  asOf: Instant,
): { readonly verdict: KpiVerdict; readonly reason: string | null } {
  const verdict = judgeInterval(interval, target.direction, target.value);
  if (verdict !== "inconclusive") return { verdict, reason: null };
  const gap = Math.abs(target.value - value);
  const reach = target.value > value ? interval.high - value : value - interval.low;
  const needed = gap === 0 ? null : Math.ceil(n * (reach / gap) ** 2);
  return {
    verdict,
    reason: whenConclusive(needed === null || needed > MOST_TRIALS ? null : needed, n, window, asOf),
  };
}

/** "about March 2027 at this rate", from how fast trials came in over the window. */
export function whenConclusive(needed: number | null, n: number, window: Window, asOf: Instant): string {
  if (needed === null) return "too close to the target to be told apart at this volume";
  const perDay = n / Math.max(1, (window.to - window.from) / DAY);
  const days = (needed - n) / perDay;
  if (days > LONGEST_WAIT_DAYS)
    return `it takes about ${needed.toLocaleString("en-US")}, more than ten years at this rate`;
  const at = new Date(asOf + days * DAY);
  const month = at.toLocaleDateString("en-US", { month: "long", year: "numeric", timeZone: "UTC" });
  return `it takes about ${needed.toLocaleString("en-US")}, at this rate around ${month}`;
}
