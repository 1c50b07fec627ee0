import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { formatDuration } from "../definitions/durations.ts";
import type { Window } from "../definitions/windows.ts";
import type { SqlRow } from "../star/star.ts";
import type { DurationRelation } from "./duration-relations.ts";
import type { MeasureInput } from "./measure-input.ts";
import { blankResult } from "./result.ts";
import type { KpiResult, KpiScope, KpiVerdict } from "./result.ts";
import { countsOf, numberOf } from "./rows.ts";
import { judgeSpread } from "./verdicts.ts";
import { targetOf } from "./target-value.ts";
import { businessText, counted, numberText } from "./wording.ts";

/** Fewer say nothing of a median, or of the ninetieth percentile (reference §2.1). */
const MIN_FOR_MEDIAN = 10;
const MIN_FOR_P90 = 30;

/** What a value of durations is made from. */
export interface Measured {
  readonly scope: KpiScope;
  readonly window: Window;
  /** `n`, `median`, `p90`, `low`, `high`, `excluded` of the window; undefined when it holds nothing. */
  readonly row: SqlRow | undefined;
  /** `n` and `oldest` of what is still open. */
  readonly open: SqlRow | undefined;
  /** The median that counts the open ones, too. */
  readonly censored: number | null;
  readonly shown: boolean;
  /** What to keep in mind; null when nothing. */
  readonly note: string | null;
}

/** A median or ninetieth percentile with everything that is told beside it. */
export function durationResult(
  kpi: KpiDefinition,
  relation: DurationRelation,
  { scope, window, row, open, censored, shown, note }: Measured,
  input: MeasureInput,
): KpiResult {
  const scale = relation.unit === "milliseconds" ? 1000 : 1;
  const read = (key: string): number | null => {
    const value = row?.[key];
    return typeof value === "number" ? Math.round(value * scale * 1000) / 1000 : null;
  };
  const n = numberOf(row, "n");
  const nOpen = numberOf(open, "n");
  const isMedian = relation.quantile === 0.5;
  const least = isMedian ? MIN_FOR_MEDIAN : MIN_FOR_P90;
  const p90 = n >= MIN_FOR_P90 ? read("p90") : null;
  const value = n < least ? null : isMedian ? read("median") : p90;
  const low = read("low");
  const high = read("high");
  const interval = value === null || low === null || high === null ? null : { low, high };
  const target = targetOf(kpi, input);
  let verdict: KpiVerdict = target === null ? "no target" : "insufficient";
  let reason: string | null = null;
  if (value === null || interval === null || n < kpi.minN) {
    verdict = "insufficient";
    reason = `${n} of the ${Math.max(least, kpi.minN)} needed`;
  } else if (target !== null) {
    ({ verdict, reason } = judgeSpread({ value, interval, n, window }, target, input.asOf));
  }
  const size = (amount: number): string =>
    relation.unit !== "milliseconds"
      ? numberText(amount)
      : kpi.clock === "business"
        ? businessText(amount, input.businessDayMs)
        : formatDuration(amount);
  const over = `over ${counted(n, relation.noun, relation.nouns)}`;
  const oldest = open?.["oldest"];
  const parts = [
    value === null
      ? `Only ${counted(n, relation.noun, relation.nouns)}, too few for ${isMedian ? "a median" : "a ninetieth percentile"}`
      : isMedian
        ? `Median ${size(value)}${p90 === null ? "" : `, 90 % within ${size(p90)}`}, ${over}`
        : `90 % within ${size(value)}, ${over}`,
    nOpen === 0
      ? ""
      : `; ${numberText(nOpen)} open${typeof oldest === "number" ? `, the oldest since ${input.star.local.day(oldest)}` : ""}`,
    censored === null ? "" : `; ${size(censored)} when the open ones count`,
    target === null ? "" : `; target ${target.text}: ${verdict}${reason === null ? "" : ` (${reason})`}`,
    note === null || value === null ? "" : `; ${note}`,
  ];
  return {
    ...blankResult(kpi, target),
    scope,
    window,
    shown,
    n,
    nOpen,
    excluded: countsOf(row?.["excluded"]),
    value,
    unit: relation.unit,
    businessDayMs: kpi.clock === "business" && relation.unit === "milliseconds" ? input.businessDayMs : null,
    interval,
    bound: censored,
    p90,
    verdict,
    reason: [reason, value === null ? null : note].filter((each) => each !== null).join("; ") || null,
    sentence: `${parts.join("")}.`,
  };
}
