import { companyName, companyNameLevel, foldText, NO_ALIASES, scoreOf } from "../../matching/index.ts";
import type { Agreement, Chances, Score } from "../../matching/index.ts";
import type { LinkedObject } from "../../model/index.ts";
import type { Contract, Likeness, SourceName } from "../contract/contract.ts";
import type { ReconcileInput } from "../input.ts";
import { attributesOf, textOf } from "../parties.ts";
import { sameValue } from "../merge/same-value.ts";
import type { Held } from "../merge/same-value.ts";

/** Before anything is compared, one in twenty of the unclaimed targets made near the trigger is the one. */
const PRIOR = 0.05;

/** How likely a target is the one a source expects, from the names the contract declares and the fields both sides hold. */
export function alikeness(
  contract: Contract,
  input: ReconcileInput,
  source: LinkedObject,
  target: LinkedObject,
): Score {
  const agreements: Agreement[] = [];
  const chances: Record<string, Chances[string]> = {};
  const names: string[] = [];
  const note = (kind: string, field: string, level: string): void => {
    const known = contract.match.chances[kind];
    if (known === undefined) return;
    chances[field] = known;
    agreements.push({ field, level });
  };
  for (const likeness of contract.match.likenesses) {
    if (likeness.kind === "reference") {
      const [ours, theirs] = [source, target].map(({ references }) => references[likeness.reference]);
      if (ours === undefined || theirs === undefined) continue;
      note("reference", likeness.reference, ours === theirs ? "same" : "different");
      names.push(likeness.reference);
    } else {
      const level = bestName(contract, likeness, source, target, input);
      if (level === null || names.includes(likeness.kind)) continue;
      note("name", likeness.kind, level);
      names.push(likeness.kind);
    }
  }
  for (const { name, ours, theirs, exact } of contract.fields) {
    if (names.includes(name) || contract.match.likenesses.some((likeness) => readsFrom(likeness, theirs))) continue;
    const [left, right] = [held(source, ours), held(target, theirs)];
    if (left.value === null || right.value === null) continue;
    const equal = sameValue(left, right, { calendar: input.calendar, exact });
    const kind = left.person === null && right.person === null ? "value" : "person";
    if (equal !== null) note(kind, name, equal ? "agrees" : "differs");
  }
  // A reference that was found by the name has told what the name tells.
  return scoreOf(agreements, chances, PRIOR, [names]);
}

/** The texts a target may carry the name in: `Onboarding: Acme` is made for Acme. */
export function targetNames(likeness: Extract<Likeness, { theirs: unknown }>, target: LinkedObject): readonly string[] {
  return likeness.theirs.flatMap((attribute) => {
    const text = textOf(target.object.attributes[attribute]);
    if (text === null) return [];
    return likeness.kind === "text" ? [text] : [text, text.slice(text.indexOf(":") + 1)];
  });
}

export function sourceName(
  { reference, attribute }: SourceName,
  source: LinkedObject,
  input: ReconcileInput,
): string | null {
  if (reference === null) return textOf(source.object.attributes[attribute]);
  return textOf(attributesOf(input, source.references[reference])[attribute]);
}

/** A name without what tells nothing: legal form, case, accents; a company by the name in use. */
export function foldedName(likeness: Likeness, text: string, { aliases = NO_ALIASES }: ReconcileInput): string {
  return likeness.kind === "company" ? (companyName(text, aliases) ?? "") : foldText(text);
}

function bestName(
  contract: Contract,
  likeness: Extract<Likeness, { theirs: unknown }>,
  source: LinkedObject,
  target: LinkedObject,
  input: ReconcileInput,
): string | null {
  const ours = sourceName(likeness.ours, source, input);
  if (ours === null) return null;
  const levels = targetNames(likeness, target).map((theirs) =>
    companyNameLevel(foldedName(likeness, ours, input), foldedName(likeness, theirs, input)),
  );
  const { name: names } = contract.match.chances;
  const weight = (level: string): number => (names?.[level]?.m ?? 0) / (names?.[level]?.u ?? 1);
  return levels.toSorted((a, b) => weight(b) - weight(a))[0] ?? null;
}

function readsFrom(likeness: Likeness, attribute: string): boolean {
  return likeness.kind !== "reference" && likeness.theirs.includes(attribute);
}

function held(linked: LinkedObject, attribute: string): Held {
  return {
    value: linked.object.attributes[attribute] ?? null,
    person: linked.persons[attribute] ?? null,
    place: linked.id.split("/", 2).join("/"),
  };
}
