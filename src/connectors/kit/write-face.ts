import type { Canonical, HubError, Instant } from "../../model/index.ts";

export interface CreateCommand {
  readonly stream: string;
  /** Found again by this text in the target, wherever the system allows to keep it. */
  readonly marker: string;
  /** Field names as the normaliser offers them. */
  readonly fields: Readonly<Record<string, Canonical>>;
  readonly template?: string;
  readonly parent?: string;
}

export interface UpdateCommand {
  readonly stream: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, Canonical>>;
  /** The record's modification stamp it was planned on; where the system offers conditional writes they are used. */
  readonly unmodifiedSince?: Instant;
  readonly idempotencyKey: string;
}

export interface WriteReceipt {
  readonly id: string;
  readonly requestId: string | null;
  readonly at: Instant;
}

/** What became of one of several writes sent together. */
export type WriteOutcome =
  | { readonly receipt: WriteReceipt; readonly error?: undefined }
  | { readonly error: HubError; readonly receipt?: undefined };

/** Writes to business records; only the outbox calls it (design §5.5). */
export interface WriteFace {
  /** Looks for a record that carries the marker; null when there is none. */
  find(stream: string, marker: string, signal: AbortSignal): Promise<string | null>;
  create(command: CreateCommand, signal: AbortSignal): Promise<WriteReceipt>;
  update(command: UpdateCommand, signal: AbortSignal): Promise<WriteReceipt>;
  /** Several at once where that saves calls; an outcome for each command, in their order. */
  createMany?(commands: readonly CreateCommand[], signal: AbortSignal): Promise<readonly WriteOutcome[]>;
  updateMany?(commands: readonly UpdateCommand[], signal: AbortSignal): Promise<readonly WriteOutcome[]>;
}
