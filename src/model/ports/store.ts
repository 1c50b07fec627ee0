import type { AcceptedShape, Drift, FieldFill, StreamShape } from "../drift.ts";
import type { ConfirmedLink, Handoff, HandoffBase, MatchDecision, Plan, StoredConflictDecision } from "../handoff.ts";
import type { Instant } from "../instants.ts";
import type { ChildJoin, LinkedObject, ObjectDigest } from "../linked.ts";
import type { Actor } from "../people.ts";
import type { MappedEntity, ModelEvent, ModelObject, UnmappedValue } from "../process.ts";
import type { Entity, Reject } from "../records.ts";
import type { QuotaBook } from "./ledger.ts";
import type { MeasurePort } from "./measures.ts";
import type { OutboxPort } from "./outbox.ts";
import type { HoldPort } from "./holds.ts";
import type { Fence, RunPort } from "./runs.ts";
import type { EntityKey, RecordsPort, StreamKey } from "./records.ts";

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
  /** By contract, how many handoffs are expected of a source, and how many attributes that they need are empty there. */
  lacking(): Promise<readonly { readonly contract: string; readonly handoffs: number; readonly lacks: number }[]>;
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
  readonly holds: HoldPort;
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
