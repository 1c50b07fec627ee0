/** Milliseconds. */
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** One full business day of the calendar below. */
export const BUSINESS_DAY = 8 * HOUR;

const OPENS = 9 * HOUR;
const CLOSES = 17 * HOUR;

/** Whole days since 1970-01-01; a local date without a zone. */
export type Day = number;

/** The day of a `YYYY-MM-DD`. */
export function dayOf(text: string): Day {
  return Date.parse(`${text}T00:00:00.000Z`) / DAY;
}

/** `YYYY-MM-DD`. */
export function dayText(day: Day): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** ISO 8601 UTC with milliseconds. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** 0 is Sunday. */
export function weekday(day: Day): number {
  return (((day + 4) % 7) + 7) % 7;
}

function date(year: number, month: number, dayOfMonth: number): Day {
  return Date.UTC(year, month - 1, dayOfMonth) / DAY;
}

/** The nth given weekday of a month; n = -1 is the last one. */
function nthWeekday(year: number, month: number, wanted: number, n: number): Day {
  if (n < 0) {
    const last = date(year, month + 1, 1) - 1;
    return last - ((weekday(last) - wanted + 7) % 7);
  }
  const first = date(year, month, 1);
  return first + ((wanted - weekday(first) + 7) % 7) + 7 * (n - 1);
}

/** Saturday holidays are observed on Friday, Sunday ones on Monday. */
function observed(day: Day): Day {
  if (weekday(day) === 6) return day - 1;
  return weekday(day) === 0 ? day + 1 : day;
}

/** The observed dates of the eleven US federal holidays of one year (5 U.S.C. 6103). */
export function federalHolidays(year: number): Day[] {
  return [
    observed(date(year, 1, 1)),
    nthWeekday(year, 1, 1, 3),
    nthWeekday(year, 2, 1, 3),
    nthWeekday(year, 5, 1, -1),
    observed(date(year, 6, 19)),
    observed(date(year, 7, 4)),
    nthWeekday(year, 9, 1, 1),
    nthWeekday(year, 10, 1, 2),
    observed(date(year, 11, 11)),
    nthWeekday(year, 11, 4, 4),
    observed(date(year, 12, 25)),
  ];
}

/** Business time at headquarters: America/Los_Angeles, Mon–Fri 09:00–17:00, US federal holidays closed. */
export interface Calendar {
  /** The local date at headquarters of an instant (epoch ms). */
  localDay(at: number): Day;
  /** The instant of a local time of day (ms after midnight, by the wall clock) on a local date. */
  instant(day: Day, timeOfDay: number): number;
  isBusinessDay(day: Day): boolean;
  /** The first business day on or after the given one. */
  businessDayFrom(day: Day): Day;
  /** The earliest instant at which `ms` of business time have elapsed after `at`. */
  add(at: number, ms: number): number;
}

/** Builds the calendar; `fromYear`–`toYear` bound the table of holidays and daylight saving changes. */
export function createCalendar(fromYear: number, toYear: number): Calendar {
  const holidays = new Set<Day>();
  const summers: { from: number; to: number }[] = [];
  for (let year = fromYear; year <= toYear; year += 1) {
    for (const day of federalHolidays(year)) holidays.add(day);
    summers.push({
      from: nthWeekday(year, 3, 0, 2) * DAY + 10 * HOUR,
      to: nthWeekday(year, 11, 0, 1) * DAY + 9 * HOUR,
    });
  }
  // New Year's Day of the following year may be observed on 31 December.
  for (const day of federalHolidays(toYear + 1)) holidays.add(day);

  const offset = (at: number): number => {
    for (const summer of summers) {
      if (at >= summer.from && at < summer.to) return -7 * HOUR;
    }
    return -8 * HOUR;
  };
  const localDay = (at: number): Day => Math.floor((at + offset(at)) / DAY);
  const instant = (day: Day, timeOfDay: number): number => {
    const wall = day * DAY + timeOfDay;
    const guess = wall + 8 * HOUR;
    return wall - offset(guess - HOUR);
  };
  const isBusinessDay = (day: Day): boolean => {
    const d = weekday(day);
    return d !== 0 && d !== 6 && !holidays.has(day);
  };
  const businessDayFrom = (day: Day): Day => {
    let d = day;
    while (!isBusinessDay(d)) d += 1;
    return d;
  };
  const add = (at: number, ms: number): number => {
    let left = ms;
    let day = localDay(at);
    for (;;) {
      if (isBusinessDay(day)) {
        const opens = instant(day, OPENS);
        const from = Math.max(at, opens);
        const free = opens + (CLOSES - OPENS) - from;
        if (free > 0) {
          if (left <= free) return from + left;
          left -= free;
        }
      }
      day += 1;
    }
  };
  return { localDay, instant, isBusinessDay, businessDayFrom, add };
}
