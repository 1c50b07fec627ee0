import type { Instant } from "../../model/index.ts";

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

export interface PublishReceipt {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
  /** The name a workbook refers to it by; null when the system does not say. */
  readonly contentUrl: string | null;
  readonly bytes: number;
  readonly how: "single" | "chunked";
  readonly chunks: number;
  readonly jobId: string | null;
  readonly updatedAt: Instant;
}

export interface WorkbookCommand {
  readonly name: string;
  /** The name where the first one is taken. */
  readonly newerName: string;
  readonly project: readonly string[];
  /** Path of the `.twb`. */
  readonly file: string;
  readonly tags: readonly string[];
  /** A tag that says what the file holds: a workbook that carries it is not published again. */
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
  /** Replaces (or creates) the data source as a whole; the old one stays when anything fails. */
  publish(command: PublishCommand, signal: AbortSignal): Promise<PublishReceipt>;
  /** Publishes a workbook unless it is there already; never over another one. Absent where there are none. */
  publishWorkbook?(command: WorkbookCommand, signal: AbortSignal): Promise<WorkbookReceipt>;
  /** Fetches what the system holds now into a file. */
  download(receipt: PublishReceipt, file: string, signal: AbortSignal): Promise<void>;
}
