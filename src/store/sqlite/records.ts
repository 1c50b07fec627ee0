import { addCounts, HubError, NO_RECORDS } from "../../model/index.ts";
import type {
  Certificate,
  Json,
  JsonObject,
  PageCommit,
  PageOutcome,
  RecordCounts,
  Position,
  RecordsPort,
  StoredMark,
} from "../../model/index.ts";
import { pagesByKey } from "./database.ts";
import type { Database } from "./database.ts";
import { changesSince } from "./record-changes.ts";
import { findRecords, readHistory } from "./record-history.ts";
import { commitRecords } from "./page-commit.ts";
import { listRejects, readRejects, saveReject } from "./rejects.ts";
import { createRetention } from "./retention.ts";
import { createListingPort, saveListing } from "./listings.ts";
import { streamQuality } from "./stream-quality.ts";
import type { StreamTable } from "./streams.ts";
import { createSweepTurns } from "./sweep-turns.ts";

export function createRecordsPort(database: Database, streams: StreamTable): RecordsPort {
  return {
    ...createSweepTurns(database, streams),
    ...createRetention(database),
    ...createListingPort(database, streams),

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

    async mark(tenant, marks, at) {
      return database.transaction(() =>
        marks.reduce(
          (added, { stream, id, delivery }) =>
            added
            + database.run(
              "insert into mark (stream_pk, id, delivery, at) values (?, ?, ?, ?) on conflict do nothing",
              streams.number({ ...tenant, stream }),
              id,
              delivery,
              at,
            ),
          0,
        ),
      );
    },

    async marks({ system, tenant }, page = EVERY_MARK) {
      return database.all<StoredMark>(
        `select m.pk, s.stream, m.id, m.at from mark m join stream s on s.pk = m.stream_pk
         where m.answered = 0 and s.system = ? and s.tenant = ? and m.pk > ? order by m.pk limit ?`,
        system,
        tenant,
        page.after,
        page.limit,
      );
    },

    async dropMarks(fence, marks) {
      database.fenced(fence, () => answerMarks(database, marks));
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

    streamQuality: async (asOf) => streamQuality(database, asOf),

    changesSince: async (runId, instant) => changesSince(database, runId, instant),

    async partitionCounts(key) {
      const rows = database.all<{ partition: string; live: number }>(
        `select partition, count(*) as live from record
         where stream_pk = ? and removed_cause is null and content is not null group by partition`,
        streams.number(key),
      );
      return new Map(rows.map((row) => [row.partition, row.live]));
    },

    find: async (id, which) => findRecords(database, streams, id, which ?? "exactly"),

    history: async (key) => readHistory(database, streams, key),

    rejects: async (id) => readRejects(database, streams, id),

    rejectList: async () => listRejects(database, streams),

    async unmappable() {
      const row = database.get<{ n: number }>(
        "select count(*) as n from (select distinct stream_pk, id from reject where step = 'map')",
      );
      return row?.n ?? 0;
    },

    async keptOut({ system, tenant }) {
      const rows = database.all<{ stream: string; n: number }>(
        `select s.stream, count(distinct r.id) as n from reject r join stream s on s.pk = r.stream_pk
         where r.step = 'pull' and r.id <> '' and s.system = ? and s.tenant = ? group by s.stream`,
        system,
        tenant,
      );
      return new Map(rows.map((row) => [row.stream, row.n]));
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

/** A negative limit is none. */
const EVERY_MARK = { after: 0, limit: -1 };

function answerMarks(database: Database, marks: readonly number[]): void {
  database.run("update mark set answered = 1 where pk in (select value from json_each(?))", JSON.stringify(marks));
}

/** Pages within a partition follow its index, pages of a whole stream that of the ids: sorted anew they would cost by the square. */
async function* livePages(
  database: Database,
  streamPk: number,
  partition: string | undefined,
): AsyncIterable<readonly { readonly id: string; readonly content: JsonObject; readonly partition: string }[]> {
  type Row = { readonly pk: number; readonly id: string; readonly content: string; readonly partition: string };
  const select = "select pk, id, content, partition from record where stream_pk = ?";
  const isLive = "removed_cause is null and content is not null";
  const pages =
    partition === undefined
      ? pagesById<Row>(database, `${select} and ${isLive} and id > ? order by id limit ?`, streamPk)
      : pagesByKey<Row>(database, `${select} and partition = ? and ${isLive} and pk > ? order by pk limit ?`, [
          streamPk,
          partition,
        ]);
  for await (const rows of pages) {
    yield rows.map((row) => ({
      id: row.id,
      content: JSON.parse(row.content) as JsonObject,
      partition: row.partition,
    }));
  }
}

async function* pagesById<Row extends { readonly id: string }>(
  database: Database,
  sql: string,
  streamPk: number,
): AsyncIterable<readonly Row[]> {
  for (let last: string | undefined = ""; last !== undefined;) {
    const rows: readonly Row[] = database.all<Row>(sql, streamPk, last, LIVE_PAGE);
    if (rows.length > 0) yield rows;
    last = rows.at(-1)?.id;
  }
}

const LIVE_PAGE = 1000;

function commit(database: Database, streams: StreamTable, runId: string, page: PageCommit): PageOutcome {
  const byStream: Record<string, RecordCounts> = commitRecords(database, streams, runId, page);
  for (const reject of page.rejects) {
    saveReject(database, "pull", streams.number({ ...page.key, stream: reject.stream }), runId, page.seenAt, reject);
    const known = byStream[reject.stream] ?? NO_RECORDS;
    byStream[reject.stream] = { ...known, rejected: known.rejected + 1 };
  }
  for (const [stream, { inserted, changed, removed }] of Object.entries(byStream)) {
    if (inserted + changed + removed === 0) continue;
    for (const dependent of page.dependents[stream] ?? []) {
      enqueueStream(database, streams.number({ ...page.key, stream: dependent }));
    }
  }
  if (page.answers !== undefined) answerMarks(database, page.answers);
  if (page.partition !== null && page.listing !== undefined) {
    saveListing(database, streams.number(page.key), page.partition, page.listing, page.seenAt);
  }
  if (page.partition !== null && page.position !== null) savePosition(database, streams, runId, page, page.position);
  return { ...Object.values(byStream).reduce(addCounts, NO_RECORDS), byStream };
}

function savePosition(
  database: Database,
  streams: StreamTable,
  runId: string,
  page: PageCommit,
  { covered, state }: Position,
): void {
  database.run(
    `insert into position (stream_pk, partition, covered, state, seen_at, run_id) values (?, ?, ?, ?, ?, ?)
     on conflict (stream_pk, partition) do update set covered = excluded.covered, state = excluded.state, seen_at = excluded.seen_at, run_id = excluded.run_id
     where covered is not excluded.covered or state is not excluded.state`,
    streams.number(page.key),
    page.partition,
    JSON.stringify(covered),
    JSON.stringify(state),
    page.seenAt,
    runId,
  );
}

/** Lists every entity of a stream for mapping. */
export function enqueueStream(database: Database, streamPk: number): number {
  const own = database.run(
    `insert into pending_entity (stream_pk, id)
     select stream_pk, id from record where stream_pk = ? and entity_stream_pk = stream_pk and entity_id = id on conflict do nothing`,
    streamPk,
  );
  return (
    own
    + database.run(
      `insert into pending_entity (stream_pk, id)
       select distinct entity_stream_pk, entity_id from record
       where entity_stream_pk = ? and (entity_stream_pk <> stream_pk or entity_id <> id) on conflict do nothing`,
      streamPk,
    )
  );
}
