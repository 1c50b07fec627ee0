import type { ErrorPlace } from "../../model/index.ts";
import { parseSpan } from "./durations.ts";
import { definitionError, fold, suggest } from "./problems.ts";
import type { Closeness, Rule, RuleBody, RuleCondition } from "./rule.ts";
import { parseFormal, parseTest } from "./rule-formal.ts";
import { explainRule, formalRule } from "./rule-words.ts";

const GRAMMAR =
  "Write a rule as `A before B`, `A followed by B`, `A then B` (both; each also `directly …`), `A within 5 business days of B` (or `of start`), `A at least once`, `A at most twice`, "
  + "`A never`, `A needs B`, `both or none of A and B`, `not both A and B`, `B never after A`, `A at least 90 days before <day attribute>`, `A by someone other than B`, `A by role R`, "
  + "`A only with <attribute>` (or `<attribute> >= 100`), `A first` or `A last`, each optionally with `if <attribute> is <value>` or `if <attribute> >= 4`; or by its formal name, `alternate_response(A, B)`.";

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
  const split = /^(?<body>.+?) if (?<condition>.+)$/u.exec(trimmed)?.groups;
  const condition = split === undefined ? undefined : parseCondition(split["condition"] ?? "");
  const body = parseBody(condition === undefined ? trimmed : (split?.["body"] ?? ""), text, vocabulary, place);
  return {
    id,
    text: trimmed,
    body,
    condition: condition ?? null,
    sentence: explainRule(body, condition ?? null),
    formal: formalRule(body),
  };
}

/** Reads `segment is Enterprise or Mid-Market`, `kind is not Renewal`, `months >= 4`; undefined when it is none of these. */
export function parseCondition(text: string): RuleCondition | undefined {
  const named = /^(?<attribute>[A-Za-z_][\w.]*) is (?<negated>not )?(?<values>.+)$/u.exec(text.trim())?.groups;
  if (named !== undefined) {
    return {
      attribute: named["attribute"] ?? "",
      negated: named["negated"] !== undefined,
      values: (named["values"] ?? "").split(/ or |, /u).map((value) => value.trim()),
      test: null,
    };
  }
  const tested = /^(?<attribute>[A-Za-z_][\w.]*) ?(?<test>[<>=!].+)$/u.exec(text.trim())?.groups;
  const test = tested === undefined ? undefined : parseTest(tested["test"] ?? "");
  return test === undefined ? undefined : { attribute: tested?.["attribute"] ?? "", negated: false, values: [], test };
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
  const isKnown = (word: string): boolean => activities.some((activity) => fold(activity) === fold(word));
  const formal = isKnown(text) ? undefined : parseFormal(text, { isKnown, nameOf: name });
  if (formal !== undefined) return formal;
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
  const after = read(/^(.+) never after (.+)$/u);
  if (after !== undefined) return { kind: "not succession", a: name(after[1] ?? ""), b: name(after[0] ?? "") };
  const never = read(/^(.+) never$/u);
  if (never !== undefined) return { kind: "count", a: name(never[0] ?? ""), min: 0, max: 0 };
  const pair = (words: readonly string[]): { readonly a: string; readonly b: string } => ({
    a: name(words[0] ?? ""),
    b: name(words[1] ?? ""),
  });
  const both = read(/^not both (.+) and (.+)$/u);
  if (both !== undefined) return { kind: "not both", ...pair(both) };
  const together = read(/^both or none of (.+) and (.+)$/u);
  if (together !== undefined) return { kind: "coexistence", ...pair(together) };
  const eyes = read(/^(.+) by someone other than (.+)$/u);
  if (eyes !== undefined) return { kind: "different actor", ...pair(eyes) };
  const role = read(/^(.+) by role (.+)$/u);
  if (role !== undefined) return { kind: "role", a: name(role[0] ?? ""), role: role[1] ?? "" };
  const needs = read(/^(.+) only with ([a-z_][\w:]*)$/iu);
  if (needs !== undefined) return { kind: "needs", a: name(needs[0] ?? ""), attribute: needs[1] ?? "", test: null };
  const tested = read(/^(.+) only with ([a-z_][\w:]*) ?((?:[<>=!]|is\b).+)$/iu);
  const test = tested === undefined ? undefined : parseTest(tested[2] ?? "");
  if (tested !== undefined && test !== undefined)
    return { kind: "needs", a: name(tested[0] ?? ""), attribute: tested[1] ?? "", test };
  const response = read(/^(.+?) (?:is )?followed by (.+)$/u) ?? [];
  const direct = read(/^(.+?) (?:is )?directly followed by (.+)$/u);
  if (direct !== undefined) return { kind: "response", ...pair(direct), close: "chain" };
  if (response.length > 0) {
    const inTurn = /^(.+) before the next (.+)$/u.exec(response[1] ?? "");
    return inTurn === null || isKnown(response[1] ?? "")
      ? { kind: "response", ...pair(response), close: "any" }
      : { kind: "response", ...pair([response[0] ?? "", inTurn[1] ?? ""]), close: "alternate" };
  }
  for (const [pattern, kind, close] of ORDERED) {
    const found = read(pattern);
    if (found !== undefined) return { kind, ...pair(found), close };
  }
  const existence = read(/^(.+?) needs (.+)$/u);
  if (existence !== undefined) return { kind: "responded existence", ...pair(existence) };
  const edge = read(/^(.+) (first|last)$/u);
  if (edge !== undefined) return { kind: edge[1] === "first" ? "first" : "last", a: name(edge[0] ?? "") };
  throw definitionError("HUB-2303", `The rule "${whole}" has no form the hub knows.`, place, GRAMMAR);
}

/** Forms that set two activities in an order; the narrower ones first. */
const ORDERED: readonly (readonly [RegExp, "precedence" | "succession", Closeness])[] = [
  [/^(.+?) directly before (.+)$/u, "precedence", "chain"],
  [/^(.+?) before each (.+)$/u, "precedence", "alternate"],
  [/^(.+?) before (.+)$/u, "precedence", "any"],
  [/^(.+?) then directly (.+)$/u, "succession", "chain"],
  [/^(.+?) then (.+) in turn$/u, "succession", "alternate"],
  [/^(.+?) then (.+)$/u, "succession", "any"],
];
