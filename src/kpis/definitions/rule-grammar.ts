import { assertNever } from "../../model/index.ts";
import type { ErrorPlace } from "../../model/index.ts";
import { formatSpan, parseSpan } from "./durations.ts";
import { definitionError, fold, quoteList, suggest } from "./problems.ts";
import type { Rule, RuleBody, RuleCondition } from "./rule.ts";

const GRAMMAR =
  "Write a rule as `A before B`, `A within 5 business days of B` (or `of start`), `A at least once`, `A at most twice`, `A never`, `A at least 90 days before <day attribute>`, "
  + "`A followed by B`, `not both A and B`, `A by someone other than B`, `A only with <attribute>`, `A first` or `A last`, each optionally with `if <attribute> is <value>`.";

const TIMES: Readonly<Record<string, number>> = { once: 1, twice: 2 };

/** What a rule may name. Activities and attributes keep the spelling they are declared with. */
export interface RuleVocabulary {
  readonly activities: readonly string[];
}

/**
 * Reads one rule of the fixed English grammar.
 * @throws HubError HUB-2303 when the sentence has no known form, HUB-2304 for an unknown activity (with the nearest known one)
 */
export function parseRule(id: string, text: string, vocabulary: RuleVocabulary, place: ErrorPlace): Rule {
  const trimmed = text.trim().replaceAll(/\s+/gu, " ");
  const conditioned = /^(?<body>.+?) if (?<attribute>[A-Za-z_][\w.]*) is (?<negated>not )?(?<values>.+)$/u.exec(
    trimmed,
  );
  const condition: RuleCondition | null =
    conditioned?.groups === undefined
      ? null
      : {
          attribute: conditioned.groups["attribute"] ?? "",
          negated: conditioned.groups["negated"] !== undefined,
          values: (conditioned.groups["values"] ?? "").split(/ or |, /u).map((value) => value.trim()),
        };
  const body = parseBody(conditioned?.groups?.["body"] ?? trimmed, text, vocabulary, place);
  return { id, text: trimmed, body, condition, sentence: explainRule(body, condition), formal: formalRule(body) };
}

function parseBody(text: string, whole: string, { activities }: RuleVocabulary, place: ErrorPlace): RuleBody {
  const name = (word: string): string => {
    const wanted = fold(word);
    const found = activities.find((activity) => fold(activity) === wanted);
    if (found !== undefined) return found;
    throw definitionError(
      "HUB-2304",
      `The rule "${whole}" names the unknown activity "${word}".`,
      place,
      `${suggest(word, activities)} Activities are the stages, steps and ends of the process and what \`activities\` declares.`,
    );
  };
  const read = (pattern: RegExp): readonly string[] | undefined => pattern.exec(text)?.slice(1);

  const lead = read(/^(.+) at least (\d+) days? before ([a-z_][\w]*)$/u);
  if (lead !== undefined && !activities.some((activity) => fold(activity) === fold(lead[2] ?? ""))) {
    return { kind: "lead", a: name(lead[0] ?? ""), days: Number(lead[1]), attribute: lead[2] ?? "" };
  }
  const within = read(/^(.+?) within (.+?) of (.+)$/u);
  if (within !== undefined) {
    const span = parseSpan(within[1] ?? "");
    if (span !== undefined) {
      const of = within[2] ?? "";
      return { kind: "within", a: name(within[0] ?? ""), span, of: fold(of) === "start" ? null : name(of) };
    }
  }
  const count = read(/^(.+) (at least|at most|exactly) (once|twice|(?:\d+) times)$/u);
  if (count !== undefined) {
    const times = TIMES[count[2] ?? ""] ?? Number.parseInt(count[2] ?? "", 10);
    const a = name(count[0] ?? "");
    return { kind: "count", a, min: count[1] === "at most" ? 0 : times, max: count[1] === "at least" ? null : times };
  }
  const never = read(/^(.+) never$/u);
  if (never !== undefined) return { kind: "count", a: name(never[0] ?? ""), min: 0, max: 0 };
  const both = read(/^not both (.+) and (.+)$/u);
  if (both !== undefined) return { kind: "not both", a: name(both[0] ?? ""), b: name(both[1] ?? "") };
  const eyes = read(/^(.+) by someone other than (.+)$/u);
  if (eyes !== undefined) return { kind: "different actor", a: name(eyes[0] ?? ""), b: name(eyes[1] ?? "") };
  const needs = read(/^(.+) only with ([a-z_]\w*)$/u);
  if (needs !== undefined) return { kind: "needs", a: name(needs[0] ?? ""), attribute: needs[1] ?? "" };
  const response = read(/^(.+?) (?:is )?followed by (.+)$/u);
  if (response !== undefined) return { kind: "response", a: name(response[0] ?? ""), b: name(response[1] ?? "") };
  const before = read(/^(.+?) before (.+)$/u);
  if (before !== undefined) return { kind: "precedence", a: name(before[0] ?? ""), b: name(before[1] ?? "") };
  const edge = read(/^(.+) (first|last)$/u);
  if (edge !== undefined) return { kind: edge[1] === "first" ? "first" : "last", a: name(edge[0] ?? "") };
  throw definitionError("HUB-2303", `The rule "${whole}" has no form the hub knows.`, place, GRAMMAR);
}

/** The rule as a sentence for the admin who wrote it. */
export function explainRule(body: RuleBody, condition: RuleCondition | null): string {
  const when =
    condition === null
      ? ""
      : ` when ${condition.attribute} is ${condition.negated ? "not " : ""}${condition.values.join(" or ")}`;
  return `${plainBody(body)}${when}.`;
}

function plainBody(body: RuleBody): string {
  switch (body.kind) {
    case "precedence":
      return `Every "${body.b}" has an earlier "${body.a}"`;
    case "response":
      return `Every "${body.a}" is later followed by "${body.b}"`;
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
    case "not both":
      return `Not both of ${quoteList([body.a, body.b])} happen`;
    case "different actor":
      return `"${body.a}" is done by somebody other than who did "${body.b}"`;
    case "needs":
      return `"${body.a}" happens only with ${body.attribute} filled in`;
    case "first":
      return `"${body.a}" is the first activity`;
    case "last":
      return `"${body.a}" is the last activity`;
    default:
      return assertNever(body);
  }
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function formalRule(body: RuleBody): string {
  switch (body.kind) {
    case "precedence":
    case "response":
      return `${body.kind}(${body.a}, ${body.b})`;
    case "within":
      return `response_within(${body.of ?? "start"}, ${body.a}, ${formatSpan(body.span)})`;
    case "count":
      if (body.max === null) return `existence(${body.a}, ${body.min})`;
      return body.min === 0 ? `absence(${body.a}, ${body.max + 1})` : `exactly(${body.a}, ${body.min})`;
    case "lead":
      return `day(${body.a}) <= ${body.attribute} - ${body.days} d`;
    case "not both":
      return `not_coexistence(${body.a}, ${body.b})`;
    case "different actor":
      return `different_actor(${body.a}, ${body.b})`;
    case "needs":
      return `data_at(${body.a}, ${body.attribute}, filled)`;
    case "first":
      return `init(${body.a})`;
    case "last":
      return `end(${body.a})`;
    default:
      return assertNever(body);
  }
}
