import { assign, blockBy, foldText } from "../../matching/index.ts";
import type { ScoredPair, SkippedBlock } from "../../matching/index.ts";
import type { FieldWeight, Instant } from "../../model/index.ts";
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

/** A source and the times it was triggered, near which a like target would have been made. */
export interface Expectant {
  readonly source: Entry;
  readonly triggers: readonly Instant[];
  /** Whether its latest occurrence still stands. */
  readonly stands: boolean;
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
 * @param sources all of them: each claims a target that has its own name, triggered or not.
 * @param isOpen whether it still needs a target: it stands, and neither link nor key led to one.
 * @param free live targets that nobody claims by link or key.
 */
export function likenessesOf(
  contract: Contract,
  input: ReconcileInput,
  sources: readonly Entry[],
  expectants: readonly Expectant[],
  isOpen: (expectant: Expectant) => boolean,
  free: readonly Entry[],
  verdicts: Verdicts,
): Likenesses {
  const { match } = contract;
  if (match.likenesses.length === 0 || free.length === 0) return NONE;
  const proposals = new Proposals(match.within, verdicts);
  const named = new Set<string>();
  for (const likeness of match.likenesses) {
    const block = blockBy(free, (target) => exactTargetKeys(likeness, target));
    const fits = (source: Entry): readonly Entry[] =>
      block.of(exactSourceKey(likeness, source, input)).filter((target) => !verdicts.isRejected(source, target));
    if (likeness.kind === "text") {
      for (const source of sources) for (const target of fits(source)) named.add(target.id);
    }
    for (const expectant of expectants) {
      for (const target of fits(expectant.source)) {
        // The name claims at any time; a candidate has to have been made near a trigger.
        named.add(target.id);
        proposals.add(expectant, target, whyOf(likeness));
      }
    }
  }
  const unnamed = free.filter(({ id }) => !named.has(id));
  const needing = expectants.filter(isOpen);
  const spelt = speltAlike(contract, input, needing, unnamed, verdicts);
  for (const { expectant, target } of spelt.pairs) proposals.add(expectant, target, "its name is spelt nearly alike");

  const shown = proposals
    .all()
    .map(([source, target, why]): Pairing => {
      const { probability, breakdown } = alikeness(contract, input, source.look().linked, target.look().linked);
      return { left: source, right: target, probability, breakdown, why };
    })
    .filter(({ right, probability }) => named.has(right.id) || probability >= match.queue);
  const open = new Set(needing.map(({ source }) => source));
  const accepted = accept(
    contract,
    input,
    shown.filter(({ left }) => open.has(left)),
  );
  for (const { right } of shown) named.add(right.id);
  return { accepted, candidates: candidatesOf(shown, accepted), named, skipped: spelt.skipped };
}

/** Pairs to be scored, each with the first reason given for it. */
class Proposals {
  readonly #found = new Map<Entry, Map<Entry, string>>();
  readonly #within: number;
  readonly #verdicts: Verdicts;

  constructor(within: number, verdicts: Verdicts) {
    this.#within = within;
    this.#verdicts = verdicts;
  }

  add({ source, triggers }: Expectant, target: Entry, why: string): void {
    const near = triggers.some((trigger) => Math.abs(target.createdAt - trigger) <= this.#within);
    if (!near || this.#verdicts.isSettled(source)) return;
    const known = this.#found.get(source) ?? new Map<Entry, string>();
    if (!known.has(target)) known.set(target, why);
    this.#found.set(source, known);
  }

  all(): readonly (readonly [source: Entry, target: Entry, why: string])[] {
    return [...this.#found].flatMap(([source, targets]) =>
      [...targets].map(([target, why]) => [source, target, why] as const),
    );
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
