import { DateTime } from "luxon";
import type { Value } from "../schema/index.ts";

/** The day a date or datetime falls on, in some time zone. */
interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

const DAY_MS = 86_400_000;

function utcParts(value: string): Parts {
  const number = (from: number, to: number): number => Number(value.slice(from, to));
  return { year: number(0, 4), month: number(5, 7), day: number(8, 10), hour: value.length > 10 ? number(11, 13) : 0 };
}

function zonedParts(value: string, zone: string): Parts {
  const { year, month, day, hour } = DateTime.fromISO(value, { zone: "utc" }).setZone(zone);
  return { year, month, day, hour };
}

function ordinal({ year, month, day }: Parts): number {
  return Math.round((Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / DAY_MS) + 1;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

const PARTS: Readonly<Record<string, (parts: Parts) => number | string>> = {
  CALENDAR_YEAR: (at) => at.year,
  CALENDAR_QUARTER: (at) => Math.ceil(at.month / 3),
  CALENDAR_MONTH: (at) => at.month,
  FISCAL_YEAR: (at) => at.year,
  FISCAL_QUARTER: (at) => Math.ceil(at.month / 3),
  FISCAL_MONTH: (at) => at.month,
  DAY_IN_MONTH: (at) => at.day,
  DAY_IN_WEEK: (at) => new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay() + 1,
  DAY_IN_YEAR: ordinal,
  WEEK_IN_YEAR: (at) => Math.ceil(ordinal(at) / 7),
  WEEK_IN_MONTH: (at) => Math.ceil(at.day / 7),
  HOUR_IN_DAY: (at) => at.hour,
  DAY_ONLY: (at) => `${String(at.year)}-${two(at.month)}-${two(at.day)}`,
};

/** Reads a part of a date by the name of its SOQL function; null for no such function. UTC when no zone is given. */
export function datePart(name: string, zone: string | null): ((value: Value) => Value) | null {
  const part = PARTS[name];
  if (part === undefined) return null;
  return (value) => {
    if (typeof value !== "string") return null;
    return part(zone === null || value.length === 10 ? utcParts(value) : zonedParts(value, zone));
  };
}
