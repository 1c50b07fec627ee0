import type { Actor, ModelEvent, ModelObject, ModelPort } from "../../model/index.ts";
import type { Bound, Database } from "./database.ts";
import { EVENT_COLUMNS, toEvent } from "./event-rows.ts";
import type { EventRow } from "./event-rows.ts";
import type { StreamTable } from "./streams.ts";

const OBJECT_PAGE = 1000;
const EVENT_PAGE = 2000;

export function createModelPort(database: Database, streams: StreamTable): ModelPort {
  return {
    async *objects(types) {
      const wanted = types ?? database.all<{ type: string }>("select distinct type from object").map((row) => row.type);
      for (const type of [...wanted].sort()) yield* objectsOf(database, type);
    },

    async *events(objectTypes) {
      const types =
        objectTypes
        ?? database
          .all<{ object_type: string }>("select distinct object_type from event")
          .map((row) => row.object_type);
      for (const type of [...types].sort()) yield* eventsOf(database, type);
    },

    async ofEntity(entity) {
      const streamPk = streams.known(entity);
      if (streamPk === undefined) return { objects: [], events: [] };
      const of = [streamPk, entity.id] as const;
      const objects = database.all<{ body: string }>(
        "select body from object where stream_pk = ? and entity_id = ? order by key",
        ...of,
      );
      const events = database.all<EventRow>(
        `select ${EVENT_COLUMNS} from event where stream_pk = ? and entity_id = ? order by occurred_at, sequence, id`,
        ...of,
      );
      return { objects: objects.map((row) => JSON.parse(row.body) as ModelObject), events: events.map(toEvent) };
    },

    async replaceLinks(fence, links) {
      database.fenced(fence, () => {
        database.run("delete from object_link");
        database.run("delete from reference_link");
        database.run("delete from actor");
        for (const link of links.objects) {
          database.run(
            "insert into object_link (object_key, object_id, method, confidence, why) values (?, ?, ?, ?, ?)",
            link.objectKey,
            link.objectId,
            link.method,
            link.confidence,
            link.why,
          );
        }
        for (const link of links.references) {
          database.run(
            "insert into reference_link (object_key, name, object_id, method) values (?, ?, ?, ?)",
            link.objectKey,
            link.name,
            link.objectId,
            link.method,
          );
        }
        for (const actor of links.actors) {
          database.run("insert into actor (id, body) values (?, ?)", actor.id, JSON.stringify(actor));
        }
      });
    },

    async objectLinks() {
      return database.all(
        "select object_key as objectKey, object_id as objectId, method, confidence, why from object_link order by object_key",
      );
    },

    async referenceLinks() {
      return database.all(
        "select object_key as objectKey, name, object_id as objectId, method from reference_link order by object_key, name",
      );
    },

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

/** Keyset over the index (type, key). */
async function* objectsOf(database: Database, type: string): AsyncIterable<readonly ModelObject[]> {
  let after = "";
  for (;;) {
    const rows = database.all<{ key: string; body: string }>(
      "select key, body from object where type = ? and key > ? order by key limit ?",
      type,
      after,
      OBJECT_PAGE,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => JSON.parse(row.body) as ModelObject);
    after = last.key;
  }
}

/** Keyset over the index (object type, object key, time, sequence, id): the order rows are wanted in. */
async function* eventsOf(database: Database, type: string): AsyncIterable<readonly ModelEvent[]> {
  let after: readonly Bound[] = ["", 0, 0, ""];
  for (;;) {
    const rows = database.all<EventRow>(
      `select ${EVENT_COLUMNS} from event
       where object_type = ? and (object_key, occurred_at, sequence, id) > (?, ?, ?, ?)
       order by object_key, occurred_at, sequence, id limit ?`,
      type,
      ...after,
      EVENT_PAGE,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(toEvent);
    after = [last.object_key, last.occurred_at, last.sequence, last.id];
  }
}
