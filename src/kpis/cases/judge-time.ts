import type { Instant } from "../../model/index.ts";
import { addDays, addSpan, daysBetween, formatDuration, formatSpan } from "../definitions/durations.ts";
import type { RuleBody } from "../definitions/rule.ts";
import { dayOf } from "./attributes.ts";
import { broken, held } from "./judged.ts";
import type { Finding, Seen } from "./judged.ts";

/** A term from another activity, or from the start. */
export function findLate(body: Extract<RuleBody, { kind: "within" }>, on: Seen): Finding {
  const { of, day, order } = on;
  const answers = of(body.a);
  const askers = body.of === null ? [undefined] : of(body.of);
  const from = body.of === null ? "the start" : `"${body.of}"`;
  let due: Instant | null = null;
  for (const asker of askers) {
    const limit = addSpan(asker?.at ?? on.startedAt, body.span, on.calendar);
    due = limit;
    // The first time the activity was done counts: doing it once more later does not make it late.
    const answer =
      asker === undefined ? answers[0] : answers.find((event) => event !== asker && !order.isLater(asker, event));
    if (answer === undefined) {
      if (on.endedAt !== null) {
        const message = `"${body.a}" never happened; it was due ${formatSpan(body.span)} after ${from}.`;
        return broken(
          askers.length,
          { category: "missing step", message, events: [], at: on.endedAt, step: body.a },
          due,
        );
      }
      if (!order.isOver(limit, on.asOf)) continue;
      const message = `"${body.a}" was due by ${day(limit)} (${formatSpan(body.span)} after ${from}) and has not happened.`;
      return broken(askers.length, { category: "late", message, events: [], at: limit, step: body.a }, due);
    }
    if (!order.isLaterAt(answer.at, limit)) continue;
    const over = formatDuration(answer.at - limit);
    const message = `"${body.a}" happened on ${day(answer.at)}, ${over} after it was due (${formatSpan(body.span)} after ${from}).`;
    return broken(askers.length, { category: "late", message, events: [answer], at: answer.at, step: body.a }, due);
  }
  return held(askers.length, true, due);
}

/** A number of days before a day that an attribute holds. */
export function findLead(body: Extract<RuleBody, { kind: "lead" }>, on: Seen): Finding {
  const { day } = on;
  const [event] = on.of(body.a);
  // The day as it was known when the clock struck, not as somebody edited it later.
  let limit: string | null = null;
  const current = dayOf(on.current(body.attribute));
  if (current !== null) {
    const struck = on.calendar.endOfDay(addDays(current, -body.days));
    const known = dayOf(on.valueAt(body.attribute, struck)) ?? current;
    limit = addDays(known, -body.days);
  }
  if (limit === null) return held(0, true);
  // The last instant of the day, so that what is due on a day is counted in that day's month.
  const due = on.calendar.endOfDay(limit) - 1;
  const happened = event === undefined ? null : day(event.at);
  if (happened !== null && happened <= limit) return held(1, false, due);
  // What was over before it fell due owed nothing.
  if (on.endedAt !== null && day(on.endedAt) <= limit) return held(0, false, due);
  if (event !== undefined && happened !== null) {
    const late = daysBetween(limit, happened);
    const message = `"${body.a}" happened on ${happened}, ${late} ${late === 1 ? "day" : "days"} after it was due (${body.days} days before ${body.attribute}).`;
    return broken(1, { category: "late", message, events: [event], at: event.at, step: body.a }, due);
  }
  if (on.endedAt === null && !on.asOf.reached(on.calendar.startOfDay(addDays(limit, 1)))) return held(0, true, due);
  const message = `"${body.a}" has not happened; it was due by ${limit} (${body.days} days before ${body.attribute}).`;
  const category = on.endedAt === null ? "late" : "missing step";
  return broken(1, { category, message, events: [], at: on.endedAt ?? due, step: body.a }, due);
}
