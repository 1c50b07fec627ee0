import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DateTime } from "luxon";
import { parse } from "yaml";
import { z } from "zod";

const ZONE = "America/Los_Angeles";
const OPENS = 9;
const CLOSES = 17;

const calendar = z
  .object({ holidays: z.record(z.string(), z.string()) })
  .parse(parse(readFileSync(join(import.meta.dirname, "../../../config/calendars/us-business.yaml"), "utf8")));

/** Milliseconds of business time in `[from, to)`, day by day: Monday to Friday from nine to five at headquarters, holidays closed. */
export function businessTime(from: number, to: number): number {
  let sum = 0;
  for (
    let day = DateTime.fromMillis(from, { zone: ZONE }).startOf("day");
    day.toMillis() < to;
    day = day.plus({ days: 1 })
  ) {
    if (day.weekday > 5 || day.toISODate() === null || (day.toISODate() ?? "") in calendar.holidays) continue;
    const opens = day.set({ hour: OPENS }).toMillis();
    const closes = day.set({ hour: CLOSES }).toMillis();
    sum += Math.max(0, Math.min(to, closes) - Math.max(from, opens));
  }
  return sum;
}

/** The instant at which so much business time has gone by since `from`. */
export function businessTimeAfter(from: number, ms: number): number {
  let left = ms;
  for (let day = DateTime.fromMillis(from, { zone: ZONE }).startOf("day"); ; day = day.plus({ days: 1 })) {
    const open = businessTime(Math.max(from, day.toMillis()), day.plus({ days: 1 }).toMillis());
    if (open < left) {
      left -= open;
      continue;
    }
    return Math.max(from, day.set({ hour: OPENS }).toMillis()) + left;
  }
}

export const startOfDay = (day: string): number => DateTime.fromISO(day, { zone: ZONE }).toMillis();

/** `2026-10-31` at headquarters. */
export const localDay = (at: number): string => DateTime.fromMillis(at, { zone: ZONE }).toFormat("yyyy-MM-dd");

/** The day `days` after the local day of an instant. */
export const dayAfter = (at: number, days: number): string =>
  DateTime.fromMillis(at, { zone: ZONE }).plus({ days }).toFormat("yyyy-MM-dd");

/** The same time of day, `days` local days later. */
export const sameTimeAfter = (at: number, days: number): number =>
  DateTime.fromMillis(at, { zone: ZONE }).plus({ days }).toMillis();

/** The windows that the files of config/kpis name, before Monday, 2 November 2026; fiscal years start in February. */
export const WINDOWS: Readonly<Record<string, readonly [from: number, to: number]>> = {
  "fiscal quarter": [startOfDay("2026-08-01"), startOfDay("2026-11-01")],
  "2 fiscal quarters": [startOfDay("2026-05-01"), startOfDay("2026-11-01")],
  "3 months": [startOfDay("2026-08-01"), startOfDay("2026-11-01")],
  "6 months": [startOfDay("2026-05-01"), startOfDay("2026-11-01")],
  "12 months": [startOfDay("2025-11-01"), startOfDay("2026-11-01")],
};
