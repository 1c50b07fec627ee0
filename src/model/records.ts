import type { Problem } from "./errors.ts";
import type { Instant, InstantRange } from "./instants.ts";
import type { Json, JsonObject } from "./json.ts";

/** One raw value as the system gave it. */
export interface SourceRecord {
  readonly stream: string;
  readonly id: string;
  readonly content: JsonObject;
  /**
   * The record whose entity this one belongs to, for histories (an OpportunityHistory row, a story). A record without
   * one is an entity of its own.
   */
  readonly member?: { readonly stream: string; readonly id: string };
  /** The system's own modification stamp, when it has one. */
  readonly modifiedAt?: Instant;
}

/**
 * Why a record is gone. `visibility lost` is never a deletion: the credential can no longer see it, the record may live.
 */
export type RemovalCause = "deleted" | "archived" | "merged" | "parent deleted" | "visibility lost";

/** The end of a record, as the system told it or a sweep proved it. */
export interface Tombstone {
  readonly stream: string;
  readonly id: string;
  readonly cause: RemovalCause;
  /** When the system says it happened; null when only the absence is known. */
  readonly at: Instant | null;
  /** For merges: the surviving record's id in the same stream. */
  readonly mergedInto?: string;
}

/** A record that could not be accepted; kept whole so that it can be explained and replayed. */
export interface Reject {
  readonly stream: string;
  readonly id: string | null;
  readonly content: Json;
  readonly problem: Problem;
}

/**
 * What a connector knows of how far a partition has been read. `state` is the connector's own; `covered` is common to
 * all and is what the completeness certificate shows.
 */
export interface Position {
  readonly covered: readonly InstantRange[];
  readonly state: Json;
}

/** One page of a partition. Its records, tombstones, rejects and position are committed together or not at all. */
export interface Page {
  readonly records: readonly SourceRecord[];
  readonly tombstones: readonly Tombstone[];
  readonly rejects: readonly Reject[];
  /** Where a later run goes on after this page is stored. */
  readonly position: Position;
  /**
   * On the last page of a partition: how many records the source itself says the covered part holds, when it can
   * count, and over what.
   */
  readonly sourceCount?: { readonly count: number; readonly of: string };
  /** What the source lists of the partition, for a sweep that compares it with what is stored. */
  readonly listing?: Listing;
}

/**
 * A part of a listing of everything a partition holds. It is kept beside what is stored, so that nobody has to hold it
 * whole to find what is missing, and so that a sweep that is stopped can go on.
 */
export interface Listing {
  /** What is listed from here on is another listing: an earlier one is forgotten. */
  readonly starts?: boolean;
  /** Ids of the partition's stream, whether they changed or not. */
  readonly ids: readonly string[];
  /** Where it goes on when it stops after this page; null where it can only start anew. */
  readonly resume: Json;
  /** All of it was listed, and what is missing was looked after. */
  readonly ends?: boolean;
}

/** An entity is one record plus its history rows: the unit of mapping. Members are in the order of `id`. */
export interface Entity {
  readonly system: string;
  readonly tenant: string;
  readonly stream: string;
  readonly id: string;
  /** Null when only history rows arrived so far. */
  readonly content: JsonObject | null;
  readonly members: readonly { readonly stream: string; readonly id: string; readonly content: JsonObject }[];
  readonly tombstone: Omit<Tombstone, "stream" | "id"> | null;
  readonly firstSeenAt: Instant;
  /** The system's own stamp of the record's last modification, when it has one. */
  readonly modifiedAt?: Instant;
}
