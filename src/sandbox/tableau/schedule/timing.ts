import { element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { TableauError } from "../wire/errors.ts";
import { asList, asTree, textOf } from "../wire/request-body.ts";
import type { RequestTree } from "../wire/request-body.ts";

/** When something runs (reference tableau.md §3.7). */
export interface Timing {
  readonly frequency: "Hourly" | "Daily" | "Weekly" | "Monthly";
  readonly start: string;
  readonly end: string | undefined;
  readonly intervals: readonly Interval[];
}

interface Interval {
  readonly unit: keyof typeof UNITS;
  readonly value: string;
}

const WEEK_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** What each kind of interval may be. */
const UNITS = {
  hours: ["1", "2", "4", "6", "8", "12"],
  minutes: ["15", "30"],
  weekDay: WEEK_DAYS,
  monthDay: [...Array.from({ length: 31 }, (_, day) => String(day + 1)), "LastDay"],
} as const;

const FREQUENCIES = ["Hourly", "Daily", "Weekly", "Monthly"] as const;

/**
 * Reads a `schedule`; a combination that does not exist is refused with 409004.
 * @param edition Cloud, where a task has times of its own, wants a day of the week of hourly and daily ones, too
 */
export function readTiming(schedule: RequestTree, edition: "cloud" | "server"): Timing {
  const frequency = FREQUENCIES.find((each) => each === textOf(schedule, "frequency"));
  if (frequency === undefined) throw conflict(`The frequency has to be one of ${FREQUENCIES.join(", ")}.`);
  const details = asTree(schedule["frequencyDetails"]);
  const start = timeOf(details, "start");
  if (start === undefined) throw conflict("A schedule needs a start.");
  const intervals = asList(asTree(details["intervals"])["interval"]).map(readInterval);
  const timing = { frequency, start, end: timeOf(details, "end"), intervals };
  requirePossible(timing, edition);
  return timing;
}

function readInterval(interval: RequestTree): Interval {
  for (const unit of ["hours", "minutes", "weekDay", "monthDay"] as const) {
    const value = textOf(interval, unit);
    if (value === undefined) continue;
    const possible: readonly string[] = UNITS[unit];
    if (!possible.includes(value)) throw conflict(`'${value}' is not an interval of ${unit}.`);
    return { unit, value };
  }
  throw conflict("An interval names hours, minutes, weekDay or monthDay.");
}

function timeOf(details: RequestTree, key: string): string | undefined {
  const text = textOf(details, key);
  if (text === undefined) return undefined;
  if (!/^(?:[01]\d|2[0-3]):[0-5][05]:00$/u.test(text)) throw conflict(`The ${key} is not a time on a 5-minute mark.`);
  return text;
}

function requirePossible({ frequency, start, end, intervals }: Timing, edition: "cloud" | "server"): void {
  const has = (unit: Interval["unit"]): boolean => intervals.some((interval) => interval.unit === unit);
  if (frequency === "Monthly") {
    if (!has("monthDay")) throw conflict("A monthly schedule needs a day of the month.");
  } else if ((frequency === "Weekly" || edition === "cloud") && !has("weekDay")) {
    throw conflict("The schedule needs a day of the week.");
  }
  if (frequency === "Hourly") {
    if (end === undefined || end.slice(3) !== start.slice(3)) {
      throw conflict("An hourly schedule needs an end at the same minute as its start.");
    }
    if (!has("hours") && !has("minutes")) throw conflict("An hourly schedule needs hours or minutes between runs.");
  }
}

export function frequencyDetails({ start, end, intervals }: Timing): Element {
  const each = intervals.map(({ unit, value }) => element("interval", { [unit]: value }));
  return element("frequencyDetails", { start, end }, [
    { name: "intervals", attributes: {}, children: each, itemName: "interval" },
  ]);
}

function conflict(detail: string): TableauError {
  return new TableauError("409004", "Resource Conflict", detail);
}
