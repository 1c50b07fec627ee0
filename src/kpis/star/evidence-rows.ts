import { hashText } from "../../model/index.ts";
import type { KpiResult } from "../measures/result.ts";
import { snapshotKey } from "./kpi-rows.ts";
import type { SqlRow, Star } from "./star.ts";

/** Cases and handoffs as evidence tells them: a name or an id, what became of it, where its record is. */
const RECORDS_SQL = `
  SELECT c.case_key AS key, 'case' AS kind, c.case_id AS id, coalesce(c.case_name, c.case_id) AS name, c.url AS url,
    c.process_key AS process_key, c.segment_key AS segment_key, c.amount_corporate AS money,
    p.process_title || ', ' || c.status || CASE WHEN c.outcome IS NULL OR c.outcome = c.status THEN '' ELSE ' (' || c.outcome || ')' END
      || coalesce(', started ' || strftime(c.started_at_local, '%Y-%m-%d'), '')
      || coalesce(', ended ' || strftime(c.completed_at_local, '%Y-%m-%d'), '')
      || coalesce(', done again: ' || c.repeated, '') || coalesce('. ' || v.told, '') AS text
  FROM fact_case c JOIN dim_process p USING (process_key)
  LEFT JOIN (SELECT case_key, string_agg(message, ' ' ORDER BY rule_key) AS told FROM fact_conformance WHERE is_violation = 1 GROUP BY 1) v
    USING (case_key)
  WHERE c.case_key IN (SELECT unnest(string_split($1, chr(10))))
  UNION ALL
  SELECT h.handoff_key, 'handoff', h.handoff_key, coalesce(t.case_name, s.case_name, a.account, h.source_key, h.target_key, h.handoff_key),
    coalesce(t.url, s.url, a.account_url), NULL, h.segment_key, h.amount_corporate,
    d.contract || ', ' || h.label || coalesce(': ' || h.because, '')
  FROM fact_handoffs h JOIN dim_contract d USING (contract_key)
  LEFT JOIN fact_case s ON s.case_key = h.source_case_key LEFT JOIN fact_case t ON t.case_key = h.target_case_key
  LEFT JOIN dim_account a ON a.account_key = h.account_key
  WHERE h.handoff_key IN (SELECT unnest(string_split($1, chr(10))))`;

/**
 * Writes the cases and handoffs that count against each shown value, as far as its measure names them: the sample it gives,
 * with how many there are. Call it once dimensions and values are written.
 */
export async function appendEvidence(star: Star, results: readonly KpiResult[]): Promise<void> {
  const shown = results.filter((result) => result.shown && result.evidence.keys.length > 0);
  const keys = [...new Set(shown.flatMap(({ evidence }) => evidence.keys))];
  if (keys.length === 0) return;
  const rows = await star.query(RECORDS_SQL, [keys.join("\n")]);
  const records = new Map(rows.map((row) => [String(row["key"]), row]));
  for (const result of shown) {
    const snapshot = snapshotKey(result);
    for (const [index, key] of result.evidence.keys.entries()) {
      const record = records.get(key);
      star.append("fact_kpi_evidence", {
        evidence_key: hashText(`${snapshot}\0${key}`).slice(0, 16),
        snapshot_key: snapshot,
        kpi_key: result.kpi,
        scope_type: result.scope.type,
        scope_key: result.scope.key,
        window_text: result.window.text,
        place: index + 1,
        of_n: result.evidence.count,
        record_kind: textOf(record, "kind"),
        record_key: key,
        record_id: textOf(record, "id"),
        record_name: textOf(record, "name") ?? key,
        record_text: textOf(record, "text"),
        record_url: textOf(record, "url"),
        process_key: textOf(record, "process_key"),
        segment_key: textOf(record, "segment_key"),
        amount_corporate: numberOf(record, "money"),
      });
    }
  }
  star.flush();
}

function textOf(row: SqlRow | undefined, column: string): string | null {
  const value = row?.[column];
  return typeof value === "string" ? value : null;
}

function numberOf(row: SqlRow | undefined, column: string): number | null {
  const value = row?.[column];
  return typeof value === "number" ? value : null;
}
