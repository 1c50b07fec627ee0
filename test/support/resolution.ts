import {
  assign,
  COMPANIES,
  CONTACTS,
  compareBooks,
  resolveBooks,
  scoreBooks,
  THRESHOLDS,
} from "../../src/matching/index.ts";
import type { Agreement, Resolution, Resolved, ResolveOptions } from "../../src/matching/index.ts";
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

type Settings = Omit<ResolveOptions, "aliases" | "chances">;

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
  const outcomes = groupOutcomes(books.pairs, (pair) => ({
    accepted: accepted[pair.type].has(key(pair)),
    queued: queued[pair.type].has(key(pair)),
  }));
  const all = [...resolved.company.accepted, ...resolved.contact.accepted];
  const wrong = all.filter((pair) => !sameThing.has(key(pair)));
  return {
    outcomes,
    matches: sameThing.size,
    accepted: all.length,
    right: all.length - wrong.length,
    wrong: wrong.map(sayPair),
    skippedBlocks: resolved.company.skipped.length + resolved.contact.skipped.length,
  };
}

/** Finds the doubles within one book: of every record at most one, surely and ahead of any other. */
export function measureDoubles({ book, pairs }: LabelledBooks["accounts"], settings: Settings = {}): ResolutionOutcome {
  const key = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);
  const thresholds = settings.thresholds ?? THRESHOLDS;
  const { compared, skipped } = scoreBooks(COMPANIES, book, book, settings);
  const once = compared.filter(({ left, right }) => left < right);
  const { accepted, queued } = assign(once, thresholds, (a, b) =>
    key(a.left, a.right) < key(b.left, b.right) ? -1 : 1,
  );
  const sameThing = new Set(pairs.filter(({ same }) => same).map(({ left, right }) => key(left, right)));
  const [taken, shown] = [accepted, queued].map((all) => new Set(all.map(({ left, right }) => key(left, right))));
  const wrong = accepted.filter(({ left, right }) => !sameThing.has(key(left, right)));
  return {
    outcomes: groupOutcomes(pairs, (pair) => ({
      accepted: taken?.has(key(pair.left, pair.right)) === true,
      queued: shown?.has(key(pair.left, pair.right)) === true,
    })),
    matches: sameThing.size,
    accepted: accepted.length,
    right: accepted.length - wrong.length,
    wrong: wrong.map(sayPair),
    skippedBlocks: skipped.length,
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

function groupOutcomes(
  pairs: readonly LabelledPair[],
  of: (pair: LabelledPair) => { readonly accepted: boolean; readonly queued: boolean },
): readonly NoiseOutcome[] {
  const groups = Map.groupBy(pairs, ({ type, same, noise }) => `${type} ${same} ${noise}`);
  return [...groups.values()].flatMap((group): NoiseOutcome[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { type, noise, same } = first;
    const count = (which: "accepted" | "queued"): number => group.filter((pair) => of(pair)[which]).length;
    return [{ type, noise, same, pairs: group.length, accepted: count("accepted"), queued: count("queued") }];
  });
}

function sayPair({ left, right, probability, breakdown }: Resolved): string {
  const fields = breakdown.map(({ field, level, weight }) => `${field} ${level} ${weight.toFixed(1)}`).join(", ");
  return `${left} = ${right} (${probability.toFixed(3)}: ${fields})`;
}

/** Each record of the first book goes by its own id, which merged records of the other may name. */
function identified<Company extends { readonly id: string; readonly externalIds: readonly string[] }>(
  companies: readonly Company[],
): readonly Company[] {
  return companies.map((company) => ({ ...company, externalIds: [company.id, ...company.externalIds] }));
}
