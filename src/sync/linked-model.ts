import { parseRecordKey } from "../model/index.ts";
import { createOwnWrites } from "./apply/own-writes.ts";
import { breathing } from "./breath.ts";
import type { Actor, Canonical, ChildJoin, LinkedObject, ModelEvent, ModelObject, StorePort } from "../model/index.ts";

/** What link found, loaded once and asked type by type. */
export interface LinkedModel {
  readonly actors: readonly Actor[];
  /** By `system/tenant/user id`. */
  actorOf(account: string): Actor | null;
  /** All objects of a type, merged ones left out, with their own and their children's events in time order. */
  objects(type: string, joins?: readonly ChildJoin[]): AsyncIterable<LinkedObject>;
}

export async function loadLinkedModel(store: StorePort, signal: AbortSignal): Promise<LinkedModel> {
  const actors = await store.model.actors();
  const byAccount = new Map(actors.flatMap((actor) => actor.accounts.map(({ key }) => [key, actor] as const)));
  const aliases = new Map((await store.model.objectLinks()).map((link) => [link.objectKey, link.objectId]));
  const merged = new Map<string, string[]>();
  for (const [key, id] of aliases) merged.set(id, [...(merged.get(id) ?? []), key]);
  const ownWrites = await createOwnWrites(store);
  const references = new Map<string, Record<string, string>>();
  for (const link of await store.model.referenceLinks()) {
    const known = references.get(link.objectKey) ?? {};
    known[link.name] = link.objectId;
    references.set(link.objectKey, known);
  }

  /** Events of a type that belong to other objects than the one they happened to, by that other object. */
  async function eventsOfOthers(
    type: string,
    idOf: (key: string) => string | undefined,
  ): Promise<ReadonlyMap<string, ModelEvent[]>> {
    const found = new Map<string, ModelEvent[]>();
    for await (const events of breathing(store.model.events([type]), signal)) {
      for (const event of events) {
        const id = idOf(event.objectKey);
        if (id === undefined) continue;
        const known = found.get(id);
        if (known === undefined) found.set(id, [event]);
        else known.push(event);
      }
    }
    return found;
  }

  const actorOf = (account: string): Actor | null => byAccount.get(account) ?? null;

  async function* objects(type: string, joins: readonly ChildJoin[] = []): AsyncIterable<LinkedObject> {
    const others = [];
    if (aliases.size > 0) others.push(await eventsOfOthers(type, (key) => aliases.get(key)));
    for (const join of joins) {
      others.push(await eventsOfOthers(join.type, (key) => references.get(key)?.[join.reference]));
    }
    const own = createEventReader(store.model.events([type]));
    for await (const page of breathing(store.model.objects([type]), signal)) {
      for (const object of page) {
        const events = await own.take(object.key);
        if (aliases.has(object.key)) continue;
        const more = others.flatMap((source) => source.get(object.key) ?? []);
        const formerly = merged.get(object.key);
        yield ownWrites({
          object,
          id: object.key,
          ...(formerly === undefined ? {} : { merged: formerly }),
          nativeId: parseRecordKey(object.key)?.id.replace(/#[^#]*$/u, "") ?? object.key,
          references: references.get(object.key) ?? {},
          persons: personsOf(object, actorOf),
          events: more.length === 0 ? events : [...events, ...more].sort(inTime),
        });
      }
    }
  }

  return { actors, actorOf, objects };
}

/** Hands out the events of one object after the other; objects and events come in the order of the object's key. */
function createEventReader(pages: AsyncIterable<readonly ModelEvent[]>): {
  take(key: string): Promise<readonly ModelEvent[]>;
} {
  const iterator = pages[Symbol.asyncIterator]();
  let page: readonly ModelEvent[] = [];
  let at = 0;
  async function peek(): Promise<ModelEvent | undefined> {
    while (at >= page.length) {
      const next = await iterator.next();
      if (next.done === true) return undefined;
      page = next.value;
      at = 0;
    }
    return page[at];
  }
  return {
    async take(key) {
      const taken: ModelEvent[] = [];
      for (let event = await peek(); event !== undefined && event.objectKey <= key; event = await peek()) {
        if (event.objectKey === key) taken.push(event);
        at += 1;
      }
      return taken;
    },
  };
}

function inTime(a: ModelEvent, b: ModelEvent): number {
  return a.occurredAt - b.occurredAt || a.sequence - b.sequence || (a.id < b.id ? -1 : 1);
}

function personsOf(object: ModelObject, actorOf: (account: string) => Actor | null): Record<string, Actor | null> {
  const [system, tenant] = object.key.split("/");
  const persons: Record<string, Actor | null> = {};
  for (const [name, value] of Object.entries(object.attributes)) {
    const person = personOf(value);
    if (person !== undefined) persons[name] = actorOf(`${system}/${tenant}/${person}`);
  }
  return persons;
}

function personOf(value: Canonical): string | undefined {
  return typeof value === "object" && value !== null && "person" in value ? value.person : undefined;
}
