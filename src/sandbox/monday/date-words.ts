import { invalidArgument } from "./errors.ts";
import { scalarText } from "./scalar-text.ts";

const DAY = 86_400_000;
const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** A keyword of date filters as [from, to) in UTC, the profile zone of the sandbox's users; weeks start on Monday. */
export function instantSpan(word: string, now: number): readonly [number, number] | null {
  const today = Math.floor(now / DAY) * DAY;
  const week = today - ((new Date(today).getUTCDay() + 6) % 7) * DAY;
  const date = new Date(today);
  const month = (shift: number): number => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + shift, 1);
  switch (word) {
    case "TODAY":
      return [today, today + DAY];
    case "TOMORROW":
      return [today + DAY, today + 2 * DAY];
    case "YESTERDAY":
      return [today - DAY, today];
    case "THIS_WEEK":
      return [week, week + 7 * DAY];
    case "LAST_WEEK":
    case "ONE_WEEK_AGO":
      return [week - 7 * DAY, week];
    case "NEXT_WEEK":
    case "ONE_WEEK_FROM_NOW":
      return [week + 7 * DAY, week + 14 * DAY];
    case "THIS_MONTH":
      return [month(0), month(1)];
    case "LAST_MONTH":
    case "ONE_MONTH_AGO":
      return [month(-1), month(0)];
    case "NEXT_MONTH":
    case "ONE_MONTH_FROM_NOW":
      return [month(1), month(2)];
    default:
      return null;
  }
}

/** A keyword as days [from, to), null for a plain day. */
export function wordSpan(word: string, now: number): readonly [string, string] | null {
  if (word === "PAST_DATETIME" || word === "PAST") return ["", dayText(now)];
  if (word === "FUTURE_DATETIME" || word === "FUTURE") return [dayText(now + DAY), "~"];
  const span = instantSpan(word, now);
  return span === null ? null : [dayText(span[0]), dayText(span[1])];
}

/** `within_the_next` and `within_the_last`: a number and its unit (days when left out), as days [from, to). */
export function relativeSpan(operator: string, values: readonly unknown[], now: number): readonly [string, string] {
  const amount = Number(values.map(scalarText).find((value) => /^\d+$/u.test(value)));
  if (!Number.isInteger(amount)) throw invalidArgument(`${operator} takes a number`);
  const unit = (values.map(scalarText).find((value) => /^[A-Z]+$/iu.test(value)) ?? "DAYS").toUpperCase();
  const days = amount * (unit.startsWith("WEEK") ? 7 : unit.startsWith("MONTH") ? 30 : 1);
  const today = Math.floor(now / DAY) * DAY;
  return operator === "within_the_next"
    ? [dayText(today), dayText(today + (days + 1) * DAY)]
    : [dayText(today - days * DAY), dayText(today + DAY)];
}
