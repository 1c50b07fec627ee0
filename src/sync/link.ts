import { parseRecordKey } from "../model/index.ts";
import type {
  Actor,
  Fence,
  ModelObject,
  NamedReference,
  ObjectLink,
  ReferenceLink,
  StorePort,
} from "../model/index.ts";

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

interface Pointer {
  readonly objectKey: string;
  readonly type: string;
  readonly reference: NamedReference;
}

/**
 * Gives every object one identity and every reference its object: merged records follow their survivor, native keys
 * resolve within their tenant, business keys only where exactly one object carries them.
 */
export async function linkObjects(options: LinkOptions): Promise<LinkReport> {
  const { store, fence, actors, fold } = options;
  const keys = new Set<string>();
  const survivors = new Map<string, string>();
  const pointers: Pointer[] = [];
  for await (const objects of store.model.objects()) {
    for (const object of objects) {
      keys.add(object.key);
      const survivor = survivorOf(object);
      if (survivor !== undefined) survivors.set(object.key, survivor);
      for (const reference of object.references) pointers.push({ objectKey: object.key, type: object.type, reference });
    }
  }
  const identity = (key: string): string => followMerges(key, survivors);
  const businessKeys = await indexBusinessKeys(store, pointers, fold);

  const references: ReferenceLink[] = [];
  const unresolved = new Map<string, number>();
  for (const { objectKey, type, reference } of pointers) {
    const found = resolve(objectKey, reference, keys, businessKeys, fold);
    if (found === undefined) {
      const name = `${type}\0${reference.name}`;
      unresolved.set(name, (unresolved.get(name) ?? 0) + 1);
    } else {
      references.push({ objectKey, name: reference.name, objectId: identity(found.key), method: found.method });
    }
  }
  const merged: ObjectLink[] = [...survivors.keys()].map((objectKey) => ({
    objectKey,
    objectId: identity(objectKey),
    method: "merged",
    confidence: 1,
    why: "The system merged this record into the other.",
  }));
  await store.model.replaceLinks(fence, { objects: merged, references, actors });
  return {
    objects: keys.size,
    references: references.length,
    unresolved: [...unresolved].map(([name, count]) => {
      const [type = "", reference = ""] = name.split("\0");
      return { type, reference, count };
    }),
    people: actors.length,
  };
}

function survivorOf(object: ModelObject): string | undefined {
  const into = object.removed?.mergedInto;
  return into === undefined ? undefined : siblingKey(object.key, into);
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

/** `type\0by\0folded value` → the objects that say so of themselves, for the pairs that references ask for. */
async function indexBusinessKeys(
  store: StorePort,
  pointers: readonly Pointer[],
  fold: (text: string) => string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const asked = new Map<string, Set<string>>();
  for (const { reference } of pointers) {
    if (reference.to.kind !== "key") continue;
    const attributes = asked.get(reference.to.type) ?? new Set();
    asked.set(reference.to.type, attributes.add(reference.to.by));
  }
  const index = new Map<string, string[]>();
  if (asked.size === 0) return index;
  for await (const objects of store.model.objects([...asked.keys()])) {
    for (const object of objects) {
      if (object.removed !== null) continue;
      for (const by of asked.get(object.type) ?? []) {
        const value = by === "id" ? parseRecordKey(object.key)?.id : object.attributes[by];
        if (typeof value !== "string" || value === "") continue;
        const name = `${object.type}\0${by}\0${by === "id" ? value : fold(value)}`;
        const known = index.get(name);
        if (known === undefined) index.set(name, [object.key]);
        else known.push(object.key);
      }
    }
  }
  return index;
}

function resolve(
  objectKey: string,
  { to }: NamedReference,
  keys: ReadonlySet<string>,
  businessKeys: ReadonlyMap<string, readonly string[]>,
  fold: (text: string) => string,
): { readonly key: string; readonly method: string } | undefined {
  if (to.kind === "record") {
    const [system, tenant] = objectKey.split("/");
    const key = `${system}/${tenant}/${to.stream}/${to.id}`;
    return keys.has(key) ? { key, method: "record" } : undefined;
  }
  const found = businessKeys.get(`${to.type}\0${to.by}\0${to.by === "id" ? to.value : fold(to.value)}`) ?? [];
  const [only] = found;
  return only !== undefined && found.length === 1 ? { key: only, method: `key:${to.by}` } : undefined;
}
