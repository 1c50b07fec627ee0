import { NO_RECORDS } from "../../model/index.ts";
import type { HashedRecord, PageCommit, RecordCounts, RemovalCause, Tombstone } from "../../model/index.ts";
import type { Database } from "./database.ts";
import { saveReject } from "./rejects.ts";
import type { StreamTable } from "./streams.ts";

/** What is stored of a record and decides whether a new reading of it changes anything. */
interface StoredRow {
  readonly pk: number;
  readonly id: string;
  readonly hash: string;
  readonly partition: string;
  readonly has_content: number;
  readonly removed_cause: RemovalCause | null;
  readonly modified_at: number | null;
  readonly run_id: string;
  readonly entity_stream_pk: number;
  readonly entity_id: string;
}

/**
 * Stores a page's records and ends: what is known of them is looked up stream by stream, the entities to map are listed
 * in one statement per stream, so that a row costs one insert. Runs inside the page's transaction.
 */
export function commitRecords(
  database: Database,
  streams: StreamTable,
  runId: string,
  page: PageCommit,
): Record<string, RecordCounts> {
  const writer = new PageWriter(database, streams, runId, page);
  for (const [stream, records] of groupByStream(page.records)) {
    const tombstones = new Map(page.tombstones.filter((each) => each.stream === stream).map((each) => [each.id, each]));
    writer.store(stream, records, tombstones);
  }
  for (const [stream, tombstones] of groupByStream(page.tombstones)) {
    // A quarantine keeps contents out, not ends.
    const kept = page.quarantine?.[stream] === undefined;
    const inPage = new Set(page.records.filter((each) => each.stream === stream).map((each) => each.id));
    writer.end(stream, kept ? tombstones.filter((each) => !inPage.has(each.id)) : tombstones, inPage);
  }
  return writer.finish();
}

/** Of a record that no listing has delivered yet: the next one that does takes it over. */
const NO_PARTITION = "";

interface RowToInsert {
  readonly record: HashedRecord;
  readonly entityPk: number;
  readonly entityId: string;
  readonly tombstone: Tombstone | undefined;
}

/** Rows of one statement: what they have in common is bound once. */
const ROWS_PER_INSERT = 50;

/** The statement for a number of rows; parameters 1 to 4 are the stream, partition, time and run they share. */
function insertRows(count: number): string {
  const row = (at: number): string => {
    const own = Array.from({ length: 10 }, (_, index) => `?${5 + at * 10 + index}`);
    const [id, entityPk, entityId, content, hash, modifiedAt, ...removal] = own;
    return `(?1, ${id}, ?2, ${entityPk}, ${entityId}, ${content}, ${hash}, ${modifiedAt}, ?3, ?3, ?4, ${removal.join(", ")})`;
  };
  return `insert into record (stream_pk, id, partition, entity_stream_pk, entity_id, content, hash, modified_at, first_seen_at, version_seen_at, run_id,
    removed_cause, removed_at, removal_seen_at, merged_into) values ${Array.from({ length: count }, (_, at) => row(at)).join(", ")}`;
}

const FULL_INSERT = insertRows(ROWS_PER_INSERT);

class PageWriter {
  readonly #database: Database;
  readonly #streams: StreamTable;
  readonly #runId: string;
  readonly #page: PageCommit;
  readonly #counts = new Map<string, RecordCounts>();
  readonly #toMap = new Map<number, Set<string>>();

  constructor(database: Database, streams: StreamTable, runId: string, page: PageCommit) {
    this.#database = database;
    this.#streams = streams;
    this.#runId = runId;
    this.#page = page;
  }

  store(stream: string, records: readonly HashedRecord[], tombstones: ReadonlyMap<string, Tombstone>): void {
    const streamPk = this.#number(stream);
    // A record that stands twice in one page is what it was last.
    const distinct = new Map<string, HashedRecord>();
    let repeated = 0;
    for (const record of records) {
      const former = distinct.get(record.id);
      if (former !== undefined && former.hash !== record.hash) repeated += 1;
      distinct.set(record.id, record);
    }
    const stored = this.#stored(streamPk, [...distinct.keys()]);
    const counts = { inserted: 0, changed: 0, unchanged: 0, removed: 0 };
    const fresh: RowToInsert[] = [];
    const accepted: string[] = [];
    let rejected = 0;
    for (const record of distinct.values()) {
      const tombstone = tombstones.get(record.id);
      const cause = tombstone?.cause ?? null;
      const known = stored.get(record.id);
      if (known !== undefined && this.#isOvertaken(known, record)) {
        counts.unchanged += 1;
        continue;
      }
      if (known !== undefined && known.hash === record.hash && known.removed_cause === cause && known.has_content) {
        accepted.push(record.id);
        this.#move(known);
        this.#refresh(known, record);
        counts.unchanged += 1;
        continue;
      }
      const refused = this.#page.quarantine?.[stream];
      if (refused !== undefined) {
        const { id, content } = record;
        saveReject(this.#database, "pull", streamPk, this.#runId, this.#page.seenAt, { id, content, problem: refused });
        rejected += 1;
        continue;
      }
      accepted.push(record.id);
      const entityPk = record.member === undefined ? streamPk : this.#number(record.member.stream);
      const entityId = record.member?.id ?? record.id;
      const row: RowToInsert = { record, entityPk, entityId, tombstone };
      if (known === undefined) fresh.push(row);
      else this.#replace(known.pk, row);
      if (known !== undefined && known.entity_id !== entityId) this.#list(known.entity_stream_pk, known.entity_id);
      this.#list(entityPk, entityId);
      if (tombstone !== undefined && (known === undefined || known.removed_cause === null)) counts.removed += 1;
      else if (known === undefined) counts.inserted += 1;
      else counts.changed += 1;
    }
    this.#insert(streamPk, fresh);
    this.#accept(streamPk, accepted);
    this.#count(stream, { ...counts, rejected, repeated });
  }

  /**
   * What was never seen leaves nothing to end; what ended for the same cause has ended already. A rejected record that
   * is gone has nothing left to read again, unless it is merely out of sight or came with its end.
   */
  end(stream: string, tombstones: readonly Tombstone[], inPage: ReadonlySet<string>): void {
    const streamPk = this.#number(stream);
    const gone = tombstones.filter(({ id, cause }) => cause !== "visibility lost" && !inPage.has(id));
    this.#accept(
      streamPk,
      gone.map(({ id }) => id),
    );
    const stored = this.#stored(
      streamPk,
      tombstones.map(({ id }) => id),
    );
    let removed = 0;
    let outOfSight = 0;
    for (const tombstone of tombstones) {
      const known = stored.get(tombstone.id);
      if (known === undefined || known.removed_cause === tombstone.cause) continue;
      stored.set(tombstone.id, { ...known, removed_cause: tombstone.cause });
      this.#keepVersion(known.pk);
      this.#database.run(
        "update record set removed_cause = ?, removed_at = ?, removal_seen_at = ?, merged_into = ?, version_seen_at = ?, run_id = ? where pk = ?",
        tombstone.cause,
        tombstone.at,
        this.#page.seenAt,
        tombstone.mergedInto ?? null,
        this.#page.seenAt,
        this.#runId,
        known.pk,
      );
      this.#list(known.entity_stream_pk, known.entity_id);
      removed += 1;
      if (tombstone.cause === "visibility lost") outOfSight += 1;
    }
    this.#count(stream, { removed, outOfSight });
  }

  /** Lists the entities that now have to be mapped. */
  finish(): Record<string, RecordCounts> {
    for (const [streamPk, ids] of this.#toMap) {
      this.#database.run(
        "insert into pending_entity (stream_pk, id) select ?, value from json_each(?) where true on conflict do nothing",
        streamPk,
        JSON.stringify([...ids]),
      );
    }
    return Object.fromEntries(this.#counts);
  }

  #number(stream: string): number {
    return this.#streams.number({ ...this.#page.key, stream });
  }

  #stored(streamPk: number, ids: readonly string[]): Map<string, StoredRow> {
    if (ids.length === 0) return new Map();
    const rows = this.#database.all<StoredRow>(
      `select pk, id, hash, partition, content is not null as has_content, removed_cause, modified_at, run_id, entity_stream_pk, entity_id
       from record where stream_pk = ? and id in (select value from json_each(?))`,
      streamPk,
      JSON.stringify(ids),
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  #insert(streamPk: number, rows: readonly RowToInsert[]): void {
    const { partition, seenAt } = this.#page;
    for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
      const some = rows.slice(at, at + ROWS_PER_INSERT);
      this.#database.run(
        some.length === ROWS_PER_INSERT ? FULL_INSERT : insertRows(some.length),
        streamPk,
        partition ?? NO_PARTITION,
        seenAt,
        this.#runId,
        ...some.flatMap(({ record, entityPk, entityId, tombstone }) => [
          record.id,
          entityPk,
          entityId,
          record.text,
          record.hash,
          record.modifiedAt ?? null,
          tombstone?.cause ?? null,
          tombstone?.at ?? null,
          tombstone === undefined ? null : seenAt,
          tombstone?.mergedInto ?? null,
        ]),
      );
    }
  }

  #replace(pk: number, { record, entityPk, entityId, tombstone }: RowToInsert): void {
    const { partition, seenAt } = this.#page;
    this.#keepVersion(pk);
    this.#database.run(
      `update record set partition = ifnull(?, partition), entity_stream_pk = ?, entity_id = ?, content = ?, hash = ?, modified_at = ?, version_seen_at = ?, run_id = ?,
         removed_cause = ?, removed_at = ?, removal_seen_at = ?, merged_into = ? where pk = ?`,
      partition,
      entityPk,
      entityId,
      record.text,
      record.hash,
      record.modifiedAt ?? null,
      seenAt,
      this.#runId,
      tombstone?.cause ?? null,
      tombstone?.at ?? null,
      tombstone === undefined ? null : seenAt,
      tombstone?.mergedInto ?? null,
      pk,
    );
  }

  /** What was kept out before and is stored now came in another shape. What mapping refused, mapping takes back. */
  #accept(streamPk: number, ids: readonly string[]): void {
    if (ids.length === 0) return;
    if (this.#database.get("select 1 from reject where stream_pk = ? limit 1", streamPk) === undefined) return;
    this.#database.run(
      "delete from reject where stream_pk = ? and step = 'pull' and id in (select value from json_each(?))",
      streamPk,
      JSON.stringify(ids),
    );
  }

  #keepVersion(pk: number): void {
    this.#database.run(
      `insert into record_version (record_pk, content, hash, removed_cause, seen_at, run_id)
       select pk, content, hash, removed_cause, version_seen_at, run_id from record where pk = ?`,
      pk,
    );
  }

  /**
   * Partitions are read side by side: a page that was fetched before a record moved may be stored after the page of the
   * partition it moved to. Only within one run and across partitions: elsewhere a lower stamp is a clock set back.
   */
  #isOvertaken(known: StoredRow, record: HashedRecord): boolean {
    return (
      known.run_id === this.#runId
      && known.partition !== this.#page.partition
      && known.removed_cause === null
      && known.modified_at !== null
      && record.modifiedAt !== undefined
      && record.modifiedAt < known.modified_at
    );
  }

  /** The partition that delivered a record last is the one that can say it is gone. */
  #move(known: StoredRow): void {
    const { partition } = this.#page;
    if (partition === null || known.partition === partition) return;
    this.#database.run("update record set partition = ? where pk = ?", partition, known.pk);
  }

  /**
   * The stamp moved and nothing that means anything did: no version, nothing to map. Sweeps compare stamps, and would
   * read the record again each time if the old one stayed.
   */
  #refresh(known: StoredRow, record: HashedRecord): void {
    const { modifiedAt } = record;
    if (modifiedAt === undefined || modifiedAt === known.modified_at) return;
    this.#database.run(
      "update record set content = ?, modified_at = ? where pk = ?",
      record.text,
      modifiedAt,
      known.pk,
    );
  }

  #list(streamPk: number, id: string): void {
    const ids = this.#toMap.get(streamPk);
    if (ids === undefined) this.#toMap.set(streamPk, new Set([id]));
    else ids.add(id);
  }

  #count(stream: string, counts: Partial<RecordCounts>): void {
    const known = this.#counts.get(stream) ?? NO_RECORDS;
    const sum = (name: keyof RecordCounts): number => known[name] + (counts[name] ?? 0);
    this.#counts.set(stream, {
      inserted: sum("inserted"),
      changed: sum("changed"),
      unchanged: sum("unchanged"),
      removed: sum("removed"),
      outOfSight: sum("outOfSight"),
      rejected: sum("rejected"),
      repeated: sum("repeated"),
    });
  }
}

function groupByStream<Row extends { readonly stream: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const known = groups.get(row.stream);
    if (known === undefined) groups.set(row.stream, [row]);
    else known.push(row);
  }
  return groups;
}
