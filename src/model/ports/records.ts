import type { ShapeChange } from "../drift.ts";
import type { Problem } from "../errors.ts";
import type { Instant } from "../instants.ts";
import type { Json, JsonObject } from "../json.ts";
import type { RecordKey } from "../identity.ts";
import type { RecordCounts } from "../record-counts.ts";
import type { Listing, Position, Reject, RemovalCause, SourceRecord, Tombstone } from "../records.ts";
import type { Fence } from "./runs.ts";

export interface StreamKey {
  readonly system: string;
  readonly tenant: string;
  readonly stream: string;
}

export interface EntityKey extends StreamKey {
  readonly id: string;
}

/** A record with its content as the store keeps it and the hash of that without volatile fields. */
export interface HashedRecord extends SourceRecord {
  readonly text: string;
  readonly hash: string;
}

export interface PageCommit {
  readonly key: StreamKey;
  /** Null for records read again on their own: those known stay with the partition that listed them. */
  readonly partition: string | null;
  readonly records: readonly HashedRecord[];
  readonly tombstones: readonly Tombstone[];
  readonly rejects: readonly Reject[];
  /** Null with a null partition: nothing moves. */
  readonly position: Position | null;
  readonly seenAt: Instant;
  readonly listing?: Listing;
  /** Marks of webhooks that this page answers; they go with it. */
  readonly answers?: readonly number[];
  /** By stream, what is said of its records that are new or changed while they are kept out (schema drift). */
  readonly quarantine?: Readonly<Record<string, Problem>>;
  /** By stream, the streams whose entities are mapped with its records: a change there lists all of theirs. */
  readonly dependents: Readonly<Record<string, readonly string[]>>;
}

/** Of a whole page, and of each stream that it carried records of. */
export interface PageOutcome extends RecordCounts {
  readonly byStream: Readonly<Record<string, RecordCounts>>;
}

/** What stored records say of the quality of a stream's data (reference §2.8). */
export interface StreamQuality {
  readonly system: string;
  readonly tenant: string;
  readonly stream: string;
  /** Records whose own stamp lies after they were read; null where none has a stamp. */
  readonly ahead: number | null;
  /** History rows whose record was never seen. */
  readonly orphans: number;
  /** Events that a record told of before they happened, and that it was not changed after; those after the as-of are plans. */
  readonly early: number;
  /** Of a stream of history rows: the start of the UTC day of the first; null for others, and where rows carry no time. */
  readonly historySince: Instant | null;
  /** Entities that mapping made objects of, and entities with a value that no mapping knows. */
  readonly entities: number;
  readonly unmapped: number;
  /** From a record's own stamp until it was stored, for 95 % of those that came after the stream's first reading; null without any. */
  readonly latencyP95Ms: number | null;
}

/** What came of the records of a stream since a run. */
export interface StreamChanges {
  readonly system: string;
  readonly tenant: string;
  readonly stream: string;
  readonly added: number;
  /** Of the added ones, those whose own stamp lies before an instant: they arrived late. */
  readonly late: number;
  readonly changed: number;
  /** Without those that were merged into another one. */
  readonly removed: number;
  readonly merged: number;
  /** Ids of the first few of all these. */
  readonly named: readonly string[];
  /** The runs that stored them, in their order. */
  readonly runs: readonly string[];
}

export interface StreamCount {
  readonly stream: string;
  readonly live: number;
  readonly removed: number;
}

/** What refused a record: pull keeps its content out of the store, map only does without its objects. */
export type RejectStep = "pull" | "map";

export interface StoredReject extends Reject {
  readonly step: RejectStep;
  readonly key: StreamKey;
  readonly firstSeenAt: Instant;
  readonly runId: string;
}

/** One content that a record had; `content` is null where only its end or its history is known. */
export interface RecordVersion {
  readonly content: JsonObject | null;
  readonly seenAt: Instant;
  readonly runId: string;
  readonly removed: RemovalCause | null;
}

/** Everything stored of one record. */
export interface RecordHistory {
  readonly key: RecordKey;
  readonly partition: string;
  /** The entity it belongs to; itself unless it is a row of another record's history. */
  readonly entity: EntityKey;
  readonly firstSeenAt: Instant;
  /** The system's own modification stamp. */
  readonly modifiedAt: Instant | null;
  readonly removed: (Omit<Tombstone, "stream" | "id"> & { readonly seenAt: Instant | null }) | null;
  /** Oldest first; the last one is current. */
  readonly versions: readonly RecordVersion[];
}

/** One line of the completeness certificate (design §5.1). */
export interface Certificate {
  readonly runId: string;
  readonly connection: string;
  readonly system: string;
  readonly tenant: string;
  readonly stream: string;
  readonly asSeenBy: string;
  readonly complete: boolean;
  readonly partitions: number;
  readonly covered: readonly { readonly from: Instant; readonly to: Instant }[];
  readonly stored: number;
  readonly sourceCount: number | null;
  readonly sourceCountOf: string | null;
  readonly inserted: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Absent in certificates of earlier versions. */
  readonly outOfSight?: number;
  readonly rejected: number;
  /** Absent in certificates of earlier versions. */
  readonly repeated?: number;
  readonly calls: number;
  readonly sweep: boolean;
  readonly problems: readonly Problem[];
  /** How the stream's fields differ from what was accepted; empty in certificates of earlier versions. */
  readonly drift?: readonly ShapeChange[];
}

/** Something a webhook asked to read again, until it was. */
export interface StoredMark {
  readonly pk: number;
  readonly stream: string;
  readonly id: string;
  readonly at: Instant;
}

/** When the partitions of a stream were swept last, so that a sweep that stopped goes on with what waited longest. */
export interface SweepTurns {
  /** By partition; `runId` is null for one that stands in line and was not swept yet. */
  sweepTurns(
    key: StreamKey,
  ): Promise<ReadonlyMap<string, { readonly endedAt: Instant; readonly runId: string | null }>>;
  /** Puts partitions in line that are new, and takes out those that are gone. */
  beginSweep(fence: Fence, key: StreamKey, partitions: readonly string[]): Promise<void>;
  /** The partition goes to the end of the line. */
  endSweepTurn(fence: Fence, key: StreamKey, partition: string, at: Instant): Promise<void>;
}

/** What is listed of partitions while they are swept. */
export interface ListingPort {
  /** Live records of a stream among some ids. */
  among(key: StreamKey, ids: readonly string[]): Promise<ReadonlyMap<string, JsonObject>>;
  /** Ids of live records of a partition that its listing under way does not name, in pages. */
  unlisted(key: StreamKey, partition: string): AsyncIterable<readonly string[]>;
  /** How many ids the listing under way names. */
  listedCount(key: StreamKey, partition: string): Promise<number>;
  /** Where a sweep that was cut goes on; null where none was, or it was begun before an instant. */
  resumeOf(key: StreamKey, partition: string, notBefore: Instant): Promise<Json>;
  /** The sweep of the partition stopped for want of calls: the next one goes on where it is. */
  cutListing(fence: Fence, key: StreamKey, partition: string): Promise<void>;
}

/** Letting go of what nobody needs any more, at most `limit` rows a time; returns how many went. */
export interface RetentionPort {
  /** Marks from before an instant that were answered. */
  dropAnsweredMarks(fence: Fence, before: Instant, limit: number): Promise<number>;
  /** Contents of records that others had replaced before an instant. What a record is now and every end of one stays. */
  dropVersions(fence: Fence, before: Instant, limit: number): Promise<number>;
}

/** A rejected record without its content, which may be large. */
export type RejectEntry = Omit<StoredReject, "content">;

export interface RecordsPort extends SweepTurns, ListingPort, RetentionPort {
  /** Pins a connection to its tenant on first use. @throws HubError HUB-1105 when it is pinned to another. */
  pinTenant(
    fence: Fence,
    pin: { connection: string; system: string; tenant: string; name: string; at: Instant },
  ): Promise<void>;
  pins(): Promise<readonly { connection: string; system: string; tenant: string; name: string }[]>;
  position(key: StreamKey, partition: string): Promise<Position | null>;
  /** One transaction: records, tombstones, rejects, position, and the entities that now have to be mapped. */
  commitPage(fence: Fence, page: PageCommit): Promise<PageOutcome>;
  /**
   * Notes what to read again. Needs no lease: a call may come in while a run holds it. The same delivery counts once.
   * Returns how many were new.
   */
  mark(
    tenant: Omit<StreamKey, "stream">,
    marks: readonly { readonly stream: string; readonly id: string; readonly delivery: string }[],
    at: Instant,
  ): Promise<number>;
  /** Open marks in the order they came in; a page of them from behind a `pk` on, or all. */
  marks(
    tenant: Omit<StreamKey, "stream">,
    page?: { readonly after: number; readonly limit: number },
  ): Promise<readonly StoredMark[]>;
  /** Forgets marks that nothing can answer: their stream is not read. */
  dropMarks(fence: Fence, marks: readonly number[]): Promise<void>;
  /** Live records in pages, by native id. */
  live(
    key: StreamKey,
    partition?: string,
  ): AsyncIterable<readonly { readonly id: string; readonly content: JsonObject; readonly partition: string }[]>;
  counts(key: Omit<StreamKey, "stream">): Promise<readonly StreamCount[]>;
  streamQuality(asOf: Instant): Promise<readonly StreamQuality[]>;
  /** What runs after this one stored; `late` counts against the instant. */
  changesSince(runId: string, instant: Instant): Promise<readonly StreamChanges[]>;
  /** Live records of a stream by the partition that delivered them last. */
  partitionCounts(key: StreamKey): Promise<ReadonlyMap<string, number>>;
  /** Every stored record whose native id is this text, or begins with it (the first hundred), whatever its stream. */
  find(id: string, which?: "exactly" | "beginning"): Promise<readonly RecordKey[]>;
  history(key: RecordKey): Promise<RecordHistory | null>;
  /** With their contents: those of one native id, or all. */
  rejects(id?: string): Promise<readonly StoredReject[]>;
  /** All of them, without their contents. */
  rejectList(): Promise<readonly RejectEntry[]>;
  /** How many records of each stream pull keeps out still, whichever run refused them. */
  keptOut(tenant: Omit<StreamKey, "stream">): Promise<ReadonlyMap<string, number>>;
  /** How many stored entities the mappings refused, in this run or an earlier one, and have not taken since. */
  unmappable(): Promise<number>;
  saveCertificates(fence: Fence, certificates: readonly Certificate[]): Promise<void>;
  certificates(runId: string): Promise<readonly Certificate[]>;
}
