import { DAY } from "../../model/index.ts";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { reaches } from "../definitions/targets.ts";
import { windowAt } from "../definitions/windows.ts";
import type { Window } from "../definitions/windows.ts";
import type { SqlRow } from "../star/star.ts";
import type { DurationRelation } from "./duration-relations.ts";
import type { MeasureInput } from "./measure-input.ts";
import type { Relation } from "./relations.ts";
import { blankResult, COMPANY } from "./result.ts";
import type { KpiResult, KpiScope } from "./result.ts";
import { numberOf } from "./rows.ts";
import { CASE_SECONDS, instantSql, listSql } from "./sql.ts";
import { targetOf } from "./target-value.ts";
import { numberText, percent } from "./wording.ts";

/** Beyond these a process's mean times say more about its backlog than about its work (reference §2.2, Little's law). */
const MOST_GAP = 0.25;
const LEAST_BALANCE = 0.8;
const MOST_BALANCE = 1.25;
/** Fewer completed cases give no age to compare with. */
const MIN_COMPLETED = 30;

/** What went through a process in a window. */
export interface Flow {
  readonly arrivals: number;
  readonly completions: number;
  /** Average number of cases in progress. */
  readonly inProgress: number;
  /** |L − λW| ÷ L; null when nothing was in progress. */
  readonly gap: number | null;
}

/** Why means over a window cannot be compared; null when they can. */
export function instability({ arrivals, completions, gap }: Flow): string | null {
  const balance = arrivals === 0 ? Number.POSITIVE_INFINITY : completions / arrivals;
  const steady = gap !== null && gap <= MOST_GAP && balance >= LEAST_BALANCE && balance <= MOST_BALANCE;
  return steady ? null : `unstable window: ${numberText(arrivals)} started, ${numberText(completions)} ended`;
}

/**
 * The flow of each process in each window; `all` of them together. One window is asked after the other: a question that fails
 * must leave none behind that the star could be closed under.
 */
export async function flowsIn(
  processes: readonly string[],
  windows: readonly Window[],
  input: MeasureInput,
): Promise<readonly ReadonlyMap<string, Flow>[]> {
  const flows: ReadonlyMap<string, Flow>[] = [];
  for (const window of windows) flows.push(await flowIn(processes, window, input));
  return flows;
}

async function flowIn(
  processes: readonly string[],
  { from, to }: Window,
  { star, asOf }: MeasureInput,
): Promise<ReadonlyMap<string, Flow>> {
  const until = instantSql(Math.min(to, asOf));
  const since = instantSql(from);
  const rows = await star.query(`
    WITH mine AS (SELECT p.process AS process, c.started_at, c.completed_at,
        greatest(0, epoch(least(coalesce(c.completed_at, ${until}), ${until})) - epoch(greatest(c.started_at, ${since}))) AS inside,
        c.completed_at >= ${since} AND c.completed_at < ${until} AS ends, c.started_at >= ${since} AND c.started_at < ${until} AS starts
      FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key AND p.process IN ${listSql(processes)}
      WHERE c.anomaly IS NULL AND c.left_truncated = 0)
    SELECT coalesce(process, 'all') AS scope, sum(inside) AS inside, count(*) FILTER (WHERE starts) AS arrivals, count(*) FILTER (WHERE ends) AS completions,
      coalesce(sum(epoch(completed_at) - epoch(started_at)) FILTER (WHERE ends), 0) AS cycles FROM mine GROUP BY ROLLUP (process)`);
  const length = (Math.min(to, asOf) - from) / 1000;
  return new Map(rows.map((row) => [String(row["scope"]), flowOf(row, length)]));
}

function flowOf(row: SqlRow, length: number): Flow {
  const inside = numberOf(row, "inside");
  return {
    arrivals: numberOf(row, "arrivals"),
    completions: numberOf(row, "completions"),
    inProgress: length <= 0 ? 0 : inside / length,
    // Both sides of L = λW divided by the window's length.
    gap: inside === 0 ? null : Math.abs(inside - numberOf(row, "cycles")) / inside,
  };
}

/** How far each process is from Little's law, |L − λW| ÷ L: whether its mean times may be compared. */
export async function measureFlow(kpi: KpiDefinition, input: MeasureInput): Promise<readonly KpiResult[]> {
  const windows = kpi.windows.map((definition) => windowAt(definition, input.asOf, input.reporting));
  const flows = await flowsIn(kpi.of, windows, input);
  const scopes: readonly KpiScope[] = [COMPANY, ...kpi.of.map((key) => ({ type: "process" as const, key }))];
  return scopes.flatMap((scope) => {
    const enough = flows.findIndex((flow) => (flow.get(scope.key)?.completions ?? 0) >= kpi.minN);
    const shown = enough === -1 ? windows.length - 1 : enough;
    return windows.map((window, index) =>
      flowResult(kpi, scope, window, flows[index]?.get(scope.key), index === shown, input),
    );
  });
}

function flowResult(
  kpi: KpiDefinition,
  scope: KpiScope,
  window: Window,
  flow: Flow | undefined,
  shown: boolean,
  input: MeasureInput,
): KpiResult {
  const target = targetOf(kpi, input);
  const n = flow?.completions ?? 0;
  const value = flow?.gap ?? null;
  const few = value === null || n < kpi.minN;
  const verdict = few
    ? "insufficient"
    : target === null
      ? "no target"
      : reaches(target.direction, value, target.value)
        ? "met"
        : "not met";
  const reason =
    value === null
      ? "nothing was in progress"
      : n < kpi.minN
        ? `${n} of the ${kpi.minN} needed`
        : instability(flow ?? EMPTY);
  const days = Math.round((window.to - window.from) / DAY);
  const sentence =
    flow === undefined || value === null
      ? "Nothing was in progress."
      : `${percent(value)} from Little's law over ${days} days: ${numberText(flow.arrivals)} started, ${numberText(n)} ended, ${numberText(flow.inProgress)} in progress on average; ${
          reason === null ? "steady enough to compare means" : "too unsteady to compare means"
        }.`;
  return {
    ...blankResult(kpi, target),
    scope,
    window,
    shown,
    n,
    value,
    unit: "ratio",
    // Everything is counted, so there is nothing to be uncertain about.
    interval: null,
    verdict,
    reason,
    sentence,
  };
}

const EMPTY: Flow = { arrivals: 0, completions: 0, inProgress: 0, gap: null };

/** The completed cases that a flow counts, with how long each took. */
export function flowRelation(kpi: KpiDefinition): DurationRelation {
  return {
    sql: `SELECT c.completed_at AS moment, epoch(c.completed_at) - epoch(c.started_at) AS sec, c.case_key AS evidence, NULL AS excluded, p.process AS process
      FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key AND p.process IN ${listSql(kpi.of)}
      WHERE c.completed_at IS NOT NULL AND c.anomaly IS NULL AND c.left_truncated = 0`,
    open: null,
    noun: "completed case",
    nouns: "completed cases",
    main: "process",
    cuts: ["process"],
    quantile: 0.5,
    unit: "milliseconds",
  };
}

/** Open cases beside how long 85 % of the completed ones of their process took; in whole days where starts are known to the day. */
export function ageRelation(kpi: KpiDefinition): Relation {
  const process = `JOIN dim_process p ON p.process_key = c.process_key AND p.process IN ${listSql(kpi.of)}`;
  return {
    sql: `WITH took AS (SELECT process, quantile_cont(sec, 0.85) AS most, count(sec) AS cases FROM (
          SELECT p.process AS process, ${CASE_SECONDS} AS sec FROM fact_case c ${process} WHERE c.is_completed = 1 AND c.left_truncated = 0 AND c.anomaly IS NULL) GROUP BY process),
        aged AS (SELECT c.*, p.process AS process, a.as_of, CASE WHEN c.start_precision = 'day' THEN date_diff('day', CAST(c.started_at_local AS DATE), CAST(a.as_of_local AS DATE)) * 86400
          ELSE epoch(a.as_of) - epoch(c.started_at) END AS age FROM fact_case c ${process}, dim_as_of a WHERE c.is_open = 1)
      SELECT c.as_of AS moment, CASE WHEN c.age > t.most THEN 1 ELSE 0 END AS num, 1 AS den, 0 AS pending, 0 AS unknown, NULL AS adjusted,
        CASE WHEN c.left_truncated = 1 THEN 'started before the history' WHEN coalesce(t.cases, 0) < ${MIN_COMPLETED} THEN 'too few completed to compare with' END AS excluded,
        c.amount_corporate * CASE WHEN c.age > t.most THEN 1 ELSE 0 END AS money, c.case_key AS evidence, c.case_key AS item,
        c.process AS process, NULL AS contract, c.segment_key AS segment, c.region AS region, c.owner_team_key AS team, c.category AS category, c.outcome AS outcome
      FROM aged c LEFT JOIN took t ON t.process = c.process`,
    noun: "open cases",
    said: "are older than 85 % of the completed ones took",
    against: "num = 1",
    isStock: true,
  };
}
