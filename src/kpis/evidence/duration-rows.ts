import { formatDuration } from "../definitions/durations.ts";
import type { DurationRelation } from "../measures/duration-relations.ts";
import { instantSql } from "../measures/sql.ts";
import { numberText } from "../measures/wording.ts";
import type { KpiResult } from "../measures/result.ts";
import type { SqlRow } from "../star/star.ts";
import { BARE, textOf } from "./row.ts";
import type { EvidenceInput, EvidenceRow } from "./row.ts";
import { objectsOf, scopeSql } from "./ratio-rows.ts";

/** The durations behind a median, the longest first; then what is open, the oldest first; then what is left out. */
export async function durationRows(
  relation: DurationRelation,
  result: KpiResult,
  input: EvidenceInput,
): Promise<readonly EvidenceRow[]> {
  const ended = await endedRows(relation, result, input);
  const open = await openRows(relation, result, input);
  const firstLeftOut = ended.findIndex(({ standing }) => standing === "excluded");
  return ended.toSpliced(firstLeftOut === -1 ? ended.length : firstLeftOut, 0, ...open);
}

/** What a row is of: a case, or a handoff with the case it became, or else the one it came from. */
const OF_WHAT = `c.case_name, c.case_id, c.system_key, c.url, c.source_key, h.source_key AS handoff_source, h.target_key AS handoff_target
    FROM mine LEFT JOIN fact_handoffs h ON h.handoff_key = mine.evidence
    LEFT JOIN fact_case c ON c.case_key = coalesce(h.target_case_key, h.source_case_key, mine.evidence)`;

async function endedRows(
  relation: DurationRelation,
  { scope, window, target, p90 }: KpiResult,
  { star }: EvidenceInput,
): Promise<readonly EvidenceRow[]> {
  const most = target ?? p90;
  const isTime = relation.unit === "milliseconds";
  const rows = await star.query(`
    WITH mine AS (SELECT moment, sec, evidence, CASE WHEN excluded IS NULL AND sec IS NULL THEN 'duration unknown' ELSE excluded END AS excluded
      FROM (${relation.sql}) WHERE moment >= ${instantSql(window.from)} AND moment < ${instantSql(window.to)} ${scopeSql(scope)})
    SELECT mine.*, ${OF_WHAT}
    ORDER BY (excluded IS NOT NULL), sec DESC, mine.evidence`);
  return rows.map((row): EvidenceRow => {
    const excluded = textOf(row, "excluded");
    const size = typeof row["sec"] === "number" ? row["sec"] * (isTime ? 1000 : 1) : null;
    return {
      ...whatOf(row),
      standing: excluded === null ? "counted" : "excluded",
      denominator: excluded === null ? 1 : 0,
      against: excluded === null && most !== null && size !== null && size > most,
      at: typeof row["moment"] === "number" ? row["moment"] : null,
      durationMs: isTime ? size : null,
      because: excluded ?? (size === null ? "" : isTime ? `took ${formatDuration(size)}` : numberText(size)),
    };
  });
}

/** Open ones belong to no window: they have no end, and are counted beside every one. */
async function openRows(
  { open }: DurationRelation,
  { scope }: KpiResult,
  { star, asOf }: EvidenceInput,
): Promise<readonly EvidenceRow[]> {
  if (open === null) return [];
  const rows = await star.query(`
    WITH mine AS (SELECT epoch_ms(since) AS since_ms, evidence FROM (${open}) WHERE TRUE ${scopeSql(scope)})
    SELECT mine.*, ${OF_WHAT}
    ORDER BY since_ms NULLS LAST, mine.evidence`);
  return rows.map((row): EvidenceRow => {
    const since = row["since_ms"];
    const ageMs = typeof since === "number" ? asOf - since : null;
    return {
      ...whatOf(row),
      standing: "pending",
      denominator: 0,
      durationMs: ageMs,
      because: ageMs === null ? "not ended yet" : `open for ${formatDuration(ageMs)}`,
    };
  });
}

function whatOf(row: SqlRow): EvidenceRow {
  return {
    ...BARE,
    key: String(row["evidence"]),
    name: textOf(row, "case_name"),
    url: textOf(row, "url"),
    system: textOf(row, "system_key"),
    caseId: textOf(row, "case_id"),
    because: "",
    objects: objectsOf(row),
  };
}
