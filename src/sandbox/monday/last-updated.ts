import { invalidArgument, mondayError } from "./errors.ts";
import { instantSpan } from "./date-words.ts";
import type { Rule } from "./query-rules.ts";

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

function spanOf(word: string, now: number): readonly [number, number] {
  if (word === "PAST_DATETIME") return [Number.NEGATIVE_INFINITY, now];
  const span = instantSpan(word, now);
  if (span === null) throw invalidArgument(`Unknown keyword ${word}`);
  return span;
}
