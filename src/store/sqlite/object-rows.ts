import { inOrder, inTime } from "../../model/index.ts";
import type { StreamTable } from "./streams.ts";
import type {
  ActorEvidence,
  AttributeChange,
  Canonical,
  EntityKey,
  KeyReference,
  ModelEvent,
  ModelObject,
  NamedReference,
  Precision,
} from "../../model/index.ts";

/**
 * Objects and events are written once per change and there are many of them: they are kept as tuples, without what the
 * row's columns or the owning record say already. About half the text, which is half the time of writing it.
 */
export interface ObjectRow {
  readonly key: string;
  readonly type: string;
  readonly body: string;
  readonly record_references: string | null;
  readonly key_references: string | null;
}

/** The columns of an `ObjectRow`. */
export const OBJECT_COLUMNS = "key, type, body, record_references, key_references";

export interface EventsRow {
  readonly key: string;
  readonly type: string;
  readonly events: string;
}

type ActorTuple = readonly [person: string | null, kind: ActorEvidence["kind"], client?: string];

type ChangeTuple = readonly [
  attribute: string,
  value: Canonical,
  validAt: number,
  observedAt: number,
  source: AttributeChange["source"],
  by: ActorTuple | null,
];

type ObjectTuple = readonly [
  mapping: string,
  attributes: ModelObject["attributes"],
  history: readonly ChangeTuple[],
  createdAt: number | null,
  removed: ModelObject["removed"],
  url: string | null,
];

type EventTuple = readonly [
  id: string,
  type: string,
  occurredAt: number,
  precision: Precision,
  sequence: number,
  by: ActorTuple,
  stage: string | null,
  fromStage: string | null,
  derivation: string,
  /** Null where it is the record itself. */
  source: readonly [stream: string, id: string] | null,
  mapping: string,
  attributes: ModelEvent["attributes"] | null,
  references: readonly NamedReference[] | null,
];

export function objectBody(object: ModelObject): string {
  const { mapping, attributes, history, createdAt, removed, url } = object;
  const tuple: ObjectTuple = [mapping, attributes, history.map(changeTuple), createdAt, removed, url];
  return JSON.stringify(tuple);
}

export function toObject(row: ObjectRow): ModelObject {
  const [mapping, attributes, history, createdAt, removed, url] = JSON.parse(row.body) as ObjectTuple;
  return {
    key: row.key,
    type: row.type,
    mapping,
    attributes,
    history: history.map(toChange),
    references: referencesIn(row),
    createdAt,
    removed,
    url,
  };
}

/** The body without when the hub saw a value first: that depends on the run, not on the world. */
export function withoutObservation(body: string): string {
  const [mapping, attributes, history, ...rest] = JSON.parse(body) as ObjectTuple;
  return JSON.stringify([
    mapping,
    attributes,
    history.map(([attribute, value, validAt, _observedAt, source, by]) => [attribute, value, validAt, source, by]),
    ...rest,
  ]);
}

/** The events of one object, in the order of time, sequence and id; null for none. */
export function eventsBody(entity: EntityKey, events: readonly ModelEvent[]): string | null {
  if (events.length === 0) return null;
  return JSON.stringify(inOrder(events, inTime).map((event) => eventTuple(entity, event)));
}

/** What a row of an object says happened to it. */
export function eventsIn(
  row: Omit<EventsRow, "events"> & {
    readonly stream_pk: number;
    readonly entity_id: string;
    readonly events: string | null;
  },
  streams: StreamTable,
): readonly ModelEvent[] {
  const { events } = row;
  if (events === null) return [];
  return toEvents({ ...row, events }, { stream: streams.name(row.stream_pk).stream, id: row.entity_id });
}

export function toEvents(
  row: EventsRow,
  entity: { readonly stream: string; readonly id: string },
): readonly ModelEvent[] {
  return (JSON.parse(row.events) as readonly EventTuple[]).map(
    ([
      id,
      type,
      occurredAt,
      precision,
      sequence,
      by,
      stage,
      fromStage,
      derivation,
      source,
      mapping,
      attributes,
      refs,
    ]) => ({
      id,
      type,
      objectKey: row.key,
      objectType: row.type,
      occurredAt,
      precision,
      sequence,
      by: toActor(by),
      stage,
      fromStage,
      attributes: attributes ?? {},
      references: refs ?? [],
      source: source === null ? { stream: entity.stream, id: entity.id } : { stream: source[0], id: source[1] },
      mapping,
      derivation,
    }),
  );
}

function eventTuple(entity: EntityKey, event: ModelEvent): EventTuple {
  const own = event.source.id === entity.id && event.source.stream === entity.stream;
  return [
    event.id,
    event.type,
    event.occurredAt,
    event.precision,
    event.sequence,
    actorTuple(event.by),
    event.stage,
    event.fromStage,
    event.derivation,
    own ? null : [event.source.stream, event.source.id],
    event.mapping,
    isEmpty(event.attributes) ? null : event.attributes,
    event.references.length === 0 ? null : event.references,
  ];
}

function changeTuple(change: AttributeChange): ChangeTuple {
  const { attribute, value, validAt, observedAt, source, by } = change;
  return [attribute, value, validAt, observedAt, source, by === undefined ? null : actorTuple(by)];
}

function toChange([attribute, value, validAt, observedAt, source, by]: ChangeTuple): AttributeChange {
  return { attribute, value, validAt, observedAt, source, ...(by === null ? {} : { by: toActor(by) }) };
}

function actorTuple({ person, kind, client }: ActorEvidence): ActorTuple {
  return client === undefined ? [person, kind] : [person, kind, client];
}

function toActor([person, kind, client]: ActorTuple): ActorEvidence {
  return client === undefined ? { person, kind } : { person, kind, client };
}

function isEmpty(value: object): boolean {
  for (const _name in value) return false;
  return true;
}

/**
 * An object's references as they stand beside its body: to records of its tenant as triples of name, stream and id, so
 * that one look-up per page resolves them; to what carries a word as they are. Null where there is none.
 */
export function storedReferences(object: ModelObject): {
  readonly toRecords: string | null;
  readonly byKeys: string | null;
} {
  if (object.references.length === 0) return { toRecords: null, byKeys: null };
  const records: string[] = [];
  const keys: object[] = [];
  for (const { name, to } of object.references) {
    if (to.kind === "record") records.push(name, to.stream, to.id);
    else keys.push({ name, type: to.type, by: to.by, value: to.value });
  }
  return {
    toRecords: records.length === 0 ? null : JSON.stringify(records),
    byKeys: keys.length === 0 ? null : JSON.stringify(keys),
  };
}

/** A stored reference to a record. */
export interface RecordPointer {
  readonly name: string;
  readonly stream: string;
  readonly id: string;
}

export function recordPointers(text: string | null): readonly RecordPointer[] {
  if (text === null) return [];
  const parts = JSON.parse(text) as readonly string[];
  const pointers: RecordPointer[] = [];
  for (let at = 0; at < parts.length; at += 3) {
    pointers.push({ name: parts[at] ?? "", stream: parts[at + 1] ?? "", id: parts[at + 2] ?? "" });
  }
  return pointers;
}

export function keyPointers(text: string | null): readonly KeyReference["reference"][] {
  return text === null ? [] : (JSON.parse(text) as KeyReference["reference"][]);
}

function referencesIn(row: ObjectRow): readonly NamedReference[] {
  return [
    ...recordPointers(row.record_references).map(({ name, stream, id }): NamedReference => ({
      name,
      to: { kind: "record", stream, id },
    })),
    ...keyPointers(row.key_references).map(({ name, type, by, value }): NamedReference => ({
      name,
      to: { kind: "key", type, by, value },
    })),
  ];
}
