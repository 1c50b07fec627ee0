import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { parseWindow, windowAt } from "../definitions/windows.ts";
import type { Window } from "../definitions/windows.ts";
import type { MeasureInput } from "./measure-input.ts";
import { countOf, ratioResult } from "./ratio-result.ts";
import { sumUp } from "./ratio-sums.ts";
import type { Sums } from "./ratio-sums.ts";
import { relationOf } from "./relations.ts";
import type { Relation } from "./relations.ts";
import { COMPANY, EVIDENCE_SAMPLE } from "./result.ts";
import type { KpiResult, KpiScope } from "./result.ts";
import { numberOf } from "./rows.ts";
import { instantSql } from "./sql.ts";

const TREND_MONTHS = 12;
const NOTHING: KpiResult["evidence"] = { keys: [], count: 0 };

/** All windows and scopes of a ratio KPI: Σ numerator ÷ Σ denominator, one query. Also its last months, for trends. */
export async function measureRatio(kpi: KpiDefinition, input: MeasureInput): Promise<readonly KpiResult[]> {
  const relation = relationOf(kpi, input.processes, input.asOf);
  if (relation === null) return [];
  const windows = kpi.windows.map((definition) => windowAt(definition, input.asOf, input.reporting));
  const months = relation.isStock === true ? [] : lastMonths(input);
  const sums = await sumUp(kpi, relation, [...windows, ...months], input);
  const results: KpiResult[] = [];
  for (const scope of scopesOf(sums)) {
    const mine = sums.filter((sum) => sum.scope.type === scope.type && sum.scope.key === scope.key);
    const at = (index: number): Sums | undefined => mine.find((sum) => sum.window === index);
    const enough = windows.findIndex((_, index) => countOf(relation, at(index)) >= kpi.minN);
    const shown = enough === -1 ? windows.length - 1 : enough;
    for (const [index, window] of windows.entries()) {
      const isShown = index === shown;
      const evidence = isShown && scope.type === "company" ? await against(relation, window, input) : NOTHING;
      results.push(ratioResult(kpi, relation, { scope, window, sum: at(index), shown: isShown, evidence }, input));
    }
    if (scope.type !== "company") continue;
    for (const [index, month] of months.entries()) {
      const sum = at(windows.length + index);
      if (sum !== undefined && sum.rows > 0) {
        results.push(ratioResult(kpi, relation, { scope, window: month, sum, shown: false, evidence: NOTHING }, input));
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
    keys: rows.flatMap(({ evidence }) => (typeof evidence === "string" ? [evidence] : [])),
    count: first === undefined ? 0 : numberOf(first, "total"),
  };
}
