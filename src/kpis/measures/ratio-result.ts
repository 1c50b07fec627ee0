import { DAY } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { formatDuration } from "../definitions/durations.ts";
import { reaches } from "../definitions/targets.ts";
import type { Window } from "../definitions/windows.ts";
import { ratioInterval } from "../statistics/ratio-interval.ts";
import { wilson } from "../statistics/wilson.ts";
import type { Interval } from "../statistics/wilson.ts";
import type { MeasureInput } from "./measure-input.ts";
import type { Sums } from "./ratio-sums.ts";
import type { Relation, Totals } from "./relations.ts";
import { blankResult } from "./result.ts";
import type { KpiResult, KpiScope, KpiVerdict } from "./result.ts";
import { targetOf } from "./target-value.ts";
import type { TargetValue } from "./target-value.ts";
import { judgeInterval, judgeSpread, trialsToConclude, whenConclusive } from "./verdicts.ts";
import { moneyText, numberText, percent, percentRange } from "./wording.ts";

const MATURITY_MS = 30 * DAY;
const MOST_UNKNOWN = 0.1;
const MIN_TO_FAIL = 10;

/** What a value is made from. */
export interface Summed {
  readonly scope: KpiScope;
  readonly window: Window;
  /** Undefined when the window holds nothing. */
  readonly sum: Sums | undefined;
  readonly shown: boolean;
  readonly evidence: KpiResult["evidence"];
}

/** What the minimum is of: the denominator of a share, else the rows. */
export function countOf({ totals = "share" }: Relation, sum: Sums | undefined): number {
  return (totals === "share" ? sum?.den : sum?.rows) ?? 0;
}

/** A share, ratio or count with everything that is told beside it. */
export function ratioResult(
  kpi: KpiDefinition,
  relation: Relation,
  { scope, window, sum, shown, evidence }: Summed,
  input: MeasureInput,
): KpiResult {
  const { totals = "share" } = relation;
  const isOver = totals === "share" || totals === "ratio";
  const n = countOf(relation, sum);
  const num = sum?.num ?? null;
  const den = sum?.den ?? 0;
  // No rows are a number of rows; the sum or the least of nothing is not known.
  const made = totals === "distinct" || kpi.own?.value === "1" ? (num ?? 0) : num;
  const value = isOver ? (den === 0 || num === null ? null : num / den) : made;
  // What stands at the as-of is all there is: nothing was drawn, so there is nothing to be uncertain about.
  const isWhole = relation.isStock === true || !isOver;
  const interval = isWhole ? null : intervalOf(totals, sum);
  const target = targetOf(kpi, input);
  const { verdict, notes } = judge({ kpi, relation, n, value, interval, sum, target, window }, input.asOf);
  const known = den - (sum?.unknown ?? 0);
  const bound =
    kpi.measure === "automation coverage"
      ? known > 0
        ? (num ?? 0) / known
        : null
      : den > 0 && sum?.adjusted != null
        ? sum.adjusted / den
        : null;
  const money = sum?.money ?? null;
  const reason = notes.length === 0 ? null : notes.join("; ");
  const scaled = kpi.unit === "duration" && value !== null ? value * 1000 : value;
  return {
    ...blankResult(kpi, target),
    scope,
    window,
    shown,
    n,
    nOpen: sum?.pending ?? 0,
    excluded: sum?.excluded ?? {},
    numerator: !isOver || den === 0 ? null : num,
    denominator: !isOver || den === 0 ? null : den,
    value: scaled,
    unit: unitOf(kpi),
    interval,
    bound,
    verdict,
    reason,
    sentence: sentenceOf(kpi, relation, { n, value: scaled, interval, bound, money, verdict, reason, target }, input),
    moneyAtStake: money,
    evidence,
  };
}

function unitOf({ unit }: KpiDefinition): KpiResult["unit"] {
  return unit === "share" ? "ratio" : unit === "duration" ? "milliseconds" : unit;
}

function intervalOf(totals: Totals, sum: Sums | undefined): Interval | null {
  if (sum === undefined || sum.num === null) return null;
  const { rows, num, den, numSquares, denSquares, products } = sum;
  if (totals === "ratio") return ratioInterval({ rows, num, den, numSquares, denSquares, products });
  // More counted than there was to count is no share: the formula is wrong, and an interval would hide it.
  return num > den || num < 0 ? null : wilson(num, den);
}

interface Judged {
  readonly kpi: KpiDefinition;
  readonly relation: Relation;
  readonly n: number;
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly sum: Sums | undefined;
  readonly target: TargetValue | null;
  readonly window: Window;
}

function judge(judged: Judged, asOf: Instant): { readonly verdict: KpiVerdict; readonly notes: readonly string[] } {
  const { kpi, relation, n, value, interval, sum, target, window } = judged;
  const { totals = "share" } = relation;
  const notes: string[] = [];
  const told = (verdict: KpiVerdict): { readonly verdict: KpiVerdict; readonly notes: readonly string[] } => {
    if (kpi.measure === "error rate" && window.to + MATURITY_MS > asOf)
      notes.push("preliminary: errors may still be found within 30 days");
    return { verdict, notes };
  };
  if (value === null) {
    notes.push(nothingOf(relation, sum));
    return told("insufficient");
  }
  const needed = `${n.toLocaleString("en-US")} of the ${kpi.minN.toLocaleString("en-US")} needed`;
  if (relation.isStock === true || (totals !== "share" && totals !== "ratio")) {
    // A number of things is what it is, however few they are.
    if (n < kpi.minN && totals !== "sum" && totals !== "distinct") {
      notes.push(needed);
      return told("insufficient");
    }
    if (target === null) return told("no target");
    return told(reaches(target.direction, value, target.value) ? "met" : "not met");
  }
  if (interval === null) {
    notes.push(totals === "share" ? "more is counted than there is to count" : needed);
    return told("insufficient");
  }
  if (target === null) return told(n < kpi.minN ? "insufficient" : "no target");
  const unknownShare = (sum?.unknown ?? 0) / n;
  if (unknownShare > MOST_UNKNOWN) {
    notes.push(`${percent(unknownShare)} of them have no evidence of who did them`);
    return told("insufficient");
  }
  const verdict = judgeInterval(interval, target.direction, target.value);
  if (verdict === "inconclusive" && sum?.num === 0 && target.direction === "below")
    notes.push(`0 of ${n}, not yet conclusive`);
  if (n < kpi.minN) {
    notes.push(needed);
    // Too few to claim a success can still be enough to see a failure.
    return told(verdict !== "not met" || n < MIN_TO_FAIL ? "insufficient" : verdict);
  }
  if (verdict === "inconclusive") {
    const when =
      totals === "share"
        ? whenConclusive(trialsToConclude(sum?.num ?? 0, n, target.direction, target.value), n, window, asOf)
        : judgeSpread({ value, interval, n, window }, target, asOf).reason;
    if (when !== null) notes.push(when);
  }
  return told(verdict);
}

interface Said {
  readonly n: number;
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly bound: number | null;
  readonly money: number | null;
  readonly verdict: KpiVerdict;
  readonly reason: string | null;
  readonly target: TargetValue | null;
}

/** Why there is no value: nothing happened, or nothing that happened can be counted. */
function nothingOf({ noun }: Relation, sum: Sums | undefined): string {
  const excluded = Object.entries(sum?.excluded ?? {});
  if (excluded.length === 0) return `no ${noun} in the window`;
  const reasons = excluded.map(([reason, count]) => `${numberText(count)}: ${reason}`);
  return `all ${noun} in the window are left out (${reasons.join("; ")})`;
}

function sentenceOf(kpi: KpiDefinition, relation: Relation, said: Said, { reporting }: MeasureInput): string {
  const { value, interval, bound, n } = said;
  const { totals = "share", noun } = relation;
  const target = said.target === null ? "no target" : `target ${said.target.text}: ${said.verdict}`;
  const because = said.reason === null ? "" : ` (${said.reason})`;
  if (value === null) {
    return `There is nothing to count${said.reason === null ? "" : `: ${said.reason}`}${said.target === null ? "" : `; ${target}`}.`;
  }
  const ratio = kpi.unit === "share" || kpi.unit === "ratio";
  const size = (amount: number): string =>
    ratio
      ? percent(amount)
      : kpi.unit === "duration"
        ? formatDuration(amount)
        : kpi.unit === "money"
          ? moneyText(amount, reporting.corporateCurrency)
          : numberText(amount);
  const range =
    interval === null
      ? ""
      : `, 95 % interval ${ratio ? percentRange(interval.low, interval.high) : `${size(interval.low)} to ${size(interval.high)}`}`;
  const extra =
    bound === null || Math.abs(bound - value) < 0.0005
      ? ""
      : kpi.measure === "automation coverage"
        ? `, at most ${percent(bound)} without the unknown`
        : `, ${percent(bound)} with waivers accepted`;
  const money =
    said.money === null || said.money <= 0
      ? ""
      : ` ${moneyText(said.money, reporting.corporateCurrency)} are at stake.`;
  const rows = `${n.toLocaleString("en-US")} ${noun}`;
  const head =
    totals === "share"
      ? `${size(value)} of ${rows} ${relation.said}`
      : totals === "sum" && kpi.own?.value === "1"
        ? `${size(value)} ${noun}`
        : `${size(value)} over ${rows}`;
  return `${head}${range}${extra}; ${target}${because}.${money}`;
}
