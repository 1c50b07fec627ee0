import type { Json, JsonObject, Page, Position } from "../../model/index.ts";
import type { Partition } from "./streams.ts";

/** What is stored already, for finding partitions and for sweeps. Only live records (no tombstone), in pages. */
export interface KnownRecords {
  /** @param partition only records that this partition delivered last. */
  records(
    stream: string,
    partition?: string,
  ): AsyncIterable<readonly { readonly id: string; readonly content: JsonObject; readonly partition: string }[]>;
  /** Those of some ids. */
  among(stream: string, ids: readonly string[]): Promise<ReadonlyMap<string, JsonObject>>;
  /** Ids of a partition that the listing under way (`Page.listing`) did not name up to now. */
  unlisted(stream: string, partition: string): AsyncIterable<readonly string[]>;
  /** How many ids the listing under way names, each once. */
  listedCount(stream: string, partition: string): Promise<number>;
  /** What `Page.listing.resume` said when the last sweep of the partition was cut; null when it is to start anew. */
  resume(stream: string, partition: string): Promise<Json>;
}

/**
 * - `incremental`: from the position on (a first read when there is none)
 * - `full`: everything again, as if there were no position; the content hash makes it free where nothing changed
 * - `sweep`: compare what the source lists with what is known, to find what no increment tells (hard deletes, lost sight)
 */
export type ReadMode = "incremental" | "full" | "sweep";

export interface ReadContext {
  readonly mode: ReadMode;
  /** Field names by stream, as mappings and `keep:` lists name them; a stream not listed is read with its identifying fields only. */
  readonly selection: Readonly<Record<string, readonly string[]>>;
  readonly known: KnownRecords;
  readonly signal: AbortSignal;
}

export interface ReadFace {
  /** The partitions of a stream as of now. May cost calls. Must be complete: a partition that is gone is named by a tombstone of its own record. */
  partitions(stream: string, context: ReadContext): Promise<readonly Partition[]>;
  /**
   * Reads one partition from its position. Each page is committed before the next is asked for; a page may hold records
   * of several streams (a task with its stories). Ends normally only when the partition has been read in full.
   * Throws HubError otherwise.
   */
  read(partition: Partition, position: Position | null, context: ReadContext): AsyncIterable<Page>;
  /**
   * Reads single records again, whatever the position: those a webhook named, a rejected one, one just written. A record
   * that is gone comes as a tombstone; one that is merely out of sight says so. Histories of the records come along.
   */
  reread(stream: string, ids: readonly string[], context: ReadContext): AsyncIterable<Reread>;
  /**
   * What the source itself counts of a partition now, part by part, and how the hub tells which part a stored record
   * belongs to. Null where the source cannot count. Costs calls: asked after full reads and sweeps only, and to find out
   * where a difference lies.
   */
  audit(partition: Partition, context: ReadContext): Promise<Audit | null>;
  /** What reading a partition from a position would cost, without reading it. */
  estimate(partition: Partition, position: Position | null, context: ReadContext): Promise<Estimate>;
}

/** A page that has no place in a partition's order, so that it moves no position. */
export type Reread = Omit<Page, "position" | "sourceCount">;

export interface Audit {
  /** What was counted, for the certificate: `rows of Opportunity by month created`. */
  readonly of: string;
  readonly buckets: readonly { readonly name: string; readonly count: number }[];
  /** The bucket of a stored live record; null for one that the source's count leaves out. */
  readonly bucketOf: (record: { readonly id: string; readonly content: JsonObject }) => string | null;
  /** Which stored records count: those the partition delivered last, or all of the stream where one is in several. */
  readonly among?: "partition" | "stream";
}

export interface Estimate {
  readonly calls: number;
  /** Null where the source cannot say. */
  readonly records: number | null;
  /** False for a guess from what is stored. */
  readonly exact: boolean;
}
