import type { Star } from "../../kpis/index.ts";
import { dayText, numberOf, numberOrNull, textOf, textOrNull } from "./cells.ts";
import type { Quality, ReportData, Rule, VerdictCount } from "./data.ts";

const MOST_DEVIATIONS = 300;
/** Fewer say nothing of a median (reference §2.1). */
const MIN_FOR_MEDIAN = 10;

/** Rules of every version of every procedure. */
export async function readRules(star: Star): Promise<readonly Rule[]> {
  const rows = await star.query(`
    WITH took AS (SELECT rule_key, is_violation, CASE WHEN count(*) >= ${MIN_FOR_MEDIAN} THEN quantile_cont(cycle_sec, 0.5) END AS median
      FROM fact_conformance WHERE cycle_sec IS NOT NULL AND is_pending = 0 GROUP BY ALL)
    SELECT r.rule_key, p.process, r.rule, r.rule_text, r.rule_sentence, broken.median AS broken, kept.median AS kept FROM dim_rule r
    JOIN dim_process p ON p.process_key = r.rule_process_key
    LEFT JOIN took broken ON broken.rule_key = r.rule_key AND broken.is_violation = 1
    LEFT JOIN took kept ON kept.rule_key = r.rule_key AND kept.is_violation = 0 ORDER BY r.rule_key`);
  return rows.map((row) => ({
    key: textOf(row, "rule_key"),
    p: textOf(row, "process"),
    id: textOf(row, "rule"),
    text: textOf(row, "rule_text"),
    sentence: textOf(row, "rule_sentence"),
    broken: numberOrNull(row, "broken"),
    kept: numberOrNull(row, "kept"),
  }));
}

export async function readVerdicts(star: Star): Promise<readonly VerdictCount[]> {
  const rows = await star.query(`
    SELECT f.rule_key AS rule, p.process AS p, f.segment_key AS s, strftime(f.at_local, '%Y-%m') AS m,
      CASE WHEN f.is_violation = 1 THEN f.category END AS category, count(*) AS judged, sum(f.is_violation) AS violations,
      sum(f.is_violation * f.is_waived) AS waived, sum(f.is_pending) AS pending
    FROM fact_conformance f JOIN dim_process p USING (process_key) GROUP BY ALL ORDER BY ALL`);
  return rows.map((row) => ({
    rule: textOf(row, "rule"),
    p: textOf(row, "p"),
    s: textOrNull(row, "s"),
    m: textOrNull(row, "m"),
    category: textOrNull(row, "category"),
    judged: numberOf(row, "judged"),
    violations: numberOf(row, "violations"),
    waived: numberOf(row, "waived"),
    pending: numberOf(row, "pending"),
  }));
}

export async function readDeviations(star: Star): Promise<ReportData["deviations"]> {
  const rows = await star.query(`
    SELECT p.process AS p, f.segment_key AS s, strftime(f.at_local, '%Y-%m') AS m, f.at_local AS day, f.rule_key AS rule,
      f.category AS category, f.message AS message, f.is_waived AS waived, coalesce(c.case_name, c.case_id) AS case_name, c.url AS url,
      count(*) OVER () AS total
    FROM fact_conformance f JOIN dim_process p USING (process_key) LEFT JOIN fact_case c USING (case_key)
    WHERE f.is_violation = 1 ORDER BY f.at DESC NULLS LAST, f.case_key, f.rule_key LIMIT ${MOST_DEVIATIONS}`);
  return {
    total: rows[0] === undefined ? 0 : numberOf(rows[0], "total"),
    rows: rows.map((row) => ({
      p: textOf(row, "p"),
      s: textOrNull(row, "s"),
      m: textOrNull(row, "m"),
      day: dayText(row, "day"),
      rule: textOf(row, "rule"),
      category: textOrNull(row, "category"),
      message: textOrNull(row, "message"),
      caseName: textOrNull(row, "case_name"),
      url: textOrNull(row, "url"),
      waived: row["waived"] === 1,
    })),
  };
}

export async function readQuality(star: Star): Promise<readonly Quality[]> {
  const rows = await star.query(
    "SELECT q.*, d.day AS day FROM fact_data_quality q LEFT JOIN dim_date d USING (date_key) ORDER BY is_ok, system_key, metric, entity",
  );
  return rows.map((row) => ({
    system: textOf(row, "system_key"),
    entity: textOf(row, "entity"),
    metric: textOf(row, "metric"),
    value: numberOf(row, "value"),
    unit: textOf(row, "unit"),
    allowed: textOrNull(row, "allowed"),
    threshold: numberOrNull(row, "threshold"),
    ok: row["is_ok"] === 1,
    day: dayText(row, "day") ?? "",
  }));
}
