/** Milliseconds since 1970-01-01T00:00:00Z. Instants are always UTC; zones belong to calendars and to display. */
export type Instant = number;

/** A calendar day without zone, `YYYY-MM-DD`. */
export type Day = string;

/** How exact a recorded time is; day-precision times never enter hour-based figures (reference §1.3). */
export type Precision = "ms" | "s" | "day";

/** The source of "now". Only the command line makes one from the machine's clock. */
export interface Clock {
  now(): Instant;
}

/** Half-open `[from, to)`. */
export interface InstantRange {
  readonly from: Instant;
  readonly to: Instant;
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** ISO 8601 UTC text of an instant. */
export function toIso(instant: Instant): string {
  return new Date(instant).toISOString();
}

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/u;

/** Texts in UTC that need no arithmetic: a day every month has, with milliseconds. */
const PLAIN_UTC =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}(?:Z|\+00:?00)$/u;

/** The same instant as ISO 8601 UTC text with milliseconds; undefined when the text is none. */
export function toUtcText(text: string): string | undefined {
  if (PLAIN_UTC.test(text)) return `${text.slice(0, 23)}Z`;
  const instant = parseInstant(text);
  return instant === undefined ? undefined : toIso(instant);
}

/** Parses ISO 8601 with `Z` or an offset (`+0000` as Salesforce prints it, too); undefined when it is not one. */
export function parseInstant(text: string): Instant | undefined {
  if (!ISO_INSTANT.test(text)) return undefined;
  const colonless = !text.endsWith("Z") && text.charAt(text.length - 3) !== ":";
  const instant = Date.parse(colonless ? `${text.slice(0, -2)}:${text.slice(-2)}` : text);
  return Number.isNaN(instant) ? undefined : instant;
}
