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
  readonly bytes: number;
  readonly how: "single" | "chunked";
  readonly chunks: number;
  readonly jobId: string | null;
  readonly updatedAt: Instant;
}

export interface PublishFace {
  /** The configured place for data sources: project names from the root. */
  readonly project: readonly string[];
  /** Replaces (or creates) the data source as a whole; the old one stays when anything fails. */
  publish(command: PublishCommand, signal: AbortSignal): Promise<PublishReceipt>;
  /** Fetches what the system holds now into a file. */
  download(receipt: PublishReceipt, file: string, signal: AbortSignal): Promise<void>;
}
