import type { Departure, KpiDefinition } from "../definitions/compile-kpi.ts";
import type { Relation } from "./relations.ts";
import { listSql, quote } from "./sql.ts";

/** Days of a quarter that a customer must have been active for, and the longest time between two reviews (reference §2.2). */
const ACTIVE_DAYS = 60;
const LONGEST_GAP_DAYS = 100;

/** Whether an account went away after an instant and up to a local day. */
export function departed({ process, outcomes }: Departure, account: string, from: string, day: string): string {
  return `EXISTS (SELECT 1 FROM fact_case gone JOIN dim_process gone_of ON gone_of.process_key = gone.process_key AND gone_of.process = ${quote(process)}
    WHERE gone.account_key = ${account} AND gone.outcome IN ${listSql(outcomes)} AND gone.completed_at >= ${from} AND CAST(gone.completed_at_local AS DATE) <= ${day})`;
}

/**
 * Quarterly reviews by customer. Cadence: a row for each ended calendar quarter in which the customer, once onboarded, was active for
 * 60 days; scheduled or cancelled is not held. Gap: a row for each customer of today with its longest time without a review.
 */
export function reviewRelation(kpi: KpiDefinition): Relation {
  const customers = customersSql(kpi);
  const held = `SELECT c.account_key, c.completed_at_local AS held_at FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key
    AND p.process IN ${listSql(kpi.of)} WHERE c.outcome = ${quote(kpi.outcome ?? "")} AND c.account_key IS NOT NULL`;
  const today = "(SELECT as_of_local FROM dim_as_of)";
  if (kpi.measure === "review gap") {
    return {
      sql: `WITH customers AS (${customers}), held AS (${held}),
        points AS (SELECT k.account_key, k.began AS point FROM customers k UNION ALL SELECT h.account_key, h.held_at FROM held h JOIN customers k ON k.account_key = h.account_key AND h.held_at > k.began
          UNION ALL SELECT k.account_key, ${today} FROM customers k),
        gaps AS (SELECT account_key, point - lag(point) OVER (PARTITION BY account_key ORDER BY point) AS gap FROM points),
        longest AS (SELECT account_key, max(gap) AS gap FROM gaps GROUP BY account_key)
        SELECT (SELECT as_of FROM dim_as_of) AS moment, CASE WHEN g.gap > INTERVAL ${LONGEST_GAP_DAYS} DAY THEN 1 ELSE 0 END AS num, 1 AS den,
          0 AS pending, 0 AS unknown, NULL AS adjusted, CASE WHEN k.ended IS NOT NULL THEN 'left' END AS excluded, NULL AS money,
          k.case_key AS evidence, k.account_key AS item, ${CUTS} FROM customers k JOIN longest g USING (account_key)`,
      noun: "customers",
      said: `were without a review for more than ${LONGEST_GAP_DAYS} days`,
      against: "num = 1",
      isStock: true,
    };
  }
  // The quarter counts in the window its last days are in; windows begin with a month, so that the zone makes no difference.
  return {
    sql: `WITH customers AS (${customers}), held AS (${held}),
      quarters AS (SELECT CAST(q AS TIMESTAMP) AS opens, CAST(q AS TIMESTAMP) + INTERVAL 3 MONTH AS closes FROM generate_series(
        date_trunc('quarter', (SELECT min(began) FROM customers)), ${today}, INTERVAL 3 MONTH) t(q)),
      spans AS (SELECT k.*, q.opens, q.closes, date_diff('second', greatest(k.began, q.opens), least(coalesce(k.ended, q.closes), q.closes)) / 86400.0 AS days
        FROM customers k JOIN quarters q ON q.closes <= ${today} AND k.began < q.closes AND (k.ended IS NULL OR k.ended > q.opens))
      SELECT r.closes - INTERVAL 36 HOUR AS moment,
        CASE WHEN EXISTS (SELECT 1 FROM held h WHERE h.account_key = r.account_key AND h.held_at >= r.opens AND h.held_at < r.closes) THEN 1 ELSE 0 END AS num, 1 AS den,
        0 AS pending, 0 AS unknown, NULL AS adjusted, CASE WHEN r.days < ${ACTIVE_DAYS} THEN 'active for less than ${ACTIVE_DAYS} days' END AS excluded,
        NULL AS money, r.case_key AS evidence, r.account_key || '/' || strftime(r.opens, '%Y-%m') AS item, ${CUTS.replaceAll("k.", "r.")} FROM spans r`,
    noun: "quarters of customers",
    said: "had a review held",
    against: "num = 0",
  };
}

const CUTS =
  "NULL AS process, NULL AS contract, k.segment_key AS segment, k.region AS region, k.owner_team_key AS team, NULL AS category";

/** Accounts from their first completed onboarding on until what takes a customer away, in local time; one with anything else going on stays. */
function customersSql({ after, unless }: KpiDefinition): string {
  const lost =
    unless === null
      ? "SELECT NULL AS account_key, NULL AS ended WHERE FALSE"
      : `SELECT c.account_key, max(c.completed_at_local) FILTER (WHERE c.outcome IN ${listSql(unless.outcomes)}) AS ended
          FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key AND p.process = ${quote(unless.process)}
          WHERE c.account_key IS NOT NULL GROUP BY c.account_key HAVING max(c.is_open) = 0`;
  return `SELECT o.account_key, min(o.completed_at_local) AS began, any_value(l.ended) AS ended, min_by(o.case_key, o.completed_at) AS case_key,
      min_by(o.segment_key, o.completed_at) AS segment_key, min_by(o.region, o.completed_at) AS region, min_by(o.owner_team_key, o.completed_at) AS owner_team_key
    FROM fact_case o JOIN dim_process p ON p.process_key = o.process_key AND p.process = ${quote(after ?? "")} LEFT JOIN (${lost}) l ON l.account_key = o.account_key
    WHERE o.is_completed = 1 AND o.account_key IS NOT NULL GROUP BY o.account_key`;
}
