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
  /** Null when nobody is named. */
  readonly person: PersonFound | null;
}

/** One stored record: its versions, and what its entity was mapped to. */
export interface RecordStory {
  readonly history: RecordHistory;
  readonly entity: EntityKey;
  readonly objects: readonly ObjectStory[];
  /** In time order. */
  readonly events: readonly EventStory[];
}

/** The story of one record; null when it was never seen. */
export async function tellRecord(store: StorePort, words: LinkWords, key: RecordKey): Promise<RecordStory | null> {
  const history = await store.records.history(key);
  if (history === null) return null;
  const { entity } = history;
  const { objects, events } = await store.model.ofEntity(entity);
  return {
    history,
    entity,
    objects: objects.map((object) => tellObject(words, entity, object)),
    events: events.map((event) => ({
      event,
      person: event.by.person === null ? null : words.person(entity.system, entity.tenant, event.by.person),
    })),
  };
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
