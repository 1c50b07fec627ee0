import type { JsonObject, RecordHistory, RecordKey, RemovalCause } from "../../model/index.ts";
import type { Database } from "./database.ts";
import type { StreamTable } from "./streams.ts";

interface RecordRow {
  readonly pk: number;
  readonly partition: string;
  readonly entity_stream_pk: number;
  readonly entity_id: string;
  readonly content: string | null;
  readonly modified_at: number | null;
  readonly first_seen_at: number;
  readonly version_seen_at: number;
  readonly run_id: string;
  readonly removed_cause: RemovalCause | null;
  readonly removed_at: number | null;
  readonly removal_seen_at: number | null;
  readonly merged_into: string | null;
}

interface VersionRow {
  readonly content: string | null;
  readonly removed_cause: RemovalCause | null;
  readonly seen_at: number;
  readonly run_id: string;
}

/** Every stored record whose native id is or begins with a text: one look-up per stream, because the index begins with it. */
export function findRecords(
  database: Database,
  streams: StreamTable,
  id: string,
  which: "exactly" | "beginning",
): readonly RecordKey[] {
  const end = which === "exactly" ? "r.id = ?1" : "r.id >= ?1 and r.id < ?1 || char(1114111)";
  return database
    .all<{ stream_pk: number; id: string }>(
      `select s.pk as stream_pk, r.id from stream s cross join record r on r.stream_pk = s.pk and ${end}
       order by s.system, s.tenant, s.stream, r.id limit 100`,
      id,
    )
    .map((row) => ({ ...streams.name(row.stream_pk), id: row.id }));
}

/** The record with every version that was kept of it; null when it was never seen. */
export function readHistory(database: Database, streams: StreamTable, key: RecordKey): RecordHistory | null {
  const streamPk = streams.known(key);
  if (streamPk === undefined) return null;
  const row = database.get<RecordRow>("select * from record where stream_pk = ? and id = ?", streamPk, key.id);
  if (row === undefined) return null;
  const earlier = database.all<VersionRow>(
    "select content, removed_cause, seen_at, run_id from record_version where record_pk = ? order by pk",
    row.pk,
  );
  const current: VersionRow = { ...row, seen_at: row.version_seen_at };
  return {
    key,
    partition: row.partition,
    entity: { ...streams.name(row.entity_stream_pk), id: row.entity_id },
    firstSeenAt: row.first_seen_at,
    modifiedAt: row.modified_at,
    removed:
      row.removed_cause === null
        ? null
        : {
            cause: row.removed_cause,
            at: row.removed_at,
            seenAt: row.removal_seen_at,
            ...(row.merged_into === null ? {} : { mergedInto: row.merged_into }),
          },
    versions: [...earlier, current].map((version) => ({
      content: version.content === null ? null : (JSON.parse(version.content) as JsonObject),
      seenAt: version.seen_at,
      runId: version.run_id,
      removed: version.removed_cause,
    })),
  };
}
