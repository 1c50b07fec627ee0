import type { Entity, JsonObject, MappingPort, RemovalCause, UnmappedValue } from "../../model/index.ts";
import type { Database } from "./database.ts";
import { saveReject } from "./records.ts";
import type { StreamTable } from "./streams.ts";

const REQUEUE_ALL = `insert into pending_entity (stream_pk, id)
  select distinct entity_stream_pk, entity_id from record where true on conflict do nothing`;
const REQUEUE_STREAM = `insert into pending_entity (stream_pk, id)
  select distinct entity_stream_pk, entity_id from record where entity_stream_pk = ? on conflict do nothing`;

interface RecordRow {
  readonly content: string | null;
  readonly first_seen_at: number;
  readonly removed_cause: RemovalCause | null;
  readonly removed_at: number | null;
  readonly merged_into: string | null;
}

export function createMappingPort(database: Database, streams: StreamTable): MappingPort {
  return {
    async pendingCount() {
      return database.get<{ n: number }>("select count(*) as n from pending_entity")?.n ?? 0;
    },

    async pending(limit) {
      return database
        .all<{ stream_pk: number; id: string }>(
          "select stream_pk, id from pending_entity order by stream_pk, id limit ?",
          limit,
        )
        .map((row) => readEntity(database, streams, row.stream_pk, row.id));
    },

    async *entities(pageSize) {
      type Row = { readonly stream: number; readonly id: string };
      let after: Row = { stream: 0, id: "" };
      for (;;) {
        const rows = database.all<Row>(
          `select distinct entity_stream_pk as stream, entity_id as id from record
           where (entity_stream_pk, entity_id) > (?, ?) order by entity_stream_pk, entity_id limit ?`,
          after.stream,
          after.id,
          pageSize,
        );
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows.map((row) => readEntity(database, streams, row.stream, row.id));
        after = last;
      }
    },

    async replace(fence, commits, rejects) {
      database.fenced(fence, () => {
        for (const { entity, outputs } of commits) {
          const streamPk = streams.number(entity);
          for (const table of ["object", "event", "unmapped"] as const) {
            database.run(`delete from ${table} where stream_pk = ? and entity_id = ?`, streamPk, entity.id);
          }
          database.run("delete from reject where stream_pk = ? and id = ?", streamPk, entity.id);
          for (const object of outputs.objects) {
            database.run(
              "insert into object (key, type, stream_pk, entity_id, body) values (?, ?, ?, ?, ?)",
              object.key,
              object.type,
              streamPk,
              entity.id,
              JSON.stringify(object),
            );
          }
          for (const event of outputs.events) {
            database.run(
              "insert into event (id, object_type, object_key, occurred_at, sequence, stream_pk, entity_id, body) values (?, ?, ?, ?, ?, ?, ?, ?)",
              event.id,
              event.objectType,
              event.objectKey,
              event.occurredAt,
              event.sequence,
              streamPk,
              entity.id,
              JSON.stringify(event),
            );
          }
          for (const { mapping, field, value } of outputs.unmapped) {
            database.run(
              "insert into unmapped (stream_pk, entity_id, mapping, field, value) values (?, ?, ?, ?, ?)",
              streamPk,
              entity.id,
              mapping,
              field,
              value,
            );
          }
          database.run("delete from pending_entity where stream_pk = ? and id = ?", streamPk, entity.id);
        }
        for (const reject of rejects) {
          saveReject(
            database,
            streams.number({ ...reject.key, stream: reject.stream }),
            fence.runId,
            reject.seenAt,
            reject,
          );
        }
      });
    },

    async mapWith(fence, mappingsHash) {
      return database.fenced(fence, () => {
        const last = database.get<{ hash: string }>("select hash from mapped_with where name = 'mappings'")?.hash;
        if (last === mappingsHash) return 0;
        database.run(
          "insert into mapped_with (name, hash) values ('mappings', ?) on conflict (name) do update set hash = excluded.hash",
          mappingsHash,
        );
        return last === undefined ? 0 : database.run(REQUEUE_ALL);
      });
    },

    async requeue(fence, key) {
      return database.fenced(fence, () =>
        key === undefined ? database.run(REQUEUE_ALL) : database.run(REQUEUE_STREAM, streams.number(key)),
      );
    },

    async unmapped() {
      return database.all<UnmappedValue & { readonly count: number }>(
        "select mapping, field, value, count(*) as count from unmapped group by mapping, field, value order by count(*) desc, mapping, field, value",
      );
    },
  };
}

function readEntity(database: Database, streams: StreamTable, streamPk: number, id: string): Entity {
  const key = streams.name(streamPk);
  const record = database.get<RecordRow>(
    "select content, first_seen_at, removed_cause, removed_at, merged_into from record where stream_pk = ? and id = ?",
    streamPk,
    id,
  );
  const members = database
    .all<{ stream_pk: number; id: string; content: string | null }>(
      `select stream_pk, id, content from record
       where entity_stream_pk = ? and entity_id = ? and not (stream_pk = ? and id = ?) order by stream_pk, id`,
      streamPk,
      id,
      streamPk,
      id,
    )
    .filter((row): row is { stream_pk: number; id: string; content: string } => row.content !== null)
    .map((row) => ({
      stream: streams.name(row.stream_pk).stream,
      id: row.id,
      content: JSON.parse(row.content) as JsonObject,
    }));
  const cause = record?.removed_cause ?? null;
  return {
    ...key,
    id,
    content: record?.content == null ? null : (JSON.parse(record.content) as JsonObject),
    members,
    tombstone:
      cause === null
        ? null
        : {
            cause,
            at: record?.removed_at ?? null,
            ...(record?.merged_into == null ? {} : { mergedInto: record.merged_into }),
          },
    firstSeenAt: record?.first_seen_at ?? 0,
  };
}
