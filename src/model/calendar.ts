import { DateTime } from "luxon";
import { HubError } from "./errors.ts";
import { DAY } from "./instants.ts";
import type { Day, Instant } from "./instants.ts";

/** Opening hours of a team in its own zone. Weekdays 1 (Monday) to 7 (Sunday); times `HH:MM`, a close before its open is on the next day. */
export interface CalendarDefinition {
  readonly name: string;
  /** IANA zone. */
  readonly zone: string;
  readonly weekly: Readonly<
    Partial<Record<1 | 2 | 3 | 4 | 5 | 6 | 7, readonly (readonly [open: string, close: string])[]>>
  >;
  readonly holidays: readonly Day[];
}

/** Business time as the reference defines it (§2.1): sums of open intervals built in the calendar's zone, DST-safe. */
export interface BusinessCalendar {
  /** What it was made of; equal definitions are equal calendars. */
  readonly definition: CalendarDefinition;
  readonly name: string;
  readonly zone: string;
  /** Business milliseconds of one full day: the mean length of the open weekdays. */
  readonly msPerDay: number;
  /** Business milliseconds in `[from, to)`; negative when `to` is earlier. */
  elapsed(from: Instant, to: Instant): number;
  /** The earliest instant at which `ms` business milliseconds have elapsed after `from`. */
  add(from: Instant, ms: number): Instant;
  /** `add` of n full business days. */
  addBusinessDays(from: Instant, n: number): Instant;
  isBusinessDay(day: Day): boolean;
  /** The local day an instant falls on. */
  localDay(instant: Instant): Day;
  /** The instant a local day begins. */
  startOfDay(day: Day): Instant;
  /** The instant the next local day begins. */
  endOfDay(day: Day): Instant;
}

interface DayTable {
  readonly day: Day;
  readonly start: Instant;
  readonly open: readonly (readonly [from: Instant, to: Instant])[];
  /** Business milliseconds of all earlier days of the table. */
  readonly before: number;
}

const MARGIN_DAYS = 40;
/** A search for business time that finds none in this many days means the calendar never opens. */
const LONGEST_SEARCH_DAYS = 366 * 20;

/** @throws HubError HUB-2040 for an unknown zone, a malformed time or a week without opening hours. */
export function createBusinessCalendar(definition: CalendarDefinition): BusinessCalendar {
  const { zone } = definition;
  if (!DateTime.local({ zone }).isValid) {
    throw new HubError("HUB-2040", `Calendar ${definition.name} names an unknown time zone "${zone}".`, {
      disposition: "operator",
      remedy: "Use an IANA zone such as America/Los_Angeles.",
    });
  }
  const holidays = new Set(definition.holidays);
  const weekly = new Map<number, readonly (readonly [Minutes, Minutes])[]>();
  for (const [weekday, hours] of Object.entries(definition.weekly)) {
    if (hours !== undefined)
      weekly.set(
        Number(weekday),
        hours.map((pair) => parseHours(pair, definition.name)),
      );
  }
  const lengths = [...weekly.values()].map((hours) => hours.reduce((sum, [open, close]) => sum + (close - open), 0));
  const openDays = lengths.filter((length) => length > 0);
  if (openDays.length === 0) {
    throw new HubError("HUB-2040", `Calendar ${definition.name} is never open.`, {
      disposition: "operator",
      remedy: "Give at least one weekday opening hours.",
    });
  }
  const msPerDay = (openDays.reduce((sum, length) => sum + length, 0) / openDays.length) * 60_000;

  const hoursOn = (date: DateTime, day: Day): readonly (readonly [Minutes, Minutes])[] =>
    holidays.has(day) ? [] : (weekly.get(date.weekday) ?? []);

  let table: DayTable[] = [];

  function extend(from: DateTime, count: number, before: number): DayTable[] {
    const rows: DayTable[] = [];
    let date = from;
    let sum = before;
    for (let i = 0; i < count; i += 1) {
      const day = isoDay(date);
      const open = hoursOn(date, day).map(
        ([opens, closes]) => [wallTime(date, opens), wallTime(date, closes)] as const,
      );
      rows.push({ day, start: date.toMillis(), open, before: sum });
      for (const [opens, closes] of open) sum += closes - opens;
      date = date.plus({ days: 1 });
    }
    return rows;
  }

  function midnight(instant: Instant): DateTime {
    return DateTime.fromMillis(instant, { zone }).startOf("day");
  }

  /** Days beyond the one asked for: as many as there are, so that growing day by day stays cheap. */
  function margin(): number {
    return Math.max(MARGIN_DAYS, table.length);
  }

  /** Sums before the first row so far become negative; only their differences are ever asked for. */
  function growBackwards(first: DayTable, instant: Instant): void {
    const from = midnight(instant).minus({ days: margin() });
    const count = Math.round(DateTime.fromMillis(first.start, { zone }).diff(from, "days").days);
    const earlier = extend(from, count, 0);
    const last = earlier.at(-1);
    const total = last === undefined ? 0 : last.before + openOn(last);
    table = [...earlier.map((row) => ({ ...row, before: row.before + first.before - total })), ...table];
  }

  /** Index of the local day that holds the instant, growing the table as needed. */
  function locate(instant: Instant): number {
    const first = table[0];
    if (first === undefined) table = extend(midnight(instant).minus({ days: MARGIN_DAYS }), 2 * MARGIN_DAYS, 0);
    else if (instant < first.start + DAY) growBackwards(first, instant);
    for (let last = table.at(-1); last !== undefined && instant >= last.start; last = table.at(-1)) {
      const closed = last.before + openOn(last);
      const next = DateTime.fromMillis(last.start, { zone }).plus({ days: 1 });
      const wanted = Math.ceil((instant - last.start) / DAY) + margin();
      table.push(...extend(next, wanted, closed));
    }
    let index = Math.min(Math.floor((instant - rowAt(0).start) / DAY), table.length - 1);
    while (rowAt(index).start > instant) index -= 1;
    while (index + 1 < table.length && rowAt(index + 1).start <= instant) index += 1;
    return index;
  }

  function rowAt(index: number): DayTable {
    const row = table[index];
    if (row === undefined) throw new HubError("HUB-1001", `Calendar ${definition.name} has no row ${index}.`);
    return row;
  }

  /** Business milliseconds from the table's first day to the instant; yesterday's row counts for overnight hours. */
  function cumulative(instant: Instant): number {
    const index = locate(instant);
    const start = Math.max(0, index - 1);
    let sum = rowAt(start).before;
    for (let i = start; i <= index; i += 1) {
      for (const [opens, closes] of rowAt(i).open) sum += Math.max(0, Math.min(instant, closes) - opens);
    }
    return sum;
  }

  function elapsed(from: Instant, to: Instant): number {
    locate(Math.min(from, to));
    locate(Math.max(from, to));
    return cumulative(to) - cumulative(from);
  }

  function add(from: Instant, ms: number): Instant {
    if (ms <= 0) return from;
    let left = ms;
    let index = Math.max(0, locate(from) - 1);
    for (let days = 0; days < LONGEST_SEARCH_DAYS; days += 1) {
      for (const [opens, closes] of rowAt(index).open) {
        const begin = Math.max(opens, from);
        if (closes <= begin) continue;
        if (closes - begin >= left) return begin + left;
        left -= closes - begin;
      }
      index = locate(rowAt(index).start + DAY + DAY / 2);
    }
    throw new HubError("HUB-2040", `Calendar ${definition.name} does not open within ${LONGEST_SEARCH_DAYS} days.`, {
      disposition: "operator",
    });
  }

  const dayStart = (day: Day): DateTime => DateTime.fromISO(day, { zone }).startOf("day");

  return {
    definition,
    name: definition.name,
    zone,
    msPerDay,
    elapsed,
    add,
    addBusinessDays: (from, n) => add(from, n * msPerDay),
    isBusinessDay: (day) => hoursOn(dayStart(day), day).length > 0,
    localDay: (instant) => rowAt(locate(instant)).day,
    startOfDay: (day) => dayStart(day).toMillis(),
    endOfDay: (day) => dayStart(day).plus({ days: 1 }).toMillis(),
  };
}

type Minutes = number;

function openOn(row: DayTable): number {
  return row.open.reduce((sum, [opens, closes]) => sum + closes - opens, 0);
}

function parseHours([open, close]: readonly [string, string], calendar: string): readonly [Minutes, Minutes] {
  const opens = parseTime(open, calendar);
  const closes = parseTime(close, calendar);
  return [opens, closes <= opens ? closes + 24 * 60 : closes];
}

function parseTime(text: string, calendar: string): Minutes {
  const match = /^(\d{1,2}):(\d{2})$/u.exec(text);
  const hours = Number(match?.[1]);
  const minutes = Number(match?.[2]);
  if (match === null || hours > 24 || minutes > 59) {
    throw new HubError("HUB-2040", `Calendar ${calendar} has "${text}" where a time is expected.`, {
      disposition: "operator",
      remedy: "Write times as HH:MM, 00:00 to 24:00.",
    });
  }
  return hours * 60 + minutes;
}

/** The instant at which a clock on the wall shows so many minutes after midnight; a time skipped by DST is the moment after. */
function wallTime(midnight: DateTime, minutes: Minutes): Instant {
  const days = Math.floor(minutes / 1440);
  const date = days === 0 ? midnight : midnight.plus({ days });
  return date.set({ hour: Math.floor((minutes % 1440) / 60), minute: minutes % 60 }).toMillis();
}

function isoDay(date: DateTime): Day {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${String(date.year).padStart(4, "0")}-${two(date.month)}-${two(date.day)}`;
}
