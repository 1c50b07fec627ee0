import { blockBy, foldText } from "../matching/index.ts";
import type { Instant } from "../model/index.ts";
import type { Contract, Likeness, SourceName } from "./contract.ts";
import type { Party, ReconcileInput } from "./input.ts";
import { attributesOf, byAge, textOf } from "./parties.ts";

/** A target that looks like what a source expects. Evidence for a person, never a match (docs/techflow.md). */
export interface Candidate {
  readonly target: Party;
  readonly why: string;
}

/** A source and the times it was triggered, near which a like target would have been made. */
export interface Expectant {
  readonly source: Party;
  readonly triggers: readonly Instant[];
}

export interface Likenesses {
  /** By source id, oldest first. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  /** Targets that carry the name of some source and are therefore no orphans. */
  readonly named: ReadonlySet<string>;
}

/**
 * Names claim by equality after folding case and white space: a company merely called alike is another company.
 * @param sources all of them: each claims a target that has its own name, triggered or not.
 * @param free live targets that nobody claims by link or key.
 */
export function likenessesOf(
  contract: Contract,
  input: ReconcileInput,
  sources: readonly Party[],
  expectants: readonly Expectant[],
  free: readonly Party[],
): Likenesses {
  const { likenesses, within } = contract.match;
  const candidates = new Map<string, Candidate[]>();
  const named = new Set<string>();
  for (const likeness of likenesses) {
    const block = blockBy(free, (target) => targetKeys(likeness, target));
    if (likeness.kind === "text") {
      for (const source of sources) {
        for (const target of block.of(sourceKey(likeness, source, input))) named.add(target.linked.id);
      }
    }
    for (const { source, triggers } of expectants) {
      const found = candidates.get(source.linked.id) ?? [];
      for (const target of block.of(sourceKey(likeness, source, input))) {
        // The name claims at any time; a candidate has to have been made near a trigger.
        named.add(target.linked.id);
        if (!triggers.some((trigger) => Math.abs(target.createdAt - trigger) <= within)) continue;
        if (found.some((candidate) => candidate.target === target)) continue;
        found.push({ target, why: whyOf(likeness) });
      }
      if (found.length > 0) candidates.set(source.linked.id, found);
    }
  }
  for (const found of candidates.values()) found.sort((a, b) => byAge(a.target, b.target));
  return { candidates, named };
}

function targetKeys(likeness: Likeness, target: Party): readonly string[] {
  if (likeness.kind === "reference") return [target.linked.references[likeness.reference] ?? ""];
  return likeness.theirs.flatMap((attribute) => {
    const text = textOf(target.linked.object.attributes[attribute]);
    if (text === null) return [];
    // `Onboarding: Acme` is made for Acme.
    const whole = foldText(text);
    return likeness.kind === "text" ? [whole] : [whole, foldText(text.slice(text.indexOf(":") + 1))];
  });
}

function sourceKey(likeness: Likeness, source: Party, input: ReconcileInput): string {
  if (likeness.kind === "reference") return source.linked.references[likeness.reference] ?? "";
  return foldText(sourceText(likeness.ours, source, input) ?? "");
}

function sourceText({ reference, attribute }: SourceName, source: Party, input: ReconcileInput): string | null {
  if (reference === null) return textOf(source.linked.object.attributes[attribute]);
  return textOf(attributesOf(input, source.linked.references[reference])[attribute]);
}

function whyOf(likeness: Likeness): string {
  if (likeness.kind === "reference") return `it belongs to the same ${likeness.reference}`;
  return likeness.kind === "text" ? "it has the same name" : "it carries the same company's name";
}
