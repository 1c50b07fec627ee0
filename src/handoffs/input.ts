import type { Actor, BusinessCalendar, Canonical, Handoff, Instant, LinkedObject } from "../model/index.ts";

export type Waiver = NonNullable<Handoff["waiver"]>;

/** Everything one contract is decided on. Plain data; nothing is read while deciding. */
export interface ReconcileInput {
  /** What happened later counts as not happened. */
  readonly asOf: Instant;
  readonly calendar: BusinessCalendar;
  /** All objects of the source type, removed ones too: they may have been revoked, and they may claim a target. */
  readonly sources: readonly LinkedObject[];
  /** All objects of the target type; ignored when the contract's target is the source itself. */
  readonly targets: readonly LinkedObject[];
  readonly actors: readonly Actor[];
  /** Attributes of objects that sources and targets point to (an account's name), by object id. */
  readonly related: ReadonlyMap<string, Readonly<Record<string, Canonical>>>;
  /** Decisions to leave a handoff alone, by handoff id. */
  readonly waivers: ReadonlyMap<string, Waiver>;
}

/** An object with what the decisions need of it over and over. */
export interface Party {
  readonly linked: LinkedObject;
  /** What sentences call it. */
  readonly name: string;
  readonly createdAt: Instant;
  /** When it ended, as far as the as-of knows; null while it lives. An end at an unknown time counts from the beginning. */
  readonly removedAt: Instant | null;
}
