import type { Problem } from "../errors.ts";
import type { Operation } from "../handoff.ts";
import type { Instant } from "../instants.ts";
import type { Fence } from "./runs.ts";

/** Somebody's word, or a contract's, that operations may be carried out until an instant (design §5.6). */
export interface Approval {
  readonly id: string;
  /** The plan it was given on. A later plan with the same operations is covered, too. */
  readonly planHash: string;
  readonly operationIds: readonly string[];
  /** A person of people.yaml; for a contract its name. */
  readonly by: string;
  readonly at: Instant;
  readonly until: Instant;
  readonly kind: "person" | "contract";
}

/**
 * - `planned`: approved, not sent
 * - `sent`: committed before the call; after a crash nobody knows yet
 * - `confirmed`: read back, the value stands
 * - `failed`: refused by the system, or not there when read back
 * - `unknown`: may have been done; looked for before anything is sent again
 * - `stale`: the target is no longer what it was planned on
 * - `half_done`: a creation stands but parts of it are missing
 */
export type OutboxState = "planned" | "sent" | "confirmed" | "failed" | "unknown" | "stale" | "half_done";

/** States that a later run has to look into before the operation may be sent again. */
export const OPEN_STATES = ["sent", "unknown", "half_done"] as const satisfies readonly OutboxState[];

/** What became of one operation, under the newest approval that it was taken up for. */
export interface OutboxEntry {
  readonly operationId: string;
  readonly planHash: string;
  readonly approvalId: string;
  readonly handoffId: string;
  readonly action: Operation["action"];
  /** For an update: the attribute. */
  readonly field: string | null;
  readonly connection: string;
  /** Whose name it was sent under: the connection's own user in its system. */
  readonly account: string | null;
  readonly idempotencyKey: string;
  readonly state: OutboxState;
  /** How often it was sent. */
  readonly attempts: number;
  readonly sentAt: Instant | null;
  readonly settledAt: Instant | null;
  readonly requestId: string | null;
  /** The record's own id in its system; null for a creation that no receipt told of. */
  readonly nativeId: string | null;
  /** `system/tenant/stream/id` of the record, once known. */
  readonly targetKey: string | null;
  readonly before: Operation["before"];
  readonly after: Operation["after"];
  /** Why it is not confirmed, or what else there is to say of it: a duplicate, a value lost meanwhile. */
  readonly problem: Problem | null;
}

/** How an entry goes on; `planned` when it was certainly not done and may be sent again. What is left out stays. */
export interface Settlement {
  readonly state: Exclude<OutboxState, "sent">;
  readonly at: Instant;
  readonly requestId?: string | null;
  readonly nativeId?: string | null;
  readonly targetKey?: string | null;
  readonly problem?: Problem | null;
}

/** One line of an operation's life, for `explain` and audits. */
export interface OutboxReceipt {
  readonly operationId: string;
  readonly at: Instant;
  readonly event: "sent" | "answered" | "adopted" | "settled";
  readonly requestId: string | null;
  readonly nativeId: string | null;
  readonly detail: string | null;
}

/** Somebody's word that nothing may be written, or may again; the newest that concerns a connection holds. */
export interface WritePause {
  /** Null for all connections. */
  readonly connection: string | null;
  readonly kind: "pause" | "resume";
  readonly by: string;
  readonly at: Instant;
  readonly reason: string;
}

export interface OutboxPort {
  /** The same approval given twice is one. */
  approve(fence: Fence, approval: Approval): Promise<void>;
  approvals(): Promise<readonly Approval[]>;
  /**
   * Puts operations in line under an approval. One that is open stays as it is; one that was settled under another
   * approval, or was not confirmed, starts anew.
   */
  take(
    fence: Fence,
    entries: readonly Pick<
      OutboxEntry,
      | "operationId"
      | "planHash"
      | "approvalId"
      | "handoffId"
      | "action"
      | "field"
      | "connection"
      | "idempotencyKey"
      | "targetKey"
      | "before"
      | "after"
    >[],
  ): Promise<void>;
  entries(choice?: {
    readonly states?: readonly OutboxState[];
    readonly handoffId?: string;
    readonly operationIds?: readonly string[];
  }): Promise<readonly OutboxEntry[]>;
  /**
   * Commits that an operation is about to be sent; lease and pauses are checked in the same transaction. False when
   * writes are paused: nothing may be sent then.
   * @throws HubError HUB-3003 when another run has taken over.
   */
  markSent(fence: Fence, operationId: string, account: string, at: Instant): Promise<boolean>;
  settle(fence: Fence, operationId: string, settlement: Settlement): Promise<void>;
  /** Keeps a receipt; the ids it tells are the entry's from then on. */
  note(fence: Fence, receipt: OutboxReceipt): Promise<void>;
  receipts(operationIds: readonly string[]): Promise<readonly OutboxReceipt[]>;
  /** Every word on pauses, oldest first. */
  pauses(): Promise<readonly WritePause[]>;
  /** Needs no lease: writes can be stopped while a run holds it, which asks before each of them. */
  recordPause(word: WritePause): Promise<void>;
}

/** The pause that keeps a connection from being written to; null when nothing does. */
export function pauseOf(words: readonly WritePause[], connection: string): WritePause | null {
  const last = words.findLast((word) => word.connection === null || word.connection === connection);
  return last?.kind === "pause" ? last : null;
}
