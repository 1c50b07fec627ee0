import type { Day, Instant, Precision } from "./instants.ts";
import type { ActorEvidence } from "./normalised.ts";
import type { RemovalCause } from "./records.ts";

/** Amounts keep their currency; `corporate` is the amount in the company's currency at the event's date, null if no rate is known. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
  readonly corporate: number | null;
}

/** An attribute's value in the model. Days are `{day}`, instants `{at}`, persons native ids until link resolves them. */
export type Canonical =
  | null
  | string
  | number
  | boolean
  | Money
  | { readonly day: Day }
  | { readonly at: Instant }
  | { readonly person: string }
  | readonly string[];

/** A pointer that still speaks the system's own words; link resolves it. */
export type NativeReference =
  | { readonly kind: "record"; readonly stream: string; readonly id: string }
  /** Found by what another object says of itself: `{type: "account", by: "domain", value: "acme.com"}`. */
  | { readonly kind: "key"; readonly type: string; readonly by: string; readonly value: string };

export interface NamedReference {
  readonly name: string;
  readonly to: NativeReference;
}

/** One change of one attribute; `validAt` is when it became so in the source. */
export interface AttributeChange {
  readonly attribute: string;
  readonly value: Canonical;
  readonly validAt: Instant;
  readonly observedAt: Instant;
  readonly source: "history" | "snapshot";
  /** Who made it so, when the source's history says. */
  readonly by?: ActorEvidence;
}

/** A business thing with identity and type, as one entity's mapping produced it. */
export interface ModelObject {
  /** `formatRecordKey` of the record it stands for, plus `#<suffix>` for a second object of the same record. */
  readonly key: string;
  readonly type: string;
  readonly mapping: string;
  readonly attributes: Readonly<Record<string, Canonical>>;
  readonly history: readonly AttributeChange[];
  readonly references: readonly NamedReference[];
  readonly createdAt: Instant | null;
  readonly removed: { readonly at: Instant | null; readonly cause: RemovalCause; readonly mergedInto?: string } | null;
  readonly url: string | null;
}

/** Something that happened at one instant to the object `objectKey`, and what else it touched. */
export interface ModelEvent {
  readonly id: string;
  /** Past tense or `<stage> entered`. */
  readonly type: string;
  readonly objectKey: string;
  readonly objectType: string;
  readonly occurredAt: Instant;
  readonly precision: Precision;
  /** Order among events of the same instant. */
  readonly sequence: number;
  readonly by: ActorEvidence;
  /** For stage events: the stage entered and the one left. */
  readonly stage: string | null;
  readonly fromStage: string | null;
  /** Attribute values that matter at the event's time (`{step: "Data import"}`). */
  readonly attributes: Readonly<Record<string, Canonical>>;
  readonly references: readonly NamedReference[];
  readonly source: { readonly stream: string; readonly id: string };
  readonly mapping: string;
  readonly derivation: string;
}

/** A value that a value map does not know: listed with its count, never defaulted. */
export interface UnmappedValue {
  readonly mapping: string;
  readonly field: string;
  readonly value: string;
}

/** Everything one entity maps to; replaces whatever the entity mapped to before, as a set. */
export interface MappedEntity {
  readonly objects: readonly ModelObject[];
  readonly events: readonly ModelEvent[];
  readonly unmapped: readonly UnmappedValue[];
}
