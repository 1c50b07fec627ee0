import { parseSpan } from "./durations.ts";
import { fold } from "./problems.ts";
import type { Closeness, RuleBody, ValueTest } from "./rule.ts";

/** A template: how many activities it names, how many further arguments it may have, and what they make. */
interface Template {
  readonly activities: 1 | 2;
  readonly further: { readonly least: number; readonly most: number };
  /** Undefined when the further arguments do not fit. Activities are spelled as they are known. */
  readonly make: (activities: readonly [string, string], further: readonly string[]) => RuleBody | undefined;
}

const NONE = { least: 0, most: 0 };

const pair = (make: (a: string, b: string) => RuleBody): Template => ({
  activities: 2,
  further: NONE,
  make: ([a, b]) => make(a, b),
});

const ordered = (kind: "precedence" | "response" | "succession", close: Closeness): Template =>
  pair((a, b) => ({ kind, a, b, close }));

const counted = (range: (n: number) => { readonly min: number; readonly max: number | null }): Template => ({
  activities: 1,
  further: { least: 0, most: 1 },
  make: ([a], [times = "1"]) => (/^\d+$/u.test(times) ? { kind: "count", a, ...range(Number(times)) } : undefined),
});

const edge = (kind: "first" | "last"): Template => ({ activities: 1, further: NONE, make: ([a]) => ({ kind, a }) });

/** Declare's templates and the reference's own, by their names without anything but letters. */
const TEMPLATES: Readonly<Record<string, Template>> = {
  init: edge("first"),
  end: edge("last"),
  existence: counted((min) => ({ min, max: null })),
  atleast: counted((min) => ({ min, max: null })),
  absence: counted((n) => ({ min: 0, max: Math.max(0, n - 1) })),
  atmost: counted((max) => ({ min: 0, max })),
  exactly: counted((n) => ({ min: n, max: n })),
  response: ordered("response", "any"),
  precedence: ordered("precedence", "any"),
  succession: ordered("succession", "any"),
  alternateresponse: ordered("response", "alternate"),
  alternateprecedence: ordered("precedence", "alternate"),
  alternatesuccession: ordered("succession", "alternate"),
  chainresponse: ordered("response", "chain"),
  chainprecedence: ordered("precedence", "chain"),
  chainsuccession: ordered("succession", "chain"),
  respondedexistence: pair((a, b) => ({ kind: "responded existence", a, b })),
  coexistence: pair((a, b) => ({ kind: "coexistence", a, b })),
  notcoexistence: pair((a, b) => ({ kind: "not both", a, b })),
  notsuccession: pair((a, b) => ({ kind: "not succession", a, b })),
  differentactor: pair((a, b) => ({ kind: "different actor", a, b })),
  role: {
    activities: 1,
    further: { least: 1, most: 1 },
    make: ([a], [role = ""]) => ({ kind: "role", a, role }),
  },
  dataat: {
    activities: 1,
    further: { least: 1, most: 2 },
    make: ([a], [attribute = "", condition = "filled"]) => {
      const test = condition === "filled" ? null : parseTest(condition);
      return test === undefined ? undefined : { kind: "needs", a, attribute, test };
    },
  },
  responsewithin: {
    activities: 2,
    further: { least: 1, most: 1 },
    make: ([of, a], [time = ""]) => {
      const span = parseSpan(time);
      return span === undefined ? undefined : { kind: "within", a, of: of === START ? null : of, span };
    },
  },
};

/** Stands for the start of the case where an activity is expected. */
const START = "\0start";

/** How the activities of a process are found by what somebody wrote. */
export interface ActivityNames {
  readonly isKnown: (word: string) => boolean;
  /** The activity's own spelling. @throws HubError HUB-2304 for an unknown one */
  readonly nameOf: (word: string) => string;
}

/**
 * Reads a rule by its formal name, as the reference and Declare's tools write it: `response(A, B)`, `Chain Precedence[A, B]`,
 * `absence(A, 2)`. Undefined when it is none.
 */
export function parseFormal(text: string, names: ActivityNames): RuleBody | undefined {
  const match = /^([A-Za-z][A-Za-z _-]*)\s*(?:\((.*)\)|\[(.*)\][\s|]*)$/u.exec(text);
  const template = TEMPLATES[(match?.[1] ?? "").toLowerCase().replaceAll(/[^a-z]/gu, "")];
  if (match === null || template === undefined) return undefined;
  const words = (match[2] ?? match[3] ?? "").split(",").map((word) => word.trim());
  const { activities, further, make } = template;
  for (let rest = further.most; rest >= further.least; rest -= 1) {
    const named = words.slice(0, words.length - rest);
    if (named.length < activities || words.length < rest) continue;
    const cut = activities === 1 ? ([named.join(", "), ""] as const) : cutInTwo(named, names);
    // Checked before names are, so that a missing argument is not taken for a strange name.
    if (make(cut, words.slice(named.length)) === undefined) continue;
    const spelled = cut.map((word, i) => (i < activities ? spell(word, template, names) : "")) as [string, string];
    return make(spelled, words.slice(named.length));
  }
  return undefined;
}

function spell(word: string, template: Template, names: ActivityNames): string {
  return template === TEMPLATES["responsewithin"] && fold(word) === "start" ? START : names.nameOf(word);
}

/** A comma may belong to an activity's name: of all ways to cut, the first whose two parts are known. */
function cutInTwo(words: readonly string[], names: ActivityNames): readonly [string, string] {
  const cuts = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(", "), words.slice(i + 1).join(", ")] as const);
  return cuts.find((parts) => parts.every((part) => names.isKnown(part))) ?? cuts[0] ?? ["", ""];
}

const OPERATORS: Readonly<Record<string, ValueTest["operator"]>> = {
  is: "=",
  "is not": "!=",
  "=": "=",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

/** `>= 100`, `= Paid`, `is Paid`; undefined when it is no test. */
export function parseTest(text: string): ValueTest | undefined {
  const match = /^(<=|>=|!=|=|<|>|is not\b|is\b)\s*(.+)$/u.exec(text.trim());
  const operator = OPERATORS[match?.[1] ?? ""];
  return operator === undefined ? undefined : { operator, value: match?.[2] ?? "" };
}
