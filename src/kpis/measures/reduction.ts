import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { formatDuration } from "../definitions/durations.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import { sameSeason, windowAt, windowOfDays } from "../definitions/windows.ts";
import type { Window } from "../definitions/windows.ts";
import { clustersOf, drawWeights } from "../statistics/bootstrap.ts";
import type { Clusters } from "../statistics/bootstrap.ts";
import { curveQuantile, survivalCurve } from "../statistics/kaplan-meier.ts";
import type { SurvivalCurve } from "../statistics/kaplan-meier.ts";
import { quantileSorted } from "../statistics/quantile.ts";
import { seededRandom } from "../statistics/random.ts";
import { censor, freezeBaseline, verifyBaseline } from "./baseline.ts";
import type { Baseline, BaselineStore, CohortCase } from "./baseline.ts";
import type { MeasureInput } from "./measure-input.ts";
import { COMPANY } from "./result.ts";
import type { KpiResult, KpiScope, KpiVerdict } from "./result.ts";
import { instantSql, quote } from "./sql.ts";
import { counted, percent } from "./wording.ts";

const RESAMPLES = 2000;
const SEED = 20_260_101;
/** Ended cases needed on each side before anything is claimed. */
export const MIN_TO_CLAIM = 30;
const MIN_TO_SHOW = 10;
const GUARDRAIL = 1.1;

/** One process compared with its baseline. */
interface Comparison {
  readonly process: ProcessDefinition;
  readonly baseline: Baseline;
  readonly window: Window;
  readonly baselineWindow: Window;
  readonly current: readonly CohortCase[];
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
}

/**
 * Cycle-time reduction per process against its frozen baseline (reference §2.3): cohorts by start date with equal follow-up,
 * Kaplan–Meier medians, the baseline's mix of segments, percentile bootstrap over accounts. Freezes missing baselines.
 */
export async function measureReduction(
  kpi: KpiDefinition,
  input: MeasureInput,
  baselines: BaselineStore,
): Promise<readonly KpiResult[]> {
  const results: KpiResult[] = [];
  const shown: Comparison[] = [];
  for (const name of kpi.of) {
    const process = input.processes.filter((candidate) => candidate.name === name).at(-1);
    const baseline = process === undefined ? null : await baselineOf(kpi, process, input, baselines);
    if (process === undefined || baseline === null) {
      results.push(nothing(kpi, { type: "process", key: name }, input, "the baseline window holds no ended case"));
      continue;
    }
    const comparisons: Comparison[] = [];
    for (const definition of kpi.windows) {
      comparisons.push(await compare(process, baseline, windowAt(definition, input.asOf, input.reporting), input));
    }
    const enough = comparisons.findIndex((comparison) => comparison.n >= kpi.minN);
    const chosen = enough === -1 ? comparisons.length - 1 : enough;
    for (const [index, comparison] of comparisons.entries()) {
      results.push(resultOf(kpi, comparison, index === chosen));
      if (index === chosen) shown.push(comparison);
    }
  }
  results.push(combine(kpi, shown, input));
  return results;
}

/** The frozen baseline of a process; frozen now where there is none yet. Null when no case of its window has ended. */
export async function baselineOf(
  kpi: KpiDefinition,
  process: ProcessDefinition,
  input: MeasureInput,
  store: BaselineStore,
): Promise<Baseline | null> {
  if (kpi.baseline === null) return null;
  const key = `${kpi.key}/${process.name}`;
  const known = await store.load(key);
  if (known !== null) return verifyBaseline(known);
  const window = windowOfDays("baseline", kpi.baseline.from, kpi.baseline.to, input.reporting.zone);
  const cohort = await cohortOf(process, window.from, window.to, input);
  const frozen = freezeBaseline(
    {
      key,
      process: process.name,
      processKey: process.key,
      definition: kpi.key,
      from: kpi.baseline.from,
      to: kpi.baseline.to,
      calendar: "clock time",
      frozenAt: input.asOf,
    },
    cohort,
  );
  if (frozen !== null) await store.save(frozen);
  return frozen;
}

async function cohortOf(
  process: ProcessDefinition,
  from: number,
  to: number,
  { star, asOf }: MeasureInput,
): Promise<readonly CohortCase[]> {
  const good = process.ends[0]?.outcome ?? "";
  const rows = await star.query(`
    SELECT c.case_key AS k, coalesce(c.account_key, c.case_key) AS cluster, coalesce(c.segment_key, '') AS segment,
      CASE WHEN c.start_precision = 'day' AND c.cycle_days IS NOT NULL THEN c.cycle_days * 86400000
        ELSE epoch_ms(coalesce(c.completed_at, ${instantSql(asOf)})) - epoch_ms(c.started_at) END AS duration,
      CASE WHEN c.completed_at IS NULL THEN 0 ELSE 1 END AS ended, c.is_rework AS rework,
      CASE WHEN c.outcome IS NOT NULL AND c.outcome <> ${quote(good)} THEN 1 ELSE 0 END AS lost
    FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key AND p.process = ${quote(process.name)}
    WHERE c.left_truncated = 0 AND c.anomaly IS NULL AND coalesce(c.outcome, '') NOT IN ('deleted', 'parent deleted', 'archived')
      AND c.started_at >= ${instantSql(from)} AND c.started_at < ${instantSql(to)} ORDER BY c.case_key`);
  return rows.map((row) => ({
    caseKey: String(row["k"]),
    cluster: String(row["cluster"]),
    segment: String(row["segment"]),
    duration: Number(row["duration"]),
    ended: row["ended"] === 1,
    isRework: row["rework"] === 1,
    isLost: row["lost"] === 1,
  }));
}

/** Cases started in the window early enough to be followed as long as the baseline's, censored there like them. */
export async function followedCases(
  process: ProcessDefinition,
  { followUpMs }: Baseline,
  window: Window,
  input: MeasureInput,
): Promise<readonly CohortCase[]> {
  const until = Math.min(window.to, input.asOf - followUpMs);
  const followed = until <= window.from ? [] : await cohortOf(process, window.from, until, input);
  return followed.map((member) => censor(member, followUpMs));
}

async function compare(
  process: ProcessDefinition,
  baseline: Baseline,
  window: Window,
  input: MeasureInput,
): Promise<Comparison> {
  const current = await followedCases(process, baseline, window, input);
  const base = prepare(baseline.cases);
  const now = prepare(current);
  const mix = mixWeights(baseline.cases, current, now);
  const medianBase = curveQuantile(base.curve, 0.5);
  const median = curveQuantile(now.curve, 0.5);
  const standardised = mix === null ? median : curveQuantile(now.curve, 0.5, mix);
  const n = current.filter((member) => member.ended).length;
  const raw = ratioOf(median, medianBase);
  const reduction = ratioOf(standardised, medianBase);
  const warnings = guardrails(baseline.cases, current);
  const baselineWindow = windowOfDays("baseline", baseline.from, baseline.to, input.reporting.zone);
  if (!sameSeason(window, baselineWindow)) warnings.push("season not controlled");
  if (raw !== null && reduction !== null && raw * reduction < 0) warnings.push("the total and its segments disagree");
  return {
    process,
    baseline,
    window,
    baselineWindow,
    current,
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
  };
}

interface Prepared {
  readonly curve: SurvivalCurve;
  /** Clusters of the places of the curve. */
  readonly clusters: Clusters;
}

function prepare(cases: readonly CohortCase[]): Prepared {
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
  const random = seededRandom(SEED);
  const baseTimes = new Float64Array(base.clusters.count);
  const baseWeights = new Float64Array(base.curve.durations.length);
  const times = new Float64Array(current.clusters.count);
  const weights = new Float64Array(current.curve.durations.length);
  const draws = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i += 1) {
    drawWeights(base.clusters, random, baseTimes, baseWeights);
    drawWeights(current.clusters, random, times, weights);
    if (mix !== null) for (let j = 0; j < weights.length; j += 1) weights[j] = (weights[j] ?? 0) * (mix[j] ?? 1);
    const before = curveQuantile(base.curve, 0.5, baseWeights);
    const after = curveQuantile(current.curve, 0.5, weights);
    draws[i] = ratioOf(after, before) ?? Number.NaN;
  }
  return draws;
}

function ratioOf(after: number | null, before: number | null): number | null {
  return after === null || before === null || before <= 0 ? null : 1 - after / before;
}

function guardrails(base: readonly CohortCase[], current: readonly CohortCase[]): string[] {
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

function intervalOf(draws: Float64Array): { readonly low: number; readonly high: number } | null {
  const sorted = [...draws].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length < RESAMPLES / 2) return null;
  const low = quantileSorted(sorted, 0.025);
  const high = quantileSorted(sorted, 0.975);
  return low === null || high === null ? null : { low, high };
}

/** Achieved, on track and not met of §2.3, in the words all KPIs share. */
function verdictOf(reduction: number | null, low: number | null, target: number | null, n: number): KpiVerdict {
  if (reduction === null || low === null || n < MIN_TO_CLAIM) return "insufficient";
  if (target === null) return "no target";
  if (low >= target) return "met";
  return reduction >= target ? "inconclusive" : "not met";
}

function resultOf(kpi: KpiDefinition, comparison: Comparison, shown: boolean): KpiResult {
  const interval = intervalOf(comparison.draws);
  const target = kpi.target?.kind === "faster" ? kpi.target : null;
  const n = Math.min(comparison.n, comparison.nBase);
  const value = n < MIN_TO_SHOW ? null : comparison.reduction;
  const verdict = verdictOf(value, interval?.low ?? null, target?.value ?? null, n);
  const notes = [...comparison.warnings];
  if (n >= MIN_TO_SHOW && value === null) {
    notes.unshift(
      `more than half of the cases have not ended within ${formatDuration(comparison.baseline.followUpMs)} of their start, so there is no median`,
    );
  }
  if (n < MIN_TO_CLAIM) notes.unshift(`${n} of the ${MIN_TO_CLAIM} ended cases needed on each side`);
  const reason = notes.length === 0 ? null : notes.join("; ");
  return {
    kpi: kpi.name,
    area: kpi.area,
    definition: kpi.key,
    scope: { type: "process", key: comparison.process.name },
    window: comparison.window,
    shown,
    n: comparison.n,
    nOpen: comparison.open,
    excluded: {},
    numerator: comparison.standardised,
    denominator: comparison.medianBase,
    value,
    unit: "ratio",
    interval: value === null ? null : interval,
    bound: comparison.raw,
    p90: null,
    target: target?.value ?? null,
    targetText: target?.text ?? null,
    verdict,
    reason,
    sentence: sentenceOf(kpi, comparison, value, interval, verdict, reason),
    moneyAtStake: null,
    evidence: {
      keys: comparison.current.slice(0, 20).map((member) => member.caseKey),
      count: comparison.current.length,
    },
  };
}

function sentenceOf(
  kpi: KpiDefinition,
  { process, median, medianBase, n }: Comparison,
  value: number | null,
  interval: { readonly low: number; readonly high: number } | null,
  verdict: KpiVerdict,
  reason: string | null,
): string {
  const target =
    kpi.target === null
      ? "no target"
      : `target ${percent(kpi.target.kind === "faster" ? kpi.target.value : 0)}: ${verdict}`;
  const because = reason === null ? "" : ` (${reason})`;
  if (value === null) return `${process.title}: nothing to compare with the frozen baseline; ${target}${because}.`;
  const medians =
    median === null || medianBase === null
      ? ""
      : ` (median ${formatDuration(median)} after ${formatDuration(medianBase)})`;
  return `${process.title}: ${faster(value, interval)} than the frozen baseline${medians}, ${counted(n, "case")}; ${target}${because}.`;
}

/** `19–31 % faster`, `4 % slower`, `8 % slower to 12 % faster`. */
function faster(value: number, interval: { readonly low: number; readonly high: number } | null): string {
  const size = (ratio: number): string => String(Math.abs(Math.round(ratio * 100)));
  const way = (ratio: number): string => (ratio >= 0 ? "faster" : "slower");
  if (interval === null) return `${size(value)} % ${way(value)}`;
  const { low, high } = interval;
  if (low >= 0 || high < 0) {
    const [near, far] = low >= 0 ? [low, high] : [high, low];
    return size(near) === size(far) ? `${size(near)} % ${way(near)}` : `${size(near)}–${size(far)} % ${way(near)}`;
  }
  return `${size(low)} % slower to ${size(high)} % faster`;
}

/** All processes as one number: 1 − exp(Σ wᵢ ln(currentᵢ ÷ baselineᵢ)), weighted by the baseline's cases. */
function combine(kpi: KpiDefinition, comparisons: readonly Comparison[], input: MeasureInput): KpiResult {
  const usable = comparisons.filter(
    (comparison) =>
      comparison.reduction !== null
      && comparison.draws.length > 0
      && Math.min(comparison.n, comparison.nBase) >= MIN_TO_CLAIM,
  );
  const [first] = usable;
  const left = kpi.of.filter((name) => !usable.some((comparison) => comparison.process.name === name));
  if (first === undefined) return nothing(kpi, COMPANY, input, "no process has enough cases on both sides");
  const total = usable.reduce((sum, comparison) => sum + comparison.baseline.cases.length, 0);
  const mean = (of: (comparison: Comparison) => number): number =>
    1
    - Math.exp(
      usable.reduce(
        (sum, comparison) => sum + (comparison.baseline.cases.length / total) * Math.log(1 - of(comparison)),
        0,
      ),
    );
  const value = mean((comparison) => comparison.reduction ?? 0);
  const draws = Float64Array.from({ length: RESAMPLES }, (_, index) =>
    mean((comparison) => comparison.draws[index] ?? Number.NaN),
  );
  const interval = intervalOf(draws);
  const n = usable.reduce((sum, comparison) => sum + comparison.n, 0);
  const target = kpi.target?.kind === "faster" ? kpi.target : null;
  const verdict = verdictOf(value, interval?.low ?? null, target?.value ?? null, n);
  const warnings = [
    ...new Set(
      usable.flatMap((comparison) => comparison.warnings.map((warning) => `${comparison.process.title}: ${warning}`)),
    ),
  ];
  if (left.length > 0) warnings.push(`left out for too few cases: ${left.join(", ")}`);
  const reason = warnings.length === 0 ? null : warnings.join("; ");
  const verdictText = target === null ? "no target" : `target ${percent(target.value)}: ${verdict}`;
  return {
    kpi: kpi.name,
    area: kpi.area,
    definition: kpi.key,
    scope: COMPANY,
    window: first.window,
    shown: true,
    n,
    nOpen: usable.reduce((sum, comparison) => sum + comparison.open, 0),
    excluded: {},
    numerator: null,
    denominator: null,
    value,
    unit: "ratio",
    interval,
    bound: null,
    p90: null,
    target: target?.value ?? null,
    targetText: target?.text ?? null,
    verdict,
    reason,
    sentence: `${capital(faster(value, interval))} than the frozen baseline over ${counted(usable.length, "process", "processes")}, ${counted(n, "case")}; ${verdictText}.`,
    moneyAtStake: null,
    evidence: { keys: [], count: 0 },
  };
}

function nothing(kpi: KpiDefinition, scope: KpiScope, input: MeasureInput, why: string): KpiResult {
  const definition = kpi.windows[0];
  const window =
    definition === undefined
      ? windowOfDays("none", "1970-01-01", "1970-01-01", input.reporting.zone)
      : windowAt(definition, input.asOf, input.reporting);
  return {
    kpi: kpi.name,
    area: kpi.area,
    definition: kpi.key,
    scope,
    window,
    shown: true,
    n: 0,
    nOpen: 0,
    excluded: {},
    numerator: null,
    denominator: null,
    value: null,
    unit: "ratio",
    interval: null,
    bound: null,
    p90: null,
    target: kpi.target?.kind === "faster" ? kpi.target.value : null,
    targetText: kpi.target?.text ?? null,
    verdict: "insufficient",
    reason: why,
    sentence: `There is nothing to compare with yet: ${why}.`,
    moneyAtStake: null,
    evidence: { keys: [], count: 0 },
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
