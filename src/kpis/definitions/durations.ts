import type { BusinessCalendar, Instant } from "../../model/index.ts";
import { assertNever, DAY, HOUR, MINUTE } from "../../model/index.ts";

export type DurationUnit = "minutes" | "hours" | "days" | "weeks" | "business hours" | "business days";

/** A span as an admin writes it: `24h`, `30 days`, `5 business days`. */
export interface Span {
  readonly count: number;
  readonly unit: DurationUnit;
}

const UNITS: Readonly<Record<string, DurationUnit>> = {
  m: "minutes",
  min: "minutes",
  minute: "minutes",
  h: "hours",
  hour: "hours",
  d: "days",
  day: "days",
  w: "weeks",
  week: "weeks",
  "business hour": "business hours",
  "business day": "business days",
};

/** Reads `5 business days`, `24h`, `1 hour`; undefined when it is not a span. */
export function parseSpan(text: string): Span | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+(?:\s+[a-z]+)?)$/iu.exec(text.trim());
  if (match === null) return undefined;
  const word = (match[2] ?? "").toLowerCase().replaceAll(/\s+/gu, " ");
  const unit = UNITS[word] ?? UNITS[word.replace(/s$/u, "")];
  return unit === undefined ? undefined : { count: Number(match[1]), unit };
}

/** `5 business days`, `1 hour`. */
export function formatSpan(span: Span): string {
  return `${span.count} ${span.count === 1 ? span.unit.replace(/s$/u, "") : span.unit}`;
}

/** The instant `span` after `from`; days are local days of the calendar's zone at the same time of day, hours are clock hours. */
export function addSpan(from: Instant, span: Span, calendar: BusinessCalendar): Instant {
  switch (span.unit) {
    case "minutes":
      return from + span.count * MINUTE;
    case "hours":
      return from + span.count * HOUR;
    case "business hours":
      return calendar.add(from, span.count * HOUR);
    case "business days":
      return calendar.addBusinessDays(from, span.count);
    case "days":
    case "weeks": {
      const day = calendar.localDay(from);
      const target = addDays(day, span.count * (span.unit === "weeks" ? 7 : 1));
      return calendar.startOfDay(target) + (from - calendar.startOfDay(day));
    }
    default:
      return assertNever(span.unit);
  }
}

/** The calendar day `count` days after `day` (negative: before). */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + Math.round(count) * DAY).toISOString().slice(0, 10);
}

/** Whole days from one calendar day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}

/** A duration in words a reader takes in at a glance: `3.2 days`, `47 min`. */
export function formatDuration(milliseconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [DAY, "days"],
    [HOUR, "hours"],
    [MINUTE, "min"],
  ];
  for (const [size, word] of units) {
    if (milliseconds >= size * (word === "hours" ? 2 : 1.5)) return `${trim(milliseconds / size)} ${word}`;
  }
  return milliseconds >= MINUTE ? `${trim(milliseconds / MINUTE)} min` : `${trim(milliseconds / 1000)} s`;
}

function trim(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
}
