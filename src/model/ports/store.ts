import type { AcceptedShape, Drift, FieldFill, ShapeChange, StreamShape } from "../drift.ts";
import type { Problem } from "../errors.ts";
import type { ConfirmedLink, Handoff, HandoffBase, MatchDecision, Plan, StoredConflictDecision } from "../handoff.ts";
import type { Instant } from "../instants.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ChildJoin, LinkedObject, ObjectDigest } from "../linked.ts";
import type { Actor } from "../people.ts";
import type { MappedEntity, ModelEvent, ModelObject, UnmappedValue } from "../process.ts";
import type { RecordKey } from "../identity.ts";
import type { RecordCounts } from "../record-counts.ts";
import type { Entity, Listing, Position, Reject, RemovalCause, SourceRecord, Tombstone } from "../records.ts";
import type { QuotaBook } from "./ledger.ts";
import type { MeasurePort } from "./measures.ts";
import type { OutboxPort } from "./outbox.ts";

/**
 * Proof of holding the writer's lease. Every write names it and is refused (HUB-3003) once a newer token exists, so
 * that two hubs on one store never both write.
 */
export interface Fence {
  readonly runId: string;
  readonly token: number;
}

export interface RunRecord {
  readonly id: string;
  readonly kind: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly asOf: Instant;
  readonly configurationHash: string;
  /** Null while running, and for ever after a crash. */
  readonly outcome: "complete" | "incomplete" | "failed" | "stopped" | null;
  readonly summary: Json;
}

export interface RunStart {
  readonly kind: string;
  readonly startedAt: Instant;
  readonly asOf: Instant;
  readonly configurationHash: string;
  /** The configuration itself, kept once per hash. */
  readonly configuration: Json;
  /** `host:pid`. A lease whose owner is known to be dead is taken over at once. */
  readonly owner: string;
  readonly isAlive: (owner: string) => boolean;
  /** The machine's clock, for the lease's expiry only: what a run writes keeps its lease. */
  readonly wallNow: () => Instant;
}

export interface RunPort {
  /** @throws HubError HUB-3002 (retry-later) while another live hub holds the lease. */
  begin(start: RunStart): Promise<Fence>;
  end(
    fence: Fence,
    end: { outcome: NonNullable<RunRecord["outcome"]>; endedAt: Instant; summary: Json },
  ): Promise<void>;
  read(runId: string): Promise<RunRecord | null>;
  latest(kind?: string): Promise<RunRecord | null>;
  /** The latest runs that left certificates, newest first. */
  certified(limit: number): Promise<readonly RunRecord[]>;
  /** The configuration that runs of this hash used; null when none did. */
  configuration(hash: string): Promise<Json>;
}

export interface StreamKey {
  readonly system: string;
  readonly tenant: string;
  readonly stream: string;
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
  /** Records whose own stamp lies after they were read. */
  readonly ahead: number;
  /** History rows whose record was never seen. */
  readonly orphans: number;
  /** Of a stream of history rows: the first of them; null for others, and where rows carry no time of their own. */
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
  readonly removed: number;
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
  streamQuality(): Promise<readonly StreamQuality[]>;
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

/** What streams look like, and how full their fields usually are. */
export interface ShapePort {
  accepted(key: StreamKey): Promise<AcceptedShape | null>;
  /** Takes a shape for granted; what was held against it is over. */
  accept(fence: Fence, key: StreamKey, shape: StreamShape, at: Instant): Promise<void>;
  held(key: StreamKey): Promise<Drift | null>;
  hold(fence: Fence, key: StreamKey, drift: Drift): Promise<void>;
  fills(key: StreamKey): Promise<readonly FieldFill[]>;
  addFills(fence: Fence, key: StreamKey, fills: readonly FieldFill[]): Promise<void>;
  /** Notes how full fields were found that raised an alarm, beside how full they usually are. */
  noteAlarms(fence: Fence, key: StreamKey, fills: readonly FieldFill[]): Promise<void>;
  /** From now on the fields that raised an alarm may be as full as they were found; the others stay what they are. */
  acceptFills(fence: Fence, key: StreamKey): Promise<void>;
}

export interface EntityKey {
  readonly system: string;
  readonly tenant: string;
  readonly stream: string;
  readonly id: string;
}

/** What mapping one entity came to. */
export interface Mapped {
  /** Null leaves what the entity was mapped to before as it is. */
  readonly outputs: MappedEntity | null;
  readonly reject?: StoredRejectInput;
}

export interface MappingPort {
  pendingCount(): Promise<number>;
  /** The next entities to map, complete with their members; empty when the list is. */
  pending(limit: number): Promise<readonly Entity[]>;
  /** Every entity there is, complete with its members, whether listed or not; changes nothing. */
  entities(pageSize: number): AsyncIterable<readonly Entity[]>;
  /** Systems and tenants that have entities to map. */
  pendingTenants(): Promise<readonly Omit<StreamKey, "stream">[]>;
  /**
   * One transaction: maps the next entities, replaces all outputs of each as a set and takes it off the list. Each is
   * read, mapped and written before the next ones, so that a large transaction holds little. Returns how many there were.
   */
  mapPending(fence: Fence, limit: number, map: (entity: Entity) => Mapped): Promise<number>;
  /**
   * Puts every entity on the list when the mappings are not those of the last time; remembers them by their hash.
   * Returns how many were put there.
   */
  mapWith(fence: Fence, mappingsHash: string): Promise<number>;
  /** Puts every entity of a stream (or of all) on the list: a changed reference, a rebuild. */
  requeue(fence: Fence, key?: StreamKey): Promise<number>;
  /** Lists single entities: those of these records, members included. Returns how many there are. */
  list(fence: Fence, records: readonly EntityKey[]): Promise<number>;
  unmapped(): Promise<readonly (UnmappedValue & { readonly count: number })[]>;
}

export interface StoredRejectInput extends Reject {
  readonly key: StreamKey;
  readonly seenAt: Instant;
}

/** How an object or reference got its identity across systems. */
export interface ObjectLink {
  readonly objectKey: string;
  readonly objectId: string;
  readonly method: string;
  readonly confidence: number;
  readonly why: string;
}

export interface ReferenceLink {
  readonly objectKey: string;
  readonly name: string;
  readonly objectId: string;
  readonly method: string;
}

/** A reference to whatever carries a word: a contract number, a domain. */
export interface KeyReference {
  readonly objectKey: string;
  readonly objectType: string;
  readonly reference: { readonly name: string; readonly type: string; readonly by: string; readonly value: string };
}

/** An object with what happened to it, in the order of time. */
export interface StoredObject {
  readonly object: ModelObject;
  readonly events: readonly ModelEvent[];
}

/** The same after link. */
export interface StoredLinkedObject extends StoredObject {
  /** By reference name, the id of the object it leads to. */
  readonly references: LinkedObject["references"];
  /** What happened to the objects that are joined to it, in no order. */
  readonly childEvents: readonly ModelEvent[];
}

export interface ModelPort {
  /** Type by type in the order of their keys, compared as text; all types when none is named. */
  objects(types?: readonly string[]): AsyncIterable<readonly ModelObject[]>;
  /** Type by type in the order of their object's key, compared as text, then time and sequence. */
  events(objectTypes?: readonly string[]): AsyncIterable<readonly ModelEvent[]>;
  /**
   * One type, or those of its keys that are named, in the order of the keys, with what references lead to and what happened to joined objects, merged ones to
   * their survivor. While joins are looked up empty pages come.
   */
  linkedObjects(
    type: string,
    joins: readonly ChildJoin[],
    only?: ReadonlySet<string>,
  ): AsyncIterable<readonly StoredLinkedObject[]>;
  /** The same objects by digest, all of the type: two that are equal stand for the same object. */
  linkedDigests(type: string, joins: readonly ChildJoin[]): AsyncIterable<readonly ObjectDigest[]>;
  /** The objects of these keys, as far as there are any, in no order. */
  objectsAt(keys: readonly string[]): Promise<readonly StoredObject[]>;
  /** What one entity was mapped to; events in time order. */
  ofEntity(
    entity: EntityKey,
  ): Promise<{ readonly objects: readonly ModelObject[]; readonly events: readonly ModelEvent[] }>;
  /** What the objects themselves do not say: whom they were merged into, which references by words found one object. */
  replaceLinks(
    fence: Fence,
    links: { objects: readonly ObjectLink[]; keys: readonly ReferenceLink[]; actors: readonly Actor[] },
  ): Promise<void>;
  keyReferences(): Promise<readonly KeyReference[]>;
  /** Objects whose record was merged, and the native id of the survivor. */
  merges(): Promise<readonly { readonly key: string; readonly into: string }[]>;
  /** How many references to records lead to an object, and which kinds lead nowhere. */
  referenceCounts(): Promise<{
    readonly resolved: number;
    readonly unresolved: readonly { readonly type: string; readonly reference: string; readonly count: number }[];
  }>;
  objectLinks(): Promise<readonly ObjectLink[]>;
  /** Every reference that leads to an object: those to records and those by words, merged ones to the survivor. */
  referenceLinks(): Promise<readonly ReferenceLink[]>;
  actors(): Promise<readonly Actor[]>;
  objectCounts(): Promise<readonly { readonly type: string; readonly count: number }[]>;
}

/** A person's recorded word on a handoff. */
export interface HandoffDecision {
  readonly handoffId: string;
  /** A snoozed one comes back by itself at `until`. */
  readonly kind: "waive" | "snooze" | "resume";
  readonly reason: string;
  readonly by: string;
  readonly until: Instant | null;
  readonly at: Instant;
}

export interface HandoffPort {
  /**
   * All of them, or those of one contract, in one transaction. They are taken one after the other, so that they may be
   * decided while they are written and need not all be held.
   */
  replaceHandoffs(fence: Fence, handoffs: Iterable<Handoff>, contract?: string): Promise<void>;
  /** Lets go of those of contracts that are no more. */
  keepHandoffsOf(fence: Fence, contracts: readonly string[]): Promise<void>;
  handoffs(contract?: string): Promise<readonly Handoff[]>;
  recordDecision(fence: Fence, decision: HandoffDecision): Promise<void>;
  decisions(): Promise<readonly HandoffDecision[]>;
  /** Stores a plan once; a plan with the same hash is the same plan. */
  savePlan(fence: Fence, plan: Plan): Promise<void>;
  plan(hash: string): Promise<Plan | null>;
  latestPlan(): Promise<Plan | null>;
  /** Every plan whose hash begins so, newest first. */
  plansLike(prefix: string): Promise<readonly Plan[]>;
  recordMatchDecision(fence: Fence, decision: MatchDecision): Promise<void>;
  /** In the order they were made; the last word on a pair holds. */
  matchDecisions(): Promise<readonly MatchDecision[]>;
  recordConflictDecision(fence: Fence, decision: StoredConflictDecision): Promise<void>;
  /** In the order they were made; the last word on a field holds. */
  conflictDecisions(): Promise<readonly StoredConflictDecision[]>;
  /** Sets the named fields of each handoff; others keep what they had. */
  saveBases(fence: Fence, bases: Iterable<HandoffBase>, at: Instant): Promise<void>;
  /** By handoff id; each handoff is whole in its page. */
  bases(): AsyncIterable<readonly HandoffBase[]>;
  /** What was agreed on in one handoff; null when nothing ever was. */
  baseOf(handoffId: string): Promise<HandoffBase["fields"] | null>;
  /** A handoff has one confirmed target: a later link takes the place of an earlier one. */
  saveConfirmedLinks(fence: Fence, links: readonly ConfirmedLink[]): Promise<void>;
  confirmedLinks(): Promise<readonly ConfirmedLink[]>;
}

export interface StorePort {
  readonly runs: RunPort;
  readonly records: RecordsPort;
  readonly shapes: ShapePort;
  readonly mapping: MappingPort;
  readonly model: ModelPort;
  readonly handoffs: HandoffPort;
  readonly outbox: OutboxPort;
  readonly measures: MeasurePort;
  readonly ledger: QuotaBook;
  /** Drops everything derived and lists every entity for mapping again. */
  dropDerived(fence: Fence): Promise<void>;
  /** Makes a store of its own at a path that is free: everything as it stands now, held by nobody. @throws HubError HUB-3001 */
  copyTo(path: string): Promise<void>;
  /** One hash over recorded records and everything derived: equal states have equal fingerprints (design §6). */
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}
