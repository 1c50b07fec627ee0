import type { RuleBody } from "../definitions/rule.ts";
import { broken, held } from "./judged.ts";
import type { Finding, JudgedEvent, Seen } from "./judged.ts";

type Ordered = Extract<RuleBody, { kind: "precedence" | "response" | "succession" }>;

/** Rules about which of two activities comes first, and how close the other follows. */
export function findOrder(body: Ordered, on: Seen): Finding {
  const { kind, a, b } = body;
  if (kind === "precedence") return precedence(body, on);
  if (kind === "response") return response(body, on);
  const before = precedence(body, on);
  const after = response(body, on);
  const found = before.broken === null ? after : before;
  return { ...found, activations: on.of(a).length + on.of(b).length, undecided: before.undecided || after.undecided };
}

function precedence({ a, b, close }: Ordered, on: Seen): Finding {
  const { day, order } = on;
  const earlier = on.of(a);
  const later = on.of(b);
  const [before] = earlier;
  if (close === "any") {
    const early = later.find((event) => before === undefined || before === event || order.isLater(before, event));
    if (early === undefined) return held(later.length, true);
    return before === undefined || before === early
      ? without(a, b, later.length, early, day)
      : broken(later.length, {
          category: "out of order",
          message: `"${b}" happened on ${day(early.at)}, before "${a}" (${day(before.at)}).`,
          events: [early, before],
          at: early.at,
          step: a,
        });
  }
  const wrong = later.find((event, i) => !precedes(event, later[i - 1], a, close, on));
  if (wrong === undefined) return held(later.length, true);
  if (before === undefined || !order.isLater(wrong, before)) return without(a, b, later.length, wrong, day);
  const how = close === "chain" ? `not directly after "${a}"` : `without another "${a}" since the one before`;
  return broken(later.length, {
    category: "out of order",
    message: `"${b}" happened on ${day(wrong.at)}, ${how}.`,
    events: [wrong],
    at: wrong.at,
    step: a,
  });
}

/** Whether an `a` stands where the rule wants it before an event: right before it, or since the `b` before. */
function precedes(
  event: JudgedEvent,
  previous: JudgedEvent | undefined,
  a: string,
  close: "alternate" | "chain",
  { events, order }: Seen,
): boolean {
  const place = order.placeOf(event);
  const from = close === "chain" ? place - 1 : previous === undefined ? 0 : order.placeOf(previous) + 1;
  return events.slice(Math.max(0, from), place).some((each) => each.activity === a && !each.reopens);
}

function without(a: string, b: string, activations: number, event: JudgedEvent, day: Seen["day"]): Finding {
  return broken(activations, {
    category: "missing step",
    message: `"${b}" happened on ${day(event.at)} without "${a}"${a === b ? " before it" : ""}.`,
    events: [event],
    at: event.at,
    step: a,
  });
}

function response({ a, b, close }: Ordered, on: Seen): Finding {
  const { closed, day, end, order, events } = on;
  const asked = on.of(a);
  const answers = on.of(b);
  const missing = (event: JudgedEvent): Finding =>
    broken(asked.length, {
      category: "missing step",
      message: `"${a}" (${day(event.at)}) was never followed by "${b}".`,
      events: [event],
      at: end,
      step: b,
    });
  if (close === "any") {
    const open = asked.find((event) => !answers.some((answer) => answer !== event && !order.isLater(event, answer)));
    return open === undefined || !closed ? held(asked.length, true) : missing(open);
  }
  for (const [i, event] of asked.entries()) {
    const place = order.placeOf(event);
    const again = asked[i + 1];
    const limit = close === "chain" ? place + 2 : again === undefined ? events.length : order.placeOf(again) + 1;
    const answered = events.slice(place + 1, limit).some((each) => each.activity === b && !each.reopens);
    if (answered) continue;
    const next = close === "chain" ? events[place + 1] : again;
    if (next === undefined) {
      if (closed) return missing(event);
      continue;
    }
    const how =
      close === "chain"
        ? `was directly followed by "${next.activity}", not by "${b}"`
        : `happened again on ${day(next.at)} before any "${b}"`;
    return broken(asked.length, {
      category: answers.length === 0 ? "missing step" : "out of order",
      message: `"${a}" (${day(event.at)}) ${how}.`,
      events: [event, next],
      at: next.at,
      step: b,
    });
  }
  return held(asked.length, true);
}
