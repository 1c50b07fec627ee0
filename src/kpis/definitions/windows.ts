import { DateTime } from "luxon";
import type { Day, Instant } from "../../model/index.ts";

/** A length of time a KPI looks back over, as its file names it. */
export interface WindowDefinition {
  /** `fiscal quarter`, `2 fiscal quarters`, `12 months`. */
  readonly text: string;
  readonly count: number;
  /** `as of` is no stretch of time: what is so at the as-of. */
  readonly unit: "fiscal quarter" | "fiscal year" | "month" | "week" | "as of";
}

/** A window at an as-of: the last complete ones, half-open. */
export interface Window {
  readonly text: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly fromDay: Day;
  /** The day after the last one. */
  readonly toDay: Day;
}

/** How the company counts its year. */
export interface Reporting {
  /** IANA zone that every day and month of a report means. */
  readonly zone: string;
  /** 1 (January) to 12: the month the fiscal year starts with. */
  readonly fiscalYearStarts: number;
  readonly corporateCurrency: string;
}

/** Reads `fiscal quarter`, `2 fiscal quarters`, `12 months`, `8 weeks`, `fiscal year`, `as of`; undefined when it is none of these. */
export function parseWindow(source: string): WindowDefinition | undefined {
  if (source.trim() === "as of") return { text: "as of", count: 1, unit: "as of" };
  const match = /^(?:(\d+) )?(fiscal quarter|fiscal year|month|week)s?$/u.exec(source.trim());
  const unit = match?.[2];
  if (unit !== "fiscal quarter" && unit !== "fiscal year" && unit !== "month" && unit !== "week") return undefined;
  const count = match?.[1] === undefined ? 1 : Number(match[1]);
  return count < 1 ? undefined : { text: source.trim(), count, unit };
}

/** The last `count` complete units before the as-of, in the reporting zone and the fiscal calendar. */
export function windowAt(definition: WindowDefinition, asOf: Instant, reporting: Reporting): Window {
  const now = DateTime.fromMillis(asOf, { zone: reporting.zone });
  if (definition.unit === "as of") {
    const today = now.startOf("day");
    return { ...windowOf(definition.text, today, today.plus({ days: 1 })), to: asOf + 1 };
  }
  const months = { "fiscal quarter": 3, "fiscal year": 12, month: 1, week: 0 }[definition.unit];
  let to: DateTime;
  let from: DateTime;
  if (months === 0) {
    to = now.startOf("week");
    from = to.minus({ weeks: definition.count });
  } else {
    const sinceStart = (now.month - reporting.fiscalYearStarts + 12) % 12;
    to = now.startOf("month").minus({ months: sinceStart % months });
    from = to.minus({ months: months * definition.count });
  }
  return windowOf(definition.text, from, to);
}

/** A window of local days, `from` to `to` inclusive. */
export function windowOfDays(text: string, from: Day, to: Day, zone: string): Window {
  return windowOf(text, DateTime.fromISO(from, { zone }), DateTime.fromISO(to, { zone }).plus({ days: 1 }));
}

function windowOf(text: string, from: DateTime, to: DateTime): Window {
  const day = (date: DateTime): Day => date.toFormat("yyyy-MM-dd");
  return { text, from: from.toMillis(), to: to.toMillis(), fromDay: day(from), toDay: day(to) };
}

/** The natural period of a process: how often it repeats itself. */
export const SEASONS = { month: 1, quarter: 3, year: 12 } as const;
export type Season = keyof typeof SEASONS;

/**
 * True when a season cannot explain a difference (reference §2.3): both windows cover the same months of the year, or whole
 * multiples of the natural period, beginning where it does.
 */
export function sameSeason(a: Window, b: Window, season: Season): boolean {
  if (a.fromDay.slice(4) === b.fromDay.slice(4) && a.toDay.slice(4) === b.toDay.slice(4)) return true;
  const months = ({ fromDay, toDay }: Window): number | null => {
    const [from, to] = [DateTime.fromISO(fromDay), DateTime.fromISO(toDay)];
    return from.day === 1 && to.day === 1 ? Math.round(to.diff(from, "months").months) : null;
  };
  const [first, second] = [months(a), months(b)];
  const length = SEASONS[season];
  const shift = DateTime.fromISO(a.fromDay).month - DateTime.fromISO(b.fromDay).month;
  return first !== null && second !== null && first % length === 0 && second % length === 0 && shift % length === 0;
}
