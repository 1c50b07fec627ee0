import type {
  Entity,
  JsonObject,
  MappingPort,
  RemovalCause,
  StoredRejectInput,
  UnmappedValue,
} from "../../model/index.ts";
import type { Bound, Database } from "./database.ts";
import { OutputWriter } from "./output-writer.ts";
import { enqueueStream } from "./records.ts";
import { saveReject } from "./rejects.ts";
import type { StreamTable } from "./streams.ts";

const REQUEUE_ALL = `insert into pending_entity (stream_pk, id)
  select distinct entity_stream_pk, entity_id from record where true on conflict do nothing`;

/** Entities read, mapped and written at a time. */
const CHUNK = 200;

const PENDING_KEYS = "select stream_pk, id from pending_entity order by stream_pk, id limit ?";
/** Entities are records that are nobody's member, and what members belong to, whether it arrived or not. */
const KEYS_AFTER = `select stream_pk, id from (
    select stream_pk, id from record where (stream_pk, id) > (?1, ?2) and entity_stream_pk = stream_pk and entity_id = id order by stream_pk, id limit ?3)
  union
  select stream_pk, id from (
    select distinct entity_stream_pk as stream_pk, entity_id as id from record
    where (entity_stream_pk, entity_id) > (?1, ?2) and (entity_stream_pk <> stream_pk or entity_id <> id) order by 1, 2 limit ?3)
  order by 1, 2 limit ?3`;

interface EntityRow {
  readonly stream_pk: number;
  readonly id: string;
  readonly content: string | null;
  readonly first_seen_at: number | null;
  readonly modified_at: number | null;
  readonly removed_cause: RemovalCause | null;
  readonly removed_at: number | null;
  readonly merged_into: string | null;
}

interface MemberRow {
  readonly entity_stream_pk: number;
  readonly entity_id: string;
  readonly stream_pk: number;
  readonly id: string;
  readonly content: string;
}

export function createMappingPort(database: Database, streams: StreamTable): MappingPort {
  return {
    async pendingCount() {
      return database.get<{ n: number }>("select count(*) as n from pending_entity")?.n ?? 0;
    },

    async pending(limit) {
      return readEntities(database, streams, PENDING_KEYS, [limit]);
    },

    async *entities(pageSize) {
      let after: readonly [stream: number, id: string] = [0, ""];
      for (;;) {
        const entities = readEntities(database, streams, KEYS_AFTER, [...after, pageSize]);
        const last = entities.at(-1);
        if (last === undefined) return;
        yield entities;
        after = [streams.number(last), last.id];
      }
    },

    async pendingTenants() {
      return database.all<{ system: string; tenant: string }>(
        `select distinct s.system, s.tenant from stream s
         where exists (select 1 from pending_entity p where p.stream_pk = s.pk) order by s.system, s.tenant`,
      );
    },

    async mapPending(fence, limit, map) {
      return database.fenced(fence, () => {
        let done = 0;
        while (done < limit) {
          const entities = readEntities(database, streams, PENDING_KEYS, [Math.min(CHUNK, limit - done)]);
          if (entities.length === 0) break;
          for (const [streamPk, ofStream] of byStream(streams, entities)) {
            const writer = new OutputWriter(database, streamPk);
            const replaced: Entity[] = [];
            const rejects: StoredRejectInput[] = [];
            for (const entity of ofStream) {
              const { outputs, reject } = map(entity);
              if (outputs !== null) {
                writer.add(entity, outputs);
                replaced.push(entity);
              }
              if (reject !== undefined) rejects.push(reject);
            }
            unlist(database, streamPk, ofStream);
            forget(database, streamPk, replaced);
            writer.finish();
            for (const reject of rejects) saveReject(database, "map", streamPk, fence.runId, reject.seenAt, reject);
          }
          done += entities.length;
        }
        return done;
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
        key === undefined ? database.run(REQUEUE_ALL) : enqueueStream(database, streams.number(key)),
      );
    },

    async list(fence, records) {
      return database.fenced(fence, () =>
        records.reduce(
          (listed, key) =>
            listed
            + database.run(
              `insert into pending_entity (stream_pk, id)
               select entity_stream_pk, entity_id from record where stream_pk = ? and id = ? on conflict do nothing`,
              streams.number(key),
              key.id,
            ),
          0,
        ),
      );
    },

    async unmapped() {
      return database.all<UnmappedValue & { readonly count: number }>(
        "select mapping, field, value, count(*) as count from unmapped group by mapping, field, value order by count(*) desc, mapping, field, value",
      );
    },
  };
}

function byStream(streams: StreamTable, entities: readonly Entity[]): ReadonlyMap<number, readonly Entity[]> {
  const found = new Map<number, Entity[]>();
  for (const entity of entities) {
    const streamPk = streams.number(entity);
    const known = found.get(streamPk);
    if (known === undefined) found.set(streamPk, [entity]);
    else known.push(entity);
  }
  return found;
}

function unlist(database: Database, streamPk: number, entities: readonly Entity[]): void {
  database.run(
    "delete from pending_entity where stream_pk = ? and id in (select value from json_each(?))",
    streamPk,
    JSON.stringify(entities.map(({ id }) => id)),
  );
}

/** Deletes what a batch's entities were mapped to before: one statement per table. */
function forget(database: Database, streamPk: number, entities: readonly Entity[]): void {
  const ids = JSON.stringify(entities.map(({ id }) => id));
  for (const table of ["object", "unmapped", "told_early"] as const) {
    database.run(
      `delete from ${table} where stream_pk = ? and entity_id in (select value from json_each(?))`,
      streamPk,
      ids,
    );
  }
  // What pull kept out is not stored: mapping what is stored says nothing of it.
  database.run(
    "delete from reject where stream_pk = ? and step = 'map' and id in (select value from json_each(?))",
    streamPk,
    ids,
  );
}

/** The entities that a query of keys (`stream_pk`, `id`, in this order) names: two round trips, however many they are. */
function readEntities(
  database: Database,
  streams: StreamTable,
  keys: string,
  parameters: readonly Bound[],
): readonly Entity[] {
  const rows = database.all<EntityRow>(
    `select k.stream_pk, k.id, r.content, r.first_seen_at, r.modified_at, r.removed_cause, r.removed_at, r.merged_into
     from (${keys}) k left join record r on r.stream_pk = k.stream_pk and r.id = k.id order by k.stream_pk, k.id`,
    ...parameters,
  );
  const members = database.all<MemberRow>(
    `select k.stream_pk as entity_stream_pk, k.id as entity_id, r.stream_pk, r.id, r.content
     from (${keys}) k cross join record r on r.entity_stream_pk = k.stream_pk and r.entity_id = k.id
     where r.content is not null and (r.entity_stream_pk <> r.stream_pk or r.entity_id <> r.id)
     order by k.stream_pk, k.id, r.stream_pk, r.id`,
    ...parameters,
  );
  let next = 0;
  return rows.map((row) => {
    const own: Entity["members"][number][] = [];
    for (let member = members[next]; member !== undefined; member = members[next]) {
      if (member.entity_stream_pk !== row.stream_pk || member.entity_id !== row.id) break;
      const { stream } = streams.name(member.stream_pk);
      own.push({ stream, id: member.id, content: JSON.parse(member.content) as JsonObject });
      next += 1;
    }
    return toEntity(streams, row, own);
  });
}

function toEntity(streams: StreamTable, row: EntityRow, members: Entity["members"]): Entity {
  return {
    ...streams.name(row.stream_pk),
    id: row.id,
    content: row.content === null ? null : (JSON.parse(row.content) as JsonObject),
    members,
    tombstone:
      row.removed_cause === null
        ? null
        : {
            cause: row.removed_cause,
            at: row.removed_at,
            ...(row.merged_into === null ? {} : { mergedInto: row.merged_into }),
          },
    firstSeenAt: row.first_seen_at ?? 0,
    ...(row.modified_at === null ? {} : { modifiedAt: row.modified_at }),
  };
}
