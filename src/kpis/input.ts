import type { ChildJoin, Handoff, Instant, LinkedObject, ObjectDigest } from "../model/index.ts";

/** Where measuring reads from. Streams may be of any length; each is read once per process that needs it. */
export interface MeasureSource {
  /** Objects of one type, or those of `only`, with their own events and those of the children that `joins` names. */
  objects(type: string, joins: readonly ChildJoin[], only?: ReadonlySet<string>): AsyncIterable<LinkedObject>;
  /** What `objects` would hand on, by digest: far cheaper than the objects. Without it every case is built every time. */
  digests?(type: string, joins: readonly ChildJoin[]): AsyncIterable<readonly ObjectDigest[]>;
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
