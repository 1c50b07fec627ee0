import type { Instant } from "../../model/index.ts";

/** A data source as it stands in the system. */
export interface StandingSource {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
  /** The name a workbook refers to it by; null when the system does not say. */
  readonly contentUrl: string | null;
  /** Moves with every change of the content. */
  readonly updatedAt: Instant;
}

export interface PublishCommand {
  /** Name of the data source. */
  readonly name: string;
  /** Path of project names from the root; created when missing. */
  readonly project: readonly string[];
  readonly description: string;
  /** Path of the file to send, `.hyper`, `.parquet` or `.tdsx`. */
  readonly file: string;
  readonly tags: readonly string[];
}

export interface PublishReceipt extends StandingSource {
  readonly bytes: number;
  readonly how: "single" | "chunked";
  readonly chunks: number;
  readonly jobId: string | null;
}

/** One change of one table of a data source by rows that are sent along. */
export interface TableChange {
  /** `upsert` replaces the rows of the same key and adds the others; `delete` takes rows away. */
  readonly action: "upsert" | "delete";
  readonly schema: string;
  /** The table of the file that holds the rows, or just their keys where they are deleted. */
  readonly source: string;
  readonly target: string;
  readonly key: readonly string[];
}

export interface ChangeRowsCommand {
  readonly id: string;
  readonly name: string;
  /** Path of a `.hyper` file that holds the tables which the changes name. */
  readonly file: string;
  /** Carried out in this order, all or none. */
  readonly changes: readonly TableChange[];
  /** The same for the same change of the same content: the system carries it out once, however often it is asked. */
  readonly requestId: string;
}

export interface ChangeRowsReceipt {
  readonly bytes: number;
  readonly chunks: number;
  readonly jobId: string;
}

/** What people are told before they use a data source's numbers. */
export interface SourceWarning {
  /** `STALE`: they are older than they should be. `WARNING`: they are new, and not to be relied on. */
  readonly type: "STALE" | "WARNING";
  readonly message: string;
}

/** What became of a warning; `not offered` where the system knows none, or not for us. */
export type WarningOutcome = "raised" | "lifted" | "as it was" | "somebody else's" | "not offered";

/** What a group or user may do, by the system's own words for it. */
export interface Grant {
  readonly kind: "group" | "user";
  readonly name: string;
  readonly capabilities: readonly string[];
}

export interface WorkbookCommand {
  readonly name: string;
  /** The name where the first one is taken. */
  readonly newerName: string;
  readonly project: readonly string[];
  /** Path of the `.twb`. */
  readonly file: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** Says what the file holds, as a tag and in the description: a workbook that carries it is not published again. */
  readonly fingerprint: string;
}

export interface WorkbookReceipt {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
  readonly how: "published" | "beside another" | "already there";
}

export interface PublishFace {
  /** The configured place for data sources: project names from the root. */
  readonly project: readonly string[];
  /** The largest file that `changeRows` takes, bytes. */
  readonly largestUpdate: number;
  /** The data source of this name in a project; null when it or the project is not there. Creates nothing. */
  find(name: string, project: readonly string[], signal: AbortSignal): Promise<StandingSource | null>;
  /** The data source of this id, whatever it is called now; null when it is not in that project any more. */
  findById(id: string, project: readonly string[], signal: AbortSignal): Promise<StandingSource | null>;
  /** Replaces (or creates) the data source as a whole; the old one stays when anything fails. */
  publish(command: PublishCommand, signal: AbortSignal): Promise<PublishReceipt>;
  /** Changes rows of a data source; it stays as it was when anything fails. */
  changeRows(command: ChangeRowsCommand, signal: AbortSignal): Promise<ChangeRowsReceipt>;
  /** Publishes a workbook unless it is there already; never over another one. Absent where there are none. */
  publishWorkbook?(command: WorkbookCommand, signal: AbortSignal): Promise<WorkbookReceipt>;
  /** Sets the hub's own warning of a data source, or lifts it (null); those of others are left alone. */
  warn(id: string, warning: SourceWarning | null, signal: AbortSignal): Promise<WarningOutcome>;
  /** Lets groups and users at something; what they may do already stays. */
  grant(kind: "data source" | "workbook", id: string, grants: readonly Grant[], signal: AbortSignal): Promise<void>;
  /** Fetches what the system holds now into a file, as it hands it out: real ones wrap extracts in packages. */
  download(source: Pick<StandingSource, "id">, file: string, signal: AbortSignal): Promise<void>;
}
