import { LogReader, logStats } from "../../kpis/index.ts";
import type { LogStats, Spread } from "../../kpis/index.ts";
import { toIso } from "../../model/index.ts";
import { logStatsDocument } from "../documents/log.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { calendarNamed, logPath } from "../log-folder.ts";
import { count } from "../log-view.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

export interface LogStatsOptions extends GlobalOptions {
  readonly case?: string;
  readonly calendar?: string;
  /** How many variants and cases a document holds. */
  readonly top?: number;
}

const SHOWN = 10;

/** What a log's cases look like; all of it with `--json`, the most frequent without. */
export async function logStatsVerb(machine: Machine, name: string, options: LogStatsOptions): Promise<number> {
  const calendar = options.calendar === undefined ? null : await calendarNamed(machine, options, options.calendar);
  const log = await LogReader.open(logPath(machine, options, name), name);
  try {
    const stats = await logStats(log, calendar, options.case);
    if (options.json) {
      const { notion, times, starts, ends, follows, throughput, business, variants, activities, rework, ...counts } =
        stats;
      writeDocument(machine.terminal, logStatsDocument, {
        log: name,
        format: log.about.format,
        caseType: notion.type,
        caseTypeGuessed: notion.guessed,
        calendar: calendar?.name ?? null,
        rejected: log.about.rejected,
        ...counts,
        activities: [...activities],
        variantCount: variants.length,
        variants: variants
          .slice(0, options.top)
          .map((variant) => ({ ...variant, activities: [...variant.activities] })),
        startActivities: [...starts],
        endActivities: [...ends],
        directlyFollows: [...follows],
        throughput,
        businessThroughput: business,
        caseTimes: longest(times, options.top).map((time) => ({
          ...time,
          start: toIso(time.start),
          end: toIso(time.end),
        })),
        rework: [...rework],
      });
    } else machine.terminal.out(statsText(name, stats, calendar?.name ?? null));
    return EXIT.complete;
  } finally {
    log.close();
  }
}

function longest(times: LogStats["times"], top: number | undefined): LogStats["times"] {
  return top === undefined ? times : times.toSorted((a, b) => b.ms - a.ms).slice(0, top);
}

function statsText(name: string, stats: LogStats, calendar: string | null): string {
  const { notion, cases, events, activities, variants, throughput, business } = stats;
  const left = { title: "" };
  const right = (title: string) => ({ title, align: "right" as const });
  const table = (title: string, columns: readonly string[], rows: readonly (readonly string[])[]): string =>
    rows.length === 0 ? "" : `\n${formatTable([{ ...left, title }, ...columns.map(right)], rows.slice(0, SHOWN))}`;
  const more = (all: number): string => (all > SHOWN ? `  … ${count(all - SHOWN)} more, with --json\n` : "");
  return [
    `${name}: ${count(cases)} cases (${notion.type}${notion.guessed ? ", guessed; --case names another" : ""}), ${count(events)} events, ${count(activities.length)} activities, ${count(variants.length)} variants.\n`,
    stats.eventsInSeveralCases === 0
      ? ""
      : `${count(stats.eventsInSeveralCases)} events belong to several cases and count in each.\n`,
    stats.eventsWithoutCase === 0 ? "" : `${count(stats.eventsWithoutCase)} events belong to no case.\n`,
    stats.casesWithoutEvents === 0
      ? ""
      : `${stats.casesWithoutEvents === 1 ? "1 more case has" : `${count(stats.casesWithoutEvents)} more cases have`} no event.\n`,
    stats.eventsByDay === 0
      ? ""
      : `${count(stats.eventsByDay)} events are known to the day only; so are the durations between them.\n`,
    spreadText("Throughput", throughput),
    calendar === null ? "" : spreadText(`In business time (${calendar})`, business),
    table(
      "activity",
      ["events", "cases"],
      activities.map((each) => [each.activity, count(each.events), count(each.cases)]),
    ),
    more(activities.length),
    table(
      "variant",
      ["cases", "share"],
      variants.map((each) => [each.activities.join(" → "), count(each.cases), `${(each.share * 100).toFixed(1)} %`]),
    ),
    more(variants.length),
    table(
      "starts with",
      ["cases"],
      stats.starts.map((each) => [each.activity, count(each.cases)]),
    ),
    table(
      "ends with",
      ["cases"],
      stats.ends.map((each) => [each.activity, count(each.cases)]),
    ),
    table(
      "directly follows",
      ["times", "median"],
      stats.follows.map((each) => [`${each.from} → ${each.to}`, count(each.count), span(each.medianMs)]),
    ),
    more(stats.follows.length),
    table(
      "done again",
      ["cases", "times", "at once"],
      stats.rework.map((each) => [each.activity, count(each.cases), count(each.repeats), count(each.selfLoops)]),
    ),
  ].join("");
}

function spreadText(title: string, spread: Spread | null): string {
  if (spread === null) return "";
  const { mean, p25, median, p75, p90 } = spread;
  return `${title}: mean ${span(mean)}, median ${span(median)}, p25 ${span(p25)}, p75 ${span(p75)}, p90 ${span(p90)}.\n`;
}

function span(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, "days"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1000, "s"],
  ];
  const [size, unit] = units.find(([size]) => ms >= size * 2) ?? [1, "ms"];
  return `${Number((ms / size).toFixed(1))} ${unit}`;
}
