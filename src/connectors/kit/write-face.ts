import { HubError } from "../../model/index.ts";
import type { Canonical, Instant } from "../../model/index.ts";
import type { Survey } from "./survey.ts";

/** What a system promises of its writes; the outbox goes by this and never by the system's name. */
export interface WriteTraits {
  /** True when the system itself refuses an update of a record that changed after `unmodifiedSince`. */
  readonly conditional: boolean;
  /** True when the system itself refuses, or takes for the same, a second record with the marker. */
  readonly uniqueMarker: boolean;
  /** How long after a write a search may still miss what was written, milliseconds. */
  readonly settleMs: number;
}

/** A record that carries a marker. */
export interface FoundTarget {
  readonly id: string;
  /** Null where the system does not tell. */
  readonly createdAt: Instant | null;
}

export interface CreateCommand {
  readonly stream: string;
  /** Found again by this text in the target, wherever the system allows to keep it. */
  readonly marker: string;
  /** Field names as the normaliser offers them. */
  readonly fields: Readonly<Record<string, Canonical>>;
  /**
   * What a contract's `create_from` says after the connection: a project template, the project (and `/section`) of a
   * task, the board (and `/group`) of an item, the record type of a Salesforce record.
   */
  readonly template?: string;
  /** What it is created in, by id or name: goes before what `template` says. */
  readonly parent?: string;
}

/** A creation before there is anything to create: what each one would be made from, and which fields it would set. */
export interface Prospect extends Pick<CreateCommand, "stream" | "template"> {
  /** Field names as the normaliser offers them; null where the value is only known once there is a source. */
  readonly fields: Readonly<Record<string, Canonical>>;
}

/** Where records are created, in the words of a creation. */
export interface WritePlace {
  readonly template?: string | null;
  readonly parent?: string | null;
}

/** A creation whose record stands already. */
export interface CompleteCommand extends CreateCommand {
  readonly id: string;
}

export interface UpdateCommand {
  readonly stream: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, Canonical>>;
  /** The record's modification stamp it was planned on; where the system offers conditional writes they are used. */
  readonly unmodifiedSince?: Instant;
  readonly idempotencyKey: string;
}

export interface RetireCommand {
  readonly stream: string;
  readonly id: string;
  /** What the record is marked with, so that a person sees who put it away and why. */
  readonly tag: string;
  readonly idempotencyKey: string;
}

export interface WriteReceipt {
  readonly id: string;
  readonly requestId: string | null;
  readonly at: Instant;
  /** False when the record stands, but parts of it are missing: `complete` finishes it. */
  readonly complete: boolean;
  /** What is missing, one phrase each for a person; empty when nothing is. */
  readonly missing: readonly string[];
  /** Changes by others that an update may have gone over, where the system tells of them without what they were. */
  readonly overlooked?: readonly Overlooked[];
}

/** Somebody's change in the moment between looking and writing; null where the system does not say. */
export interface Overlooked {
  readonly by: string | null;
  readonly at: Instant | null;
}

/** What became of one of several writes sent together. */
export type WriteOutcome =
  | { readonly receipt: WriteReceipt; readonly error?: undefined }
  | { readonly error: HubError; readonly receipt?: undefined };

/**
 * Writes to business records; only the outbox calls it (design §5.5). Every method throws a HubError of which
 * {@link isStale} and {@link isUnknown} tell what became of the write; where neither holds it was certainly not done.
 */
export interface WriteFace {
  readonly traits: WriteTraits;
  /** Looks up everything a creation names, and what one costs; sends nothing that changes anything. */
  survey(prospect: Prospect, signal: AbortSignal): Promise<Survey>;
  /**
   * All records of a stream that carry the marker, oldest first; more than one when somebody has made a copy. With the
   * place the hub creates them in, systems that have to list everything list that place, and search for what was put
   * elsewhere: that shows within the time to settle.
   */
  find(stream: string, marker: string, signal: AbortSignal, place?: WritePlace): Promise<readonly FoundTarget[]>;
  /** Puts the marker into the same call that makes the record, so that a crash at any moment leaves it findable. */
  create(command: CreateCommand, signal: AbortSignal): Promise<WriteReceipt>;
  /** Makes what is missing of a record that `create` left incomplete; changes nothing that is there. Safe to repeat. */
  complete(command: CompleteCommand, signal: AbortSignal): Promise<WriteReceipt>;
  update(command: UpdateCommand, signal: AbortSignal): Promise<WriteReceipt>;
  /** Takes a record out of everybody's way and tags it; never deletes. No marker finds it any more. Safe to repeat. */
  retire(command: RetireCommand, signal: AbortSignal): Promise<WriteReceipt>;
  /** Several at once where that saves calls; an outcome for each command, in their order. */
  createMany?(commands: readonly CreateCommand[], signal: AbortSignal): Promise<readonly WriteOutcome[]>;
  updateMany?(commands: readonly UpdateCommand[], signal: AbortSignal): Promise<readonly WriteOutcome[]>;
}

/** Each record once, oldest first; those of one moment by id. */
export function oldestFirst(found: readonly FoundTarget[]): readonly FoundTarget[] {
  const each = new Map(found.map((one) => [one.id, one]));
  return [...each.values()].toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || (a.id < b.id ? -1 : 1));
}

/** True when a write was refused because the record has changed: it was not done, and has to be planned anew. */
export function isStale(error: unknown): boolean {
  return error instanceof HubError && error.fate === "stale";
}

/**
 * True when nobody can tell whether a write was done: it timed out, its answer was cut or made no sense, or the system
 * failed after it was sent. Whatever nobody foresaw counts among it: looking once too often does no harm.
 */
export function isUnknown(error: unknown): boolean {
  return !(error instanceof HubError) || error.fate === "unknown";
}

/** The same error for a write of several steps or tries of which an earlier one was, or may have been, done. */
export function afterPartOfIt(error: unknown): unknown {
  if (!(error instanceof HubError) || error.fate === "unknown") return error;
  const { code, message, disposition, place, remedy, retryAt, cause } = error;
  return new HubError(code, message, {
    disposition,
    place,
    fate: "unknown",
    ...(cause === undefined ? {} : { cause }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(retryAt === undefined ? {} : { retryAt }),
  });
}
