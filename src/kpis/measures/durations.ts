import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { windowAt } from "../definitions/windows.ts";
import type { Window } from "../definitions/windows.ts";
import type { SqlRow } from "../star/star.ts";
import { kaplanMeierQuantile } from "../statistics/kaplan-meier.ts";
import type { Survival } from "../statistics/kaplan-meier.ts";
import { Z95 } from "../statistics/wilson.ts";
import { durationsOf } from "./duration-relations.ts";
import type { DurationRelation } from "./duration-relations.ts";
import { durationResult } from "./duration-result.ts";
import { flowsIn, instability } from "./flow.ts";
import type { MeasureInput } from "./measure-input.ts";
import { COMPANY, EVIDENCE_SAMPLE } from "./result.ts";
import type { KpiResult, KpiScope } from "./result.ts";
import { numberOf } from "./rows.ts";
import { instantSql, quote } from "./sql.ts";

/** Medians and p90 over closed rows, with how many are open and for how long, and the median that counts them, too. */
export async function measureDuration(kpi: KpiDefinition, input: MeasureInput): Promise<readonly KpiResult[]> {
  const made = durationsOf(kpi);
  if (made === null) return [];
  const windows = kpi.windows.map((definition) => windowAt(definition, input.asOf, input.reporting));
  if (made.isCostly !== true) return measureRelation(kpi, made, windows, input);
  const relation = await madeOnce(made, windows, input);
  const results = await measureRelation(kpi, relation, windows, input);
  await input.star.run(`DROP TABLE ${MADE_ONCE}`);
  return results;
}

const MADE_ONCE = "work_durations";

/** The rows of a relation that costs more to make than to keep for a moment, as far as the windows reach. */
async function madeOnce(
  relation: DurationRelation,
  windows: readonly Window[],
  { star }: MeasureInput,
): Promise<DurationRelation> {
  const from = Math.min(...windows.map((window) => window.from));
  const to = Math.max(...windows.map((window) => window.to));
  await star.run(`CREATE OR REPLACE TEMP TABLE ${MADE_ONCE} AS
    SELECT moment, sec, evidence, excluded, ${relation.cuts.join(", ")} FROM (${relation.sql}) WHERE moment >= ${instantSql(from)} AND moment < ${instantSql(to)}`);
  return { ...relation, sql: `SELECT * FROM ${MADE_ONCE}` };
}

async function measureRelation(
  kpi: KpiDefinition,
  relation: DurationRelation,
  windows: readonly Window[],
  input: MeasureInput,
): Promise<readonly KpiResult[]> {
  const results: KpiResult[] = [];
  for (const cut of relation.cuts) {
    const groups = new Map<string, SqlRow[]>();
    for (const row of await quantiles(relation, cut, windows, input)) {
      const key = row["scope"];
      if (typeof key !== "string") continue;
      const rows = groups.get(key) ?? [];
      rows[numberOf(row, "w")] = row;
      groups.set(key, rows);
    }
    const shownOf = new Map<string, number>();
    const isMain = cut === relation.main;
    // A KPI says something even where there is nothing to tell.
    const isEmpty = isMain && groups.size === 0;
    if (isEmpty) groups.set(COMPANY.key, []);
    const open = await openIn(relation, isEmpty ? quote(COMPANY.key) : cut, input);
    for (const [key, rows] of groups) {
      const enough = windows.findIndex((_, index) => numberOf(rows[index], "n") >= kpi.minN);
      shownOf.set(key, enough === -1 ? windows.length - 1 : enough);
    }
    const censored =
      isMain && kpi.measure === "cycle time"
        ? await censoredMedians(kpi, shownOf, windows, input)
        : new Map<string, number>();
    const flows = isMain && kpi.measure === "cycle time" ? await flowsIn(kpi.of, windows, input) : [];
    const cutResults = [...groups].flatMap(([key, rows]) =>
      windows.map((window, index) => {
        const shown = index === shownOf.get(key);
        const scope: KpiScope = cut === "company" || isEmpty ? COMPANY : { type: cut, key };
        const waiting = open.find((row) => row["scope"] === key);
        const median = shown ? (censored.get(key) ?? null) : null;
        const row = rows[index];
        const flow = flows[index]?.get(key);
        const note = flow === undefined ? null : instability(flow);
        const made = { scope, window, row, open: waiting, censored: median, shown, note };
        return durationResult(kpi, relation, made, input);
      }),
    );
    results.push(...(isMain ? await withEvidence(relation, cutResults, input) : cutResults));
  }
  return results;
}

/** How many are open by a cut, and since when the oldest. */
async function openIn({ open }: DurationRelation, cut: string, { star }: MeasureInput): Promise<readonly SqlRow[]> {
  return open === null
    ? []
    : star.query(`SELECT ${cut} AS scope, count(*) AS n, min(since) AS oldest FROM (${open}) GROUP BY scope`);
}

async function quantiles(
  relation: DurationRelation,
  cut: string,
  windows: readonly Window[],
  { star }: MeasureInput,
): Promise<readonly SqlRow[]> {
  const values = windows.map((window, index) => `(${index}, ${instantSql(window.from)}, ${instantSql(window.to)})`);
  // The interval of a quantile lies between two order statistics, np ± 1.96 √(np(1 − p)).
  const at = relation.quantile;
  const half = Z95 * Math.sqrt(at * (1 - at));
  const between = (p: number): string =>
    `sorted[CAST(floor((n - 1) * ${p}) AS BIGINT) + 1] + (sorted[CAST(ceil((n - 1) * ${p}) AS BIGINT) + 1] - sorted[CAST(floor((n - 1) * ${p}) AS BIGINT) + 1]) * ((n - 1) * ${p} - floor((n - 1) * ${p}))`;
  // A window that counts nothing still tells what it left out, where another window of the scope counts something.
  return star.query(`
    WITH win(w, lo, hi) AS (VALUES ${values.join(", ")}),
    groups AS (SELECT w, ${cut} AS scope, list_sort(list(CAST(sec AS DOUBLE)) FILTER (WHERE excluded IS NULL AND sec IS NOT NULL)) AS sorted,
        CAST(to_json(histogram(coalesce(excluded, 'duration unknown')) FILTER (WHERE excluded IS NOT NULL OR sec IS NULL)) AS VARCHAR) AS excluded
      FROM (${relation.sql}) JOIN win ON moment >= lo AND moment < hi GROUP BY w, scope),
    counted AS (SELECT *, coalesce(len(sorted), 0) AS n FROM groups)
    SELECT w, scope, n, ${between(0.5)} AS median, ${between(0.9)} AS p90,
      sorted[CAST(greatest(1, floor(n * ${at} - ${half} * sqrt(n))) AS BIGINT)] AS low,
      sorted[CAST(least(n, ceil(n * ${at} + ${half} * sqrt(n)) + 1) AS BIGINT)] AS high, excluded
    FROM counted QUALIFY max(n) OVER (PARTITION BY scope) > 0 ORDER BY scope, w`);
}

/** The Kaplan–Meier medians of the cases started in each process's shown window, open ones included (reference §2.3). */
async function censoredMedians(
  kpi: KpiDefinition,
  shown: ReadonlyMap<string, number>,
  windows: readonly Window[],
  { star, asOf }: MeasureInput,
): Promise<ReadonlyMap<string, number>> {
  const medians = new Map<string, number>();
  const wanted = [...shown].flatMap(([process, index]) => {
    const window = windows[index];
    return window === undefined ? [] : [`(${quote(process)}, ${instantSql(window.from)}, ${instantSql(window.to)})`];
  });
  if (wanted.length === 0 || kpi.clock === "business") return medians;
  const rows = await star.query(`
    WITH want(process, lo, hi) AS (VALUES ${wanted.join(", ")})
    SELECT p.process AS process, epoch_ms(coalesce(c.completed_at, ${instantSql(asOf)})) - epoch_ms(c.started_at) AS duration, 1 - c.is_open AS ended
    FROM fact_case c JOIN dim_process p ON p.process_key = c.process_key JOIN want ON want.process = p.process AND c.started_at >= lo AND c.started_at < hi
    WHERE c.is_cancelled = 0 AND c.left_truncated = 0 AND c.anomaly IS NULL`);
  const cohorts = new Map<string, Survival[]>();
  for (const row of rows) {
    const process = String(row["process"]);
    const cohort = cohorts.get(process) ?? [];
    cohort.push({ duration: numberOf(row, "duration"), ended: row["ended"] === 1 });
    cohorts.set(process, cohort);
  }
  for (const [process, cohort] of cohorts) {
    const median = cohort.length < kpi.minN ? null : kaplanMeierQuantile(cohort);
    if (median !== null) medians.set(process, median);
  }
  return medians;
}

/** Adds to each shown result what took longer than its target, or than nine in ten when it has none. */
async function withEvidence(
  relation: DurationRelation,
  results: readonly KpiResult[],
  { star }: MeasureInput,
): Promise<readonly KpiResult[]> {
  const wanted = results.flatMap((result) => {
    const limit = result.target ?? result.p90;
    const most = limit === null || relation.unit !== "milliseconds" ? limit : limit / 1000;
    return result.shown && most !== null
      ? [`(${quote(result.scope.key)}, ${instantSql(result.window.from)}, ${instantSql(result.window.to)}, ${most})`]
      : [];
  });
  if (wanted.length === 0) return results;
  const rows = await star.query(`
    WITH want(scope, lo, hi, most) AS (VALUES ${wanted.join(", ")})
    SELECT want.scope AS scope, evidence, count(*) OVER (PARTITION BY want.scope) AS total
    FROM (${relation.sql}) rel JOIN want ON rel.${relation.main} = want.scope AND moment >= lo AND moment < hi AND sec > most
    WHERE excluded IS NULL QUALIFY row_number() OVER (PARTITION BY want.scope ORDER BY sec DESC, evidence) <= ${EVIDENCE_SAMPLE}
    ORDER BY want.scope, sec DESC, evidence`);
  return results.map((result) => {
    const mine = result.shown ? rows.filter((row) => row["scope"] === result.scope.key) : [];
    if (mine.length === 0) return result;
    return {
      ...result,
      evidence: { keys: mine.map((row) => String(row["evidence"])), count: numberOf(mine[0], "total") },
    };
  });
}
