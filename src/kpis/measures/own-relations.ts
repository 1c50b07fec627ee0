import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import type { OwnFormula } from "../definitions/own-formula.ts";
import type { Relation } from "./relations.ts";
import { momentSql } from "./sql.ts";

/** The relation of a formula that adds up or counts; null for a KPI without one, or one of durations. */
export function ownRelation({ own, direction }: KpiDefinition): Relation | null {
  if (own === null || own.statistic === "median" || own.statistic === "p90") return null;
  const rises = direction === "higher is better";
  const isOver = own.statistic === "share" || own.statistic === "ratio";
  const against = !isOver ? "FALSE" : rises ? "num < den" : "num > 0";
  return {
    sql: `SELECT ${rowsOf(own, rises)}`,
    noun: own.noun,
    said: own.said,
    against,
    totals: own.statistic,
    isStock: own.moment === null,
  };
}

/** The columns of a relation that are the same for sums and durations, and where they come from. */
export function rowsOf(own: OwnFormula, rises: boolean): string {
  const cuts = Object.entries(own.cuts).map(([cut, sql]) => `, ${sql} AS ${cut}`);
  const moment = own.moment ?? "(SELECT as_of FROM dim_as_of)";
  const money =
    own.money === null
      ? "NULL"
      : rises
        ? `CASE WHEN ${own.value} < ${own.denominator} THEN ${own.money} ELSE 0 END`
        : `CASE WHEN ${own.value} > 0 THEN ${own.money} ELSE 0 END`;
  return `${momentSql(moment, own.pending, own.excluded)} AS moment, ${own.value} AS num, ${own.denominator} AS den,
    CASE WHEN ${own.pending} THEN 1 ELSE 0 END AS pending, 0 AS unknown, NULL AS adjusted, ${own.excluded} AS excluded,
    ${money} AS money, ${own.evidence} AS evidence, ${own.item} AS item, ${own.value} AS sec${cuts.join("")}
    FROM ${own.fact} f ${own.joins.join(" ")} WHERE ${own.where}`;
}
