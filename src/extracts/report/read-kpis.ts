import type { KpiDefinition, KpiResult, SqlRow, Star } from "../../kpis/index.ts";
import { isCompanyTarget, pageOfKpi } from "../pages.ts";
import { dayText, numberOf, numberOrNull, textOf, textOrNull } from "./cells.ts";
import type { Evidence, EvidenceRecord, Kpi, Period, Value } from "./data.ts";

/** The KPIs with every value the star holds of them. */
export async function readKpis(star: Star, definitions: readonly KpiDefinition[]): Promise<readonly Kpi[]> {
  const dimension = new Map((await star.query("SELECT * FROM dim_kpi")).map((row) => [textOf(row, "kpi_key"), row]));
  const values = Map.groupBy(
    await star.query("SELECT * FROM fact_kpi_snapshot ORDER BY kpi_key, scope_type, scope_key, period_start"),
    (row) => textOf(row, "kpi_key"),
  );
  return definitions.map((definition) => {
    const row = dimension.get(definition.name) ?? {};
    return {
      id: definition.name,
      title: textOrNull(row, "kpi_title") ?? definition.title,
      measure: definition.measure,
      question: definition.question,
      formula: definition.formula,
      owner: definition.owner,
      unit: row["kpi_unit"] === "seconds" ? "seconds" : "ratio",
      direction: textOrNull(row, "direction"),
      targetText: textOrNull(row, "target_text"),
      minN: definition.minN,
      area: definition.area,
      page: pageOfKpi(definition),
      isCompanyTarget: isCompanyTarget(definition),
      subject: definition.subject,
      of: definition.of,
      by: definition.by,
      values: (values.get(definition.name) ?? []).map(toValue),
    };
  });
}

function toValue(row: SqlRow): Value {
  return {
    scope: textOf(row, "scope_type"),
    key: textOf(row, "scope_key"),
    window: textOf(row, "window_text"),
    from: dayText(row, "period_start") ?? "",
    to: dayText(row, "period_end") ?? "",
    shown: row["is_shown"] === 1,
    value: numberOrNull(row, "value"),
    low: numberOrNull(row, "ci_low"),
    high: numberOrNull(row, "ci_high"),
    bound: numberOrNull(row, "bound"),
    p90: numberOrNull(row, "p90"),
    numerator: numberOrNull(row, "numerator"),
    denominator: numberOrNull(row, "denominator"),
    n: numberOf(row, "n"),
    open: numberOf(row, "n_open"),
    excluded: textOrNull(row, "excluded_because"),
    target: numberOrNull(row, "target"),
    status: textOf(row, "status"),
    reason: textOrNull(row, "reason"),
    sentence: textOf(row, "sentence"),
    money: numberOrNull(row, "money_at_stake"),
    definition: textOf(row, "definition_version"),
  };
}

/** The windows values were computed over, the shortest first; a month is a point of a line, not a choice. */
export async function readPeriods(star: Star): Promise<readonly Period[]> {
  const rows = await star.query(
    `SELECT window_text, max(period_start) AS period_start, max(period_end) AS period_end FROM fact_kpi_snapshot
     WHERE window_text <> 'month' GROUP BY 1`,
  );
  return rows
    .map((row) => ({
      name: textOf(row, "window_text"),
      from: dayText(row, "period_start") ?? "",
      to: dayText(row, "period_end") ?? "",
    }))
    .sort((a, b) => (a.from > b.from ? -1 : 1));
}

/** What each shown value rests on, as far as the measures name it. */
export function readEvidence(results: readonly KpiResult[]): readonly Evidence[] {
  return results
    .filter(({ shown, evidence }) => shown && evidence.count > 0)
    .map(({ kpi, scope, window, evidence }) => ({
      kpi,
      scope: scope.type,
      key: scope.key,
      window: window.text,
      count: evidence.count,
      keys: evidence.keys,
    }));
}

/** The cases and handoffs that evidence names. */
export async function readEvidenceRecords(
  star: Star,
  evidence: readonly Evidence[],
): Promise<Readonly<Record<string, EvidenceRecord>>> {
  const wanted = [...new Set(evidence.flatMap(({ keys }) => keys))];
  if (wanted.length === 0) return {};
  const places = wanted.map((_, index) => `$${index + 1}`).join(", ");
  const rows = await star.query(
    `SELECT c.case_key AS key, c.case_id AS id, coalesce(c.case_name, c.case_id) AS name, c.url AS url,
       p.process_title || ', ' || c.status || CASE WHEN c.outcome IS NULL OR c.outcome = c.status THEN '' ELSE ' (' || c.outcome || ')' END
         || ', started ' || strftime(c.started_at_local, '%Y-%m-%d')
         || coalesce(', ended ' || strftime(c.completed_at_local, '%Y-%m-%d'), '')
         || coalesce(', done again: ' || c.repeated, '')
         || coalesce('. ' || (SELECT string_agg(v.message, ' ' ORDER BY v.rule_key) FROM fact_conformance v
              WHERE v.case_key = c.case_key AND v.is_violation = 1), '') AS text
     FROM fact_case c JOIN dim_process p USING (process_key) WHERE c.case_key IN (${places})
     UNION ALL
     SELECT h.handoff_key, h.handoff_key, coalesce(t.case_name, s.case_name, a.account, h.source_key, h.target_key, h.handoff_key),
       coalesce(t.url, s.url, a.account_url),
       d.contract || ', ' || h.label || coalesce(': ' || h.because, '')
     FROM fact_handoffs h JOIN dim_contract d USING (contract_key)
     LEFT JOIN fact_case s ON s.case_key = h.source_case_key LEFT JOIN fact_case t ON t.case_key = h.target_case_key
     LEFT JOIN dim_account a ON a.account_key = h.account_key WHERE h.handoff_key IN (${places})`,
    wanted,
  );
  return Object.fromEntries(
    rows.map((row) => [
      textOf(row, "key"),
      {
        id: textOf(row, "id"),
        name: textOf(row, "name"),
        url: textOrNull(row, "url"),
        text: textOf(row, "text"),
      },
    ]),
  );
}
