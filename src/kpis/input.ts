import type { Actor, Handoff, Instant, ModelEvent, ModelObject } from "../model/index.ts";

/** An object after link: its references point to object ids, its persons are known, its events are complete. */
export interface LinkedObject {
  readonly object: ModelObject;
  /** The object's id, its key after link. */
  readonly id: string;
  /** The record's own id in its system. */
  readonly nativeId: string;
  /** By reference name: the id of the object it points to. */
  readonly references: Readonly<Record<string, string>>;
  /** By attribute: the person it names, null when nobody could be resolved. */
  readonly persons: Readonly<Record<string, Actor | null>>;
  /** Own events plus events of the objects that reference it as children, in time order, then `sequence`. */
  readonly events: readonly ModelEvent[];
}

/** Objects of `type` whose reference `reference` names the case object; their events belong to the case. */
export interface CaseJoin {
  readonly type: string;
  readonly reference: string;
}

/** Where measuring reads from. Streams may be of any length; each is read once per process that needs it. */
export interface MeasureSource {
  /** Objects of one type with their own events and those of the children that `joins` names. */
  objects(type: string, joins: readonly CaseJoin[]): AsyncIterable<LinkedObject>;
  handoffs(): AsyncIterable<Handoff>;
}

/** What measuring must know of a handoff contract. */
export interface ContractInfo {
  readonly name: string;
  readonly title: string;
  readonly fromTeam: string | null;
  readonly toTeam: string | null;
  readonly sourceType: string;
  readonly targetType: string;
  readonly since: Instant;
}

/** An approved exception of one case from one rule; after `until` it no longer holds (reference §2.6). */
export interface Waiver {
  readonly process: string;
  readonly rule: string;
  readonly caseId: string;
  readonly reason: string;
  readonly approver: string;
  readonly until: Instant | null;
}
