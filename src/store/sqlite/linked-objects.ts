import { parseRecordKey } from "../../model/index.ts";
import type { ChildJoin, StoredLinkedObject, StoredObject } from "../../model/index.ts";
import type { Database } from "./database.ts";
import { eventsIn, OBJECT_COLUMNS, toObject } from "./object-rows.ts";
import type { ObjectRow } from "./object-rows.ts";
import { referencesOf } from "./references.ts";
import type { Referring } from "./references.ts";
import type { StreamTable } from "./streams.ts";

const PAGE = 50;

export interface Row extends ObjectRow {
  readonly stream_pk: number;
  readonly entity_id: string;
  readonly events: string | null;
}

const COLUMNS = `${OBJECT_COLUMNS}, stream_pk, entity_id, events`;

export async function* readLinkedObjects(
  database: Database,
  streams: StreamTable,
  type: string,
  joins: readonly ChildJoin[],
  only?: ReadonlySet<string>,
): AsyncIterable<readonly StoredLinkedObject[]> {
  const children = new Map<string, number[]>();
  for (const join of joins) for await (const _page of noteChildren(database, streams, join, children, only)) yield [];
  for (const rows of only === undefined ? pagesOfType(database, type) : pagesOfKeys(database, type, [...only])) {
    const references = referencesOf(database, streams, rows);
    const others = childrenWithEvents(database, rows, children);
    yield rows.map((row) => ({
      ...stored(row, streams),
      references: references.get(row.key) ?? {},
      childEvents: (others.get(row.key) ?? []).flatMap((child) => eventsIn(child, streams)),
    }));
  }
}

/** The objects of one type as they are stored, in the order of their keys. */
export function* pagesOfType(database: Database, type: string): Iterable<readonly Row[]> {
  for (let after = ""; ;) {
    const rows = database.all<Row>(
      `select ${COLUMNS} from object where type = ? and key > ? order by key limit ?`,
      type,
      after,
      PAGE,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.key;
  }
}

function* pagesOfKeys(database: Database, type: string, keys: readonly string[]): Iterable<readonly Row[]> {
  for (let at = 0; at < keys.length; at += PAGE) {
    yield database.all<Row>(
      `select ${COLUMNS} from object where type = ? and key in (select value from json_each(?)) order by key`,
      type,
      JSON.stringify(keys.slice(at, at + PAGE)),
    );
  }
}

export function readObjectsAt(
  database: Database,
  streams: StreamTable,
  keys: readonly string[],
): readonly StoredObject[] {
  const wanted = new Set(keys);
  const found: StoredObject[] = [];
  for (const [streamPk, ids] of entitiesOf(streams, keys)) {
    const rows = database.all<Row>(
      `select ${COLUMNS} from object where stream_pk = ? and entity_id in (select value from json_each(?))`,
      streamPk,
      JSON.stringify(ids),
    );
    for (const row of rows) if (wanted.has(row.key)) found.push(stored(row, streams));
  }
  return found;
}

/** By stream number, the records that objects of these keys were mapped from: a record may have several. */
function entitiesOf(streams: StreamTable, keys: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const entities = new Map<number, string[]>();
  for (const key of keys) {
    const record = parseRecordKey(key);
    const streamPk = record === undefined ? undefined : streams.known(record);
    if (record === undefined || streamPk === undefined) continue;
    const ids = entities.get(streamPk) ?? [];
    ids.push(record.id, record.id.replace(/#[^#]*$/u, ""));
    entities.set(streamPk, ids);
  }
  return entities;
}

function stored(row: Row, streams: StreamTable): StoredObject {
  return { object: toObject(row), events: eventsIn(row, streams) };
}

/** Adds to each object's children, by their row numbers, those that a join leads to: a few bytes for each are held, not its events. */
export async function* noteChildren(
  database: Database,
  streams: StreamTable,
  { type, reference }: ChildJoin,
  children: Map<string, number[]>,
  only?: ReadonlySet<string>,
): AsyncIterable<void> {
  for (let after = ""; ;) {
    const rows = database.all<Referring & { readonly pk: number }>(
      "select pk, stream_pk, key, type, record_references from object where type = ? and key > ? order by key limit ?",
      type,
      after,
      PAGE,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    const references = referencesOf(database, streams, rows);
    for (const { pk, key } of rows) {
      const parent = references.get(key)?.[reference];
      if (parent === undefined || only?.has(parent) === false) continue;
      const known = children.get(parent);
      if (known === undefined) children.set(parent, [pk]);
      else known.push(pk);
    }
    yield;
    after = last.key;
  }
}

/** What is read of an object for what it gives its parent. */
export type ChildRow = Pick<Row, "key" | "type" | "stream_pk" | "entity_id" | "events">;

/** The children of objects that have events, by parent, in the order of their keys: that stays when all is mapped anew. */
export function childrenWithEvents(
  database: Database,
  parents: readonly Row[],
  children: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, readonly ChildRow[]> {
  const parentOf = new Map<number, string>();
  for (const { key } of parents) for (const pk of children.get(key) ?? []) parentOf.set(pk, key);
  if (parentOf.size === 0) return new Map();
  const rows = database.all<ChildRow & { readonly pk: number }>(
    `select pk, key, type, stream_pk, entity_id, events from object
     where pk in (select value from json_each(?)) and events is not null order by key`,
    JSON.stringify([...parentOf.keys()]),
  );
  return Map.groupBy(rows, ({ pk }) => parentOf.get(pk) ?? "");
}
