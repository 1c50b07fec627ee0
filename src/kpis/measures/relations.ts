import type { Instant } from "../../model/index.ts";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import { ageRelation } from "./flow.ts";
import { ownRelation } from "./own-relations.ts";
import { departed, reviewRelation } from "./reviews.ts";
import { instantSql, listSql, momentSql, quote } from "./sql.ts";

/**
 * A ratio as a relation of the star schema. Columns: `moment` (when a row counts; null for rows that are pending), `num`, `den`
 * (0/1), `pending`, `unknown`, `adjusted` (0/1), `excluded` (reason or null), `money`, `evidence` (the case or handoff), `item`
 * (what is counted of it: the step execution, the case, the handoff), and the cuts `process`, `contract`, `segment`, `region`, `team`,
 * `category`.
 */
export interface Relation {
  readonly sql: string;
  /** What one row of the denominator is, in the plural. */
  readonly noun: string;
  /** How the numerator is said: `were automated`. */
  readonly said: string;
  /** Rows that count against the target. */
  readonly against: "num = 1" | "num = 0" | "num > 0" | "num < den" | "FALSE";
  /** What is made of the rows: a share unless said. */
  readonly totals?: Totals;
  /** Rows count as they stand at the as-of, so that there are no months to look back on. */
  readonly isStock?: boolean;
}

/** A share's numerator is part of its denominator, a ratio's need not be; the others make one number of `num`. */
export type Totals = "share" | "ratio" | "sum" | "distinct" | "lowest" | "highest";

const CASES = (names: readonly string[]): string =>
  `fact_case c JOIN dim_process p ON p.process_key = c.process_key AND p.process IN ${listSql(names)}`;
const CASE_CUTS =
  "p.process AS process, NULL AS contract, c.segment_key AS segment, c.region AS region, c.owner_team_key AS team, c.category AS category, c.outcome AS outcome";
const CASE_EXCLUDED =
  "CASE WHEN c.is_cancelled = 1 THEN 'cancelled' WHEN c.left_truncated = 1 AND c.is_open = 0 THEN 'started before the history' END";

interface Parts {
  readonly at: string;
  readonly num: string;
  readonly pending: string;
  readonly excluded: string;
  readonly adjusted?: string;
  readonly unknown?: string;
  readonly money?: string;
  readonly evidence: string;
  /** The evidence unless said. */
  readonly item?: string;
  readonly cuts: string;
  readonly from: string;
}

function relation(parts: Parts): string {
  return `SELECT ${momentSql(parts.at, parts.pending, parts.excluded)} AS moment, ${parts.num} AS num, 1 AS den,
    CASE WHEN ${parts.pending} THEN 1 ELSE 0 END AS pending, ${parts.unknown ?? "0"} AS unknown, ${parts.adjusted ?? "NULL"} AS adjusted,
    ${parts.excluded} AS excluded, ${parts.money ?? "NULL"} AS money, ${parts.evidence} AS evidence,
    ${parts.item ?? parts.evidence} AS item, ${parts.cuts} FROM ${parts.from}`;
}

/** The relation of a ratio KPI; null for measures that are no ratio over facts. */
export function relationOf(
  kpi: KpiDefinition,
  processes: readonly ProcessDefinition[],
  asOf: Instant,
): Relation | null {
  const ended = {
    at: "c.completed_at",
    pending: "c.is_open = 1",
    excluded: CASE_EXCLUDED,
    evidence: "c.case_key",
    cuts: CASE_CUTS,
    from: CASES(kpi.of),
  };
  const steps = `fact_step_executions s JOIN fact_case c ON c.case_key = s.case_key JOIN dim_process p ON p.process_key = c.process_key AND p.process IN ${listSql(kpi.of)}`;
  const now = instantSql(asOf);
  switch (kpi.measure) {
    case "formula":
      return ownRelation(kpi);
    case "work item age":
      return ageRelation(kpi);
    case "review cadence":
    case "review gap":
      return reviewRelation(kpi);
    case "compliance": {
      // A process without rules documents nothing that could be kept.
      const ruled = kpi.of.filter((name) =>
        processes.some((process) => process.name === name && process.rules.length > 0),
      );
      return {
        sql: relation({ ...ended, from: CASES(ruled), num: "c.conform_strict", adjusted: "c.conform_adjusted" }),
        noun: "completed cases",
        said: "kept every rule",
        against: "num = 0",
      };
    }
    case "first time right":
      return {
        sql: relation({ ...ended, num: "c.is_first_time_right" }),
        noun: "completed cases",
        said: "were right the first time",
        against: "num = 0",
      };
    case "rework rate":
      return {
        sql: relation({ ...ended, num: "c.is_rework" }),
        noun: "completed cases",
        said: "had something done again",
        against: "num = 1",
      };
    case "outcome share": {
      const outcome = quote(kpi.outcome ?? "");
      // What went out of the world before its end has come to none.
      const excluded = kpi.outcome === "cancelled" ? "NULL" : "CASE WHEN c.is_cancelled = 1 THEN 'cancelled' END";
      const parts = { ...ended, excluded, num: `CASE WHEN c.outcome = ${outcome} THEN 1 ELSE 0 END` };
      return { sql: relation(parts), noun: "ended cases", said: `ended ${kpi.outcome ?? ""}`, against: "num = 0" };
    }
    case "automation coverage": {
      const parts = {
        ...ended,
        num: "s.is_automated",
        unknown: "s.is_unknown",
        item: "s.exec_key",
        from: `${steps} WHERE s.is_routine = 1`,
      };
      return { sql: relation(parts), noun: "routine step executions", said: "ran by themselves", against: "num = 0" };
    }
    case "error rate": {
      const parts = {
        ...ended,
        at: 's."at"',
        pending: "FALSE",
        excluded: "NULL",
        num: "s.is_error",
        item: "s.exec_key",
        from: `${steps} WHERE s.is_critical = 1`,
      };
      return { sql: relation(parts), noun: "critical step executions", said: "had to be reopened", against: "num = 1" };
    }
    case "no touch rate": {
      const routine =
        "(SELECT case_key, min(is_automated) AS untouched FROM fact_step_executions WHERE is_routine = 1 GROUP BY case_key) s";
      const parts = {
        ...ended,
        num: "s.untouched",
        from: `${CASES(kpi.of)} JOIN ${routine} ON s.case_key = c.case_key`,
      };
      return {
        sql: relation(parts),
        noun: "completed cases with routine steps",
        said: "needed no hand in them",
        against: "num = 0",
      };
    }
    case "rule compliance": {
      const from = `fact_conformance f JOIN dim_rule r ON r.rule_key = f.rule_key AND r.rule = ${quote(kpi.rule ?? "")} JOIN ${CASES(kpi.of)} ON c.case_key = f.case_key`;
      const parts = {
        ...ended,
        from,
        at: 'f."at"',
        pending: "f.is_pending = 1",
        num: "1 - f.is_violation",
        adjusted: "CASE WHEN f.is_violation = 1 AND f.is_waived = 0 THEN 0 ELSE 1 END",
        excluded: `CASE WHEN c.is_cancelled = 1 THEN 'cancelled' WHEN c.left_truncated = 1 THEN 'started before the history' WHEN f.activations = 0 THEN 'rule did not apply' END`,
      };
      return { sql: relation(parts), noun: "cases the rule applied to", said: "kept it", against: "num = 0" };
    }
    case "conversion":
      return conversion(kpi, processes, now);
    case "on time": {
      const days = kpi.dueDays ?? 0;
      const due = `(CAST(h.triggered_at_local AS DATE) + ${days})`;
      const standing = handoffs(kpi);
      const gone = kpi.unless === null ? "FALSE" : departed(kpi.unless, "h.account_key", "h.triggered_at", due);
      const parts = {
        ...standing,
        // A customer that left before the day is a matter of its own, neither in time nor late.
        excluded: standing.excluded.replace(/ END$/u, ` WHEN ${gone} THEN 'left before the day' END`),
        from: `fact_handoffs h LEFT JOIN (fact_case c JOIN dim_process p ON p.process_key = c.process_key AND p.process = ${quote(kpi.goodProcess ?? "")}) ON c.case_key = h.target_case_key WHERE h.contract_key IN ${listSql(kpi.of)} AND h.is_orphan = 0`,
        at: `h.triggered_at + INTERVAL ${days} DAY`,
        pending: `${due} >= (SELECT CAST(as_of_local AS DATE) FROM dim_as_of) AND NOT ${gone}`,
        num: `CASE WHEN c.is_completed = 1 AND CAST(c.completed_at_local AS DATE) <= ${due} THEN 1 ELSE 0 END`,
        evidence: "coalesce(c.case_key, h.handoff_key)",
        item: "h.handoff_key",
        money: "CASE WHEN c.completed_at IS NULL THEN h.amount_corporate ELSE 0 END",
      };
      return {
        sql: relation(parts),
        noun: "triggers whose day has come",
        said: "were done in time",
        against: "num = 0",
      };
    }
    case "handoff attainment": {
      const parts = {
        ...handoffs(kpi),
        at: "coalesce(h.due_at, h.triggered_at)",
        pending: "h.timeliness = 'pending'",
        num: "h.is_on_time",
        money: "CASE WHEN h.link_state IN ('missing', 'ambiguous', 'expected') THEN h.amount_corporate ELSE 0 END",
      };
      return {
        sql: relation(parts),
        noun: "handoffs that were due",
        said: "were taken up in time",
        against: "num = 0",
      };
    }
    case "missing handoffs": {
      const parts = {
        ...handoffs(kpi),
        at: "coalesce(h.grace_until, h.triggered_at)",
        pending: `h.grace_until > ${now}`,
        num: "h.is_missing",
        money: "h.amount_corporate * h.is_missing",
      };
      return { sql: relation(parts), noun: "handoffs past their grace", said: "have no target", against: "num = 1" };
    }
    case "handoff acceptance": {
      const parts = {
        ...handoffs(kpi),
        at: "coalesce(h.accepted_at, h.rejected_at, h.triggered_at)",
        pending: "h.decision NOT IN ('accepted', 'rejected')",
        num: "h.is_accepted",
      };
      return { sql: relation(parts), noun: "decided handoffs", said: "were accepted", against: "num = 0" };
    }
    case "orphan targets": {
      const from = `fact_handoffs h WHERE h.contract_key IN ${listSql(kpi.of)} AND h.is_historical = 0 AND h.created_at IS NOT NULL`;
      const parts = { ...handoffs(kpi), from, at: "h.created_at", excluded: "NULL", num: "h.is_orphan" };
      return { sql: relation(parts), noun: "targets created", said: "have no source", against: "num = 1" };
    }
    case "duplicate handoffs": {
      const parts = {
        ...handoffs(kpi),
        at: "h.triggered_at",
        num: "h.is_duplicate",
        from: `${handoffs(kpi).from} AND h.link_state IN ('matched', 'duplicate')`,
      };
      return { sql: relation(parts), noun: "handoffs with a target", said: "have more than one", against: "num = 1" };
    }
    case "drifted handoffs": {
      const parts = {
        ...handoffs(kpi),
        at: "h.triggered_at",
        num: "h.is_drifted",
        from: `${handoffs(kpi).from} AND h.link_state = 'matched'`,
      };
      return { sql: relation(parts), noun: "matched handoffs", said: "differ in some field", against: "num = 1" };
    }
    default:
      return null;
  }
}

function handoffs(kpi: KpiDefinition) {
  return {
    pending: "FALSE",
    excluded:
      "CASE WHEN h.is_historical = 1 THEN 'before the contract began' WHEN h.is_revoked = 1 THEN 'revoked' WHEN h.is_waived = 1 THEN 'waived' END",
    evidence: "h.handoff_key",
    cuts: "NULL AS process, h.contract_key AS contract, h.segment_key AS segment, h.region AS region, h.to_team_key AS team",
    from: `fact_handoffs h WHERE h.contract_key IN ${listSql(kpi.of)} AND h.is_orphan = 0`,
  };
}

function conversion(kpi: KpiDefinition, processes: readonly ProcessDefinition[], now: string): Relation {
  const end = processes
    .flatMap((process) => (kpi.of.includes(process.name) ? process.ends : []))
    .find((candidate) => candidate.activity === kpi.to);
  const visits = (stage: string): string =>
    `fact_stage_events v JOIN dim_stage d ON d.stage_key = v.stage_key AND d.stage = ${quote(stage)}`;
  const target =
    end === undefined
      ? `(SELECT v.case_key, v.entered_at AS reached FROM ${visits(kpi.to ?? "")})`
      : `(SELECT case_key, completed_at AS reached FROM fact_case WHERE outcome = ${quote(end.outcome)})`;
  // Each time the first stage is reached is a cohort of its own, and what follows belongs to the last time before it.
  const cycles = `(SELECT v.case_key, v.entered_at AS reached, row_number() OVER mine AS cycle, lead(v.entered_at) OVER mine AS next
    FROM ${visits(kpi.from ?? "")} WHERE v.is_flicker = 0 WINDOW mine AS (PARTITION BY v.case_key ORDER BY v.entered_at))`;
  const then = `(SELECT min(b.reached) FROM ${target} b WHERE b.case_key = a.case_key AND b.reached >= a.reached AND (a.next IS NULL OR b.reached < a.next))`;
  const skipped = `a.cycle = 1 AND EXISTS (SELECT 1 FROM ${target} b WHERE b.case_key = a.case_key AND b.reached < a.reached)`;
  const days = kpi.within === null ? 30 : kpi.within.count * (kpi.within.unit === "weeks" ? 7 : 1);
  const parts: Parts = {
    at: "a.reached",
    pending: `a.reached + INTERVAL ${days} DAY > ${now}`,
    num: `CASE WHEN ${then} <= a.reached + INTERVAL ${days} DAY THEN 1 ELSE 0 END`,
    excluded: `CASE WHEN c.left_truncated = 1 THEN 'started before the history' WHEN ${skipped} THEN 'reached the second stage first' END`,
    evidence: "c.case_key",
    item: kpi.again ? "c.case_key || '/' || a.cycle" : "c.case_key",
    cuts: CASE_CUTS,
    from: `${CASES(kpi.of)} JOIN ${cycles} a ON a.case_key = c.case_key AND a.cycle ${kpi.again ? "> 1" : "= 1"}`,
  };
  return {
    sql: relation(parts),
    noun: `cases that reached ${kpi.from ?? ""} ${kpi.again ? "again " : ""}long enough ago`,
    said: `reached ${kpi.to ?? ""} within ${days} days`,
    against: "num = 0",
  };
}
