import { assertNever } from "../../model/index.ts";
import type { BusinessCalendar, Instant, LinkedObject } from "../../model/index.ts";
import { addDays, addSpan, daysBetween, formatDuration, formatSpan } from "../definitions/durations.ts";
import { fold } from "../definitions/problems.ts";
import type { Rule, RuleBody } from "../definitions/rule.ts";
import { dayOf, textOf, valueAt } from "./attributes.ts";
import type { CaseEvent, DeviationCategory, Verdict } from "./case.ts";
import { isLater } from "./events.ts";

/** What a rule is judged on. */
export interface Judged {
  readonly subject: LinkedObject;
  /** `Onboarding Acme`, how a sentence names the case. */
  readonly label: string;
  /** In order; only what happened up to the as-of. */
  readonly events: readonly CaseEvent[];
  readonly startedAt: Instant;
  /** Null for an open case. */
  readonly endedAt: Instant | null;
  readonly asOf: Instant;
  readonly calendar: BusinessCalendar;
  /** Own attributes and dimensions by name. */
  readonly attribute: (name: string) => string | null;
}

interface Finding {
  readonly activations: number;
  /** Null when the rule holds so far. */
  readonly broken: {
    readonly category: DeviationCategory;
    readonly message: string;
    readonly events: readonly CaseEvent[];
    readonly at: Instant;
  } | null;
  /** The rule could still be broken (or met) while the case is open. */
  readonly undecided: boolean;
}

const held = (activations: number, undecided = false): Finding => ({ activations, broken: null, undecided });

/**
 * Judges one rule. A completed case satisfies or violates; in an open one only what can no longer be repaired counts as a
 * violation, the rest is pending (reference §2.6).
 */
export function judge(rule: Rule, on: Judged): Verdict {
  const finding = applies(rule, on) ? find(rule.body, on) : held(0);
  const state =
    finding.broken !== null ? "violated" : finding.undecided && on.endedAt === null ? "pending" : "satisfied";
  return {
    rule: rule.id,
    state,
    activations: finding.activations,
    category: finding.broken?.category ?? null,
    step: finding.broken === null ? null : rule.body.kind === "response" ? rule.body.b : rule.body.a,
    message: finding.broken === null ? "" : `${on.label}: ${finding.broken.message}`,
    eventIds: finding.broken?.events.map((event) => event.id) ?? [],
    at: finding.broken?.at ?? null,
    waived: false,
  };
}

function applies({ condition }: Rule, on: Judged): boolean {
  if (condition === null) return true;
  const value = on.attribute(condition.attribute);
  const matches = value !== null && condition.values.some((wanted) => fold(wanted) === fold(value));
  return matches !== condition.negated;
}

function find(body: RuleBody, on: Judged): Finding {
  const of = (activity: string): readonly CaseEvent[] =>
    on.events.filter((event) => event.activity === activity && !event.reopens);
  const closed = on.endedAt !== null;
  const end = on.endedAt ?? on.asOf;
  const day = (at: Instant): string => on.calendar.localDay(at);
  switch (body.kind) {
    case "precedence": {
      const before = of(body.a)[0];
      const after = of(body.b);
      const early = after.find((event) => before === undefined || isLater(before.at, event.at));
      if (early === undefined) return held(after.length, true);
      return before === undefined
        ? broken(
            after.length,
            "missing step",
            `"${body.b}" happened on ${day(early.at)} without "${body.a}".`,
            [early],
            early.at,
          )
        : broken(
            after.length,
            "out of order",
            `"${body.b}" happened on ${day(early.at)}, before "${body.a}" (${day(before.at)}).`,
            [early, before],
            early.at,
          );
    }
    case "response": {
      const asked = of(body.a);
      const answers = of(body.b);
      const open = asked.find((event) => !answers.some((answer) => !isLater(event.at, answer.at)));
      if (open === undefined || !closed) return held(asked.length, true);
      return broken(
        asked.length,
        "missing step",
        `"${body.a}" (${day(open.at)}) was never followed by "${body.b}".`,
        [open],
        end,
      );
    }
    case "within":
      return findLate(body, on, of, day);
    case "count": {
      const found = of(body.a);
      const extra = body.max === null ? undefined : found[body.max];
      if (extra !== undefined) {
        const category = body.max === 0 ? "unexpected step" : "repeated";
        const times = `${found.length} ${found.length === 1 ? "time" : "times"}`;
        return broken(
          found.length,
          category,
          `"${body.a}" happened ${times}, at most ${body.max} allowed.`,
          [extra],
          extra.at,
        );
      }
      if (found.length >= body.min || !closed) return held(Math.max(found.length, 1), true);
      const missing =
        found.length === 0
          ? `"${body.a}" never happened.`
          : `"${body.a}" happened ${found.length} times, ${body.min} needed.`;
      return broken(1, "missing step", missing, found, end);
    }
    case "lead":
      return findLead(body, on, of(body.a)[0], day);
    case "not both": {
      const [a] = of(body.a);
      const [b] = of(body.b);
      if (a === undefined || b === undefined) return held(0, true);
      return broken(
        1,
        "both exclusive branches",
        `both "${body.a}" and "${body.b}" happened.`,
        [a, b],
        Math.max(a.at, b.at),
      );
    }
    case "different actor": {
      const makers = of(body.b);
      const same = of(body.a).find(
        (event) => event.actor !== null && makers.some((maker) => maker.actor?.id === event.actor?.id),
      );
      if (same === undefined) return held(makers.length, true);
      return broken(1, "wrong role", `"${body.a}" was done by whoever did "${body.b}".`, [same], same.at);
    }
    case "needs": {
      const [event] = of(body.a);
      if (event === undefined) return held(0, true);
      if (textOf(valueAt(on.subject, body.attribute, event.at)) !== null) return held(1);
      const value = valueAt(on.subject, body.attribute, event.at);
      if (value !== null && typeof value === "object") return held(1);
      return broken(
        1,
        "missing data",
        `"${body.a}" happened on ${day(event.at)} with ${body.attribute} empty.`,
        [event],
        event.at,
      );
    }
    case "first": {
      const [event] = on.events;
      if (event === undefined || event.activity === body.a) return held(1);
      return broken(
        1,
        "out of order",
        `the first activity was "${event.activity}", not "${body.a}".`,
        [event],
        event.at,
      );
    }
    case "last": {
      const event = on.events.at(-1);
      if (!closed || event === undefined || event.activity === body.a) return held(1, true);
      return broken(
        1,
        "out of order",
        `the last activity was "${event.activity}", not "${body.a}".`,
        [event],
        event.at,
      );
    }
    default:
      return assertNever(body);
  }
}

function findLate(
  body: Extract<RuleBody, { kind: "within" }>,
  on: Judged,
  of: (activity: string) => readonly CaseEvent[],
  day: (at: Instant) => string,
): Finding {
  const answers = of(body.a);
  const clocks = body.of === null ? [on.startedAt] : of(body.of).map((event) => event.at);
  const from = body.of === null ? "the start" : `"${body.of}"`;
  for (const clock of clocks) {
    const limit = addSpan(clock, body.span, on.calendar);
    // The first time the activity was done counts: doing it once more later does not make it late.
    const answer = body.of === null ? answers[0] : answers.find((event) => !isLater(clock, event.at));
    if (answer === undefined) {
      if (on.endedAt !== null) {
        return broken(
          clocks.length,
          "missing step",
          `"${body.a}" never happened; it was due ${formatSpan(body.span)} after ${from}.`,
          [],
          on.endedAt,
        );
      }
      if (!isLater(on.asOf, limit)) continue;
      return broken(
        clocks.length,
        "late",
        `"${body.a}" was due by ${day(limit)} (${formatSpan(body.span)} after ${from}) and has not happened.`,
        [],
        limit,
      );
    }
    if (!isLater(answer.at, limit)) continue;
    const over = formatDuration(answer.at - limit);
    return broken(
      clocks.length,
      "late",
      `"${body.a}" happened on ${day(answer.at)}, ${over} after it was due (${formatSpan(body.span)} after ${from}).`,
      [answer],
      answer.at,
    );
  }
  return held(clocks.length, true);
}

function findLead(
  body: Extract<RuleBody, { kind: "lead" }>,
  on: Judged,
  event: CaseEvent | undefined,
  day: (at: Instant) => string,
): Finding {
  // The day as it was known when the clock struck, not as somebody edited it later.
  let limit: string | null = null;
  const current = dayOf(on.subject.object.attributes[body.attribute] ?? null);
  if (current !== null) {
    const known =
      dayOf(valueAt(on.subject, body.attribute, on.calendar.endOfDay(addDays(current, -body.days)))) ?? current;
    limit = addDays(known, -body.days);
  }
  if (limit === null) return held(0, true);
  const happened = event === undefined ? null : day(event.at);
  if (happened !== null && happened <= limit) return held(1);
  if (event !== undefined && happened !== null) {
    const late = daysBetween(limit, happened);
    return broken(
      1,
      "late",
      `"${body.a}" happened on ${happened}, ${late} ${late === 1 ? "day" : "days"} after it was due (${body.days} days before ${body.attribute}).`,
      [event],
      event.at,
    );
  }
  if (on.endedAt === null && day(on.asOf) <= limit) return held(0, true);
  const at = on.endedAt ?? on.calendar.endOfDay(limit);
  return broken(
    1,
    on.endedAt === null ? "late" : "missing step",
    `"${body.a}" has not happened; it was due by ${limit} (${body.days} days before ${body.attribute}).`,
    [],
    at,
  );
}

function broken(
  activations: number,
  category: DeviationCategory,
  message: string,
  events: readonly CaseEvent[],
  at: Instant,
): Finding {
  return { activations: Math.max(1, activations), broken: { category, message, events, at }, undecided: false };
}
