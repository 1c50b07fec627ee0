import { DateTime } from "luxon";
import type { DateTimeUnit, DurationLikeObject } from "luxon";

/** The range a date literal stands for: from the first instant to before the last, in the org's time zone. */
export interface Period {
  readonly start: DateTime;
  readonly end: DateTime;
}

type Unit = "day" | "week" | "month" | "quarter" | "year";
const UNITS: Readonly<Record<string, Unit>> = {
  DAY: "day",
  WEEK: "week",
  MONTH: "month",
  QUARTER: "quarter",
  YEAR: "year",
  FISCAL_QUARTER: "quarter",
  FISCAL_YEAR: "year",
};

function plus(at: DateTime, unit: Unit, n: number): DateTime {
  const amount: DurationLikeObject = { [`${unit}s`]: n };
  return at.plus(amount);
}

function startOf(at: DateTime, unit: Unit): DateTime {
  // Weeks begin on Sunday in the en_US locale.
  if (unit === "week") return at.startOf("day").minus({ days: at.weekday % 7 });
  const known: DateTimeUnit = unit;
  return at.startOf(known);
}

function unitOf(word: string): Unit | null {
  return UNITS[word.replace(/S$/u, "")] ?? null;
}

/**
 * The period of a date literal (reference salesforce.md §13), or null when there is no such literal. The fiscal year
 * is the calendar year.
 */
export function resolvePeriod(name: string, n: number | null, now: number, timeZone: string): Period | null {
  const at = DateTime.fromMillis(now, { zone: timeZone });
  const today = at.startOf("day");
  const dayAt = (offset: number): Period => ({
    start: today.plus({ days: offset }),
    end: today.plus({ days: offset + 1 }),
  });
  if (n === null) {
    if (name === "YESTERDAY") return dayAt(-1);
    if (name === "TODAY") return dayAt(0);
    if (name === "TOMORROW") return dayAt(1);
    if (name === "LAST_90_DAYS") return { start: today.minus({ days: 90 }), end: dayAt(0).end };
    if (name === "NEXT_90_DAYS") return { start: dayAt(1).start, end: today.plus({ days: 91 }) };
    const relative = /^(LAST|THIS|NEXT)_([A-Z_]+)$/u.exec(name);
    const unit = UNITS[relative?.[2] ?? ""];
    if (relative === null || unit === undefined || unit === "day") return null;
    const shift = relative[1] === "LAST" ? -1 : relative[1] === "NEXT" ? 1 : 0;
    const start = plus(startOf(at, unit), unit, shift);
    return { start, end: plus(start, unit, 1) };
  }
  const ago = /^N_([A-Z_]+)_AGO$/u.exec(name);
  if (ago !== null) {
    const unit = unitOf(ago[1] ?? "");
    if (unit === null) return null;
    const start = plus(startOf(at, unit), unit, -n);
    return { start, end: plus(start, unit, 1) };
  }
  const many = /^(LAST|NEXT)_N_([A-Z_]+)$/u.exec(name);
  const unit = unitOf(many?.[2] ?? "");
  if (many === null || unit === null) return null;
  const current = startOf(at, unit);
  if (many[1] === "NEXT") return { start: plus(current, unit, 1), end: plus(current, unit, n + 1) };
  // LAST_N_DAYS includes today, the wider units end before the current one.
  return { start: plus(current, unit, -n), end: unit === "day" ? dayAt(0).end : current };
}
