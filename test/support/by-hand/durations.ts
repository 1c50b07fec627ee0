import { businessTime, localDay } from "./calendar.ts";
import { qualified } from "./counts.ts";
import type { Journey } from "./journeys.ts";
import type { World } from "./world.ts";

/** Hyndman and Fan's type 7, which R and NumPy use (reference §2.1). */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const h = (sorted.length - 1) * p;
  const low = sorted[Math.floor(h)] ?? Number.NaN;
  const high = sorted[Math.ceil(h)] ?? Number.NaN;
  return low + (h - Math.floor(h)) * (high - low);
}

/** How long a completed case took: whole local days where its start is only known as a day, milliseconds else. */
export function lengthOf(journey: Journey, end: number): number {
  if (!journey.startsOnDay) return end - journey.start;
  return Date.parse(localDay(end)) - Date.parse(localDay(journey.start));
}

/** Per process, and per outcome of it (`expansion / dropped`): the lengths of the cases completed in a window. */
export function cycleTimes(
  world: World,
  [from, to]: readonly [number, number],
): ReadonlyMap<string, readonly number[]> {
  const lengths = new Map<string, number[]>();
  for (const journey of world.journeys) {
    if (journey.end === null || journey.isOlder || journey.end < from || journey.end >= to) continue;
    // A process with one end calls its outcome completed.
    const outcome = journey.outcome === "done" ? "completed" : (journey.outcome ?? "");
    for (const key of [journey.process, `${journey.process} / ${outcome}`])
      lengths.set(key, [...(lengths.get(key) ?? []), lengthOf(journey, journey.end)]);
  }
  return lengths;
}

/** Something with a length: the instant that decides its window. */
export interface Lasting {
  readonly at: number;
  readonly length: number;
}

const ended = ({ journeys }: World, wanted: string): readonly (Journey & { readonly end: number })[] =>
  journeys.flatMap((each) => (each.process === wanted && each.end !== null ? [{ ...each, end: each.end }] : []));

/** The medians of the configuration that are no cut of another one. */
export const LENGTHS: Readonly<Record<string, (world: World) => readonly Lasting[]>> = {
  "close-time": (world) =>
    ended(world, "monthly-close").map(({ start, end }) => ({ at: end, length: businessTime(start, end) })),
  "contract-review-time": (world) =>
    ended(world, "contract-review").map(({ start, end }) => ({ at: end, length: businessTime(start, end) })),
  "hire-time": (world) => ended(world, "hiring").map(({ start, end }) => ({ at: end, length: end - start })),
  "feature-lead-time": (world) =>
    ended(world, "feature-delivery")
      .filter(({ outcome }) => outcome === "launched")
      .map(({ start, end }) => ({ at: end, length: end - start })),
  "sales-cycle": (world) =>
    ended(world, "opportunity")
      .filter(({ outcome }) => outcome === "won")
      .map(({ start, end }) => ({ at: end, length: end - start })),
  "incident-resolve-time": (world) =>
    ended(world, "incident").map(({ start, end }) => ({ at: end, length: end - start })),
  "incident-acknowledge-time": (world) =>
    world.journeys.flatMap(({ process, moments }) => {
      if (process !== "incident") return [];
      const stages = moments.filter(({ isStage }) => isStage);
      const first = stages.findIndex(({ what }) => what === "Detected");
      const entered = stages[first];
      const left = stages.find(({ what }, index) => index > first && what !== "Detected");
      return entered === undefined || left === undefined ? [] : [{ at: left.at, length: left.at - entered.at }];
    }),
  "speed-to-lead": (world) =>
    qualified(world).flatMap(({ at, touch, before }) =>
      before || touch === null ? [] : [{ at, length: businessTime(at, touch) }],
    ),
};

interface Followed {
  readonly length: number;
  readonly ended: boolean;
  readonly segment: string;
}

/** First time at which at most half are still under way; null when that is not reached (Kaplan and Meier, reference §2.3). */
export function survivalMedian(cases: readonly (Followed & { readonly weight: number })[]): number | null {
  let surviving = 1;
  const times = [...new Set(cases.filter(({ ended }) => ended).map(({ length }) => length))].toSorted((a, b) => a - b);
  const weigh = (some: typeof cases): number => some.reduce((sum, { weight }) => sum + weight, 0);
  for (const time of times) {
    const atRisk = weigh(cases.filter(({ length }) => length >= time));
    const ending = weigh(cases.filter(({ length, ended }) => ended && length === time));
    surviving *= 1 - ending / atRisk;
    if (surviving <= 0.5 + 1e-12) return time;
  }
  return null;
}

/** 1 − median now ÷ median of the baseline of one process, without weights and with the baseline's mix of segments. */
export function reduction(
  journeys: readonly Journey[],
  baseline: readonly [number, number],
  current: readonly [number, number],
  asOf: number,
): { readonly plain: number; readonly standardised: number } | null {
  const within = ([from, to]: readonly [number, number]): readonly Journey[] =>
    journeys.filter(({ start, isGone }) => start >= from && start < to && !isGone);
  const before = within(baseline);
  const ends = before.flatMap(({ start, end }) => (end === null ? [] : [end - start]));
  if (ends.length === 0) return null;
  const followUp = quantile(ends, 0.95);
  const follow = (cases: readonly Journey[]): readonly Followed[] =>
    cases
      .filter(({ start }) => start + followUp <= asOf)
      .map(({ start, end, object }) => {
        const length = (end ?? asOf) - start;
        const segment = object.object.attributes["segment"];
        return {
          length: Math.min(length, followUp),
          ended: end !== null && length <= followUp,
          segment: typeof segment === "string" ? segment : "",
        };
      });
  const base = follow(before);
  const now = follow(within(current));
  const shareOf = (cases: readonly Followed[], segment: string): number =>
    cases.filter((each) => each.segment === segment).length / cases.length;
  const baseMedian = survivalMedian(base.map((each) => ({ ...each, weight: 1 })));
  const plain = survivalMedian(now.map((each) => ({ ...each, weight: 1 })));
  const weighted = survivalMedian(
    now.map((each) => ({ ...each, weight: shareOf(base, each.segment) / shareOf(now, each.segment) })),
  );
  if (baseMedian === null || plain === null || weighted === null) return null;
  return { plain: 1 - plain / baseMedian, standardised: 1 - weighted / baseMedian };
}
