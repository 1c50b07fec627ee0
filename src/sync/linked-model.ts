import { hashText, inTime, parseRecordKey } from "../model/index.ts";
import { ownWriteMarks } from "./apply/own-write-marks.ts";
import { createOwnWrites } from "./apply/own-writes.ts";
import { breathing } from "./breath.ts";
import type {
  Actor,
  Canonical,
  ChildJoin,
  LinkedObject,
  ModelEvent,
  ModelObject,
  ObjectDigest,
  StorePort,
} from "../model/index.ts";

/** What link found, loaded once and asked type by type. */
export interface LinkedModel {
  readonly actors: readonly Actor[];
  /** By `system/tenant/user id`. */
  actorOf(account: string): Actor | null;
  /** All objects of a type or those of `only`, merged ones left out, with their own and their children's events in time order. */
  objects(type: string, joins?: readonly ChildJoin[], only?: ReadonlySet<string>): AsyncIterable<LinkedObject>;
  /** The same objects by digest, persons left out: equal digests stand for equal objects. */
  digests(type: string, joins: readonly ChildJoin[]): AsyncIterable<readonly ObjectDigest[]>;
}

export async function loadLinkedModel(store: StorePort, signal: AbortSignal): Promise<LinkedModel> {
  const actors = await store.model.actors();
  const byAccount = new Map(actors.flatMap((actor) => actor.accounts.map(({ key }) => [key, actor] as const)));
  const aliases = new Map((await store.model.objectLinks()).map((link) => [link.objectKey, link.objectId]));
  const merged = new Map<string, string[]>();
  for (const [key, id] of aliases) merged.set(id, [...(merged.get(id) ?? []), key]);
  const ownWrites = await createOwnWrites(store);

  /** What happened to the merged objects of a type, by their survivor. */
  async function eventsOfMerged(type: string): Promise<ReadonlyMap<string, ModelEvent[]>> {
    const found = new Map<string, ModelEvent[]>();
    for (const { object, events } of await store.model.objectsAt([...aliases.keys()])) {
      const id = aliases.get(object.key);
      if (object.type === type && id !== undefined) found.set(id, [...(found.get(id) ?? []), ...events]);
    }
    return found;
  }

  const actorOf = (account: string): Actor | null => byAccount.get(account) ?? null;

  async function* objects(
    type: string,
    joins: readonly ChildJoin[] = [],
    only?: ReadonlySet<string>,
  ): AsyncIterable<LinkedObject> {
    const formerEvents = aliases.size > 0 ? await eventsOfMerged(type) : null;
    for await (const page of breathing(store.model.linkedObjects(type, joins, only), signal)) {
      for (const { object, events, references, childEvents } of page) {
        if (aliases.has(object.key)) continue;
        const more = [...(formerEvents?.get(object.key) ?? []), ...childEvents];
        const formerly = merged.get(object.key);
        yield ownWrites({
          object,
          id: object.key,
          ...(formerly === undefined ? {} : { merged: formerly }),
          nativeId: parseRecordKey(object.key)?.id.replace(/#[^#]*$/u, "") ?? object.key,
          references,
          persons: personsOf(object, actorOf),
          events: more.length === 0 ? events : [...events, ...more].sort(inTime),
        });
      }
    }
  }

  async function* digests(type: string, joins: readonly ChildJoin[]): AsyncIterable<readonly ObjectDigest[]> {
    const formerEvents = aliases.size > 0 ? await eventsOfMerged(type) : null;
    const marks = await ownWriteMarks(store);
    for await (const page of breathing(store.model.linkedDigests(type, joins), signal)) {
      yield page.flatMap(({ id, digest }) => {
        if (aliases.has(id)) return [];
        const former = merged.get(id);
        const more = former === undefined ? "" : hashText(JSON.stringify([former, formerEvents?.get(id) ?? []]));
        const mark = marks(id);
        return [{ id, digest: `${digest}${more}${mark === "" ? "" : hashText(mark)}` }];
      });
    }
  }

  return { actors, actorOf, objects, digests };
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
