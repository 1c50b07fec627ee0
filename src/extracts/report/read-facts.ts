import type { SqlRow, Star } from "../../kpis/index.ts";
import { dayText, numberOf, numberOrNull, textOf, textOrNull } from "./cells.ts";
import type {
  CaseCount,
  Contract,
  CycleCount,
  HandoffCount,
  OpenHandoff,
  ReportData,
  Sprint,
  StepCount,
  WorkInProgress,
} from "./data.ts";
import { AGE_BUCKETS, CYCLE_BUCKETS } from "./view/buckets.ts";

const DAY_S = 86_400;
/** A page that lists more than somebody reads is slow to open; the extract has them all. */
const MOST_HANDOFFS = 400;
const WEEKS = 52;

/** `CASE` that gives the index of the first bucket whose limit (in days) the seconds stay below. */
function bucketSql(seconds: string, buckets: readonly { readonly belowDays: number | null }[]): string {
  const parts = buckets.flatMap(({ belowDays }, index) =>
    belowDays === null ? [] : [`WHEN ${seconds} < ${belowDays * DAY_S} THEN ${index}`],
  );
  return `CASE ${parts.join(" ")} ELSE ${buckets.length - 1} END`;
}

/** Starts, ends and what is open, by process, segment and month. */
export async function readCases(star: Star): Promise<readonly CaseCount[]> {
  const rows = await star.query(`
    SELECT p.process AS p, u.s AS s, u.m AS m, sum(u.started) AS started, sum(u.completed) AS completed, sum(u.opened) AS opened,
      sum(u.first_time) AS first_time, sum(u.conforming) AS conforming
    FROM (
      SELECT process_key, segment_key AS s, strftime(started_at_local, '%Y-%m') AS m, 1 AS started, 0 AS completed,
        is_open AS opened, 0 AS first_time, 0 AS conforming FROM fact_case WHERE started_at IS NOT NULL
      UNION ALL
      SELECT process_key, segment_key, strftime(completed_at_local, '%Y-%m'), 0, is_completed, 0, is_first_time_right,
        coalesce(conform_strict, 0) FROM fact_case WHERE is_completed = 1
    ) u JOIN dim_process p USING (process_key) GROUP BY ALL ORDER BY ALL`);
  return rows.map((row) => ({
    ...place(row),
    m: textOf(row, "m"),
    started: numberOf(row, "started"),
    completed: numberOf(row, "completed"),
    open: numberOf(row, "opened"),
    firstTime: numberOf(row, "first_time"),
    conforming: numberOf(row, "conforming"),
  }));
}

export async function readCycles(star: Star): Promise<readonly CycleCount[]> {
  const rows = await star.query(`
    SELECT p.process AS p, c.segment_key AS s, strftime(c.completed_at_local, '%Y-%m') AS m,
      ${bucketSql(`coalesce(c.cycle_sec, c.cycle_days * ${DAY_S})`, CYCLE_BUCKETS)} AS bucket, count(*) AS n
    FROM fact_case c JOIN dim_process p USING (process_key)
    WHERE c.is_completed = 1 AND coalesce(c.cycle_sec, c.cycle_days) IS NOT NULL AND c.left_truncated = 0 GROUP BY ALL ORDER BY ALL`);
  return rows.map((row) => ({
    ...place(row),
    m: textOf(row, "m"),
    bucket: numberOf(row, "bucket"),
    n: numberOf(row, "n"),
  }));
}

export async function readSteps(star: Star): Promise<readonly StepCount[]> {
  const rows = await star.query(`
    SELECT p.process AS p, x.segment_key AS s, strftime(x.at_local, '%Y-%m') AS m, x.step_name AS step,
      sum(x.is_routine) AS routine, sum(x.is_routine * x.is_automated) AS automated, sum(x.is_routine * x.is_assisted) AS assisted,
      sum(x.is_routine * x.is_unknown) AS unknown, sum(x.is_critical) AS critical, sum(x.is_critical * x.is_error) AS errors
    FROM fact_step_executions x JOIN dim_process p USING (process_key)
    WHERE x.is_routine = 1 OR x.is_critical = 1 GROUP BY ALL ORDER BY ALL`);
  return rows.map((row) => ({
    ...place(row),
    m: textOf(row, "m"),
    step: textOf(row, "step"),
    routine: numberOf(row, "routine"),
    automated: numberOf(row, "automated"),
    assisted: numberOf(row, "assisted"),
    unknown: numberOf(row, "unknown"),
    critical: numberOf(row, "critical"),
    errors: numberOf(row, "errors"),
  }));
}

/** The age of what nobody has decided yet, in seconds at the as-of. */
const AGE_SQL = `CASE WHEN h.accepted_at IS NULL AND h.rejected_at IS NULL AND h.is_revoked = 0 AND h.is_historical = 0
  THEN epoch(a.as_of) - epoch(coalesce(h.triggered_at, h.created_at)) END`;
const MONTH_SQL = "strftime(coalesce(h.triggered_at_local, h.created_at_local), '%Y-%m')";

export async function readHandoffs(star: Star): Promise<readonly HandoffCount[]> {
  const rows = await star.query(`
    SELECT c, s, m, state, label, CASE WHEN age_sec IS NULL THEN NULL ELSE ${bucketSql("age_sec", AGE_BUCKETS)} END AS age,
      count(*) AS n, sum(coalesce(money, 0)) AS money
    FROM (SELECT h.contract_key AS c, h.segment_key AS s, ${MONTH_SQL} AS m, h.plain_state AS state, h.label AS label,
      ${AGE_SQL} AS age_sec, h.amount_corporate AS money FROM fact_handoffs h JOIN dim_as_of a USING (as_of_key))
    GROUP BY ALL ORDER BY ALL`);
  return rows.map((row) => ({
    c: textOf(row, "c"),
    s: textOrNull(row, "s"),
    m: textOrNull(row, "m"),
    state: textOf(row, "state"),
    label: textOf(row, "label"),
    age: numberOrNull(row, "age"),
    n: numberOf(row, "n"),
    money: numberOf(row, "money"),
  }));
}

export async function readContracts(star: Star): Promise<readonly Contract[]> {
  const rows = await star.query("SELECT * FROM dim_contract ORDER BY contract_key");
  return rows.map((row) => ({
    id: textOf(row, "contract_key"),
    title: textOf(row, "contract"),
    from: textOf(row, "contract_from_team"),
    to: textOf(row, "contract_to_team"),
  }));
}

/** What somebody has to do something about: late or missing, to be decided, waiting. */
export async function readAttention(star: Star): Promise<ReportData["attention"]> {
  const where = "h.is_historical = 0 AND h.is_waived = 0 AND h.plain_state NOT IN ('fine', 'ignored')";
  const rows = await star.query(`
    SELECT h.*, ${MONTH_SQL} AS m, ${AGE_SQL} AS age_sec, s.case_name AS source_name, s.url AS source_url, t.case_name AS target_name,
      t.url AS target_url, acc.account AS account, acc.account_url AS account_url, count(*) OVER () AS total
    FROM fact_handoffs h JOIN dim_as_of a USING (as_of_key)
    LEFT JOIN fact_case s ON s.case_key = h.source_case_key LEFT JOIN fact_case t ON t.case_key = h.target_case_key
    LEFT JOIN dim_account acc ON acc.account_key = h.account_key WHERE ${where}
    ORDER BY h.plain_state = 'waiting', coalesce(h.amount_corporate, 0) DESC, h.triggered_at NULLS LAST, h.handoff_key LIMIT ${MOST_HANDOFFS}`);
  return { rows: rows.map(openHandoff), total: rows[0] === undefined ? 0 : numberOf(rows[0], "total") };
}

function openHandoff(row: SqlRow): OpenHandoff {
  const age = numberOrNull(row, "age_sec");
  return {
    key: textOf(row, "handoff_key"),
    c: textOf(row, "contract_key"),
    s: textOrNull(row, "segment_key"),
    m: textOrNull(row, "m"),
    state: textOf(row, "plain_state"),
    label: textOf(row, "label"),
    because: textOrNull(row, "because"),
    source: textOrNull(row, "source_name") ?? textOrNull(row, "source_key"),
    sourceUrl: textOrNull(row, "source_url"),
    target: textOrNull(row, "target_name") ?? textOrNull(row, "target_key"),
    targetUrl: textOrNull(row, "target_url"),
    account: textOrNull(row, "account"),
    accountUrl: textOrNull(row, "account_url"),
    triggered: dayText(row, "triggered_at_local"),
    due: dayText(row, "due_at_local"),
    ageDays: age === null ? null : Math.floor(age / DAY_S),
    money: numberOrNull(row, "amount_corporate"),
  };
}

/** Cases in progress on the Sundays of the last year. */
export async function readWork(star: Star): Promise<readonly WorkInProgress[]> {
  const rows = await star.query(`
    SELECT p.process AS p, d.day AS day, sum(w.wip_end) AS n
    FROM fact_wip_daily w JOIN dim_date d USING (date_key) JOIN dim_process p USING (process_key) CROSS JOIN dim_as_of a
    WHERE d.weekday = 7 AND d.day <= a.as_of_local::DATE AND d.day > a.as_of_local::DATE - ${WEEKS * 7}
    GROUP BY ALL ORDER BY ALL`);
  return rows.map((row) => ({ p: textOf(row, "p"), day: dayText(row, "day") ?? "", n: numberOf(row, "n") }));
}

export async function readSprints(star: Star): Promise<readonly Sprint[]> {
  const rows = await star.query(`
    SELECT f.*, (f.end_at <= a.as_of)::INT AS ended FROM fact_sprints f JOIN dim_as_of a USING (as_of_key) ORDER BY f.start_at, f.team_key`);
  return rows.map((row) => ({
    name: textOf(row, "sprint_key"),
    team: textOf(row, "team_key"),
    start: dayText(row, "start_at_local") ?? "",
    end: dayText(row, "end_at_local") ?? "",
    ended: row["ended"] === 1,
    committed: numberOf(row, "committed_n"),
    doneCommitted: numberOf(row, "done_committed_n"),
    done: numberOf(row, "done_total_n"),
    added: numberOf(row, "added_n"),
    removed: numberOf(row, "removed_n"),
    carried: numberOf(row, "carried_n"),
  }));
}

function place(row: SqlRow): { readonly p: string; readonly s: string | null } {
  return { p: textOf(row, "p"), s: textOrNull(row, "s") };
}
