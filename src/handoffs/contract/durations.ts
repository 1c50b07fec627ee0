import { assertNever, DAY, HOUR, MINUTE, SECOND } from "../../model/index.ts";
import type { BusinessCalendar, Instant } from "../../model/index.ts";

/** A span of clock time, or of opening hours of the company's calendar. */
export type Span =
  | { readonly kind: "clock"; readonly ms: number; readonly text: string }
  | { readonly kind: "business hours"; readonly ms: number; readonly text: string }
  | { readonly kind: "business days"; readonly days: number; readonly text: string };

const UNITS: Readonly<Record<string, number>> = {
  second: SECOND,
  s: SECOND,
  minute: MINUTE,
  min: MINUTE,
  m: MINUTE,
  hour: HOUR,
  h: HOUR,
  day: DAY,
  d: DAY,
};
const GRAMMAR = /^(\d+(?:\.\d+)?)\s*(business\s+)?(second|s|minute|min|m|hour|h|day|d)s?$/u;

/** Reads `24h`, `30 minutes`, `2 days`, `1 business hour`, `3 business days`; undefined for anything else. */
export function parseSpan(text: string): Span | undefined {
  const match = GRAMMAR.exec(text.trim().toLowerCase().replaceAll(/\s+/gu, " "));
  const unit = UNITS[match?.[3] ?? ""];
  if (match === null || unit === undefined) return undefined;
  const count = Number(match[1]);
  if (match[2] === undefined) return { kind: "clock", ms: count * unit, text };
  return unit === DAY
    ? { kind: "business days", days: count, text }
    : { kind: "business hours", ms: count * unit, text };
}

/** The instant a span after another ends. */
export function addSpan(from: Instant, span: Span, calendar: BusinessCalendar): Instant {
  switch (span.kind) {
    case "clock":
      return from + span.ms;
    case "business hours":
      return calendar.add(from, span.ms);
    case "business days":
      return calendar.addBusinessDays(from, span.days);
    default:
      return assertNever(span);
  }
}

/** A length of clock time in the words of a sentence: `3 hours`, `12 days`. */
export function sayLength(ms: number): string {
  const [count, unit] = ms >= 2 * DAY ? [ms / DAY, "day"] : ms >= HOUR ? [ms / HOUR, "hour"] : [ms / MINUTE, "minute"];
  const rounded = Math.round(count);
  return `${rounded} ${unit}${rounded === 1 ? "" : "s"}`;
}
