import { DAY } from "../../model/index.ts";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { parseWindow, windowAt } from "../definitions/windows.ts";
import type { Window } from "../definitions/windows.ts";
import type { SqlRow } from "../star/star.ts";
import { wilson } from "../statistics/wilson.ts";
import type { MeasureInput } from "./measure-input.ts";
import { instantSql, relationOf } from "./relations.ts";
import type { Relation } from "./relations.ts";
import { COMPANY } from "./result.ts";
import type { KpiResult, KpiScope, KpiVerdict } from "./result.ts";
import { judgeInterval, trialsToConclude, whenConclusive } from "./verdicts.ts";
import { moneyText, percent, percentRange } from "./wording.ts";

const EVIDENCE_SAMPLE = 20;
const TREND_MONTHS = 12;
const MATURITY_MS = 30 * DAY;
const MOST_UNKNOWN = 0.1;
const MIN_TO_FAIL = 10;

interface Sums {
  readonly window: number;
  readonly scope: KpiScope;
  readonly num: number;
  readonly den: number;
  readonly pending: number;
  readonly unknown: number;
  readonly adjusted: number | null;
  readonly money: number | null;
  readonly excluded: Readonly<Record<string, number>>;
}

/** All windows and scopes of a ratio KPI: Σ numerator ÷ Σ denominator, one query. Also its last months, for trends. */
export async function measureRatio(kpi: KpiDefinition, input: MeasureInput): Promise<readonly KpiResult[]> {
  const relation = relationOf(kpi, input.processes, input.asOf);
  if (relation === null) return [];
  const windows = kpi.windows.map((definition) => windowAt(definition, input.asOf, input.reporting));
  const months = lastMonths(input);
  const sums = await sumUp(kpi, relation, [...windows, ...months], input);
  const results: KpiResult[] = [];
  for (const scope of scopesOf(sums)) {
    const mine = sums.filter((sum) => sum.scope.type === scope.type && sum.scope.key === scope.key);
    const at = (index: number): Sums | undefined => mine.find((sum) => sum.window === index);
    const enough = windows.findIndex((_, index) => (at(index)?.den ?? 0) >= kpi.minN);
    const shown = enough === -1 ? windows.length - 1 : enough;
    for (const [index, window] of windows.entries()) {
      const isShown = index === shown;
      const evidence =
        isShown && scope.type === "company" ? await against(relation, window, input) : { keys: [], count: 0 };
      results.push(resultOf(kpi, relation, scope, window, at(index), isShown, evidence, input));
    }
    if (scope.type !== "company") continue;
    for (const [index, month] of months.entries()) {
      const sum = at(windows.length + index);
      if (sum !== undefined && sum.den > 0) {
        results.push(resultOf(kpi, relation, scope, month, sum, false, { keys: [], count: 0 }, input));
      }
    }
  }
  return results;
}

function lastMonths({ asOf, reporting }: MeasureInput): readonly Window[] {
  const month = parseWindow("month");
  if (month === undefined) return [];
  const months: Window[] = [];
  for (let at = asOf; months.length < TREND_MONTHS;) {
    const window = windowAt(month, at, reporting);
    months.push(window);
    at = window.from;
  }
  return months;
}

async function sumUp(
  kpi: KpiDefinition,
  relation: Relation,
  windows: readonly Window[],
  { star }: MeasureInput,
): Promise<readonly Sums[]> {
  const cuts = ["process", "contract", "segment", "region", "team"].filter(
    (cut) => kpi.by.some((by) => by === cut) || (cut === kpi.subject && kpi.of.length > 1),
  );
  const values = windows.map((window, index) => `(${index}, ${instantSql(window.from)}, ${instantSql(window.to)})`);
  const sets = ["(w)", ...cuts.map((cut) => `(w, ${cut})`)].join(", ");
  const scopeType = cuts.map((cut) => `WHEN grouping(${cut}) = 0 THEN '${cut}'`).join(" ");
  const scopeKey = cuts.map((cut) => `WHEN grouping(${cut}) = 0 THEN ${cut}`).join(" ");
  const counted = "FILTER (WHERE excluded IS NULL AND pending = 0)";
  const rows = await star.query(`
    WITH rel AS (${relation.sql}), win(w, lo, hi) AS (VALUES ${values.join(", ")})
    SELECT w, ${cuts.length === 0 ? "'company'" : `CASE ${scopeType} ELSE 'company' END`} AS scope_type,
      ${cuts.length === 0 ? "'all'" : `CASE ${scopeKey} ELSE 'all' END`} AS scope_key,
      coalesce(sum(num) ${counted}, 0) AS num, coalesce(sum(den) ${counted}, 0) AS den,
      count(*) FILTER (WHERE pending = 1 AND excluded IS NULL) AS pending, coalesce(sum(unknown) ${counted}, 0) AS unknown,
      sum(adjusted) ${counted} AS adjusted, sum(money) ${counted} AS money,
      CAST(to_json(histogram(excluded) FILTER (WHERE excluded IS NOT NULL)) AS VARCHAR) AS excluded
    FROM rel JOIN win ON rel.moment IS NULL OR (rel.moment >= lo AND rel.moment < hi)
    GROUP BY GROUPING SETS (${sets}) ORDER BY ALL`);
  return rows.flatMap((row) => {
    const key = row["scope_key"];
    // Rows without a value for a cut are in the total, and no segment of their own.
    if (typeof key !== "string") return [];
    return [
      {
        window: numberOf(row, "w"),
        scope: { type: scopeTypeOf(row["scope_type"]), key },
        num: numberOf(row, "num"),
        den: numberOf(row, "den"),
        pending: numberOf(row, "pending"),
        unknown: numberOf(row, "unknown"),
        adjusted: typeof row["adjusted"] === "number" ? row["adjusted"] : null,
        money: typeof row["money"] === "number" ? row["money"] : null,
        excluded: typeof row["excluded"] === "string" ? countsOf(row["excluded"]) : {},
      },
    ];
  });
}

function scopesOf(sums: readonly Sums[]): readonly KpiScope[] {
  const scopes = new Map<string, KpiScope>([["company/all", COMPANY]]);
  for (const { scope } of sums) scopes.set(`${scope.type}/${scope.key}`, scope);
  return [...scopes.values()];
}

async function against(relation: Relation, window: Window, { star }: MeasureInput): Promise<KpiResult["evidence"]> {
  const rows = await star.query(`
    SELECT evidence, count(*) OVER () AS total FROM (SELECT evidence, max(moment) AS moment FROM (${relation.sql})
    WHERE ${relation.against} AND pending = 0 AND excluded IS NULL AND moment >= ${instantSql(window.from)} AND moment < ${instantSql(window.to)} GROUP BY evidence)
    ORDER BY moment DESC, evidence LIMIT ${EVIDENCE_SAMPLE}`);
  const first = rows[0];
  return {
    keys: rows.flatMap((row) => (typeof row["evidence"] === "string" ? [row["evidence"]] : [])),
    count: first === undefined ? 0 : numberOf(first, "total"),
  };
}

function resultOf(
  kpi: KpiDefinition,
  relation: Relation,
  scope: KpiScope,
  window: Window,
  sum: Sums | undefined,
  shown: boolean,
  evidence: KpiResult["evidence"],
  input: MeasureInput,
): KpiResult {
  const num = sum?.num ?? 0;
  const den = sum?.den ?? 0;
  const value = den === 0 ? null : num / den;
  const interval = wilson(num, den);
  const target = kpi.target?.kind === "ratio" ? kpi.target : null;
  const unknownShare = den === 0 ? 0 : (sum?.unknown ?? 0) / den;
  const notes: string[] = [];
  let verdict: KpiVerdict;
  if (value === null || interval === null) {
    verdict = "insufficient";
    notes.push(`no ${relation.noun} in the window`);
  } else if (target === null) verdict = den < kpi.minN ? "insufficient" : "no target";
  else if (unknownShare > MOST_UNKNOWN) {
    verdict = "insufficient";
    notes.push(`${percent(unknownShare)} of them have no evidence of who did them`);
  } else {
    verdict = judgeInterval(interval, target.direction, target.value);
    if (verdict === "inconclusive" && num === 0 && target.direction === "below")
      notes.push(`0 of ${den}, not yet conclusive`);
    if (den < kpi.minN) {
      // Too few to claim a success can still be enough to see a failure.
      if (verdict !== "not met" || den < MIN_TO_FAIL) verdict = "insufficient";
      notes.push(`${den} of the ${kpi.minN} needed`);
    } else if (verdict === "inconclusive") {
      const needed = trialsToConclude(num, den, target.direction, target.value);
      notes.push(whenConclusive(needed, den, window, input.asOf));
    }
  }
  if (kpi.measure === "error rate" && window.to + MATURITY_MS > input.asOf)
    notes.push("preliminary: errors may still be found within 30 days");
  const known = den - (sum?.unknown ?? 0);
  const bound =
    kpi.measure === "automation coverage"
      ? known > 0
        ? num / known
        : null
      : den > 0 && sum?.adjusted != null
        ? sum.adjusted / den
        : null;
  const money = sum?.money ?? null;
  const reason = notes.length === 0 ? null : notes.join("; ");
  return {
    kpi: kpi.name,
    area: kpi.area,
    definition: kpi.key,
    scope,
    window,
    shown,
    n: den,
    nOpen: sum?.pending ?? 0,
    excluded: sum?.excluded ?? {},
    numerator: den === 0 ? null : num,
    denominator: den === 0 ? null : den,
    value,
    unit: "ratio",
    interval,
    bound,
    p90: null,
    target: target?.value ?? null,
    targetText: target?.text ?? null,
    verdict,
    reason,
    sentence: sentenceOf(kpi, relation, { num, den, value, interval, bound, money, verdict, reason }, input),
    moneyAtStake: money,
    evidence,
  };
}

interface Said {
  readonly num: number;
  readonly den: number;
  readonly value: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly bound: number | null;
  readonly money: number | null;
  readonly verdict: KpiVerdict;
  readonly reason: string | null;
}

function sentenceOf(kpi: KpiDefinition, relation: Relation, said: Said, { reporting }: MeasureInput): string {
  const { value, interval } = said;
  const target = kpi.target === null ? "no target" : `target ${kpi.target.text}: ${said.verdict}`;
  const because = said.reason === null ? "" : ` (${said.reason})`;
  if (value === null || interval === null) return `There is nothing to count yet; ${target}${because}.`;
  const range =
    said.den === said.num && said.den === 0 ? "" : `, 95 % interval ${percentRange(interval.low, interval.high)}`;
  const extra =
    said.bound === null || Math.abs(said.bound - value) < 0.0005
      ? ""
      : kpi.measure === "automation coverage"
        ? `, at most ${percent(said.bound)} without the unknown`
        : `, ${percent(said.bound)} with waivers accepted`;
  const money =
    said.money === null || said.money <= 0
      ? ""
      : ` ${moneyText(said.money, reporting.corporateCurrency)} are at stake.`;
  return `${percent(value)} of ${said.den.toLocaleString("en-US")} ${relation.noun} ${relation.said}${range}${extra}; ${target}${because}.${money}`;
}

function numberOf(row: SqlRow, key: string): number {
  const value = row[key];
  return typeof value === "number" ? value : 0;
}

function scopeTypeOf(value: unknown): KpiScope["type"] {
  switch (value) {
    case "process":
    case "contract":
    case "segment":
    case "region":
    case "team":
    case "stage":
      return value;
    default:
      return "company";
  }
}

function countsOf(json: string): Readonly<Record<string, number>> {
  const parsed: unknown = JSON.parse(json);
  const counts: Record<string, number> = {};
  for (const [key, value] of Object.entries(Object(parsed))) if (typeof value === "number") counts[key] = value;
  return counts;
}
