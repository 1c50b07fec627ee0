import type { Actor, Instant } from "../../model/index.ts";
import { hashText } from "../../model/index.ts";
import type { AsOf } from "../cases/as-of.ts";
import type { CaseContext } from "../cases/context.ts";

/** What a case looks up of other things than its own object. */
export type CaseLookups = Omit<CaseContext, "asOf" | "registeredClients">;

/** What building one case took from elsewhere. It would be built the same while all of it is so. */
export interface Trace {
  /** Questions and what was answered, both as short texts. */
  readonly answers: ReadonlyMap<string, string>;
  /** The as-ofs for which the case is the same, `[from, until)`. */
  readonly from: Instant;
  readonly until: Instant;
}

export interface Traced {
  readonly context: CaseContext;
  /** What was asked since the last time; forgets it. */
  readonly take: () => Trace;
}

/** The range of ECMAScript's dates. */
const [EARLIEST, LATEST] = [-8.64e15, 8.64e15];
/** Longer answers are known by their hash. */
const LONGEST_ANSWER = 40;
const SEPARATOR = "\n";

/** A context that notes what it is asked and how far its as-of could move without another answer. */
export function traced(lookups: CaseLookups, clients: ReadonlySet<string>, asOf: Instant): Traced {
  let answers = new Map<string, string>();
  let [from, until]: [Instant, Instant] = [EARLIEST, LATEST];

  /** Notes that the as-of is, or is not, at an instant or after it. */
  const stands = (at: Instant): boolean => {
    if (at <= asOf) from = Math.max(from, at);
    else until = Math.min(until, at);
    return at <= asOf;
  };
  const traceOfAsOf: AsOf = {
    reached: stands,
    passed: (at) => stands(at + 1),
    value() {
      stands(asOf);
      stands(asOf + 1);
      return asOf;
    },
  };
  const note = <Answer>(kind: Kind, words: readonly string[], answer: Answer): Answer => {
    const question = [kind, ...words].join(SEPARATOR);
    if (!answers.has(question)) answers.set(question, shortened(plain(answer)));
    return answer;
  };
  return {
    context: {
      asOf: traceOfAsOf,
      registeredClients: clients,
      calendarOf: (team) => note("calendar", team === null ? [] : [team], lookups.calendarOf(team)),
      actorOf: (account) => note("actor", [account], lookups.actorOf(account)),
      waiversOf: (process, caseId) => note("waivers", [process, caseId], lookups.waiversOf(process, caseId)),
      attributeOf: (id, name) => note("attribute", [name, id], lookups.attributeOf(id, name)),
      handoffsTo: (contract, id) => note("handoffs", [contract, id], lookups.handoffsTo(contract, id)),
      startSource: (process, pointer) => note("start", [process, pointer], lookups.startSource(process, pointer)),
      historySince: (system) => note("history", [system], lookups.historySince(system)),
    },
    take() {
      const trace = { answers, from, until };
      answers = new Map();
      [from, until] = [EARLIEST, LATEST];
      return trace;
    },
  };
}

type Kind = keyof typeof ASK;

/** How each kind of question is asked again; its last word may hold anything. */
const ASK = {
  calendar: (lookups: CaseLookups, team: string, isNamed: boolean) => lookups.calendarOf(isNamed ? team : null),
  actor: (lookups: CaseLookups, account: string) => lookups.actorOf(account),
  history: (lookups: CaseLookups, system: string) => lookups.historySince(system),
  waivers: (lookups: CaseLookups, words: string) => lookups.waiversOf(...pair(words)),
  attribute: (lookups: CaseLookups, words: string) => lookups.attributeOf(...turned(pair(words))),
  handoffs: (lookups: CaseLookups, words: string) => lookups.handoffsTo(...pair(words)),
  start: (lookups: CaseLookups, words: string) => lookups.startSource(...pair(words)),
} as const;

/** What is answered now to a question that was noted; null to one that is no longer known. */
export function answerNow(lookups: CaseLookups, question: string): string | null {
  const at = question.indexOf(SEPARATOR);
  const kind = at < 0 ? question : question.slice(0, at);
  const words = at < 0 ? "" : question.slice(at + 1);
  return isKind(kind) ? shortened(plain(ASK[kind](lookups, words, at >= 0))) : null;
}

function isKind(text: string): text is Kind {
  return text in ASK;
}

function pair(words: string): [string, string] {
  const at = words.indexOf(SEPARATOR);
  return [words.slice(0, at), words.slice(at + 1)];
}

const turned = ([first, second]: [string, string]): [string, string] => [second, first];

/** An answer as data. The accounts of a person say nothing about what the person did. */
function plain(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  if ("definition" in answer) return answer.definition;
  return "accounts" in answer ? ({ ...answer, accounts: [] } satisfies Partial<Actor>) : answer;
}

function shortened(answer: unknown): string {
  const text = JSON.stringify(answer) ?? "";
  return text.length > LONGEST_ANSWER ? hashText(text) : text;
}
