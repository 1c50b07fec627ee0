import type { Instant, Precision } from "./instants.ts";
import type { RecordKey } from "./identity.ts";
import type { RemovalCause } from "./records.ts";

/** A choice of a list: the id survives a renaming, the name is the text at the time. */
export interface OptionValue {
  readonly option: string;
  readonly name: string;
}

/** Somebody of the system: the system's own user (or queue) id. */
export interface PersonValue {
  readonly person: string;
}

/** A pointer to another record of the same tenant. */
export interface RecordValue {
  readonly stream: string;
  readonly id: string;
}

/**
 * A field as the connector hands it to the mapping: plain JSON, dates as `YYYY-MM-DD`, instants as ISO 8601 UTC text,
 * choices, persons and records named as such; null when empty.
 */
export type FieldValue =
  null | string | number | boolean | OptionValue | PersonValue | RecordValue | readonly FieldValue[];

/** Who did something, and how sure we are that it was a person (reference §2.5). */
export interface ActorEvidence {
  /** The system's own user id; null for the system itself or an unattributed rule. */
  readonly person: string | null;
  /** `human` and `automation` when the system says so itself; `api` when a program acted under somebody's name. */
  readonly kind: "human" | "automation" | "api" | "unknown";
  /** The registered client or rule, when named. */
  readonly client?: string;
}

/** One change of one field, told by the system's own history. */
export interface Transition {
  readonly field: string;
  readonly from: FieldValue;
  readonly to: FieldValue;
  readonly at: Instant;
  readonly precision: Precision;
  readonly by: ActorEvidence;
  /** The history row's stream and id. */
  readonly source: { readonly stream: string; readonly id: string };
  /** Order among rows of the same instant, as the system gives it. */
  readonly sequence: number;
}

/** An entity in the shape every connector's records are brought to before mapping. Pure data; no clock read. */
export interface NormalisedEntity {
  readonly key: RecordKey;
  /** By the name an admin writes in a mapping (`StageName`, `Owner.Name`, `section`, a custom field's name, a column's title). */
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** In time order, then `sequence`. The last transition of a field agrees with its current value, or `gaps` says so. */
  readonly transitions: readonly Transition[];
  readonly created: { readonly at: Instant; readonly precision: Precision; readonly by: ActorEvidence } | null;
  readonly removed: { readonly at: Instant | null; readonly cause: RemovalCause; readonly mergedInto?: string } | null;
  /** The record's page in its system. */
  readonly url: string | null;
  /** Fields whose history contradicts or does not reach the current value. */
  readonly gaps: readonly string[];
}
