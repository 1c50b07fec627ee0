import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import type { Relation } from "../measures/relations.ts";
import type { KpiResult, KpiScope } from "../measures/result.ts";
import { numberOf } from "../measures/rows.ts";
import { instantSql, quote } from "../measures/sql.ts";
import type { SqlRow } from "../star/star.ts";
import { becauseOf, storySql } from "./because.ts";
import { BARE, textOf } from "./row.ts";
import type { EvidenceInput, EvidenceRow } from "./row.ts";

/** The rows of a ratio's relation that its window and scope hold. */
export async function ratioRows(
  kpi: KpiDefinition,
  relation: Relation,
  { scope, window }: KpiResult,
  { star }: EvidenceInput,
): Promise<readonly EvidenceRow[]> {
  const rows = await star.query(`
    WITH mine AS (SELECT * FROM (${relation.sql})
      WHERE (moment IS NULL OR (moment >= ${instantSql(window.from)} AND moment < ${instantSql(window.to)})) ${scopeSql(scope)}),
    story AS (${storySql(kpi)})
    SELECT mine.item AS item, moment, num, den, pending, unknown, excluded, ${relation.against} AS against,
      c.case_name, c.case_id, c.system_key, c.url, c.repeated, c.outcome, c.source_key, epoch_ms(c.completed_at_local) AS completed_local,
      s.step_name, s.actor_kind, s.evidence_grade, s.event_key,
      h.source_key AS handoff_source, h.target_key AS handoff_target, h.label, h.because, epoch_ms(h.triggered_at_local) AS triggered_local,
      story.told AS told, story.events AS story_events
    FROM mine
    LEFT JOIN fact_step_executions s ON s.exec_key = mine.item
    LEFT JOIN fact_handoffs h ON h.handoff_key = mine.item
    LEFT JOIN fact_case c ON c.case_key = CASE WHEN h.handoff_key IS NULL THEN coalesce(s.case_key, mine.evidence) ELSE h.target_case_key END
    LEFT JOIN story ON story.case_key = c.case_key
    ORDER BY (excluded IS NOT NULL), pending, against DESC, moment DESC, mine.item`);
  return rows.map((row) => rowOf(kpi, relation, row));
}

/** The condition that keeps a scope's own rows of a relation with the cuts as columns. */
export function scopeSql({ type, key }: KpiScope): string {
  return type === "company" ? "" : `AND ${type} = ${quote(key)}`;
}

function rowOf(kpi: KpiDefinition, relation: Relation, row: SqlRow): EvidenceRow {
  const excluded = textOf(row, "excluded");
  const standing = excluded !== null ? "excluded" : row["pending"] === 1 ? "pending" : "counted";
  const step = textOf(row, "step_name");
  const name = textOf(row, "case_name");
  return {
    ...BARE,
    key: String(row["item"]),
    name: step !== null && name !== null ? `${name}: ${step}` : name,
    url: textOf(row, "url"),
    system: textOf(row, "system_key"),
    caseId: textOf(row, "case_id"),
    standing,
    numerator: standing === "counted" ? numberOf(row, "num") : 0,
    denominator: standing === "counted" ? numberOf(row, "den") : 0,
    against: standing === "counted" && row["against"] === true,
    at: typeof row["moment"] === "number" ? row["moment"] : null,
    because: excluded ?? becauseOf(kpi, relation, row, standing === "pending"),
    objects: objectsOf(row),
    events: [textOf(row, "event_key"), ...(textOf(row, "story_events")?.split("\n") ?? [])].filter(
      (event) => event !== null,
    ),
  };
}

/** Both sides of a handoff, and what started a case. */
export function objectsOf(row: SqlRow): readonly string[] {
  const keys = ["handoff_source", "handoff_target", "source_key"].map((column) => textOf(row, column));
  return [...new Set(keys.filter((key) => key !== null))];
}
