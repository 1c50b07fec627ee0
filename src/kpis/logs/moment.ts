import type { LocalZone } from "./local-zone.ts";
import type { Moment } from "./log.ts";

/** Which number of `03/04/2024` is the day. */
export type DateOrder = "day first" | "month first";

export interface TimeReading {
  /** For times without a zone; null when there is none to take. */
  readonly zone: LocalZone | null;
  /** For dates that begin with a day or a month; null when the log has not shown which. */
  readonly order: DateOrder | null;
}

/** Why a text is no time. */
export type TimeTrouble = "not a time" | "no such time" | "no zone" | "day or month first";

const CLOCK = String.raw`(?:(?:T|\s+|,\s*)(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,12}))?)?(?:\s*(?<half>[ap])\.?m\.?)?)?`;
const ZONE = String.raw`\s*(?<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?)?(?:\[[\w/+-]+\])?`;
const YEAR_FIRST = new RegExp(
  String.raw`^(?<year>\d{4})([-/.])(?<month>\d{1,2})\2(?<day>\d{1,2})${CLOCK}${ZONE}$`,
  "iu",
);
const YEAR_LAST = new RegExp(
  String.raw`^(?<first>\d{1,2})(?<mark>[-/.])(?<second_>\d{1,2})\k<mark>(?<year>\d{4})${CLOCK}${ZONE}$`,
  "iu",
);
const NAMED_MONTH = new RegExp(
  String.raw`^(?<day>\d{1,2})[-/. ](?<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[-/. ](?<year>\d{4})${CLOCK}${ZONE}$`,
  "iu",
);
const EPOCH = /^\d{10}(?:\d{3})?$/u;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * Reads a time as logs write it: ISO 8601 with `T` or a space, `2024/03/01 9:05`, `01.03.2024 09:05:00`, `3/1/2024 9:05 AM`,
 * `1-Mar-2024`, epoch seconds (10 digits) or milliseconds (13). Between points the day comes first everywhere. An offset is honoured; without one the zone of the reading counts.
 */
export function readMoment(text: string, reading: TimeReading): Moment | TimeTrouble {
  const trimmed = text.trim();
  const iso = YEAR_FIRST.exec(trimmed)?.groups;
  if (iso !== undefined) return build(Number(iso["year"]), Number(iso["month"]), Number(iso["day"]), iso, reading);
  if (EPOCH.test(trimmed)) {
    const micros = BigInt(trimmed) * (trimmed.length === 10 ? 1_000_000n : 1000n);
    return { micros, offset: 0, dayOnly: false };
  }
  const last = YEAR_LAST.exec(trimmed)?.groups;
  if (last !== undefined) {
    const order = last["mark"] === "." ? "day first" : reading.order;
    if (order === null) return "day or month first";
    const [day, month] = order === "day first" ? ["first", "second_"] : ["second_", "first"];
    return build(Number(last["year"]), Number(last[month ?? ""]), Number(last[day ?? ""]), last, reading);
  }
  const named = NAMED_MONTH.exec(trimmed)?.groups;
  if (named === undefined) return "not a time";
  const month = MONTHS.indexOf((named["name"] ?? "").toLowerCase()) + 1;
  return build(Number(named["year"]), month, Number(named["day"]), named, reading);
}

/** What the dates of a log show about their order; null when both would do. */
export function dateOrderOf(texts: Iterable<string>): DateOrder | null {
  for (const text of texts) {
    const groups = YEAR_LAST.exec(text.trim())?.groups;
    if (groups?.["mark"] === ".") continue;
    if (Number(groups?.["first"]) > 12) return "day first";
    if (Number(groups?.["second_"]) > 12) return "month first";
  }
  return null;
}

type Groups = Readonly<Record<string, string | undefined>>;

function build(year: number, month: number, day: number, groups: Groups, reading: TimeReading): Moment | TimeTrouble {
  const dayOnly = groups["hour"] === undefined;
  let hour = Number(groups["hour"] ?? 0);
  const half = groups["half"]?.toLowerCase();
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return "no such time";
    hour = (hour % 12) + (half === "p" ? 12 : 0);
  }
  const minute = Number(groups["minute"] ?? 0);
  const second = Number(groups["second"] ?? 0);
  const midnight = hour === 24 && minute === 0 && second === 0;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return "no such time";
  if ((hour > 23 && !midnight) || minute > 59 || second > 60) return "no such time";
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC takes years below 100 for those of the 20th century.
  if (year < 100) return "no such time";
  const offset = offsetOf(groups["zone"]) ?? reading.zone?.offsetAt(wall);
  if (offset === undefined) return "no zone";
  const fraction = BigInt((groups["fraction"] ?? "").slice(0, 6).padEnd(6, "0"));
  return { micros: BigInt(wall - offset * 60_000) * 1000n + fraction, offset, dayOnly };
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  const digits = /([+-])(\d{2}):?(\d{2})?$/u.exec(zone);
  if (digits === null) return 0;
  const minutes = Number(digits[2]) * 60 + Number(digits[3] ?? 0);
  return digits[1] === "-" ? -minutes : minutes;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** ISO 8601 with the moment's own offset; a day alone stays a day (`2026-03-01+01:00`). Microseconds show only where there are any. */
export function writeMoment(moment: Moment): string {
  const { micros, offset, dayOnly } = moment;
  return dayOnly ? `${wallText(micros, offset).slice(0, 10)}${offsetText(offset)}` : writeInstant(moment);
}

/** ISO 8601 with time and offset, also for a day alone. */
export function writeInstant({ micros, offset }: Moment): string {
  return `${wallText(micros, offset)}${offsetText(offset)}`;
}

/** `YYYY-MM-DD HH:MM:SS.mmm` in UTC, as OCEL's SQLite form has it. */
export function writeUtc({ micros }: Moment): string {
  return wallText(micros, 0).replace("T", " ");
}

function wallText(micros: bigint, offset: number): string {
  const shifted = micros + BigInt(offset) * 60_000_000n;
  const rest = ((shifted % 1000n) + 1000n) % 1000n;
  const text = new Date(Number((shifted - rest) / 1000n)).toISOString().slice(0, -1);
  return rest === 0n ? text : `${text}${String(rest).padStart(3, "0")}`;
}

function offsetText(offset: number): string {
  if (offset === 0) return "Z";
  const minutes = Math.abs(offset);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
