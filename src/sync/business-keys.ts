import { bestOfEach, companyDomain, COMPANIES, foldCompany, foldText, scoreBooks } from "../matching/index.ts";
import type { CompanyRecord, MatchingRules, SkippedBlock } from "../matching/index.ts";
import { parseRecordKey } from "../model/index.ts";
import type { KeyReference, ModelObject } from "../model/index.ts";

/** What a reference by words leads to, and how it was found. */
export interface FoundByWords {
  readonly objectId: string;
  readonly method: string;
}

type Words = KeyReference["reference"];

/**
 * Finds the objects that references by words mean: the one that carries the words now; else the one that did before it was
 * renamed or merged; else, for names of companies, the one whose name is surely the same in another spelling. Where several
 * fit, none is found.
 * @param identity the survivor of a merged object's key.
 */
export async function findByWords(
  objectsOf: (types: readonly string[]) => AsyncIterable<readonly ModelObject[]>,
  references: readonly KeyReference[],
  identity: (key: string) => string,
  rules: MatchingRules,
): Promise<{
  readonly find: (reference: Words) => FoundByWords | null;
  /** Names that too many share to be compared for likeness. */
  readonly skipped: readonly SkippedBlock[];
}> {
  const asked = new Map<string, Set<string>>();
  for (const { reference } of references) {
    const attributes = asked.get(reference.type) ?? new Set();
    asked.set(reference.type, attributes.add(reference.by));
  }
  const index: Index = { now: new Map(), formerly: new Map(), names: new Map() };
  if (asked.size > 0) {
    for await (const objects of objectsOf([...asked.keys()])) {
      for (const object of objects) {
        for (const by of asked.get(object.type) ?? []) indexObject(index, object, by, identity, rules);
      }
    }
  }
  const exactly = (words: Words): FoundByWords | null | undefined => {
    const key = wordKey(words, rules);
    for (const [holders, how] of [
      [index.now.get(key), "key"],
      [index.formerly.get(key), "former"],
    ] as const) {
      if (holders === undefined) continue;
      const [only, other] = holders;
      return only === undefined || other !== undefined ? null : { objectId: only, method: `${how}:${words.by}` };
    }
    return undefined;
  };
  const alike = findAlike(
    index,
    references.map(({ reference }) => reference).filter((words) => exactly(words) === undefined),
    rules,
  );
  return { find: (words) => exactly(words) ?? alike.found.get(wordKey(words, rules)) ?? null, skipped: alike.skipped };
}

interface Index {
  readonly now: Map<string, Set<string>>;
  readonly formerly: Map<string, Set<string>>;
  /** By `type.attribute`: companies with their names. */
  readonly names: Map<string, CompanyRecord[]>;
}

function indexObject(
  index: Index,
  object: ModelObject,
  by: string,
  identity: (key: string) => string,
  rules: MatchingRules,
): void {
  const { type, key, removed, history } = object;
  const value = by === "id" ? parseRecordKey(key)?.id : object.attributes[by];
  const note = (into: Map<string, Set<string>>, text: string): void => {
    const words = wordKey({ type, by, value: text }, rules);
    if (words === "") return;
    const known = into.get(words);
    if (known === undefined) into.set(words, new Set([identity(key)]));
    else known.add(identity(key));
  };
  const merged = removed !== null && identity(key) !== key;
  if (removed !== null && !merged) return;
  if (typeof value === "string" && value !== "") {
    note(merged ? index.formerly : index.now, value);
    if (!merged && rules.companies.has(`${type}.${by}`)) {
      const names = index.names.get(`${type}.${by}`) ?? [];
      names.push(nameOnly(key, value));
      index.names.set(`${type}.${by}`, names);
    }
  }
  for (const change of history) {
    if (change.attribute !== by || typeof change.value !== "string" || change.value === value) continue;
    note(index.formerly, change.value);
  }
}

/** By the key of the words: what is surely the same company, for attributes that hold names of companies. */
function findAlike(
  index: Index,
  unfound: readonly Words[],
  rules: MatchingRules,
): { readonly found: ReadonlyMap<string, FoundByWords>; readonly skipped: readonly SkippedBlock[] } {
  const found = new Map<string, FoundByWords>();
  const skipped: SkippedBlock[] = [];
  const byAttribute = Map.groupBy(unfound, ({ type, by }) => `${type}.${by}`);
  for (const [attribute, words] of byAttribute) {
    const names = index.names.get(attribute);
    if (names === undefined) continue;
    // Spellings of one name are one question: asked twice, it would pass for a name that two companies share.
    const spellings = Map.groupBy(words, ({ value }) => foldCompany(value));
    const left = [...spellings.keys()].map((name) => nameOnly(name, name));
    const { thresholds, aliases, chances } = rules;
    const { compared, skipped: tooMany } = scoreBooks(COMPANIES, left, names, { thresholds, aliases, chances });
    skipped.push(...tooMany);
    for (const { left, right, probability } of bestOfEach(compared, thresholds)) {
      for (const each of spellings.get(left) ?? []) {
        found.set(wordKey(each, rules), { objectId: right, method: `alike:${each.by} ${probability.toFixed(2)}` });
      }
    }
  }
  return { found, skipped };
}

function nameOnly(id: string, name: string): CompanyRecord {
  return { id, name, addresses: [], phone: null, country: null, externalIds: [] };
}

/** `type\0by\0folded value`: what a reference by words and the object it means have in common; empty where they say nothing. */
function wordKey({ type, by, value }: Pick<Words, "type" | "by" | "value">, rules: MatchingRules): string {
  const folded = foldedWord(`${type}.${by}`, value, rules);
  return folded === "" ? "" : `${type}\0${by}\0${folded}`;
}

function foldedWord(attribute: string, value: string, { companies, domains, aliases }: MatchingRules): string {
  if (attribute.endsWith(".id")) return value;
  if (domains.has(attribute)) return companyDomain(value, aliases.domains) ?? "";
  const alias =
    companies.has(attribute) && aliases.companies.size > 0 ? aliases.companies.get(foldCompany(value)) : undefined;
  return foldText(alias ?? value);
}
