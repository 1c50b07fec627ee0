import { z } from "zod";
import type { CalendarDefinition } from "../model/index.ts";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;
const NUMBERS: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

const hours = z.string().regex(/^\d{2}:\d{2}-\d{2}:\d{2}$/u, "are hours written 09:00-17:00");
const days = z
  .string()
  .regex(
    /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))?$/u,
    "is a weekday or a range such as Mon-Fri",
  );
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u, "is a day written 2026-02-01");

/** config/calendars/*.yaml: opening hours and holidays of a team. */
export const calendarSchema = z.strictObject({
  calendar: z.string().regex(/^[a-z][a-z0-9-]*$/u, "is a name in small letters, digits and hyphens"),
  zone: z.string().min(1),
  open: z.record(days, z.union([hours, z.array(hours).min(1)])).describe("Weekday or range → opening hours."),
  holidays: z.record(day, z.string().min(1)).default({}).describe("Day → name."),
});

export type CalendarFile = z.output<typeof calendarSchema>;

/** The file as the model's calendar definition. */
export function toCalendarDefinition(file: CalendarFile): CalendarDefinition {
  const weekly: Partial<Record<Weekday, readonly (readonly [string, string])[]>> = {};
  for (const [range, times] of Object.entries(file.open)) {
    const intervals = (typeof times === "string" ? [times] : times).map((text): readonly [string, string] => {
      const [open = "", close = ""] = text.split("-");
      return [open, close];
    });
    for (const weekday of weekdaysOf(range)) weekly[weekday] = intervals;
  }
  return { name: file.calendar, zone: file.zone, weekly, holidays: Object.keys(file.holidays).sort() };
}

function weekdaysOf(range: string): readonly Weekday[] {
  const [first = "", last = first] = range.split("-");
  const from = WEEKDAYS.findIndex((name) => name === first);
  const to = WEEKDAYS.findIndex((name) => name === last);
  return NUMBERS.filter((_, index) => (from <= to ? index >= from && index <= to : index >= from || index <= to));
}
