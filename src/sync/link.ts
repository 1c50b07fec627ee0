import type { MatchingRules, SkippedBlock } from "../matching/index.ts";
import type { Actor, Fence, ObjectLink, ReferenceLink, StorePort } from "../model/index.ts";
import { findByWords } from "./business-keys.ts";

export interface LinkOptions {
  readonly store: StorePort;
  readonly fence: Fence;
  /** The company's people, resolved over all connections' user records. */
  readonly actors: readonly Actor[];
  readonly matching: MatchingRules;
}

export interface LinkReport {
  readonly objects: number;
  readonly references: number;
  readonly unresolved: readonly { readonly type: string; readonly reference: string; readonly count: number }[];
  readonly people: number;
  /** Names of companies that too many share to be compared for likeness. */
  readonly skipped: readonly SkippedBlock[];
}

/**
 * Gives every object one identity and every reference its object: merged records follow their survivor, native keys
 * resolve within their tenant, business keys only where exactly one object carries them, and names of companies where the
 * likeness is sure enough.
 */
export async function linkObjects(options: LinkOptions): Promise<LinkReport> {
  const { store, fence, actors, matching } = options;
  const survivors = new Map<string, string>();
  for (const { key, into } of await store.model.merges()) survivors.set(key, siblingKey(key, into));
  const identity = (key: string): string => followMerges(key, survivors);
  const asked = await store.model.keyReferences();
  const { find, skipped } = await findByWords((types) => store.model.objects(types), asked, identity, matching);

  const keys: ReferenceLink[] = [];
  const unresolved = new Map<string, number>();
  for (const { objectKey, objectType, reference } of asked) {
    const found = find(reference);
    if (found === null) {
      const name = `${objectType}\0${reference.name}`;
      unresolved.set(name, (unresolved.get(name) ?? 0) + 1);
    } else keys.push({ objectKey, name: reference.name, ...found });
  }
  const merged: ObjectLink[] = [...survivors.keys()].map((objectKey) => ({
    objectKey,
    objectId: identity(objectKey),
    method: "merged",
    confidence: 1,
    why: "The system merged this record into the other.",
  }));
  await store.model.replaceLinks(fence, { objects: merged, keys, actors });
  const counts = await store.model.referenceCounts();
  const objects = await store.model.objectCounts();
  return {
    objects: objects.reduce((sum, { count }) => sum + count, 0),
    references: counts.resolved + keys.length,
    unresolved: [
      ...counts.unresolved,
      ...[...unresolved].map(([name, count]) => {
        const [type = "", reference = ""] = name.split("\0");
        return { type, reference, count };
      }),
    ],
    people: actors.length,
    skipped,
  };
}

/** The key of another record of the same stream. */
function siblingKey(key: string, id: string): string {
  const [system, tenant, stream] = key.split("/");
  return `${system}/${tenant}/${stream}/${id}`;
}

/** A merge of a merge leads to the last survivor; a cycle (which no system should make) ends where it was entered. */
function followMerges(key: string, survivors: ReadonlyMap<string, string>): string {
  const seen = new Set([key]);
  let current = key;
  for (let next = survivors.get(current); next !== undefined && !seen.has(next); next = survivors.get(current)) {
    seen.add(next);
    current = next;
  }
  return current;
}
