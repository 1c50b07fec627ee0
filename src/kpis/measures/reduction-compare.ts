import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { formatDuration } from "../definitions/durations.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import { sameSeason, windowOfDays } from "../definitions/windows.ts";
import type { Window } from "../definitions/windows.ts";
import { clusterDraws, clustersOf } from "../statistics/bootstrap.ts";
import type { Clusters } from "../statistics/bootstrap.ts";
import { curveQuantile, drawnFrom, drawnQuantile, survivalCurve } from "../statistics/kaplan-meier.ts";
import type { SurvivalCurve } from "../statistics/kaplan-meier.ts";
import type { Baseline, CohortCase } from "./baseline.ts";
import type { MeasureInput } from "./measure-input.ts";
import { countLeftOut, followedCases, openAt } from "./reduction-cohort.ts";
import { EVIDENCE_SAMPLE } from "./result.ts";
import { percent } from "./wording.ts";

export const RESAMPLES = 2000;
const SEED = 20_260_101;
/** Ended cases needed before a reduction is shown. */
export const MIN_TO_SHOW = 10;
const GUARDRAIL = 1.1;

/** One process compared with its baseline. */
export interface Comparison {
  readonly process: ProcessDefinition;
  /** How long both sides are followed. */
  readonly followUpMs: number;
  readonly window: Window;
  /** Cases of the baseline, ended or not. */
  readonly baselineCases: number;
  /** Cases that are compared, ended or not, with the keys of the first of them. The cases themselves are not held: they are many. */
  readonly cases: number;
  readonly firstKeys: readonly string[];
  readonly nBase: number;
  readonly n: number;
  readonly medianBase: number | null;
  readonly median: number | null;
  /** Median with the baseline's mix of segments. */
  readonly standardised: number | null;
  /** 1 − current ÷ baseline; of the standardised median where the mix is known. */
  readonly reduction: number | null;
  readonly raw: number | null;
  /** Reductions of the resamples, unsorted; NaN where a median was not reached. */
  readonly draws: Float64Array;
  readonly warnings: readonly string[];
  readonly open: number;
  /** Cases of the window that are not compared, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
}

/** Compares the cases of a window with the baseline, whose cases are prepared once for all windows. */
export async function compare(
  kpi: KpiDefinition,
  process: ProcessDefinition,
  baseline: Baseline,
  base: Prepared,
  window: Window,
  input: MeasureInput,
): Promise<Comparison> {
  const current = await followedCases(process, baseline, window, input);
  const now = prepare(current);
  const mix = mixWeights(baseline.cases, current, now);
  const medianBase = curveQuantile(base.curve, 0.5);
  const median = curveQuantile(now.curve, 0.5);
  const standardised = mix === null ? median : curveQuantile(now.curve, 0.5, mix);
  const n = current.filter((member) => member.ended).length;
  const raw = ratioOf(median, medianBase);
  const reduction = ratioOf(standardised, medianBase);
  const baselineWindow = windowOfDays("baseline", baseline.from, baseline.to, input.reporting.zone);
  const warnings = [
    ...mixRose(baseline.cases, current),
    ...slowEndRose(curveQuantile(base.curve, 0.9), curveQuantile(now.curve, 0.9)),
    ...backlogRose(await openAt(process, [baselineWindow.to, Math.min(window.to, input.asOf)], input)),
  ];
  if (!sameSeason(window, baselineWindow, kpi.season)) warnings.push("season not controlled");
  if (raw !== null && reduction !== null && raw * reduction < 0) warnings.push("the total and its segments disagree");
  return {
    process,
    followUpMs: baseline.followUpMs,
    window,
    baselineCases: baseline.cases.length,
    cases: current.length,
    firstKeys: current.slice(0, EVIDENCE_SAMPLE).map(({ caseKey }) => caseKey),
    nBase: baseline.cases.filter((member) => member.ended).length,
    n,
    medianBase,
    median,
    standardised,
    reduction,
    raw,
    draws: n < MIN_TO_SHOW ? new Float64Array(0) : resample(base, now, mix),
    warnings,
    open: current.length - n,
    excluded: await countLeftOut(process, baseline, window, input),
  };
}

/** Cases in the order of their durations. */
export interface Prepared {
  readonly curve: SurvivalCurve;
  /** Clusters of the places of the curve. */
  readonly clusters: Clusters;
}

export function prepare(cases: readonly CohortCase[]): Prepared {
  const curve = survivalCurve(cases);
  return { curve, clusters: clustersOf(Array.from(curve.origin, (index) => cases[index]?.cluster ?? "")) };
}

/** Weights that give the current cases the baseline's shares of segments; null when no segment is known. */
function mixWeights(
  base: readonly CohortCase[],
  current: readonly CohortCase[],
  { curve }: Prepared,
): Float64Array | null {
  const share = (cases: readonly CohortCase[]): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const { segment } of cases) counts.set(segment, (counts.get(segment) ?? 0) + 1 / cases.length);
    return counts;
  };
  const before = share(base);
  const after = share(current);
  if (before.size < 2 || after.size < 2) return null;
  return Float64Array.from(curve.origin, (index) => {
    const segment = current[index]?.segment ?? "";
    return (before.get(segment) ?? 0) / (after.get(segment) ?? 1);
  });
}

function resample(base: Prepared, current: Prepared, mix: Float64Array | null): Float64Array {
  const draw = clusterDraws(SEED);
  const baseDrawn = drawnFrom(base.curve, 0.5, base.clusters.of, base.clusters.count, null);
  const drawn = drawnFrom(current.curve, 0.5, current.clusters.of, current.clusters.count, mix);
  const baseTimes = new Int32Array(base.clusters.count);
  const times = new Int32Array(current.clusters.count);
  const draws = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i += 1) {
    draw(baseTimes);
    draw(times);
    const before = drawnQuantile(base.curve, 0.5, baseDrawn, baseTimes);
    const after = drawnQuantile(current.curve, 0.5, drawn, times);
    draws[i] = ratioOf(after, before) ?? Number.NaN;
  }
  return draws;
}

/** 1 − after ÷ before. */
function ratioOf(after: number | null, before: number | null): number | null {
  return after === null || before === null || before <= 0 ? null : 1 - after / before;
}

/** A reduction that is bought with more rework or more lost cases. */
function mixRose(base: readonly CohortCase[], current: readonly CohortCase[]): string[] {
  const rate = (cases: readonly CohortCase[], of: (member: CohortCase) => boolean): number => {
    const ended = cases.filter((member) => member.ended);
    return ended.length === 0 ? 0 : ended.filter(of).length / ended.length;
  };
  const warnings: string[] = [];
  for (const [what, of] of [
    ["rework", (member: CohortCase) => member.isRework],
    ["the share of lost cases", (member: CohortCase) => member.isLost],
  ] as const) {
    const before = rate(base, of);
    const after = rate(current, of);
    if (after > before * GUARDRAIL && after - before > 0.01)
      warnings.push(`${what} rose from ${percent(before)} to ${percent(after)}`);
  }
  return warnings;
}

/** The median may fall while the slowest cases take longer. */
function slowEndRose(before: number | null, after: number | null): readonly string[] {
  if (before === null || after === null || after <= before * GUARDRAIL) return [];
  return [`the slowest tenth rose from ${formatDuration(before)} to ${formatDuration(after)}`];
}

/** Cases may be quick because others are left lying. */
function backlogRose([before, after]: readonly [number, number]): readonly string[] {
  return after > before * GUARDRAIL && after - before >= MIN_TO_SHOW
    ? [`open cases rose from ${before.toLocaleString("en-US")} to ${after.toLocaleString("en-US")}`]
    : [];
}
