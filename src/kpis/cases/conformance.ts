import { assertNever } from "../../model/index.ts";
import { fold } from "../definitions/problems.ts";
import type { Rule, RuleBody, RuleCondition } from "../definitions/rule.ts";
import type { Verdict } from "./case.ts";
import { findData, findRole, passes } from "./judge-data.ts";
import { findOrder } from "./judge-order.ts";
import { findLate, findLead } from "./judge-time.ts";
import { broken, held } from "./judged.ts";
import type { Finding, Judged, JudgedEvent, Seen } from "./judged.ts";

/**
 * Judges one rule. A completed case satisfies or violates; in an open one only what can no longer be repaired counts as a
 * violation, the rest is pending (reference §2.6).
 */
export function judge(rule: Rule, on: Judged): Verdict {
  const finding = meets(rule.condition, on) ? find(rule.body, see(on)) : held(0);
  const state =
    finding.broken !== null ? "violated" : finding.undecided && on.endedAt === null ? "pending" : "satisfied";
  return {
    rule: rule.id,
    state,
    activations: finding.activations,
    category: finding.broken?.category ?? null,
    step: finding.broken?.step ?? null,
    message: finding.broken === null ? "" : `${on.label}: ${finding.broken.message}`,
    eventIds: finding.broken?.events.map((event) => event.id) ?? [],
    at: finding.broken?.at ?? null,
    dueAt: finding.due,
    waived: false,
  };
}

/** Whether a condition holds; that of a rule without one does. */
export function meets(condition: RuleCondition | null, on: Pick<Judged, "attribute" | "current">): boolean {
  if (condition === null) return true;
  if (condition.test !== null) {
    const value = on.current(condition.attribute);
    return value !== null && passes(value, condition.test);
  }
  const value = on.attribute(condition.attribute);
  const matches = value !== null && condition.values.some((wanted) => fold(wanted) === fold(value));
  return matches !== condition.negated;
}

function see(on: Judged): Seen {
  return {
    ...on,
    of: (activity) => on.events.filter((event) => event.activity === activity && !event.reopens),
    day: (at) => on.calendar.localDay(at),
    closed: on.endedAt !== null,
    get end() {
      return on.endedAt ?? on.asOf.value();
    },
  };
}

function find(body: RuleBody, on: Seen): Finding {
  switch (body.kind) {
    case "precedence":
    case "response":
    case "succession":
      return findOrder(body, on);
    case "within":
      return findLate(body, on);
    case "lead":
      return findLead(body, on);
    case "needs":
      return findData(body, on);
    case "role":
      return findRole(body, on);
    case "count":
      return findCount(body, on);
    case "responded existence":
      return findOther(body, on, [body.a]);
    case "coexistence":
      return findOther(body, on, [body.a, body.b]);
    case "not both":
    case "not succession":
      return findForbidden(body, on);
    case "different actor":
      return findSameActor(body, on);
    case "first":
    case "last":
      return findEdge(body, on);
    default:
      return assertNever(body);
  }
}

function findCount({ a, min, max }: Extract<RuleBody, { kind: "count" }>, on: Seen): Finding {
  const found = on.of(a);
  const extra = max === null ? undefined : found[max];
  if (extra !== undefined) {
    const times = `${found.length} ${found.length === 1 ? "time" : "times"}`;
    return broken(found.length, {
      category: max === 0 ? "unexpected step" : "repeated",
      message: `"${a}" happened ${times}, at most ${max ?? 0} allowed.`,
      events: [extra],
      at: extra.at,
      step: a,
    });
  }
  if (found.length >= min || !on.closed) return held(Math.max(found.length, 1), true);
  return broken(1, {
    category: "missing step",
    message: found.length === 0 ? `"${a}" never happened.` : `"${a}" happened ${found.length} times, ${min} needed.`,
    events: found,
    at: on.end,
    step: a,
  });
}

/** Of two activities one asks for the other; those in `askers` do. */
function findOther(
  { a, b }: Extract<RuleBody, { kind: "responded existence" | "coexistence" }>,
  on: Seen,
  askers: readonly string[],
): Finding {
  let activations = 0;
  for (const asker of askers) {
    const other = asker === a ? b : a;
    const events = on.of(asker);
    activations += events.length;
    const [first] = events;
    if (first === undefined || on.of(other).length > 0 || !on.closed) continue;
    return broken(events.length, {
      category: "missing step",
      message: `"${asker}" happened on ${on.day(first.at)}, "${other}" never did.`,
      events: [first],
      at: on.end,
      step: other,
    });
  }
  return held(activations, true);
}

function findForbidden({ kind, a, b }: Extract<RuleBody, { kind: "not both" | "not succession" }>, on: Seen): Finding {
  const [first] = on.of(a);
  const others = on.of(b);
  if (kind === "not succession") {
    const after = others.find((event) => first !== undefined && event !== first && on.order.isLater(event, first));
    if (first === undefined || after === undefined) return held(on.of(a).length, true);
    return broken(on.of(a).length, {
      category: "out of order",
      message: `"${b}" happened on ${on.day(after.at)}, after "${a}" (${on.day(first.at)}).`,
      events: [after, first],
      at: after.at,
      step: b,
    });
  }
  const [other] = others;
  if (first === undefined || other === undefined) return held(0, true);
  return broken(1, {
    category: "both exclusive branches",
    message: `both "${a}" and "${b}" happened.`,
    events: [first, other],
    at: Math.max(first.at, other.at),
    step: a,
  });
}

function findSameActor({ a, b }: Extract<RuleBody, { kind: "different actor" }>, on: Seen): Finding {
  const makers = on.of(b);
  const isMaker = (event: JudgedEvent): boolean =>
    event.actor !== null && makers.some((maker) => maker.actor?.id === event.actor?.id);
  const same = on.of(a).find(isMaker);
  if (same === undefined) return held(makers.length, true);
  return broken(1, {
    category: "wrong role",
    message: `"${a}" was done by whoever did "${b}".`,
    events: [same],
    at: same.at,
    step: a,
  });
}

function findEdge({ kind, a }: Extract<RuleBody, { kind: "first" | "last" }>, on: Seen): Finding {
  const event = kind === "first" ? on.events[0] : on.events.at(-1);
  const fits = event === undefined || event.activity === a;
  if (kind === "first" ? fits : fits || !on.closed) return held(1, kind === "last");
  return broken(1, {
    category: "out of order",
    message: `the ${kind} activity was "${event?.activity ?? ""}", not "${a}".`,
    events: event === undefined ? [] : [event],
    at: event?.at ?? on.end,
    step: a,
  });
}
