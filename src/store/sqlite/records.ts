import { addCounts, HubError, NO_RECORDS } from "../../model/index.ts";
import type {
  Certificate,
  HashedRecord,
  Json,
  JsonObject,
  PageCommit,
  PageOutcome,
  RecordCounts,
  Position,
  Problem,
  RecordsPort,
  StoredReject,
  Tombstone,
} from "../../model/index.ts";
import { pagesByKey } from "./database.ts";
import type { Database } from "./database.ts";
import { findRecords, readHistory } from "./record-history.ts";
import type { StreamTable } from "./streams.ts";

interface StoredRow {
  readonly pk: number;
  readonly hash: string;
  readonly content: string | null;
  readonly partition: string;
  readonly removed_cause: string | null;
  readonly merged_into: string | null;
  readonly version_seen_at: number;
  readonly run_id: string;
}

export function createRecordsPort(database: Database, streams: StreamTable): RecordsPort {
  return {
    async pinTenant(fence, pin) {
      database.fenced(fence, () => {
        const held = database.get<{ system: string; tenant: string; name: string }>(
          "select system, tenant, name from connection_pin where connection = ?",
          pin.connection,
        );
        if (held === undefined) {
          database.run(
            "insert into connection_pin (connection, system, tenant, name, pinned_at) values (?, ?, ?, ?, ?)",
            pin.connection,
            pin.system,
            pin.tenant,
            pin.name,
            pin.at,
          );
        } else if (held.system !== pin.system || held.tenant !== pin.tenant) {
          throw new HubError(
            "HUB-1105",
            `${pin.connection} is pinned to ${held.system} tenant ${held.tenant} (${held.name}) but these credentials belong to ${pin.system} tenant ${pin.tenant} (${pin.name}).`,
            {
              disposition: "operator",
              place: { connection: pin.connection, system: pin.system },
              remedy:
                "Use credentials of the pinned tenant, or give the new tenant a connection of its own in hub.yaml.",
            },
          );
        }
      });
    },

    async pins() {
      return database.all<{ connection: string; system: string; tenant: string; name: string }>(
        "select connection, system, tenant, name from connection_pin order by connection",
      );
    },

    async position(key, partition) {
      const row = database.get<{ covered: string; state: string }>(
        "select covered, state from position where stream_pk = ? and partition = ?",
        streams.number(key),
        partition,
      );
      if (row === undefined) return null;
      return { covered: JSON.parse(row.covered) as Position["covered"], state: JSON.parse(row.state) as Json };
    },

    async commitPage(fence, page) {
      try {
        return database.fenced(fence, () => commit(database, streams, fence.runId, page));
      } catch (error) {
        streams.forget();
        throw error;
      }
    },

    live: (key, partition) => livePages(database, streams.number(key), partition),

    async counts({ system, tenant }) {
      return database.all<{ stream: string; live: number; removed: number }>(
        `select s.stream, sum(r.removed_cause is null) as live, sum(r.removed_cause is not null) as removed
         from record r join stream s on s.pk = r.stream_pk where s.system = ? and s.tenant = ? group by s.stream order by s.stream`,
        system,
        tenant,
      );
    },

    find: async (id) => findRecords(database, streams, id),

    history: async (key) => readHistory(database, streams, key),

    async rejects() {
      return database
        .all<{
          stream_pk: number;
          id: string;
          content: string;
          problem: string;
          first_seen_at: number;
          run_id: string;
        }>("select stream_pk, id, content, problem, first_seen_at, run_id from reject order by pk")
        .map((row): StoredReject => {
          const key = streams.name(row.stream_pk);
          return {
            key,
            stream: key.stream,
            id: row.id === "" ? null : row.id,
            content: JSON.parse(row.content) as Json,
            problem: JSON.parse(row.problem) as Problem,
            firstSeenAt: row.first_seen_at,
            runId: row.run_id,
          };
        });
    },

    async saveCertificates(fence, certificates) {
      database.fenced(fence, () => {
        for (const certificate of certificates) {
          database.run(
            "insert into certificate (run_id, system, tenant, stream, body) values (?, ?, ?, ?, ?)",
            fence.runId,
            certificate.system,
            certificate.tenant,
            certificate.stream,
            JSON.stringify(certificate),
          );
        }
      });
    },

    async certificates(runId) {
      return database
        .all<{ body: string }>("select body from certificate where run_id = ? order by pk", runId)
        .map((row) => JSON.parse(row.body) as Certificate);
    },
  };
}

async function* livePages(
  database: Database,
  streamPk: number,
  partition: string | undefined,
): AsyncIterable<readonly { readonly id: string; readonly content: JsonObject; readonly partition: string }[]> {
  const within = partition === undefined ? "" : "and partition = ?";
  const sql = `select pk, id, content, partition from record
    where stream_pk = ? ${within} and removed_cause is null and content is not null and pk > ? order by pk limit ?`;
  const parameters = partition === undefined ? [streamPk] : [streamPk, partition];
  type Row = { readonly pk: number; readonly id: string; readonly content: string; readonly partition: string };
  for await (const rows of pagesByKey<Row>(database, sql, parameters)) {
    yield rows.map((row) => ({
      id: row.id,
      content: JSON.parse(row.content) as JsonObject,
      partition: row.partition,
    }));
  }
}

function commit(database: Database, streams: StreamTable, runId: string, page: PageCommit): PageOutcome {
  const byStream: Record<string, RecordCounts> = {};
  const count = (stream: string, what: keyof RecordCounts): void => {
    const known = byStream[stream] ?? NO_RECORDS;
    byStream[stream] = { ...known, [what]: known[what] + 1 };
  };
  const ended = new Map(page.tombstones.map((tombstone) => [`${tombstone.stream}\0${tombstone.id}`, tombstone]));
  const inPage = new Set<string>();
  for (const record of page.records) {
    const name = `${record.stream}\0${record.id}`;
    inPage.add(name);
    count(record.stream, storeRecord(database, streams, runId, page, record, ended.get(name)));
  }
  for (const tombstone of page.tombstones) {
    if (inPage.has(`${tombstone.stream}\0${tombstone.id}`)) continue;
    if (endRecord(database, streams, runId, page, tombstone)) count(tombstone.stream, "removed");
  }
  for (const reject of page.rejects) {
    saveReject(database, streams.number({ ...page.key, stream: reject.stream }), runId, page.seenAt, reject);
    count(reject.stream, "rejected");
  }
  for (const [stream, { inserted, changed, removed }] of Object.entries(byStream)) {
    if (inserted + changed + removed === 0) continue;
    for (const dependent of page.dependents[stream] ?? []) {
      enqueueStream(database, streams.number({ ...page.key, stream: dependent }));
    }
  }
  database.run(
    `insert into position (stream_pk, partition, covered, state, seen_at, run_id) values (?, ?, ?, ?, ?, ?)
     on conflict (stream_pk, partition) do update set covered = excluded.covered, state = excluded.state, seen_at = excluded.seen_at, run_id = excluded.run_id
     where covered is not excluded.covered or state is not excluded.state`,
    streams.number(page.key),
    page.partition,
    JSON.stringify(page.position.covered),
    JSON.stringify(page.position.state),
    page.seenAt,
    runId,
  );
  return { ...Object.values(byStream).reduce(addCounts, NO_RECORDS), byStream };
}

function storeRecord(
  database: Database,
  streams: StreamTable,
  runId: string,
  page: PageCommit,
  record: HashedRecord,
  tombstone: Tombstone | undefined,
): "inserted" | "changed" | "unchanged" | "removed" {
  const streamPk = streams.number({ ...page.key, stream: record.stream });
  const entityPk =
    record.member === undefined ? streamPk : streams.number({ ...page.key, stream: record.member.stream });
  const entityId = record.member?.id ?? record.id;
  const cause = tombstone?.cause ?? null;
  const stored = find(database, streamPk, record.id);
  if (stored === undefined) {
    database.run(
      `insert into record (stream_pk, id, partition, entity_stream_pk, entity_id, content, hash, modified_at, first_seen_at, version_seen_at, run_id,
         removed_cause, removed_at, removal_seen_at, merged_into) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      streamPk,
      record.id,
      page.partition,
      entityPk,
      entityId,
      JSON.stringify(record.content),
      record.hash,
      record.modifiedAt ?? null,
      page.seenAt,
      page.seenAt,
      runId,
      cause,
      tombstone?.at ?? null,
      tombstone === undefined ? null : page.seenAt,
      tombstone?.mergedInto ?? null,
    );
    enqueue(database, entityPk, entityId);
    return tombstone === undefined ? "inserted" : "removed";
  }
  if (stored.hash === record.hash && stored.removed_cause === cause && stored.content !== null) {
    if (stored.partition !== page.partition) {
      database.run("update record set partition = ? where pk = ?", page.partition, stored.pk);
    }
    return "unchanged";
  }
  keepVersion(database, stored);
  database.run(
    `update record set partition = ?, entity_stream_pk = ?, entity_id = ?, content = ?, hash = ?, modified_at = ?, version_seen_at = ?, run_id = ?,
       removed_cause = ?, removed_at = ?, removal_seen_at = ?, merged_into = ? where pk = ?`,
    page.partition,
    entityPk,
    entityId,
    JSON.stringify(record.content),
    record.hash,
    record.modifiedAt ?? null,
    page.seenAt,
    runId,
    cause,
    tombstone?.at ?? null,
    tombstone === undefined ? null : page.seenAt,
    tombstone?.mergedInto ?? null,
    stored.pk,
  );
  enqueue(database, entityPk, entityId);
  return tombstone === undefined || stored.removed_cause !== null ? "changed" : "removed";
}

function endRecord(
  database: Database,
  streams: StreamTable,
  runId: string,
  page: PageCommit,
  tombstone: Tombstone,
): boolean {
  const streamPk = streams.number({ ...page.key, stream: tombstone.stream });
  const stored = find(database, streamPk, tombstone.id);
  // What was never seen leaves nothing to end; what ended for the same cause has ended already.
  if (stored === undefined || stored.removed_cause === tombstone.cause) return false;
  keepVersion(database, stored);
  database.run(
    "update record set removed_cause = ?, removed_at = ?, removal_seen_at = ?, merged_into = ?, version_seen_at = ?, run_id = ? where pk = ?",
    tombstone.cause,
    tombstone.at,
    page.seenAt,
    tombstone.mergedInto ?? null,
    page.seenAt,
    runId,
    stored.pk,
  );
  const owner = database.get<{ entity_stream_pk: number; entity_id: string }>(
    "select entity_stream_pk, entity_id from record where pk = ?",
    stored.pk,
  );
  if (owner !== undefined) enqueue(database, owner.entity_stream_pk, owner.entity_id);
  return true;
}

function find(database: Database, streamPk: number, id: string): StoredRow | undefined {
  return database.get<StoredRow>(
    "select pk, hash, content, partition, removed_cause, merged_into, version_seen_at, run_id from record where stream_pk = ? and id = ?",
    streamPk,
    id,
  );
}

function keepVersion(database: Database, stored: StoredRow): void {
  database.run(
    "insert into record_version (record_pk, content, hash, removed_cause, seen_at, run_id) values (?, ?, ?, ?, ?, ?)",
    stored.pk,
    stored.content,
    stored.hash,
    stored.removed_cause,
    stored.version_seen_at,
    stored.run_id,
  );
}

/** Lists every entity of a stream for mapping. */
export function enqueueStream(database: Database, streamPk: number): number {
  return database.run(
    `insert into pending_entity (stream_pk, id)
     select distinct entity_stream_pk, entity_id from record where entity_stream_pk = ? on conflict do nothing`,
    streamPk,
  );
}

function enqueue(database: Database, streamPk: number, id: string): void {
  database.run("insert into pending_entity (stream_pk, id) values (?, ?) on conflict do nothing", streamPk, id);
}

/** Keeps the newest content of a rejected record, once per code. */
export function saveReject(
  database: Database,
  streamPk: number,
  runId: string,
  seenAt: number,
  reject: { readonly id: string | null; readonly content: Json; readonly problem: Problem },
): void {
  database.run(
    `insert into reject (stream_pk, id, content, code, problem, first_seen_at, run_id) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (stream_pk, id, code) do update set content = excluded.content, problem = excluded.problem`,
    streamPk,
    reject.id ?? "",
    JSON.stringify(reject.content),
    reject.problem.code,
    JSON.stringify(reject.problem),
    seenAt,
    runId,
  );
}
