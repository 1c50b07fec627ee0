import type { Canonical } from "../../model/index.ts";
import { fold } from "../definitions/problems.ts";
import type { RuleBody, ValueTest } from "../definitions/rule.ts";
import { testWords } from "../definitions/rule-words.ts";
import { textOf } from "./attributes.ts";
import { broken, held } from "./judged.ts";
import type { Finding, Seen } from "./judged.ts";

/** What an attribute must hold whenever an activity happens. */
export function findData({ a, attribute, test }: Extract<RuleBody, { kind: "needs" }>, on: Seen): Finding {
  const events = on.of(a);
  for (const event of events) {
    const value = on.valueAt(attribute, event.at, event);
    if (isFilled(value) && (test === null || passes(value, test))) continue;
    const what = isFilled(value) ? `${attribute} ${shown(value)}, not ${testWords(test)}` : `${attribute} empty`;
    return broken(events.length, {
      category: "missing data",
      message: `"${a}" happened on ${on.day(event.at)} with ${what}.`,
      events: [event],
      at: event.at,
      step: a,
    });
  }
  return held(events.length, events.length === 0);
}

/** Who may do an activity. Whose role is not known is not judged. */
export function findRole({ a, role }: Extract<RuleBody, { kind: "role" }>, on: Seen): Finding {
  const events = on.of(a).filter((event) => on.roleOf(event) !== null);
  const wrong = events.find((event) => fold(on.roleOf(event) ?? "") !== fold(role));
  if (wrong === undefined) return held(events.length, true);
  return broken(events.length, {
    category: "wrong role",
    message: `"${a}" was done on ${on.day(wrong.at)} by ${on.roleOf(wrong) ?? ""}, not by ${role}.`,
    events: [wrong],
    at: wrong.at,
    step: a,
  });
}

function isFilled(value: Canonical): boolean {
  return textOf(value) !== null || (value !== null && typeof value === "object");
}

function shown(value: Canonical): string {
  if (value !== null && typeof value === "object" && "amount" in value) return String(value.amount);
  return textOf(value) ?? "";
}

/** Numbers compare as numbers, texts folded. */
export function passes(value: Canonical, { operator, value: wanted }: ValueTest): boolean {
  const text = shown(value);
  const [left, right] = [Number(text), Number(wanted)];
  const numeric = text.trim() !== "" && !Number.isNaN(left) && !Number.isNaN(right);
  const difference = numeric ? left - right : fold(text) < fold(wanted) ? -1 : Number(fold(text) > fold(wanted));
  switch (operator) {
    case "=":
      return difference === 0;
    case "!=":
      return difference !== 0;
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    default:
      return difference >= 0;
  }
}
