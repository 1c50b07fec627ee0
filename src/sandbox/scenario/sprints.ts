import { BUSINESS_DAY, DAY, HOUR, MINUTE, dayText, weekday } from "./calendar.ts";
import type { Day } from "./calendar.ts";
import { second } from "./leads.ts";
import type { Random } from "./random.ts";
import type { Actor, Setting, TaskChange } from "./story.ts";

export const SPRINT_DAYS = 14;

/** The two-week sprint a local day falls in, `2026-S07`; sprints start on Mondays, the first one of a year is S01. */
export function sprintOf(day: Day): string {
  const { year, number } = sprintAt(day);
  return `${String(year)}-S${String(number).padStart(2, "0")}`;
}

/** The Monday on which `2026-S07` begins. */
export function firstDayOfSprint(name: string): Day {
  const [year, number] = name.split("-S").map(Number);
  if (year === undefined || number === undefined) throw new Error(`no sprint: ${name}`);
  return firstMonday(year) + (number - 1) * SPRINT_DAYS;
}

/** The Monday on which the sprint of a day begins. */
function firstDayOf(day: Day): Day {
  const { year, number } = sprintAt(day);
  return firstMonday(year) + (number - 1) * SPRINT_DAYS;
}

function sprintAt(day: Day): { readonly year: number; readonly number: number } {
  let year = Number(dayText(day).slice(0, 4));
  if (day < firstMonday(year)) year -= 1;
  return { year, number: Math.floor((day - firstMonday(year)) / SPRINT_DAYS) + 1 };
}

function firstMonday(year: number): Day {
  const first = Date.UTC(year, 0, 1) / DAY;
  return first + ((8 - weekday(first)) % 7);
}

/** Shares of the epics that do not go as planned. */
const CARRIED = 0.14;
const TAKEN_OUT = 0.05;
const PULLED_IN = 0.07;

/**
 * The sprints an epic is planned for: the one in which its team means to finish it, mostly kept. Some are left over to the
 * next, some are taken out while their sprint runs, some are pulled forward into one that has begun.
 * @param ready when engineering takes it up
 * @param done when it is done; undefined for one that is not
 */
export function planSprints(
  { calendar, asOf }: Setting,
  random: Random,
  { ready, done, by }: { readonly ready: number; readonly done: number | undefined; readonly by: Actor },
): readonly TaskChange[] {
  const guess = Math.max(calendar.add(ready, random.between(20, 30) * BUSINESS_DAY), asOf);
  const due = firstDayOf(calendar.localDay(done ?? guess));
  const fate = random.next();
  const [morning, noon] = [random.between(9, 11) * HOUR, random.between(11, 16) * HOUR];
  const day = random.int(3, 9);
  const plan = (at: number, first: Day): TaskChange => ({ at: second(at), by, kind: "sprint", to: sprintOf(first) });
  const first = Math.floor(ready + MINUTE);
  const before = due - SPRINT_DAYS;
  const inTime = calendar.instant(before, 0) > first;
  if (fate < CARRIED && inTime) return [plan(first, before), plan(calendar.instant(due, morning), due)];
  if (fate < CARRIED + TAKEN_OUT && inTime)
    return [plan(first, before), plan(calendar.instant(before + day, noon), due)];
  const pulled = calendar.instant(due + Math.min(day, 7), noon);
  if (fate > 1 - PULLED_IN && pulled > first && pulled < (done ?? asOf)) {
    return [plan(first, due + SPRINT_DAYS), plan(pulled, due)];
  }
  return [plan(first, due)];
}
