import type { BusinessCalendar } from "../../model/index.ts";
import { DOUBLE, INTEGER } from "@duckdb/node-api";
import { makeSteps } from "./case-events.ts";
import type { CaseNotion } from "./case-events.ts";
import type { LogReader, LogRow } from "./log-reader.ts";
import { TableWriter } from "./log-tables.ts";

/** Mean and quantiles (linear, type 7) of durations in milliseconds; null without cases. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  readonly min: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p90: number;
  readonly max: number;
}

export interface CaseTime {
  readonly case: string;
  readonly events: number;
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly ms: number;
  /** On the calendar, when one was given. */
  readonly businessMs: number | null;
}

export interface LogStats {
  readonly notion: CaseNotion;
  readonly cases: number;
  /** Traces or objects of the case's type that have no event. */
  readonly casesWithoutEvents: number;
  /** Distinct events, each once however many cases it belongs to. */
  readonly events: number;
  /** Events of which the log knows the day only: durations between them are exact to the day. */
  readonly eventsByDay: number;
  /** Events that belong to no case, and those that belong to several (counted once per case below). */
  readonly eventsWithoutCase: number;
  readonly eventsInSeveralCases: number;
  readonly activities: readonly { readonly activity: string; readonly events: number; readonly cases: number }[];
  readonly variants: readonly {
    readonly activities: readonly string[];
    readonly cases: number;
    readonly share: number;
  }[];
  readonly starts: readonly { readonly activity: string; readonly cases: number }[];
  readonly ends: readonly { readonly activity: string; readonly cases: number }[];
  readonly follows: readonly {
    readonly from: string;
    readonly to: string;
    readonly count: number;
    readonly cases: number;
    readonly medianMs: number;
  }[];
  readonly throughput: Spread | null;
  readonly business: Spread | null;
  readonly times: readonly CaseTime[];
  readonly rework: readonly {
    readonly activity: string;
    /** Cases that do the activity more than once. */
    readonly cases: number;
    /** Times it was done again, over all cases. */
    readonly repeats: number;
    /** Of them, those straight after itself. */
    readonly selfLoops: number;
  }[];
}

/**
 * What a log's cases look like. Aggregated by DuckDB; business time comes from the calendar, case by case.
 * @param calendar null for calendar time only
 */
export async function logStats(
  log: LogReader,
  calendar: BusinessCalendar | null,
  caseType?: string,
): Promise<LogStats> {
  const notion = await makeSteps(log, caseType);
  await log.run(
    `CREATE TEMP TABLE case_time AS SELECT case_no, count(*)::INTEGER AS events, min(happened) AS first_at, max(happened) AS last_at,
       ((epoch_us(max(happened)) - epoch_us(min(happened))) // 1000)::DOUBLE AS ms FROM step GROUP BY case_no`,
  );
  await log.run("CREATE TEMP TABLE business_time (case_no INTEGER, ms DOUBLE)");
  if (calendar !== null) await addBusinessTime(log, calendar);
  const [counts = {}] = await log.rows(
    `SELECT (SELECT count(*) FROM case_name)::DOUBLE AS cases, (SELECT count(*) FROM event)::DOUBLE AS events,
       (SELECT count(*) FROM event WHERE day_only)::DOUBLE AS by_day,
       (SELECT count(*) FROM event ANTI JOIN membership USING (seq))::DOUBLE AS without_case,
       (SELECT count(*) FROM (SELECT seq FROM membership GROUP BY seq HAVING count(*) > 1))::DOUBLE AS several,
       (SELECT count(*) FROM object WHERE type = $1 AND id NOT IN (SELECT case_id FROM case_name))::DOUBLE AS without_events`,
    [notion.type],
  );
  return {
    notion,
    cases: number(counts, "cases"),
    casesWithoutEvents: number(counts, "without_events"),
    events: number(counts, "events"),
    eventsByDay: number(counts, "by_day"),
    eventsWithoutCase: number(counts, "without_case"),
    eventsInSeveralCases: number(counts, "several"),
    activities: (await log.rows(ACTIVITIES)).map((row) => ({
      activity: text(row, "activity"),
      events: number(row, "events"),
      cases: number(row, "cases"),
    })),
    variants: await variants(log, number(counts, "cases")),
    starts: (await log.rows(edge("pos = 1"))).map(toEdge),
    ends: (await log.rows(edge("next_activity IS NULL"))).map(toEdge),
    follows: (await log.rows(FOLLOWS)).map((row) => ({
      from: text(row, "from_name"),
      to: text(row, "to_name"),
      count: number(row, "count"),
      cases: number(row, "cases"),
      medianMs: number(row, "median"),
    })),
    throughput: await spread(log, "case_time"),
    business: calendar === null ? null : await spread(log, "business_time"),
    times: (await log.rows(TIMES)).map((row) => ({
      case: text(row, "case_id"),
      events: number(row, "events"),
      start: millis(row, "first_at"),
      end: millis(row, "last_at"),
      ms: number(row, "ms"),
      businessMs: row["business"] === null ? null : number(row, "business"),
    })),
    rework: (await log.rows(REWORK)).map((row) => ({
      activity: text(row, "activity"),
      cases: number(row, "cases"),
      repeats: number(row, "repeats"),
      selfLoops: number(row, "loops"),
    })),
  };
}

const ACTIVITIES = `SELECT activity, count(DISTINCT event_seq)::DOUBLE AS events, count(DISTINCT case_no)::DOUBLE AS cases
  FROM step JOIN activity_name USING (activity_no) GROUP BY activity ORDER BY events DESC, activity`;

const edge = (condition: string): string =>
  `SELECT activity, count(*)::DOUBLE AS cases FROM step JOIN activity_name USING (activity_no)
   WHERE ${condition} GROUP BY activity ORDER BY cases DESC, activity`;

const FOLLOWS = `SELECT a.activity AS from_name, b.activity AS to_name, pair.count, pair.cases, pair.median FROM (
    SELECT activity_no, next_activity, count(*)::DOUBLE AS count, count(DISTINCT case_no)::DOUBLE AS cases,
      quantile_cont((epoch_us(next_happened) - epoch_us(happened)) / 1000.0, 0.5)::DOUBLE AS median
    FROM step WHERE next_activity IS NOT NULL GROUP BY ALL) pair
  JOIN activity_name a ON a.activity_no = pair.activity_no JOIN activity_name b ON b.activity_no = pair.next_activity
  ORDER BY pair.count DESC, from_name, to_name`;

const TIMES = `SELECT case_id, events, first_at, last_at, case_time.ms AS ms, business_time.ms AS business
  FROM case_time JOIN case_name USING (case_no) LEFT JOIN business_time USING (case_no) ORDER BY case_no`;

/**
 * An activity that has `complete` events in the log is done once per such event; any other once per event. So a start and its
 * completion are no repetition.
 */
const REWORK = `WITH completing AS (SELECT DISTINCT activity_no FROM step WHERE lifecycle = 'complete'),
  instance AS (
    SELECT case_no, activity_no, pos FROM step
    WHERE activity_no NOT IN (FROM completing) OR lifecycle = 'complete' OR lifecycle IS NULL),
  ordered AS (
    SELECT case_no, activity_no, lag(activity_no) OVER (PARTITION BY case_no ORDER BY pos) AS previous FROM instance),
  counted AS (
    SELECT case_no, activity_no, count(*) AS n, count(*) FILTER (WHERE previous = activity_no) AS loops
    FROM ordered GROUP BY case_no, activity_no HAVING count(*) > 1)
  SELECT activity, count(*)::DOUBLE AS cases, sum(n - 1)::DOUBLE AS repeats, sum(loops)::DOUBLE AS loops
  FROM counted JOIN activity_name USING (activity_no) GROUP BY activity ORDER BY cases DESC, activity`;

async function variants(log: LogReader, cases: number): Promise<LogStats["variants"]> {
  const names = new Map<number, string>();
  for (const row of await log.rows("SELECT activity_no, activity FROM activity_name"))
    names.set(number(row, "activity_no"), text(row, "activity"));
  const found: LogStats["variants"][number][] = [];
  const rows = log.pages(
    `SELECT array_to_string(numbers, ',') AS trace, count(*)::DOUBLE AS cases FROM (
       SELECT list(activity_no ORDER BY pos) AS numbers FROM step GROUP BY case_no)
     GROUP BY numbers ORDER BY cases DESC, len(numbers), numbers`,
  );
  for await (const page of rows) {
    for (const row of page) {
      const n = number(row, "cases");
      const activities = text(row, "trace")
        .split(",")
        .map((no) => names.get(Number(no)) ?? "");
      found.push({ activities, cases: n, share: n / cases });
    }
  }
  return found;
}

async function spread(log: LogReader, table: "case_time" | "business_time"): Promise<Spread | null> {
  const [row = {}] = await log.rows(
    `SELECT count(*)::DOUBLE AS n, avg(ms) AS mean, min(ms) AS min, max(ms) AS max, quantile_cont(ms, 0.25) AS p25,
       quantile_cont(ms, 0.5) AS median, quantile_cont(ms, 0.75) AS p75, quantile_cont(ms, 0.9) AS p90 FROM ${table}`,
  );
  if (number(row, "n") === 0) return null;
  const value = (name: string): number => number(row, name);
  return {
    n: value("n"),
    mean: value("mean"),
    min: value("min"),
    p25: value("p25"),
    median: value("median"),
    p75: value("p75"),
    p90: value("p90"),
    max: value("max"),
  };
}

async function addBusinessTime(log: LogReader, calendar: BusinessCalendar): Promise<void> {
  const writer = await TableWriter.open(log.connection, "business_time", [INTEGER, DOUBLE], "temp");
  for (const row of await log.rows("SELECT case_no, first_at, last_at FROM case_time ORDER BY case_no")) {
    writer.append(number(row, "case_no"), calendar.elapsed(millis(row, "first_at"), millis(row, "last_at")));
  }
  writer.close();
}

function toEdge(row: LogRow): { readonly activity: string; readonly cases: number } {
  return { activity: text(row, "activity"), cases: number(row, "cases") };
}

function number(row: LogRow, name: string): number {
  return Number(row[name] ?? 0);
}

function text(row: LogRow, name: string): string {
  return String(row[name] ?? "");
}

/** A timestamp in epoch milliseconds. */
function millis(row: LogRow, name: string): number {
  const value = row[name];
  return typeof value === "bigint" ? Number(value / 1000n) : 0;
}
