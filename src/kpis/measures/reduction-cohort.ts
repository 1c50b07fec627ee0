import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { formatDuration } from "../definitions/durations.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import { windowOfDays } from "../definitions/windows.ts";
import type { Window } from "../definitions/windows.ts";
import type { SqlValue } from "../star/star.ts";
import { censor, freezeBaseline, verifyBaseline } from "./baseline.ts";
import type { Baseline, BaselineStore, CohortCase } from "./baseline.ts";
import type { MeasureInput } from "./measure-input.ts";
import { instantSql, quote } from "./sql.ts";

/** The frozen baseline of a process; frozen now where there is none yet. Null when no case of its window has ended. */
export async function baselineOf(
  kpi: KpiDefinition,
  process: ProcessDefinition,
  input: MeasureInput,
  store: BaselineStore,
): Promise<Baseline | null> {
  if (kpi.baseline === null) return null;
  const key = `${kpi.key}/${process.name}`;
  const known = await store.load(key);
  if (known !== null) return verifyBaseline(known);
  const window = windowOfDays("baseline", kpi.baseline.from, kpi.baseline.to, input.reporting.zone);
  const cohort = await cohortOf(process, window.from, window.to, input);
  const frozen = freezeBaseline(
    {
      key,
      process: process.name,
      processKey: process.key,
      definition: kpi.key,
      from: kpi.baseline.from,
      to: kpi.baseline.to,
      calendar: "clock time",
      frozenAt: input.asOf,
    },
    cohort,
  );
  if (frozen !== null) await store.save(frozen);
  return frozen;
}

/** Cases that started in a half-open stretch of time, as far as their durations can be used. */
export async function cohortOf(
  process: ProcessDefinition,
  from: number,
  to: number,
  { star, asOf }: MeasureInput,
): Promise<readonly CohortCase[]> {
  const good = process.ends[0]?.outcome ?? "";
  const sql = `
    SELECT c.case_key, coalesce(c.account_key, c.case_key), coalesce(c.segment_key, ''),
      CASE WHEN c.start_precision = 'day' AND c.cycle_days IS NOT NULL THEN c.cycle_days * 86400000
        ELSE epoch_ms(coalesce(c.completed_at, ${instantSql(asOf)})) - epoch_ms(c.started_at) END,
      c.completed_at IS NOT NULL, c.is_rework, c.outcome IS NOT NULL AND c.outcome <> ${quote(good)}
    FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key AND p.process = ${quote(process.name)}
    WHERE c.left_truncated = 0 AND c.anomaly IS NULL AND coalesce(c.outcome, '') NOT IN ('deleted', 'parent deleted', 'archived')
      AND c.started_at >= ${instantSql(from)} AND c.started_at < ${instantSql(to)} ORDER BY c.case_key`;
  const cohort: CohortCase[] = [];
  // The same text for all cases of an account, not one of each case.
  const texts = new Map<string, string>();
  const shared = (value: SqlValue): string => {
    const text = String(value);
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  for await (const rows of star.stream(sql)) {
    for (const [key, cluster, segment, duration, ended, rework, lost] of rows) {
      cohort.push({
        caseKey: String(key),
        cluster: shared(cluster ?? ""),
        segment: shared(segment ?? ""),
        duration: Number(duration),
        ended: ended === true,
        isRework: rework === 1,
        isLost: lost === true,
      });
    }
  }
  return cohort;
}

/** Cases started in the window early enough to be followed as long as the baseline's, censored there like them. */
export async function followedCases(
  process: ProcessDefinition,
  { followUpMs }: Baseline,
  window: Window,
  input: MeasureInput,
): Promise<readonly CohortCase[]> {
  const until = Math.min(window.to, input.asOf - followUpMs);
  const followed = until <= window.from ? [] : await cohortOf(process, window.from, until, input);
  return followed.map((member) => censor(member, followUpMs));
}

/** One case that is not compared, and why. */
export interface LeftOut {
  readonly caseKey: string;
  readonly reason: string;
}

/** Cases started in the window that are not in the cohort. */
export async function leftOut(
  process: ProcessDefinition,
  baseline: Baseline,
  window: Window,
  input: MeasureInput,
): Promise<readonly LeftOut[]> {
  const rows = await input.star.query(`${leftOutSql(process, baseline, window, input)} ORDER BY k`);
  return rows.map((row) => ({ caseKey: String(row["k"]), reason: String(row["reason"]) }));
}

/** How many are left out for which reason. */
export async function countLeftOut(
  process: ProcessDefinition,
  baseline: Baseline,
  window: Window,
  input: MeasureInput,
): Promise<Readonly<Record<string, number>>> {
  // In the order in which the reasons come up among the cases.
  const rows = await input.star.query(
    `SELECT reason, count(*) AS n FROM (${leftOutSql(process, baseline, window, input)}) GROUP BY reason ORDER BY min(k)`,
  );
  return Object.fromEntries(rows.map((row) => [String(row["reason"]), Number(row["n"])]));
}

function leftOutSql(
  process: ProcessDefinition,
  { followUpMs }: Baseline,
  window: Window,
  { asOf }: MeasureInput,
): string {
  const young = `not followed for ${formatDuration(followUpMs)} yet`;
  return `
    SELECT k, reason FROM (SELECT c.case_key AS k, CASE
        WHEN c.left_truncated = 1 THEN 'started before the history' WHEN c.anomaly IS NOT NULL THEN c.anomaly
        WHEN c.outcome IN ('deleted', 'parent deleted', 'archived') THEN c.outcome
        WHEN c.started_at >= ${instantSql(asOf - followUpMs)} THEN ${quote(young)} END AS reason
      FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key AND p.process = ${quote(process.name)}
      WHERE c.started_at >= ${instantSql(window.from)} AND c.started_at < ${instantSql(window.to)}) WHERE reason IS NOT NULL`;
}

/** How many cases of a process were open at two instants. */
export async function openAt(
  process: ProcessDefinition,
  instants: readonly [number, number],
  { star }: MeasureInput,
): Promise<readonly [number, number]> {
  const open = (at: number): string =>
    `count(*) FILTER (WHERE c.started_at < ${instantSql(at)} AND (c.completed_at IS NULL OR c.completed_at >= ${instantSql(at)}))`;
  const [row] = await star.query(
    `SELECT ${open(instants[0])} AS before, ${open(instants[1])} AS after FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key AND p.process = ${quote(process.name)}`,
  );
  return [Number(row?.["before"] ?? 0), Number(row?.["after"] ?? 0)];
}
