import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { formatDuration } from "../definitions/durations.ts";
import { windowAt, windowOfDays } from "../definitions/windows.ts";
import { quantileSorted } from "../statistics/quantile.ts";
import type { MeasureInput } from "./measure-input.ts";
import { MIN_TO_SHOW, RESAMPLES } from "./reduction-compare.ts";
import type { Comparison } from "./reduction-compare.ts";
import { blankResult, COMPANY } from "./result.ts";
import type { KpiResult, KpiScope, KpiVerdict } from "./result.ts";
import { counted, percent } from "./wording.ts";

/** Ended cases needed on each side before anything is claimed. */
export const MIN_TO_CLAIM = 30;

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

/** One process's reduction. */
export function reductionResult(kpi: KpiDefinition, comparison: Comparison, shown: boolean): KpiResult {
  const interval = intervalOf(comparison.draws);
  const target = kpi.target?.kind === "faster" ? kpi.target : null;
  const n = Math.min(comparison.n, comparison.nBase);
  const value = n < MIN_TO_SHOW ? null : comparison.reduction;
  const verdict = verdictOf(value, interval?.low ?? null, target?.value ?? null, n);
  const notes = [...comparison.warnings];
  if (n >= MIN_TO_SHOW && value === null) {
    notes.unshift(
      `more than half of the cases have not ended within ${formatDuration(comparison.followUpMs)} of their start, so there is no median`,
    );
  }
  if (n < MIN_TO_CLAIM) notes.unshift(`${n} of the ${MIN_TO_CLAIM} ended cases needed on each side`);
  const reason = notes.length === 0 ? null : notes.join("; ");
  return {
    ...blankResult(kpi, target),
    scope: { type: "process", key: comparison.process.name },
    window: comparison.window,
    shown,
    n: comparison.n,
    nOpen: comparison.open,
    excluded: comparison.excluded,
    numerator: comparison.standardised,
    denominator: comparison.medianBase,
    value,
    unit: "ratio",
    interval: value === null ? null : interval,
    bound: comparison.raw,
    verdict,
    reason,
    sentence: sentenceOf(kpi, comparison, value, interval, verdict, reason),
    evidence: { keys: comparison.firstKeys, count: comparison.cases },
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
export function combine(kpi: KpiDefinition, comparisons: readonly Comparison[], input: MeasureInput): KpiResult {
  const usable = comparisons.filter(
    (comparison) =>
      comparison.reduction !== null
      && comparison.draws.length > 0
      && Math.min(comparison.n, comparison.nBase) >= MIN_TO_CLAIM,
  );
  const [first] = usable;
  const left = kpi.of.filter((name) => !usable.some((comparison) => comparison.process.name === name));
  if (first === undefined) return nothing(kpi, COMPANY, input, "no process has enough cases on both sides");
  const total = usable.reduce((sum, comparison) => sum + comparison.baselineCases, 0);
  const mean = (of: (comparison: Comparison) => number): number =>
    1
    - Math.exp(
      usable.reduce((sum, comparison) => sum + (comparison.baselineCases / total) * Math.log(1 - of(comparison)), 0),
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
    ...blankResult(kpi, target),
    scope: COMPANY,
    window: first.window,
    shown: true,
    n,
    nOpen: usable.reduce((sum, comparison) => sum + comparison.open, 0),
    value,
    unit: "ratio",
    interval,
    verdict,
    reason,
    sentence: `${capital(faster(value, interval))} than the frozen baseline over ${counted(usable.length, "process", "processes")}, ${counted(n, "case")}; ${verdictText}.`,
  };
}

/** Why there is nothing to compare. */
export function nothing(kpi: KpiDefinition, scope: KpiScope, input: MeasureInput, why: string): KpiResult {
  const definition = kpi.windows[0];
  const window =
    definition === undefined
      ? windowOfDays("none", "1970-01-01", "1970-01-01", input.reporting.zone)
      : windowAt(definition, input.asOf, input.reporting);
  return {
    ...blankResult(kpi, kpi.target?.kind === "faster" ? kpi.target : null),
    scope,
    window,
    shown: true,
    n: 0,
    value: null,
    unit: "ratio",
    verdict: "insufficient",
    reason: why,
    sentence: `There is nothing to compare with yet: ${why}.`,
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
