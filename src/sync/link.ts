import { parseRecordKey } from "../model/index.ts";
import type { Actor, Fence, KeyReference, ObjectLink, ReferenceLink, StorePort } from "../model/index.ts";

export interface LinkOptions {
  readonly store: StorePort;
  readonly fence: Fence;
  /** The company's people, resolved over all connections' user records. */
  readonly actors: readonly Actor[];
  /** Brings a key to the form in which two spellings of it are equal. */
  readonly fold: (text: string) => string;
}

export interface LinkReport {
  readonly objects: number;
  readonly references: number;
  readonly unresolved: readonly { readonly type: string; readonly reference: string; readonly count: number }[];
  readonly people: number;
}

/**
 * Gives every object one identity and every reference its object: merged records follow their survivor, native keys
 * resolve within their tenant, business keys only where exactly one object carries them.
 */
export async function linkObjects(options: LinkOptions): Promise<LinkReport> {
  const { store, fence, actors, fold } = options;
  const survivors = new Map<string, string>();
  for (const { key, into } of await store.model.merges()) survivors.set(key, siblingKey(key, into));
  const identity = (key: string): string => followMerges(key, survivors);
  const asked = await store.model.keyReferences();
  const businessKeys = await indexBusinessKeys(store, asked, fold);

  const keys: ReferenceLink[] = [];
  const unresolved = new Map<string, number>();
  for (const { objectKey, objectType, reference } of asked) {
    const [only, ...others] = businessKeys.get(businessKey(reference, fold)) ?? [];
    if (only === undefined || others.length > 0) {
      const name = `${objectType}\0${reference.name}`;
      unresolved.set(name, (unresolved.get(name) ?? 0) + 1);
    } else {
      keys.push({ objectKey, name: reference.name, objectId: identity(only), method: `key:${reference.by}` });
    }
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

/** `type\0by\0folded value`: what a reference by words and the object it means have in common. */
function businessKey(
  { type, by, value }: Pick<KeyReference["reference"], "type" | "by" | "value">,
  fold: (text: string) => string,
): string {
  return `${type}\0${by}\0${by === "id" ? value : fold(value)}`;
}

/** The objects that say so of themselves, for the pairs of type and attribute that references ask for. */
async function indexBusinessKeys(
  store: StorePort,
  references: readonly KeyReference[],
  fold: (text: string) => string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const asked = new Map<string, Set<string>>();
  for (const { reference } of references) {
    const attributes = asked.get(reference.type) ?? new Set();
    asked.set(reference.type, attributes.add(reference.by));
  }
  const index = new Map<string, string[]>();
  if (asked.size === 0) return index;
  for await (const objects of store.model.objects([...asked.keys()])) {
    for (const object of objects) {
      if (object.removed !== null) continue;
      for (const by of asked.get(object.type) ?? []) {
        const value = by === "id" ? parseRecordKey(object.key)?.id : object.attributes[by];
        if (typeof value !== "string" || value === "") continue;
        const name = businessKey({ type: object.type, by, value }, fold);
        const known = index.get(name);
        if (known === undefined) index.set(name, [object.key]);
        else known.push(object.key);
      }
    }
  }
  return index;
}
