import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { rowsOf } from "./own-relations.ts";
import type { KpiScope } from "./result.ts";
import { CASE_SECONDS, listSql, quote } from "./sql.ts";

/** Durations, or other numbers to put in order, as a relation: `moment`, `sec` (or the number), `evidence`, `excluded`, and the cut columns. */
export interface DurationRelation {
  readonly sql: string;
  /** What is still open: `since`, `evidence` and the cut columns, null where a cut is not known before the end; null when nothing can be. */
  readonly open: string | null;
  /** One of it, or several. */
  readonly noun: string;
  readonly nouns: string;
  /** The cut that the headline is given for: one median over several processes or stages means nothing. */
  readonly main: KpiScope["type"];
  readonly cuts: readonly KpiScope["type"][];
  /** The quantile that is the value; the other one is told beside it. */
  readonly quantile: 0.5 | 0.9;
  /** What is measured of it is counted in `sec`, or a plain number. */
  readonly unit: "milliseconds" | "number" | "money";
  /** Its rows are made of many each, so that they are better made once than for each question. */
  readonly isCostly?: true;
}

/** Until when a handoff is timed, and how long that was; what was there before its trigger waited for nobody. */
const HANDOFF_TIMES: Readonly<
  Record<KpiDefinition["until"], (clock: "" | "bus_") => readonly [reached: string, seconds: string]>
> = {
  created: (clock) => ["created_at", `latency_${clock}sec`],
  assigned: () => ["assigned_at", "system_delay_sec"],
  // Work on it is no yes: silence is not acceptance.
  accepted: () => ["accepted_at", "greatest(0, epoch(accepted_at) - epoch(triggered_at))"],
  "first work": () => ["first_work_at", "greatest(0, epoch(first_work_at) - epoch(triggered_at))"],
};

/** The relation of a duration KPI; null for measures that are none. */
export function durationsOf(kpi: KpiDefinition): DurationRelation | null {
  const seconds = { quantile: 0.5, unit: "milliseconds" } as const;
  const clock = kpi.clock === "business" ? "bus_" : "";
  const process = `JOIN dim_process p ON p.process_key = c.process_key AND p.process IN ${listSql(kpi.of)}`;
  const extra = kpi.by.filter((cut) => cut !== "contract");
  switch (kpi.measure) {
    case "formula":
      return ownDurations(kpi);
    case "cycle time":
      return {
        // A process that starts on a day is measured in no hours of business time.
        sql: `SELECT c.completed_at AS moment, ${clock === "" ? CASE_SECONDS : "c.cycle_bus_sec"} AS sec,
          c.case_key AS evidence, CASE WHEN c.is_cancelled = 1 THEN 'cancelled' WHEN c.left_truncated = 1 THEN 'started before the history'
          WHEN c.anomaly IS NOT NULL THEN c.anomaly ${clock === "" ? "" : "WHEN c.start_precision = 'day' THEN 'known to the day only' "}END AS excluded, p.process AS process, c.segment_key AS segment, c.region AS region, c.owner_team_key AS team,
          c.category AS category, p.process || ' / ' || c.outcome AS outcome FROM fact_case c ${process} WHERE c.is_open = 0`,
        open: `SELECT c.started_at AS since, c.case_key AS evidence, p.process AS process, c.segment_key AS segment, c.region AS region,
          c.owner_team_key AS team, c.category AS category, NULL AS outcome FROM fact_case c ${process} WHERE c.is_open = 1`,
        ...seconds,
        noun: "completed case",
        nouns: "completed cases",
        main: "process",
        // How long it takes to win and to lose are two things, whatever processes they are told of.
        cuts: ["process", ...extra.filter((cut) => cut !== "process" && (kpi.of.length === 1 || cut === "outcome"))],
      };
    case "stage cycle time": {
      const stage = kpi.stage === null ? "" : `AND d.stage = ${quote(kpi.stage)}`;
      const visits = `fact_stage_events v JOIN dim_stage d ON d.stage_key = v.stage_key ${stage} JOIN fact_case c ON c.case_key = v.case_key ${process}`;
      const name = "p.process || ' / ' || d.stage";
      return {
        // Added up by the numbers of rows, which are far quicker told apart than keys; what they stand for is looked up afterwards.
        sql: `SELECT v.moment, v.sec, c.case_key AS evidence, CASE WHEN c.left_truncated = 1 THEN 'started before the history' END AS excluded,
          p.process AS process, ${name} AS stage, c.segment_key AS segment, c.region AS region, v.team AS team
          FROM (SELECT c.rowid AS of_case, d.rowid AS of_stage, max(v.exited_at) AS moment, sum(v.dur_${clock}sec) AS sec, any_value(v.owner_team_key) AS team
            FROM ${visits} WHERE v.is_flicker = 0 GROUP BY c.rowid, d.rowid HAVING max(v.is_open) = 0) v
          JOIN fact_case c ON c.rowid = v.of_case JOIN dim_stage d ON d.rowid = v.of_stage JOIN dim_process p ON p.process_key = c.process_key`,
        open: `SELECT v.entered_at AS since, c.case_key AS evidence, ${name} AS stage FROM ${visits} WHERE v.is_open = 1`,
        ...seconds,
        noun: "case that left the stage",
        nouns: "cases that left the stage",
        main: "stage",
        cuts: ["stage"],
        isCostly: true,
      };
    }
    case "handoff latency": {
      const [reached, sec] = HANDOFF_TIMES[kpi.until](clock);
      // What was turned down is not waited for, and what has not come so far is open; none of it has a length.
      const rows = `SELECT *, CASE WHEN is_historical = 1 THEN 'before the contract began' WHEN is_revoked = 1 THEN 'revoked' WHEN is_waived = 1 THEN 'waived'
          WHEN ${reached} IS NULL AND rejected_at IS NOT NULL THEN 'rejected' END AS excluded
        FROM fact_handoffs WHERE contract_key IN ${listSql(kpi.of)} AND is_orphan = 0`;
      const cuts = "contract_key AS contract, segment_key AS segment, region AS region, to_team_key AS team";
      return {
        sql: `SELECT triggered_at AS moment, ${sec} AS sec, handoff_key AS evidence, excluded, ${cuts} FROM (${rows}) WHERE ${reached} IS NOT NULL OR excluded IS NOT NULL`,
        open: `SELECT triggered_at AS since, handoff_key AS evidence, ${cuts} FROM (${rows}) WHERE ${reached} IS NULL AND excluded IS NULL`,
        ...seconds,
        noun: "handoff taken up",
        nouns: "handoffs taken up",
        main: "contract",
        cuts: ["contract", ...(kpi.of.length === 1 ? extra.filter((cut) => cut === "segment" || cut === "team") : [])],
      };
    }
    default:
      return null;
  }
}

/** Where a formula orders rows: one headline over all of them, as its file restricts them. */
function ownDurations({ own, by, direction }: KpiDefinition): DurationRelation | null {
  if (own === null || (own.statistic !== "median" && own.statistic !== "p90")) return null;
  const open = rowsOf(own, direction === "higher is better");
  const rows = `SELECT 'all' AS company, ${open}`;
  return {
    sql: `SELECT * FROM (${rows}) WHERE pending = 0 OR excluded IS NOT NULL`,
    open: `SELECT CAST(NULL AS TIMESTAMP) AS since, * FROM (${rows}) WHERE pending = 1 AND excluded IS NULL`,
    noun: own.noun,
    nouns: own.noun,
    main: "company",
    cuts: ["company", ...by],
    quantile: own.statistic === "median" ? 0.5 : 0.9,
    unit: own.unit === "duration" ? "milliseconds" : own.unit === "money" ? "money" : "number",
  };
}
