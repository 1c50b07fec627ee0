import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import type { Relation } from "../measures/relations.ts";
import { numberOf } from "../measures/rows.ts";
import { quote } from "../measures/sql.ts";
import { numberText } from "../measures/wording.ts";
import type { SqlRow } from "../star/star.ts";
import { textOf } from "./row.ts";

const NOTHING = "SELECT NULL AS case_key, NULL AS told, NULL AS events WHERE FALSE";

/** What is told of each case beside the row itself: `case_key`, `told` (a sentence or a list), `events` (ids, one a line). */
export function storySql(kpi: KpiDefinition): string {
  const steps = (what: string): string =>
    `SELECT case_key, string_agg(DISTINCT step_name, ', ' ORDER BY step_name) AS told, string_agg(event_key, chr(10) ORDER BY event_key) AS events
      FROM fact_step_executions WHERE ${what} GROUP BY case_key`;
  switch (kpi.measure) {
    case "compliance":
    case "rule compliance": {
      const rule = kpi.rule === null ? "" : `AND r.rule = ${quote(kpi.rule)}`;
      return `SELECT f.case_key AS case_key,
          string_agg(r.rule || ': ' || f.message || CASE WHEN f.is_waived = 1 THEN ' (waived)' ELSE '' END, ' ' ORDER BY r.rule) AS told,
          string_agg(f.event_key, chr(10) ORDER BY r.rule) AS events
        FROM fact_conformance f JOIN dim_rule r ON r.rule_key = f.rule_key ${rule} WHERE f.is_violation = 1 GROUP BY f.case_key`;
    }
    case "no touch rate":
      return steps("is_routine = 1 AND is_automated = 0");
    case "first time right":
      return steps("is_error = 1");
    default:
      return NOTHING;
  }
}

/** Why a row of a ratio is in the numerator or not, or what it waits for, in one plain sentence. */
export function becauseOf(kpi: KpiDefinition, relation: Relation, row: SqlRow, pending: boolean): string {
  if (pending) return "not decided yet";
  const isIn = numberOf(row, "num") > 0;
  const told = textOf(row, "told");
  const repeated = textOf(row, "repeated");
  switch (kpi.measure) {
    case "compliance":
    case "rule compliance":
      return told ?? (kpi.rule === null ? "kept every rule" : `kept ${kpi.rule}`);
    case "no touch rate":
      return told === null ? "every routine step ran by itself" : `by hand: ${told}`;
    case "first time right":
    case "rework rate": {
      const parts = [
        repeated === null ? null : `done again: ${repeated}`,
        told === null ? null : `had to be reopened: ${told}`,
      ].filter((part) => part !== null);
      if (parts.length > 0) return parts.join("; ");
      return kpi.measure === "first time right" && !isIn ? "came back from the next team" : "nothing was done again";
    }
    case "outcome share":
      return `ended ${textOf(row, "outcome") ?? "otherwise"}`;
    case "automation coverage":
      return doerOf(row, isIn);
    case "error rate":
      return isIn ? "was reopened afterwards" : "stayed done";
    case "on time": {
      const ended = day(row, "completed_local");
      const from = day(row, "triggered_local") ?? "an unknown day";
      return `triggered ${from}, ${ended === null ? "not ended" : `ended ${ended}`}: ${isIn ? "in time" : "a miss"}`;
    }
    case "formula":
      return amountOf(relation, row) ?? textOf(row, "because") ?? saidOf(relation, isIn);
    default:
      return textOf(row, "because") ?? stateOf(row) ?? saidOf(relation, isIn);
  }
}

function saidOf({ said }: Relation, isIn: boolean): string {
  return `${isIn ? "" : "not: "}${said}`;
}

/** What a row adds where it is more than a yes or no. */
function amountOf({ totals = "share" }: Relation, row: SqlRow): string | null {
  const [num, den] = [row["num"], row["den"]];
  if (totals === "share" || num === undefined || num === null) return null;
  const text = typeof num === "number" ? numberText(num) : String(num);
  return totals === "ratio" && typeof den === "number" ? `${text} of ${numberText(den)}` : `adds ${text}`;
}

function doerOf(row: SqlRow, automated: boolean): string {
  const grade = textOf(row, "evidence_grade");
  const evidence = grade === null ? "" : `, evidence of grade ${grade}`;
  const kind = textOf(row, "actor_kind") ?? "unknown";
  if (automated) return `done by ${kind === "service" ? "a service account" : "an automation"}${evidence}`;
  if (row["unknown"] === 1) return `nothing tells a person from a program (${kind}); counts as not automated`;
  return `done by hand (${kind})${evidence}`;
}

function stateOf(row: SqlRow): string | null {
  const label = textOf(row, "label");
  return label === null ? null : `its state is ${label}`;
}

function day(row: SqlRow, column: string): string | null {
  const value = row[column];
  return typeof value === "number" ? new Date(value).toISOString().slice(0, 10) : null;
}
