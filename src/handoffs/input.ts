import type { Aliases, SkippedBlock } from "../matching/index.ts";
import type {
  Actor,
  BusinessCalendar,
  Canonical,
  ConflictDecision,
  Handoff,
  Instant,
  LinkedObject,
  MatchDecision,
} from "../model/index.ts";

export type { ConflictDecision, MatchDecision };

export type Waiver = NonNullable<Handoff["waiver"]>;

/** Everything one contract is decided on. Plain data; nothing is read while deciding. */
export interface ReconcileInput {
  /** What happened later counts as not happened. */
  readonly asOf: Instant;
  readonly calendar: BusinessCalendar;
  /** All objects of the source type, removed ones too: they may have been revoked, and they may claim a target. */
  readonly sources: Objects;
  /** All objects of the target type; ignored when the contract's target is the source itself. */
  readonly targets: Objects;
  readonly actors: readonly Actor[];
  /** Attributes of objects that sources point to (an account's name), by object id. */
  readonly related: ReadonlyMap<string, Readonly<Record<string, Canonical>>>;
  /** Decisions to leave a handoff alone, by handoff id. */
  readonly waivers: ReadonlyMap<string, Waiver>;
  readonly bases?: Bases;
  /** Persons' words on which objects belong together; they outrank every rule. */
  readonly matchDecisions?: readonly MatchDecision[];
  /** Pairs that a confirmed write made: the target's object id to the source's. */
  readonly confirmedLinks?: ReadonlyMap<string, string>;
  /** Other names of companies, for likeness. */
  readonly aliases?: Aliases;
  /** Hears which names too many share to be compared for likeness. */
  readonly tellSkipped?: (skipped: readonly SkippedBlock[]) => void;
  /** Persons' words on fields whose sides disagree, by `conflictKey`. */
  readonly conflictDecisions?: ReadonlyMap<string, ConflictDecision>;
}

/** The key of a field's decision: a handoff id holds no space. */
export function conflictKey(handoffId: string, field: string): string {
  return `${handoffId} ${field}`;
}

/** By handoff id and field name, what both sides held when they last agreed. */
export type Bases = Pick<ReadonlyMap<string, Readonly<Record<string, Canonical>>>, "get">;

/** The objects of one side: an array, or what holds less and makes each anew when it is asked for. */
export interface Objects {
  readonly length: number;
  at(index: number): LinkedObject | undefined;
}

/** An object with what the decisions need of it over and over. */
export interface Party {
  readonly id: string;
  readonly linked: LinkedObject;
  /** What sentences call it. */
  readonly name: string;
  readonly createdAt: Instant;
  /** When it ended, as far as the as-of knows; null while it lives. An end at an unknown time counts from the beginning. */
  readonly removedAt: Instant | null;
}

/** What is held of each object while counterparts are searched for among all of them. */
export interface Entry extends Pick<Party, "id" | "createdAt" | "removedAt"> {
  look(): Party;
}
