import { parseRecordKey } from "../model/index.ts";
import type {
  EntityKey,
  ModelEvent,
  ModelObject,
  NamedReference,
  ObjectLink,
  RecordHistory,
  RecordKey,
  ReferenceLink,
  StorePort,
} from "../model/index.ts";
import type { LinkWords, PersonFound } from "./link-words.ts";

/** A pointer of an object: what the system said, and the object link found for it (null: none, or more than one). */
export interface ReferenceStory {
  readonly reference: NamedReference;
  readonly link: ReferenceLink | null;
}

export interface ObjectStory {
  readonly object: ModelObject;
  /** Set when this object is the same as another one. */
  readonly identity: ObjectLink | null;
  /** Objects that turned out to be this one. */
  readonly same: readonly ObjectLink[];
  readonly references: readonly ReferenceStory[];
  readonly referencedBy: readonly ReferenceLink[];
  /** By attribute. */
  readonly persons: Readonly<Record<string, PersonFound>>;
}

export interface EventStory {
  readonly event: ModelEvent;
  /** The record it was mapped from, with its history. */
  readonly entity: EntityKey;
  /** Null when nobody is named. */
  readonly person: PersonFound | null;
}

/** One stored record: its versions, and what its entity was mapped to. */
export interface RecordStory {
  readonly history: RecordHistory;
  readonly entity: EntityKey;
  readonly objects: readonly ObjectStory[];
  /** In time order; with those of objects that refer to this record's where that was asked for. */
  readonly events: readonly EventStory[];
}

/** The story of one record; null when it was never seen. */
export async function tellRecord(
  store: StorePort,
  words: LinkWords,
  key: RecordKey,
  { children }: { readonly children: boolean },
): Promise<RecordStory | null> {
  const history = await store.records.history(key);
  if (history === null) return null;
  const { entity } = history;
  const { objects, events } = await store.model.ofEntity(entity);
  const own = events.map((event) => tellEvent(words, entity, event));
  const others = children ? await eventsOfReferring(store, words, objects) : [];
  return {
    history,
    entity,
    objects: objects.map((object) => tellObject(words, entity, object)),
    events: [...own, ...others].toSorted((a, b) => a.event.occurredAt - b.event.occurredAt),
  };
}

/** An object that shares its record with another one carries `#part` behind the record's key. */
export function withoutPart(objectKey: string): string {
  return objectKey.replace(/#[^#/]*$/u, "");
}

async function eventsOfReferring(
  store: StorePort,
  words: LinkWords,
  objects: readonly ModelObject[],
): Promise<readonly EventStory[]> {
  const ids = objects.map(({ key }) => words.identityOf(key)?.objectId ?? key);
  const referring = new Set(ids.flatMap((id) => words.referencedBy(id).map(({ objectKey }) => withoutPart(objectKey))));
  const found: EventStory[] = [];
  for (const text of referring) {
    const key = parseRecordKey(text);
    const history = key === undefined ? null : await store.records.history(key);
    if (history === null) continue;
    const { events } = await store.model.ofEntity(history.entity);
    found.push(...events.map((event) => tellEvent(words, history.entity, event)));
  }
  return found;
}

function tellEvent(words: LinkWords, entity: EntityKey, event: ModelEvent): EventStory {
  const { person } = event.by;
  return { event, entity, person: person === null ? null : words.person(entity.system, entity.tenant, person) };
}

function tellObject(words: LinkWords, { system, tenant }: EntityKey, object: ModelObject): ObjectStory {
  const links = words.referencesOf(object.key);
  const persons: Record<string, PersonFound> = {};
  for (const [attribute, value] of Object.entries(object.attributes)) {
    if (typeof value === "object" && value !== null && "person" in value) {
      persons[attribute] = words.person(system, tenant, value.person);
    }
  }
  return {
    object,
    identity: words.identityOf(object.key),
    same: words.mergedInto(object.key),
    references: object.references.map((reference) => ({
      reference,
      link: links.find((link) => link.name === reference.name) ?? null,
    })),
    referencedBy: words.referencedBy(object.key),
    persons,
  };
}
