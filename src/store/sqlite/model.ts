import { inTime } from "../../model/index.ts";
import type { Actor, ModelEvent, ModelObject, ModelPort } from "../../model/index.ts";
import type { Database } from "./database.ts";
import { readLinkedDigests } from "./linked-digests.ts";
import { readLinkedObjects, readObjectsAt } from "./linked-objects.ts";
import { eventsIn, OBJECT_COLUMNS, toObject } from "./object-rows.ts";
import type { ObjectRow } from "./object-rows.ts";
import { countReferences, readKeyReferences, readMerges, readReferenceLinks, replaceLinks } from "./references.ts";
import type { StreamTable } from "./streams.ts";

const OBJECT_PAGE = 1000;

export function createModelPort(database: Database, streams: StreamTable): ModelPort {
  return {
    async *objects(types) {
      const wanted = types ?? typesOf(database);
      for (const type of [...wanted].sort()) yield* objectsOf(database, type);
    },

    async *events(objectTypes) {
      const wanted = objectTypes ?? typesOf(database);
      for (const type of [...wanted].sort()) yield* eventsOf(database, streams, type);
    },

    linkedObjects: (type, joins, only) => readLinkedObjects(database, streams, type, joins, only),

    linkedDigests: (type, joins) => readLinkedDigests(database, streams, type, joins),

    objectsAt: async (keys) => readObjectsAt(database, streams, keys),

    async ofEntity(entity) {
      const streamPk = streams.known(entity);
      if (streamPk === undefined) return { objects: [], events: [] };
      const rows = database.all<ObjectRow & { stream_pk: number; entity_id: string; events: string | null }>(
        `select ${OBJECT_COLUMNS}, stream_pk, entity_id, events from object where stream_pk = ? and entity_id = ? order by key`,
        streamPk,
        entity.id,
      );
      return { objects: rows.map(toObject), events: rows.flatMap((row) => eventsIn(row, streams)).sort(inTime) };
    },

    async replaceLinks(fence, links) {
      database.fenced(fence, () => {
        replaceLinks(database, links);
        database.run("delete from actor");
        for (const actor of links.actors) {
          database.run("insert into actor (id, body) values (?, ?)", actor.id, JSON.stringify(actor));
        }
      });
    },

    keyReferences: async () => readKeyReferences(database),

    merges: async () => readMerges(database),

    referenceCounts: async () => countReferences(database, streams),

    async objectLinks() {
      return database.all(
        "select object_key as objectKey, object_id as objectId, method, confidence, why from object_link order by object_key",
      );
    },

    referenceLinks: async () => readReferenceLinks(database, streams),

    async actors() {
      return database
        .all<{ body: string }>("select body from actor order by id")
        .map((row) => JSON.parse(row.body) as Actor);
    },

    async objectCounts() {
      return database.all("select type, count(*) as count from object group by type order by type");
    },
  };
}

function typesOf(database: Database): readonly string[] {
  return database.all<{ type: string }>("select distinct type from object").map((row) => row.type);
}

/** Keyset over the index (type, key). */
async function* objectsOf(database: Database, type: string): AsyncIterable<readonly ModelObject[]> {
  let after = "";
  for (;;) {
    const rows = database.all<ObjectRow>(
      `select ${OBJECT_COLUMNS} from object where type = ? and key > ? order by key limit ?`,
      type,
      after,
      OBJECT_PAGE,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(toObject);
    after = last.key;
  }
}

/** The same order; events of one object stand in the order of time. */
async function* eventsOf(database: Database, streams: StreamTable, type: string): AsyncIterable<readonly ModelEvent[]> {
  type Row = { readonly key: string; readonly type: string; readonly events: string | null } & {
    readonly stream_pk: number;
    readonly entity_id: string;
  };
  let after = "";
  for (;;) {
    const rows = database.all<Row>(
      "select key, type, events, stream_pk, entity_id from object where type = ? and key > ? order by key limit ?",
      type,
      after,
      OBJECT_PAGE,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.flatMap((row) => eventsIn(row, streams));
    after = last.key;
  }
}
