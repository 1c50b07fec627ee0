import { COMPANIES, CONTACTS, compareBooks, resolveBooks } from "../../src/matching/index.ts";
import type { Agreement, Resolution, ResolveOptions } from "../../src/matching/index.ts";
import type { LabelledBooks, LabelledPair } from "../../src/sandbox/index.ts";

/** How pairs of one kind of noise came out. */
export interface NoiseOutcome {
  readonly type: LabelledPair["type"];
  readonly noise: string;
  /** Whether the pairs are one thing. */
  readonly same: boolean;
  readonly pairs: number;
  readonly accepted: number;
  /** Shown to a person. */
  readonly queued: number;
}

export interface ResolutionOutcome {
  readonly outcomes: readonly NoiseOutcome[];
  /** Pairs that are one thing, over both types. */
  readonly matches: number;
  readonly accepted: number;
  readonly right: number;
  /** Accepted pairs that are two things, whether somebody made them up to tempt or not. */
  readonly wrong: readonly string[];
  readonly skippedBlocks: number;
}

type Settings = Omit<ResolveOptions, "aliases" | "chances"> & { readonly prior?: number };

/** Resolves both books as a link between two systems would, and holds the result against the labels. */
export function measureResolution(books: LabelledBooks, settings: Settings = {}): ResolutionOutcome {
  const aliases = { domains: books.domains, companies: new Map<string, string>() };
  const options = { ...settings, aliases };
  const resolved: Readonly<Record<LabelledPair["type"], Resolution>> = {
    company: resolveBooks(COMPANIES, identified(books.companies.left), books.companies.right, options),
    contact: resolveBooks(CONTACTS, books.contacts.left, books.contacts.right, options),
  };
  const key = (pair: { readonly left: string; readonly right: string }): string => `${pair.left} ${pair.right}`;
  const sameThing = new Set(books.pairs.filter(({ same }) => same).map(key));
  const keysOf = (type: LabelledPair["type"], which: "accepted" | "queued"): ReadonlySet<string> =>
    new Set(resolved[type][which].map(key));
  const accepted = { company: keysOf("company", "accepted"), contact: keysOf("contact", "accepted") };
  const queued = { company: keysOf("company", "queued"), contact: keysOf("contact", "queued") };
  const groups = Map.groupBy(books.pairs, ({ type, same, noise }) => `${type} ${same} ${noise}`);
  const outcomes = [...groups.values()].flatMap((pairs): NoiseOutcome[] => {
    const [first] = pairs;
    if (first === undefined) return [];
    const { type, noise, same } = first;
    const count = (set: ReadonlySet<string>): number => pairs.filter((pair) => set.has(key(pair))).length;
    return [{ type, noise, same, pairs: pairs.length, accepted: count(accepted[type]), queued: count(queued[type]) }];
  });
  const all = [...resolved.company.accepted, ...resolved.contact.accepted];
  const wrong = all.filter((pair) => !sameThing.has(key(pair)));
  return {
    outcomes,
    matches: sameThing.size,
    accepted: all.length,
    right: all.length - wrong.length,
    wrong: wrong.map(({ left, right, probability, breakdown }) => {
      const fields = breakdown.map(({ field, level, weight }) => `${field} ${level} ${weight.toFixed(1)}`).join(", ");
      return `${left} = ${right} (${probability.toFixed(3)}: ${fields})`;
    }),
    skippedBlocks: resolved.company.skipped.length + resolved.contact.skipped.length,
  };
}

export interface LabelledComparison {
  readonly agreements: readonly Agreement[];
  readonly match: number;
}

/** What the compared pairs agree in, labelled: for estimating chances. */
export function labelledComparisons(
  books: LabelledBooks,
): Readonly<Record<LabelledPair["type"], readonly LabelledComparison[]>> {
  const aliases = { domains: books.domains, companies: new Map<string, string>() };
  const same = new Set(books.pairs.filter((pair) => pair.same).map(({ left, right }) => `${left} ${right}`));
  const labelled = (
    compared: readonly { readonly left: string; readonly right: string; readonly agreements: readonly Agreement[] }[],
  ): readonly LabelledComparison[] =>
    compared.map(({ left, right, agreements }) => ({ agreements, match: same.has(`${left} ${right}`) ? 1 : 0 }));
  return {
    company: labelled(
      compareBooks(COMPANIES, identified(books.companies.left), books.companies.right, { aliases }).compared,
    ),
    contact: labelled(compareBooks(CONTACTS, books.contacts.left, books.contacts.right, { aliases }).compared),
  };
}

/** Each record of the first book goes by its own id, which merged records of the other may name. */
function identified<Company extends { readonly id: string; readonly externalIds: readonly string[] }>(
  companies: readonly Company[],
): readonly Company[] {
  return companies.map((company) => ({ ...company, externalIds: [company.id, ...company.externalIds] }));
}
