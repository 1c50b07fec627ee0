import { assign, blockBy, foldText } from "../../matching/index.ts";
import type { ScoredPair, SkippedBlock } from "../../matching/index.ts";
import type { FieldWeight, Instant, LinkedObject } from "../../model/index.ts";
import { alikeness, sourceName, targetNames } from "./alike.ts";
import type { Contract, Likeness } from "../contract/contract.ts";
import type { Entry, ReconcileInput } from "../input.ts";
import { byAge } from "../parties.ts";
import { speltAlike } from "./spelt-alike.ts";
import { breakTie } from "./tie-breaks.ts";
import type { Verdicts } from "./verdicts.ts";

/** A target that looks like what a source expects. */
export interface Candidate {
  readonly target: Entry;
  readonly why: string;
  /** That it is the one, in [0, 1]. */
  readonly confidence: number;
  readonly breakdown: readonly FieldWeight[];
  readonly tieBreak?: string;
}

/** Between whom likenesses are looked for. */
export interface Among {
  /** All of them: each claims a target that has its own name, triggered or not. */
  readonly sources: readonly Entry[];
  /** Those that were ever triggered. */
  readonly expecting: readonly Entry[];
  /** Whether a source still needs a target: it stands, and neither link nor key led to one. */
  isOpen(source: Entry): boolean;
  /** The times a source was triggered, near which a like target would have been made. */
  triggersOf(source: Entry): readonly Instant[];
  /** Live targets that nobody claims by link or key. */
  readonly free: readonly Entry[];
}

export interface Likenesses {
  /** By source id, likeliest first: evidence for a person. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  /** By source id: what the contract's `accept` lets the hub take without asking. */
  readonly accepted: ReadonlyMap<string, Candidate>;
  /** Targets that carry the name of some source, or are likely some source's, and are therefore no orphans. */
  readonly named: ReadonlySet<string>;
  /** Names that too many share to be compared with each other. */
  readonly skipped: readonly SkippedBlock[];
}

interface Pairing extends ScoredPair<Entry>, Omit<Candidate, "target" | "confidence"> {}

/**
 * What has the name that the contract declares, or points to the same object, is always shown, whatever its score; what is
 * merely spelt alike only from the contract's `queue` on, and never when it carries somebody's name in full. Only a contract
 * with an `accept` takes anything, one to one, and only what is ahead of every rival by the margin or by a declared tie-break.
 */
export function likenessesOf(contract: Contract, input: ReconcileInput, among: Among, verdicts: Verdicts): Likenesses {
  const { match } = contract;
  const { sources, expecting, free } = among;
  if (match.likenesses.length === 0 || free.length === 0) return NONE;
  const proposals = new Proposals(contract, input, among, verdicts);
  const named = new Set<string>();
  for (const likeness of match.likenesses) {
    const block = blockBy(free, (target) => exactTargetKeys(likeness, target));
    const fits = (source: Entry): readonly Entry[] =>
      block.of(exactSourceKey(likeness, source, input)).filter((target) => !verdicts.isRejected(source, target));
    if (likeness.kind === "text") {
      for (const source of sources) for (const target of fits(source)) named.add(target.id);
    }
    for (const source of expecting) {
      for (const target of fits(source)) {
        // The name claims at any time; a candidate has to have been made near a trigger.
        named.add(target.id);
        proposals.add(source, target, whyOf(likeness), 0);
      }
    }
  }
  const unnamed = free.filter(({ id }) => !named.has(id));
  const open = new Set(expecting.filter((source) => among.isOpen(source)));
  const spelt = speltAlike(contract, input, open, unnamed, verdicts);
  for (const { source, target } of spelt.pairs) {
    proposals.add(source, target, "its name is spelt nearly alike", match.queue);
  }
  const shown = proposals.all();
  const accepted = accept(
    contract,
    input,
    shown.filter(({ left }) => open.has(left)),
  );
  for (const { right } of shown) named.add(right.id);
  return { accepted, candidates: candidatesOf(shown, accepted), named, skipped: spelt.skipped };
}

interface Seen {
  readonly source: Entry;
  readonly linked: LinkedObject;
  readonly triggers: readonly Instant[];
}

/** Scored pairs, each with the first reason given for it. Many are looked at and few are likely: only those are held. */
class Proposals {
  readonly #shown = new Map<Entry, Map<Entry, Pairing>>();
  readonly #contract: Contract;
  readonly #input: ReconcileInput;
  readonly #among: Among;
  readonly #verdicts: Verdicts;
  #latest: Seen | null = null;

  constructor(contract: Contract, input: ReconcileInput, among: Among, verdicts: Verdicts) {
    this.#contract = contract;
    this.#input = input;
    this.#among = among;
    this.#verdicts = verdicts;
  }

  /** @param from what is less likely is not shown. */
  add(source: Entry, target: Entry, why: string, from: number): void {
    const { within } = this.#contract.match;
    if (this.#verdicts.isSettled(source) || this.#shown.get(source)?.has(target) === true) return;
    const { triggers, linked } = this.#seen(source);
    if (!triggers.some((trigger) => Math.abs(target.createdAt - trigger) <= within)) return;
    const { probability, breakdown } = alikeness(this.#contract, this.#input, linked, target.look().linked);
    if (probability < from) return;
    const known = this.#shown.get(source) ?? new Map<Entry, Pairing>();
    known.set(target, { left: source, right: target, probability, breakdown, why });
    this.#shown.set(source, known);
  }

  /** A source meets all its targets one after the other. */
  #seen(source: Entry): Seen {
    if (this.#latest?.source !== source) {
      this.#latest = { source, linked: source.look().linked, triggers: this.#among.triggersOf(source) };
    }
    return this.#latest;
  }

  all(): readonly Pairing[] {
    return [...this.#shown.values()].flatMap((pairings) => [...pairings.values()]);
  }
}

/** What was taken is nobody else's candidate. */
function candidatesOf(
  shown: readonly Pairing[],
  accepted: ReadonlyMap<string, Candidate>,
): ReadonlyMap<string, readonly Candidate[]> {
  const taken = new Set([...accepted.values()].map(({ target }) => target));
  const candidates = new Map<string, Candidate[]>();
  for (const pairing of shown.toSorted(likeliestFirst)) {
    if (taken.has(pairing.right)) continue;
    const known = candidates.get(pairing.left.id);
    if (known === undefined) candidates.set(pairing.left.id, [toCandidate(pairing)]);
    else known.push(toCandidate(pairing));
  }
  return candidates;
}

const NONE: Likenesses = { candidates: new Map(), accepted: new Map(), named: new Set(), skipped: [] };

/** One to one; what stands within the margin of a rival is taken only where the contract declares how to break a tie. */
function accept(
  { match }: Contract,
  input: ReconcileInput,
  pairings: readonly Pairing[],
): ReadonlyMap<string, Candidate> {
  const taken = new Map<string, Candidate>();
  if (match.accept === null) return taken;
  const thresholds = { accept: match.accept, margin: match.margin, queue: match.queue };
  const { accepted, queued } = assign<Entry, Pairing>(pairings, thresholds, byAgeOfBoth);
  for (const pairing of accepted) taken.set(pairing.left.id, toCandidate(pairing));
  for (const [source, rivals] of Map.groupBy(queued, ({ left }) => left)) {
    const [first] = rivals;
    if (first === undefined || first.probability < match.accept) continue;
    const close = rivals.filter(({ probability }) => first.probability - probability < match.margin);
    const chosen = breakTie(
      match.tieBreaks,
      input,
      close.map(({ right }) => right),
    );
    const pairing = close.find(({ right }) => right === chosen?.target);
    // Whoever else might be given the same target has to be asked about.
    const wanted = queued.filter(({ right }) => right === chosen?.target).length > 1;
    if (chosen === null || pairing === undefined || wanted || pairing.probability < match.accept) continue;
    taken.set(source.id, { ...toCandidate(pairing), tieBreak: chosen.by });
  }
  return taken;
}

function toCandidate({ right, why, probability, breakdown }: Pairing): Candidate {
  return { target: right, why, confidence: Math.round(probability * 1000) / 1000, breakdown };
}

function likeliestFirst(a: Pairing, b: Pairing): number {
  return b.probability - a.probability || byAgeOfBoth(a, b);
}

function byAgeOfBoth(a: Pairing, b: Pairing): number {
  return byAge(a.right, b.right) || byAge(a.left, b.left);
}

function exactTargetKeys(likeness: Likeness, target: Entry): readonly string[] {
  const { linked } = target.look();
  if (likeness.kind === "reference") return [linked.references[likeness.reference] ?? ""];
  return targetNames(likeness, linked).map(foldText);
}

function exactSourceKey(likeness: Likeness, source: Entry, input: ReconcileInput): string {
  const { linked } = source.look();
  if (likeness.kind === "reference") return linked.references[likeness.reference] ?? "";
  return foldText(sourceName(likeness.ours, linked, input) ?? "");
}

function whyOf(likeness: Likeness): string {
  if (likeness.kind === "reference") return `it belongs to the same ${likeness.reference}`;
  return likeness.kind === "text" ? "it has the same name" : "it carries the same company's name";
}
