import type { Star } from "../star/star.ts";
import { coverage } from "./reading.ts";
import type { QualityReading } from "./reading.ts";

/** What the cases themselves say of the data: negative durations, ties, missing dimensions, cases older than the history. */
export async function readingsOfStar(star: Star): Promise<readonly QualityReading[]> {
  const rows = await star.query(`
    WITH visits AS (SELECT case_key, count(*) AS visits, count(*) - count(DISTINCT entered_at) AS ties FROM fact_stage_events GROUP BY case_key),
    declared AS (SELECT process_key, max(segment_key IS NOT NULL) AS has_segment, max(region IS NOT NULL) AS has_region FROM fact_case GROUP BY process_key)
    SELECT p.process AS process, any_value(c.system_key) AS system, count(*) AS cases, count(c.anomaly) AS negative, sum(c.left_truncated) AS truncated,
      sum(coalesce(v.visits, 0)) AS visits, sum(coalesce(v.ties, 0)) AS ties,
      -- What no account is known of cannot have the dimensions of one.
      sum(CASE WHEN c.account_key IS NOT NULL OR c.segment_key IS NOT NULL THEN has_segment::INT ELSE 0 END
        + CASE WHEN c.account_key IS NOT NULL OR c.region IS NOT NULL THEN has_region::INT ELSE 0 END) AS wanted,
      count(c.segment_key) + count(c.region) AS filled
    FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key JOIN declared d ON d.process_key = c.process_key
    LEFT JOIN visits v ON v.case_key = c.case_key GROUP BY p.process ORDER BY p.process`);
  return rows.flatMap((row): readonly QualityReading[] => {
    const number = (column: string): number => Number(row[column] ?? 0);
    const of = { system: String(row["system"]), entity: String(row["process"]) };
    const count = (metric: string, value: number, most: number | null): QualityReading => ({
      ...of,
      metric,
      value,
      unit: "count",
      allowed: most === null ? null : { at: "most", value: most },
    });
    const [visits, wanted] = [number("visits"), number("wanted")];
    return [
      count("negative durations", number("negative"), 0),
      count("cases older than the history", number("truncated"), null),
      ...(visits === 0 ? [] : [{ ...of, ...coverage("ties", number("ties"), visits, null) }]),
      ...(wanted === 0 ? [] : [{ ...of, ...coverage("completeness", number("filled"), wanted, null) }]),
    ];
  });
}
