import { blockBy, foldCompany, foldName, foldText } from "../matching/index.ts";
import type { Instant } from "../model/index.ts";
import type { Contract, Likeness, SourceName } from "./contract.ts";
import type { Party, ReconcileInput } from "./input.ts";
import { attributesOf, byAge, textOf } from "./parties.ts";

/** A target that looks like what a source expects. Evidence for a person, never a match (docs/techflow.md). */
export interface Candidate {
  readonly target: Party;
  readonly why: string;
  /** 2 for the same name or reference, 1 for the same company but for its legal form. */
  readonly strength: 1 | 2;
}

/** A source and the times it was triggered, near which a like target would have been made. */
export interface Expectant {
  readonly source: Party;
  readonly triggers: readonly Instant[];
}

export interface Likenesses {
  /** By source id, strongest first, then oldest. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  /** Targets that look like some source's and are therefore no orphans. */
  readonly named: ReadonlySet<string>;
}

/** @param free live targets that nobody claims by link or key. */
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
  const strongest = new Map<string, number>();
  for (const likeness of likenesses) {
    const block = blockBy(free, (target) => targetKeys(likeness, target));
    // A name is a claim whenever the source was triggered, or before it is; a customer's name is one only near a trigger.
    if (likeness.kind === "text") {
      for (const source of sources) {
        for (const key of sourceKeys(likeness, source, input)) {
          for (const target of block.of(key)) named.add(target.linked.id);
        }
      }
    }
    for (const { source, triggers } of expectants) {
      const found = candidates.get(source.linked.id) ?? [];
      for (const key of sourceKeys(likeness, source, input)) {
        const strength = key.startsWith("~") ? 1 : 2;
        for (const target of block.of(key)) {
          if (!triggers.some((trigger) => Math.abs(target.createdAt - trigger) <= within)) continue;
          named.add(target.linked.id);
          strongest.set(target.linked.id, Math.max(strongest.get(target.linked.id) ?? 0, strength));
          if (!found.some((candidate) => candidate.target === target)) {
            found.push({ target, strength, why: whyOf(likeness, strength) });
          }
        }
      }
      if (found.length > 0) candidates.set(source.linked.id, found);
    }
  }
  for (const [id, found] of candidates) {
    // A target that carries somebody's very name is no candidate for who is merely called alike.
    const kept = found.filter(({ target, strength }) => strength === strongest.get(target.linked.id));
    candidates.set(
      id,
      kept.sort((a, b) => b.strength - a.strength || byAge(a.target, b.target)),
    );
  }
  return { candidates, named };
}

function targetKeys(likeness: Likeness, target: Party): readonly string[] {
  if (likeness.kind === "reference") return [target.linked.references[likeness.reference] ?? ""];
  return likeness.theirs.flatMap((attribute) => {
    const text = textOf(target.linked.object.attributes[attribute]);
    if (text === null) return [];
    if (likeness.kind === "text") return [foldText(text)];
    // `Onboarding: Acme` is made for Acme.
    return [...companyKeys(text), ...companyKeys(text.slice(text.indexOf(":") + 1))];
  });
}

function sourceKeys(likeness: Likeness, source: Party, input: ReconcileInput): readonly string[] {
  if (likeness.kind === "reference") return [source.linked.references[likeness.reference] ?? ""];
  const text = sourceText(likeness.ours, source, input);
  if (text === null) return [];
  return likeness.kind === "text" ? [foldText(text)] : companyKeys(text);
}

/** The name as it is, and (marked) without its legal form. */
function companyKeys(text: string): readonly string[] {
  const name = foldName(text);
  return name === "" ? [] : [name, `~${foldCompany(text)}`];
}

function sourceText({ reference, attribute }: SourceName, source: Party, input: ReconcileInput): string | null {
  if (reference === null) return textOf(source.linked.object.attributes[attribute]);
  return textOf(attributesOf(input, source.linked.references[reference])[attribute]);
}

function whyOf(likeness: Likeness, strength: 1 | 2): string {
  if (likeness.kind === "reference") return `it belongs to the same ${likeness.reference}`;
  if (likeness.kind === "text") return "it has the same name";
  return strength === 2 ? "it carries the same company's name" : "its company is called alike";
}
