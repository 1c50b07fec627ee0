import { assertNever } from "../../model/index.ts";
import { formatSpan } from "./durations.ts";
import { quoteList } from "./problems.ts";
import type { Closeness, RuleBody, RuleCondition, ValueTest } from "./rule.ts";

/** The rule as a sentence for the admin who wrote it. */
export function explainRule(body: RuleBody, condition: RuleCondition | null): string {
  const when =
    condition === null
      ? ""
      : condition.test !== null
        ? ` when ${condition.attribute} is ${testWords(condition.test)}`
        : ` when ${condition.attribute} is ${condition.negated ? "not " : ""}${condition.values.join(" or ")}`;
  return `${plainBody(body)}${when}.`;
}

function plainBody(body: RuleBody): string {
  switch (body.kind) {
    case "precedence":
      return precedence(body.a, body.b, body.close);
    case "response":
      return response(body.a, body.b, body.close);
    case "succession":
      return `${response(body.a, body.b, body.close)}, and ${lowerFirst(precedence(body.a, body.b, body.close))}`;
    case "within":
      return body.of === null
        ? `"${body.a}" happens within ${formatSpan(body.span)} of the case's start`
        : `Every "${body.of}" has a "${body.a}" no later than ${formatSpan(body.span)} after it`;
    case "count":
      if (body.max === 0) return `"${body.a}" never happens`;
      if (body.max === null) return `"${body.a}" happens at least ${times(body.min)}`;
      return body.min === body.max
        ? `"${body.a}" happens exactly ${times(body.min)}`
        : `"${body.a}" happens at most ${times(body.max)}`;
    case "lead":
      return `"${body.a}" happens at least ${body.days} days before the day in ${body.attribute}`;
    case "responded existence":
      return `Where "${body.a}" happens, "${body.b}" happens before or after it`;
    case "coexistence":
      return `Both of ${quoteList([body.a, body.b])} happen, or neither`;
    case "not both":
      return `Not both of ${quoteList([body.a, body.b])} happen`;
    case "not succession":
      return `"${body.b}" does not happen after "${body.a}"`;
    case "different actor":
      return `"${body.a}" is done by somebody other than who did "${body.b}"`;
    case "role":
      return `"${body.a}" is done by ${body.role}`;
    case "needs":
      return `"${body.a}" happens only with ${body.attribute} ${testWords(body.test)}`;
    case "first":
      return `"${body.a}" is the first activity`;
    case "last":
      return `"${body.a}" is the last activity`;
    default:
      return assertNever(body);
  }
}

function precedence(a: string, b: string, close: Closeness): string {
  const how = {
    any: `has an earlier "${a}"`,
    alternate: `has a "${a}" of its own before it`,
    chain: `comes directly after a "${a}"`,
  }[close];
  return `Every "${b}" ${how}`;
}

function response(a: string, b: string, close: Closeness): string {
  const how = {
    any: `is later followed by "${b}"`,
    alternate: `is followed by "${b}" before the next "${a}"`,
    chain: `is directly followed by "${b}"`,
  }[close];
  return `Every "${a}" ${how}`;
}

/** `filled in`, `>= 100`. */
export function testWords(test: ValueTest | null): string {
  return test === null ? "filled in" : `${test.operator} ${test.value}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

/** The formal name of a rule, `precedence(A, B)`. */
export function formalRule(body: RuleBody): string {
  switch (body.kind) {
    case "precedence":
    case "response":
    case "succession": {
      const close = body.close === "any" ? "" : `${body.close}_`;
      return `${close}${body.kind}(${body.a}, ${body.b})`;
    }
    case "within":
      return `response_within(${body.of ?? "start"}, ${body.a}, ${formatSpan(body.span)})`;
    case "count":
      if (body.max === null) return `existence(${body.a}, ${body.min})`;
      return body.min === 0 ? `absence(${body.a}, ${body.max + 1})` : `exactly(${body.a}, ${body.min})`;
    case "lead":
      return `day(${body.a}) <= ${body.attribute} - ${body.days} d`;
    case "responded existence":
      return `responded_existence(${body.a}, ${body.b})`;
    case "coexistence":
      return `coexistence(${body.a}, ${body.b})`;
    case "not both":
      return `not_coexistence(${body.a}, ${body.b})`;
    case "not succession":
      return `not_succession(${body.a}, ${body.b})`;
    case "different actor":
      return `different_actor(${body.a}, ${body.b})`;
    case "role":
      return `role(${body.a}, ${body.role})`;
    case "needs":
      return `data_at(${body.a}, ${body.attribute}, ${body.test === null ? "filled" : testWords(body.test)})`;
    case "first":
      return `init(${body.a})`;
    case "last":
      return `end(${body.a})`;
    default:
      return assertNever(body);
  }
}
