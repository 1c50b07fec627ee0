import type { ErrorPlace } from "../../model/index.ts";
import type { Departure, KpiVocabulary } from "./compile-kpi.ts";
import { parseSpan } from "./durations.ts";
import type { Span } from "./durations.ts";
import { definitionError, fold, suggest } from "./problems.ts";

/** A key that this measure needs; null where it may be left out. */
export function need(needed: boolean, value: string | undefined, key: string, place: ErrorPlace): string | null {
  if (value !== undefined) return value;
  if (!needed) return null;
  throw definitionError(
    "HUB-2313",
    `This measure needs \`${key}\`.`,
    { ...place, path: key },
    `Add \`${key}:\` to the file.`,
  );
}

/** The spelling that a name is known by. @throws HubError HUB-2312 with the nearest known one */
export function lookUp(text: string, known: readonly string[], what: string, place: ErrorPlace): string {
  const found = known.find((name) => fold(name) === fold(text));
  if (found !== undefined) return found;
  throw definitionError(
    "HUB-2312",
    `The KPI names the unknown ${what} "${text}".`,
    place,
    suggest(text, [...new Set(known)]),
  );
}

/** @throws HubError HUB-2313 for what is no span of time */
export function readSpan(text: string, place: ErrorPlace): Span {
  const span = parseSpan(text);
  if (span !== undefined) return span;
  throw definitionError(
    "HUB-2313",
    `"${text}" is no span of time.`,
    place,
    "Write `30 days`, `24h` or `5 business days`.",
  );
}

/** `30 days after it` in days. */
export function readDue(text: string, place: ErrorPlace): number {
  const span = readSpan(text.replace(/ after (it|trigger|the trigger)$/u, ""), place);
  if (span.unit === "days" || span.unit === "weeks") return span.count * (span.unit === "weeks" ? 7 : 1);
  throw definitionError("HUB-2313", "A due day is counted in calendar days.", place, "Write `30 days after it`.");
}

/** `contract-term ended churned or terminated`. */
export function readDeparture(text: string, { processes }: KpiVocabulary, place: ErrorPlace): Departure {
  const match = /^(\S+) ended (.+)$/u.exec(text.trim());
  if (match === null) {
    throw definitionError(
      "HUB-2313",
      `"${text}" has no form the hub knows.`,
      place,
      "Write `<process> ended <outcome> or <outcome>`.",
    );
  }
  const process = lookUp(match[1] ?? "", [...new Set(processes.map(({ name }) => name))], "process", place);
  const known = processes.flatMap(({ name, ends }) => (name === process ? ends.map(({ outcome }) => outcome) : []));
  return { process, outcomes: (match[2] ?? "").split(" or ").map((word) => lookUp(word, known, "outcome", place)) };
}

/** The process of `<process> ended by due`. */
export function readGood(text: string, { processes }: KpiVocabulary, place: ErrorPlace): string {
  const match = /^(\S+) ended by due$/u.exec(text.trim());
  if (match === null) {
    throw definitionError("HUB-2313", `"${text}" has no form the hub knows.`, place, "Write `<process> ended by due`.");
  }
  return lookUp(match[1] ?? "", [...new Set(processes.map((process) => process.name))], "process", place);
}

/** `Qbr cadence` of `qbr-cadence`. */
export function titleOf(name: string): string {
  const text = name.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
