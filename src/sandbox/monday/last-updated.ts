import { invalidArgument, mondayError } from "./errors.ts";
import type { Rule } from "./query-rules.ts";

const DAY = 86_400_000;

/**
 * The three forms of a filter on `__last_updated__` seen working against the real service (reference monday.md §7.1);
 * a plain greater_than or lower_than is refused as there.
 * @returns a test of the item's `updated_at`, epoch milliseconds.
 */
export function lastUpdatedTest(rule: Rule, now: number): (updatedAt: number) => boolean {
  const values = (Array.isArray(rule.compare_value) ? rule.compare_value : [rule.compare_value]).map(String);
  const byAttribute = rule.compare_attribute === "UPDATED_AT";
  switch (rule.operator) {
    case "between": {
      const [from, to] = values.map(instantOf);
      if (from === undefined || to === undefined) throw invalidArgument("between takes two values");
      return (at) => at >= from && at <= to;
    }
    case "greater_than_or_equals":
    case "greater_than":
    case "lower_than":
    case "lower_than_or_equal": {
      if (!byAttribute) throw noOperatorConfig(rule);
      const bound = instantOf(values[0] === "EXACT" ? (values[1] ?? "") : (values[0] ?? ""));
      if (rule.operator === "greater_than_or_equals") return (at) => at >= bound;
      if (rule.operator === "greater_than") return (at) => at > bound;
      if (rule.operator === "lower_than") return (at) => at < bound;
      return (at) => at <= bound;
    }
    case "any_of":
    case "not_any_of": {
      if (!byAttribute) throw noOperatorConfig(rule);
      const spans = values.map((word) => spanOf(word, now));
      const inside = (at: number): boolean => spans.some(([from, to]) => at >= from && at < to);
      return rule.operator === "any_of" ? inside : (at) => !inside(at);
    }
    default:
      throw noOperatorConfig(rule);
  }
}

function noOperatorConfig(rule: Rule): Error {
  return mondayError("InvalidArgumentException", `no_operator_config: ${rule.operator} on __last_updated__`, {
    column_id: rule.column_id,
    reason: "no_operator_config",
  });
}

function instantOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw invalidArgument(`Not a date: ${text}`);
  return at;
}

/** A keyword as [from, to) in UTC, the profile zone of the sandbox's users; weeks start on Monday. */
function spanOf(word: string, now: number): [number, number] {
  const today = Math.floor(now / DAY) * DAY;
  const weekday = (new Date(today).getUTCDay() + 6) % 7;
  const week = today - weekday * DAY;
  const date = new Date(today);
  const month = (shift: number): number => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + shift, 1);
  switch (word) {
    case "TODAY":
      return [today, today + DAY];
    case "YESTERDAY":
      return [today - DAY, today];
    case "THIS_WEEK":
      return [week, week + 7 * DAY];
    case "LAST_WEEK":
      return [week - 7 * DAY, week];
    case "THIS_MONTH":
      return [month(0), month(1)];
    case "LAST_MONTH":
      return [month(-1), month(0)];
    case "PAST_DATETIME":
      return [Number.NEGATIVE_INFINITY, now];
    default:
      throw invalidArgument(`Unknown keyword ${word}`);
  }
}
