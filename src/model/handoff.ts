import type { Instant } from "./instants.ts";
import type { Canonical, Money } from "./process.ts";

export type LinkState = "expected" | "matched" | "missing" | "ambiguous" | "duplicate" | "orphan" | "revoked";
export type Timeliness = "pending" | "on_time" | "late";
export type ContentState = "in_sync" | "drifted" | "conflict" | "unknown";
export type Decision = "none" | "accepted" | "rejected" | "returned";

/** Reference §3.3, in order of precedence. */
export const HANDOFF_LABELS = [
  "revoked",
  "duplicate",
  "ambiguous",
  "orphan",
  "missing",
  "conflict",
  "returned",
  "rejected",
  "drifted",
  "late",
  "matched",
  "expected",
] as const;
export type HandoffLabel = (typeof HANDOFF_LABELS)[number];

/** What an admin sees (design §6). */
export type PlainState = "fine" | "waiting" | "late or missing" | "needs your decision" | "ignored";

/** What one field added to the likelihood that two records are one thing, in bits; below 0 it speaks against it. */
export interface FieldWeight {
  readonly field: string;
  /** How far both agree: `same`, `nearly the same`, `different`. */
  readonly level: string;
  readonly weight: number;
}

/** One candidate target and why it was considered. */
export interface MatchEvidence {
  readonly targetKey: string;
  /** 1 explicit link or a person's word, 2 deterministic key, 3 likeness (taken only where the contract says from which score on). */
  readonly rung: 1 | 2 | 3;
  readonly why: string;
  readonly confidence: number;
  /** When the target came to be there. */
  readonly createdAt?: Instant;
  /** Of rung 3: what the confidence is made of. */
  readonly breakdown?: readonly FieldWeight[];
  /** What decided between candidates that are as likely, in the words of the contract. */
  readonly tieBreak?: string;
}

/** What happened to a field since both sides last agreed on it (reference §3.4). */
export type FieldChange =
  | "in_sync"
  | "source_changed"
  | "target_changed"
  | "convergent"
  | "conflict"
  /** Both sides differ and never agreed as far as the hub knows: it is reported only. */
  | "first_sync";

/** When a side's value came to be what it is, and who did it; null where its system does not tell. */
export interface ValueChange {
  readonly at: Instant | null;
  readonly by: string | null;
}

/** One compared field of a matched pair. */
export interface FieldComparison {
  readonly field: string;
  readonly source: Canonical;
  readonly target: Canonical;
  readonly equal: boolean;
  readonly owner: "source" | "target" | "shared" | "create_once" | "append_only" | "derived";
  /** What both sides held when they last agreed; absent when they never did. */
  readonly base?: Canonical;
  readonly change?: FieldChange;
  readonly sourceChanged?: ValueChange;
  readonly targetChanged?: ValueChange;
  /** Which side holds from now on, by ownership, policy or a person's word; null while that is open. */
  readonly resolution?: "source" | "target" | null;
}

/** One expected passing of responsibility, or an orphan target; derived anew from event times at each reconcile. */
export interface Handoff {
  /** hash(contract, source object, occurrence) or hash(contract, "orphan", target). */
  readonly id: string;
  readonly contract: string;
  readonly occurrence: number;
  readonly sourceKey: string | null;
  readonly targetKey: string | null;
  readonly claimedKeys: readonly string[];
  /** Set for occurrences before the contract's `since`; no state is computed then. */
  readonly historical: boolean;
  readonly link: LinkState;
  readonly timeliness: Timeliness;
  readonly content: ContentState;
  readonly decision: Decision;
  readonly label: HandoffLabel;
  readonly plain: PlainState;
  /** One plain sentence: what is so and why. */
  readonly because: string;
  readonly triggeredAt: Instant | null;
  readonly dueAt: Instant | null;
  readonly graceUntil: Instant | null;
  readonly acceptDueAt: Instant | null;
  readonly createdAt: Instant | null;
  readonly assignedAt: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly rejectedAt: Instant | null;
  readonly firstWorkAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly evidence: readonly MatchEvidence[];
  readonly comparisons: readonly FieldComparison[];
  readonly money: Money | null;
  /** A person's decision to leave it alone. */
  readonly waiver: { readonly reason: string; readonly by: string; readonly until: Instant | null } | null;
  /** What the source is called, for an orphan the target. */
  readonly name?: string;
  /** The company it is about, where the source refers to one. */
  readonly company?: string;
  /** When it was last given back after an acceptance; absent when it never was. */
  readonly returnedAt?: Instant;
  /** How often it was given back; absent when it never was. */
  readonly returns?: number;
  /** Why it was rejected, where the contract lists the reasons that count. */
  readonly rejection?: { readonly reason: string | null; readonly known: boolean };
  /** Attributes of the source that the contract needs and that are empty; absent when it lacks none. */
  readonly lacks?: readonly string[];
  /** Who was to be told of a missed deadline, and since when; absent while nobody is. */
  readonly escalation?: { readonly to: string; readonly since: Instant };
}

/** One step in the life of a handoff: the fields that changed, what it counted as from then on, and why. */
export interface StateChange {
  readonly at: Instant;
  readonly link?: LinkState;
  readonly timeliness?: Timeliness;
  readonly content?: ContentState;
  readonly decision?: Decision;
  readonly label: HandoffLabel;
  readonly because: string;
}

/** One write the hub would make. The plan's hash covers what it does, not its score, cost or time (design §5.6). */
export interface Operation {
  readonly id: string;
  readonly handoffId: string;
  readonly connection: string;
  readonly system: string;
  /** `link` is kept by the hub alone; `retire` archives and tags what a creation made, and never deletes. */
  readonly action: "create" | "update" | "link" | "retire";
  readonly objectType: string;
  /** Native key of the object written; null for a creation. */
  readonly targetKey: string | null;
  readonly field: string | null;
  readonly before: Canonical;
  readonly after: Canonical | Readonly<Record<string, Canonical>>;
  readonly precondition: string;
  readonly reason: string;
  readonly rule: string;
  readonly confidence: number;
  readonly risk: "low" | "medium" | "high";
  readonly calls: number;
  /** Of an inverse: the operation it takes back. */
  readonly undoes?: string;
}

export interface Plan {
  readonly hash: string;
  readonly asOf: Instant;
  readonly createdAt: Instant;
  readonly operations: readonly Operation[];
}

/** A person's word that two objects are the two sides of a handoff, or are not. */
export interface MatchDecision {
  /** Null for all contracts. */
  readonly contract: string | null;
  readonly a: string;
  readonly b: string;
  readonly kind: "confirm" | "reject";
  readonly by: string;
  readonly at: Instant;
  readonly reason: string;
}

/** A person's word on which side of a field holds. */
export interface ConflictDecision {
  readonly take: "source" | "target";
  readonly by: string;
  readonly at: Instant;
  readonly reason: string;
}

/** A conflict decision with the field it is about. */
export interface StoredConflictDecision extends ConflictDecision {
  readonly handoffId: string;
  readonly field: string;
}

/** A pair of sides that a write of the hub made or confirmed. */
export interface ConfirmedLink {
  readonly handoffId: string;
  readonly contract: string;
  readonly sourceKey: string;
  readonly targetKey: string;
  readonly operationId: string;
  readonly at: Instant;
}

/** What both sides of a handoff held when they last agreed, by field name. */
export interface HandoffBase {
  readonly handoffId: string;
  readonly fields: Readonly<Record<string, Canonical>>;
}
