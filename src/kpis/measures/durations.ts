import { HOUR, MINUTE } from "../../model/index.ts";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { formatDuration, formatSpan } from "../definitions/durations.ts";
import type { Span } from "../definitions/durations.ts";
import { windowAt } from "../definitions/windows.ts";
import type { Window } from "../definitions/windows.ts";
import type { SqlRow } from "../star/star.ts";
import { kaplanMeierQuantile } from "../statistics/kaplan-meier.ts";
import type { Survival } from "../statistics/kaplan-meier.ts";
import type { MeasureInput } from "./measure-input.ts";
import { instantSql, listSql, quote } from "./relations.ts";
import { COMPANY } from "./result.ts";
import type { KpiResult, KpiScope, KpiVerdict } from "./result.ts";
import { judgeInterval } from "./verdicts.ts";
import { counted } from "./wording.ts";

const MIN_FOR_P90 = 30;
const EVIDENCE_SAMPLE = 20;

/** Durations as a relation: `moment`, `sec`, `evidence`, `excluded`, and the cut columns. Open ones are counted by `open`. */
export interface DurationRelation {
  readonly sql: string;
  /** `SELECT … AS scope, count, oldest started instant` of what is still open; null when nothing can be. */
  readonly open: ((cut: string) => string) | null;
  readonly noun: string;
  /** The cut that the headline is given for: one median over several processes or stages means nothing. */
  readonly main: KpiScope["type"];
  readonly cuts: readonly KpiScope["type"][];
}

/** Medians and p90 over closed rows, with how many are open and for how long, and the median that counts them, too. */
export async function measureDuration(kpi: KpiDefinition, input: MeasureInput): Promise<readonly KpiResult[]> {
  const relation = durationsOf(kpi);
  if (relation === null) return [];
  const windows = kpi.windows.map((definition) => windowAt(definition, input.asOf, input.reporting));
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
    const open = relation.open === null ? [] : await input.star.query(relation.open(cut));
    const shownOf = new Map<string, number>();
    for (const [key, rows] of groups) {
      const enough = windows.findIndex((_, index) => numberOf(rows[index], "n") >= kpi.minN);
      shownOf.set(key, enough === -1 ? windows.length - 1 : enough);
    }
    const isMain = cut === relation.main;
    const censored =
      isMain && kpi.measure === "cycle time"
        ? await censoredMedians(kpi, shownOf, windows, input)
        : new Map<string, number>();
    const cutResults = [...groups].flatMap(([key, rows]) =>
      windows.map((window, index) => {
        const shown = index === shownOf.get(key);
        const scope: KpiScope = cut === "company" ? COMPANY : { type: cut, key };
        const waiting = open.find((row) => row["scope"] === key);
        const median = shown ? (censored.get(key) ?? null) : null;
        return resultOf(kpi, relation, scope, window, rows[index], waiting, median, shown, input);
      }),
    );
    results.push(...(isMain ? await withEvidence(relation, cutResults, input) : cutResults));
  }
  return results;
}

/** The relation of a duration KPI; null for measures that are none. */
export function durationsOf(kpi: KpiDefinition): DurationRelation | null {
  const clock = kpi.clock === "business" ? "bus_" : "";
  const process = `JOIN dim_process p ON p.process_key = c.process_key AND p.process IN ${listSql(kpi.of)}`;
  const extra = kpi.by.filter((cut) => cut !== "contract");
  switch (kpi.measure) {
    case "cycle time":
      return {
        // A process that starts or ends on a day is measured in whole days.
        sql: `SELECT c.completed_at AS moment, coalesce(c.cycle_${clock}sec, CASE WHEN c.start_precision = 'day' THEN c.cycle_days * 86400 END) AS sec,
          c.case_key AS evidence, CASE WHEN c.is_cancelled = 1 THEN 'cancelled' WHEN c.left_truncated = 1 THEN 'started before the history'
          WHEN c.anomaly IS NOT NULL THEN c.anomaly END AS excluded, p.process AS process, c.segment_key AS segment, c.region AS region, c.owner_team_key AS team
          FROM fact_case c ${process} WHERE c.is_open = 0`,
        open: (cut) =>
          `SELECT ${cut === "process" ? "p.process" : cut === "segment" ? "c.segment_key" : cut === "team" ? "c.owner_team_key" : "c.region"} AS scope,
          count(*) AS n, min(c.started_at) AS oldest FROM fact_case c ${process} WHERE c.is_open = 1 GROUP BY scope`,
        noun: "completed case",
        main: "process",
        cuts: ["process", ...(kpi.of.length === 1 ? extra.filter((cut) => cut !== "process") : [])],
      };
    case "stage cycle time": {
      const stage = kpi.stage === null ? "" : `AND d.stage = ${quote(kpi.stage)}`;
      const visits = `fact_stage_events v JOIN dim_stage d ON d.stage_key = v.stage_key ${stage} JOIN fact_case c ON c.case_key = v.case_key ${process}`;
      const name = "p.process || ' / ' || d.stage";
      return {
        sql: `SELECT max(v.exited_at) AS moment, sum(v.dur_${clock}sec) AS sec, any_value(c.case_key) AS evidence,
          CASE WHEN max(c.left_truncated) = 1 THEN 'started before the history' END AS excluded, any_value(p.process) AS process, any_value(${name}) AS stage,
          any_value(c.segment_key) AS segment, any_value(c.region) AS region, any_value(v.owner_team_key) AS team
          FROM ${visits} WHERE v.is_flicker = 0 GROUP BY v.case_key, v.stage_key HAVING max(v.is_open) = 0`,
        open: () =>
          `SELECT ${name} AS scope, count(*) AS n, min(v.entered_at) AS oldest FROM ${visits} WHERE v.is_open = 1 GROUP BY scope`,
        noun: "case that left the stage",
        main: "stage",
        cuts: ["stage"],
      };
    }
    case "handoff latency": {
      const sec = {
        created: clock === "" ? "latency_sec" : "latency_bus_sec",
        assigned: "system_delay_sec",
        accepted: "system_delay_sec + human_delay_sec",
        "first work": "epoch(first_work_at) - epoch(triggered_at)",
      }[kpi.until];
      const from = `fact_handoffs WHERE contract_key IN ${listSql(kpi.of)} AND is_orphan = 0`;
      return {
        sql: `SELECT triggered_at AS moment, ${sec} AS sec, handoff_key AS evidence,
          CASE WHEN is_historical = 1 THEN 'before the contract began' WHEN is_revoked = 1 THEN 'revoked' WHEN is_waived = 1 THEN 'waived' END AS excluded,
          contract_key AS contract, segment_key AS segment, region AS region, to_team_key AS team FROM ${from} AND created_at IS NOT NULL`,
        open: () =>
          `SELECT contract_key AS scope, count(*) AS n, min(triggered_at) AS oldest FROM ${from} AND created_at IS NULL AND is_expected = 1 AND is_waived = 0 GROUP BY scope`,
        noun: "handoff taken up",
        main: "contract",
        cuts: ["contract", ...(kpi.of.length === 1 ? extra.filter((cut) => cut === "segment" || cut === "team") : [])],
      };
    }
    default:
      return null;
  }
}

async function quantiles(
  relation: DurationRelation,
  cut: string,
  windows: readonly Window[],
  { star }: MeasureInput,
): Promise<readonly SqlRow[]> {
  const values = windows.map((window, index) => `(${index}, ${instantSql(window.from)}, ${instantSql(window.to)})`);
  // The interval of a median lies between two order statistics, n/2 ± 0.98 √n.
  return star.query(`
    WITH win(w, lo, hi) AS (VALUES ${values.join(", ")}),
    rel AS (SELECT w, ${cut} AS scope, sec, excluded FROM (${relation.sql}) JOIN win ON moment >= lo AND moment < hi),
    good AS (SELECT w, scope, sec, row_number() OVER (PARTITION BY w, scope ORDER BY sec) AS place, count(*) OVER (PARTITION BY w, scope) AS total
      FROM rel WHERE excluded IS NULL AND sec IS NOT NULL),
    bad AS (SELECT w, scope, CAST(to_json(histogram(coalesce(excluded, 'duration unknown'))) AS VARCHAR) AS excluded FROM rel
      WHERE excluded IS NOT NULL OR sec IS NULL GROUP BY w, scope)
    SELECT good.w AS w, good.scope AS scope, count(*) AS n, quantile_cont(sec, 0.5) AS median, quantile_cont(sec, 0.9) AS p90,
      min(sec) FILTER (WHERE place >= greatest(1, floor(good.total / 2.0 - 0.98 * sqrt(good.total)))) AS low,
      min(sec) FILTER (WHERE place >= least(good.total, ceil(good.total / 2.0 + 0.98 * sqrt(good.total)) + 1)) AS high,
      any_value(bad.excluded) AS excluded
    FROM good LEFT JOIN bad ON bad.scope = good.scope AND bad.w = good.w GROUP BY good.w, good.scope ORDER BY good.scope, good.w`);
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
    return result.shown && limit !== null
      ? [
          `(${quote(result.scope.key)}, ${instantSql(result.window.from)}, ${instantSql(result.window.to)}, ${limit / 1000})`,
        ]
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

function resultOf(
  kpi: KpiDefinition,
  relation: DurationRelation,
  scope: KpiScope,
  window: Window,
  row: SqlRow | undefined,
  open: SqlRow | undefined,
  censored: number | null,
  shown: boolean,
  input: MeasureInput,
): KpiResult {
  const n = numberOf(row, "n");
  const nOpen = numberOf(open, "n");
  const median = n >= kpi.minN || n >= 10 ? toMs(row, "median") : null;
  const p90 = n >= MIN_FOR_P90 ? toMs(row, "p90") : null;
  const low = toMs(row, "low");
  const high = toMs(row, "high");
  const interval = median === null || low === null || high === null ? null : { low, high };
  const target =
    kpi.target?.kind === "duration" ? { ...kpi.target, value: spanMs(kpi.target.span, input.businessDayMs) } : null;
  let verdict: KpiVerdict = target === null ? "no target" : "insufficient";
  const notes: string[] = [];
  if (median === null || interval === null) {
    verdict = "insufficient";
    notes.push(`${n} of the ${Math.max(10, kpi.minN)} needed`);
  } else if (target !== null) verdict = judgeInterval(interval, target.direction, target.value);
  const oldest = open?.["oldest"];
  const age = typeof oldest === "number" ? input.asOf - oldest : null;
  const clock = kpi.clock === "business" ? " of business time" : "";
  const size = (value: number): string =>
    kpi.clock === "business" ? businessText(value, input.businessDayMs) : formatDuration(value);
  const parts = [
    median === null
      ? `Only ${counted(n, relation.noun, plural(relation.noun))}, too few for a median`
      : `Median ${size(median)}${clock}${p90 === null ? "" : `, 90 % within ${size(p90)}`}, over ${counted(n, relation.noun, plural(relation.noun))}`,
    nOpen === 0 ? "" : `; ${nOpen} open${age === null ? "" : `, the oldest for ${formatDuration(age)}`}`,
    censored === null ? "" : `; ${size(censored)} when the open ones count`,
    target === null ? "" : `; target ${kpi.target?.text ?? formatSpan(target.span)}: ${verdict}`,
  ];
  return {
    kpi: kpi.name,
    area: kpi.area,
    definition: kpi.key,
    scope,
    window,
    shown,
    n,
    nOpen,
    excluded: typeof row?.["excluded"] === "string" ? countsOf(row["excluded"]) : {},
    numerator: null,
    denominator: null,
    value: median,
    unit: "milliseconds",
    interval,
    bound: censored,
    p90,
    target: target?.value ?? null,
    targetText: target?.text ?? null,
    verdict,
    reason: notes.length === 0 ? null : notes.join("; "),
    sentence: `${parts.join("")}.`,
    moneyAtStake: null,
    evidence: { keys: [], count: 0 },
  };
}

function plural(noun: string): string {
  return noun.replace(/^(completed case|case|handoff)/u, "$1s");
}

function businessText(milliseconds: number, dayMs: number): string {
  const days = Number((milliseconds / dayMs).toFixed(1));
  return days >= 1 ? `${days} business ${days === 1 ? "day" : "days"}` : formatDuration(milliseconds);
}

/** A target's span in the milliseconds that the measured clock counts. */
function spanMs(span: Span, businessDayMs: number): number {
  switch (span.unit) {
    case "minutes":
      return span.count * MINUTE;
    case "hours":
    case "business hours":
      return span.count * HOUR;
    case "days":
      return span.count * 24 * HOUR;
    case "weeks":
      return span.count * 168 * HOUR;
    case "business days":
      return span.count * businessDayMs;
    default:
      return 0;
  }
}

function toMs(row: SqlRow | undefined, key: string): number | null {
  const value = row?.[key];
  return typeof value === "number" ? Math.round(value * 1000) : null;
}

function numberOf(row: SqlRow | undefined, key: string): number {
  const value = row?.[key];
  return typeof value === "number" ? value : 0;
}

function countsOf(json: string): Readonly<Record<string, number>> {
  const parsed: unknown = JSON.parse(json);
  const counts: Record<string, number> = {};
  for (const [key, value] of Object.entries(Object(parsed))) if (typeof value === "number") counts[key] = value;
  return counts;
}
