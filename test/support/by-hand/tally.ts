import { quantile } from "./durations.ts";

/** What values are cut by, as the files of config/kpis call it. */
export type Cut = "process" | "stage" | "contract" | "segment" | "region" | "team" | "category" | "system";

/** One thing that a KPI looks at (reference §2.1: population first). */
export interface Entry {
  /** The instant that decides its window; null for what is so now, which is in each. */
  readonly at: number | null;
  /** The numerator; of a median the length in milliseconds. */
  readonly above: number;
  /** The denominator; 1 unless two lengths are compared. */
  readonly below?: number;
  /** Not decided yet. */
  readonly isOpen?: boolean;
  /** Why it is not counted. */
  readonly leftOut?: string | null;
  readonly cuts?: Readonly<Partial<Record<Cut, string | null>>>;
}

/** How a KPI makes one number of what it counts. */
export type Made = "share" | "ratio" | "count" | "sum" | "median";

/** A KPI worked out by hand. */
export interface ByHand {
  readonly made: Made;
  /** What it is told by beside the company; a KPI that is never told of the company as a whole has `isCutOnly`. */
  readonly cuts: readonly Cut[];
  readonly isCutOnly?: true;
  readonly entries: readonly Entry[];
}

/** What a row of the measured KPIs has to say. */
export interface Told {
  readonly n: number;
  readonly open: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly above: number | null;
  readonly below: number | null;
  readonly value: number | null;
  readonly p90: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Fewer say nothing of a median or of a ninetieth percentile (reference §2.1). */
const MIN_FOR_MEDIAN = 10;
const MIN_FOR_P90 = 30;

/** Adds up what falls in `[from, to)`; without a window what is so now. */
export function tally(made: Made, entries: readonly Entry[], window: readonly [number, number] | null): Told {
  const inside = entries.filter(({ at }) => at === null || window === null || (at >= window[0] && at < window[1]));
  const counted = inside.filter(({ isOpen = false, leftOut = null }) => !isOpen && leftOut === null);
  const excluded: Record<string, number> = {};
  for (const { leftOut = null } of inside) if (leftOut !== null) excluded[leftOut] = (excluded[leftOut] ?? 0) + 1;
  const above = counted.reduce((sum, entry) => sum + entry.above, 0);
  const below = counted.reduce((sum, entry) => sum + (entry.below ?? 1), 0);
  const n = counted.length;
  const told = {
    n,
    // What is open is open whatever the window: it has not come to its day.
    open: entries.filter(({ isOpen = false, leftOut = null }) => isOpen && leftOut === null).length,
    excluded,
    above: null,
    below: null,
    p90: null,
    low: null,
    high: null,
  };
  const lengths = counted.map((entry) => entry.above);
  switch (made) {
    case "share": {
      if (below === 0) return { ...told, value: null };
      const interval = window === null ? { low: null, high: null } : wilson(above, below);
      return { ...told, above, below, value: above / below, ...interval };
    }
    case "ratio":
      return below === 0 ? { ...told, value: null } : { ...told, above, below, value: above / below };
    case "count":
      return { ...told, value: n };
    case "sum":
      return { ...told, value: n === 0 ? null : above };
    case "median":
      return {
        ...told,
        value: n < MIN_FOR_MEDIAN ? null : quantile(lengths, 0.5),
        p90: n < MIN_FOR_P90 ? null : quantile(lengths, 0.9),
      };
    default: {
      const never: never = made;
      return never;
    }
  }
}

/** Where the true share may well lie (reference §2.9; nineteen of twenty is 76 to 99 %): the two p with (p̂ − p)² = z² p (1 − p) ÷ n. */
function wilson(above: number, of: number): { readonly low: number; readonly high: number } {
  const z = 1.959963984540054;
  const a = 1 + (z * z) / of;
  const b = -(2 * (above / of) + (z * z) / of);
  const c = (above / of) ** 2;
  const root = Math.sqrt(Math.max(0, b * b - 4 * a * c));
  return { low: Math.max(0, (-b - root) / (2 * a)), high: Math.min(1, (-b + root) / (2 * a)) };
}
