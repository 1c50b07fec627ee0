import type { Interval } from "./wilson.ts";
import { quantileSorted } from "./quantile.ts";

/** Observations grouped by what is drawn together, an account's cases for instance. */
export interface Clusters {
  /** Number of clusters. */
  readonly count: number;
  /** Cluster of each observation. */
  readonly of: Uint32Array;
}

export function clustersOf(names: readonly string[]): Clusters {
  const numbers = new Map<string, number>();
  const of = Uint32Array.from(names, (name) => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  });
  return { count: numbers.size, of };
}

/**
 * Draws as many clusters as there are, with replacement, and writes how often each was drawn. The draws are those of
 * `seededRandom`, whose numbers are made here without a call for each: there are as many as clusters in every resample.
 */
export function clusterDraws(seed: number): (times: Int32Array) => void {
  let state = seed | 0;
  return (times) => {
    const count = times.length;
    const scale = count / 4_294_967_296;
    let at = state;
    times.fill(0);
    for (let i = 0; i < count; i += 1) {
      at = (at + 0x6d2b79f5) | 0;
      let mixed = Math.imul(at ^ (at >>> 15), at | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      const drawn = Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) * scale);
      times[drawn] = (times[drawn] ?? 0) + 1;
    }
    state = at;
  };
}

/**
 * Percentile interval of a statistic over resamples; a resample whose statistic is null (a median not reached) counts as
 * `whenNull`. Null when fewer than half of the resamples give a number and no `whenNull` is given.
 */
export function percentileInterval(
  resamples: number,
  statistic: () => number | null,
  level = 0.95,
  whenNull?: number,
): Interval | null {
  const values: number[] = [];
  for (let i = 0; i < resamples; i += 1) {
    const value = statistic() ?? whenNull;
    if (value !== undefined) values.push(value);
  }
  if (values.length < resamples / 2) return null;
  values.sort((a, b) => a - b);
  const low = quantileSorted(values, (1 - level) / 2);
  const high = quantileSorted(values, (1 + level) / 2);
  return low === null || high === null ? null : { low, high };
}
