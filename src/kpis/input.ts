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

/** An approved exception from one rule, of one case or of all that have certain attributes; from `until` on it holds no more (reference §2.6). */
export interface Waiver {
  readonly process: string;
  readonly rule: string;
  /** The case object's id, or its record's own id in its system; null when `where` says which. */
  readonly caseId: string | null;
  /** Attributes or dimensions by name; all of them must be so. Empty for one case. */
  readonly where: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly approver: string;
  readonly until: Instant | null;
}
