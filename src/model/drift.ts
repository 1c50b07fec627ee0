import type { Problem } from "./errors.ts";
import type { Instant } from "./instants.ts";

/** A field as its system describes it. */
export interface FieldShape {
  readonly label: string;
  readonly type: string;
}

/** The fields of a stream, by name. */
export type StreamShape = Readonly<Record<string, FieldShape>>;

export type ShapeChange =
  | { readonly kind: "added"; readonly field: string; readonly to: FieldShape }
  | { readonly kind: "removed"; readonly field: string; readonly from: FieldShape }
  | {
      readonly kind: "retyped" | "relabelled";
      readonly field: string;
      readonly from: FieldShape;
      readonly to: FieldShape;
    };

/**
 * What is done when a stream is not as it was:
 * - `evolve`: the change is taken over and told
 * - `freeze`: the stream is not read until the change is accepted
 * - `quarantine`: reading goes on, what arrives is kept with the rejects until the change is accepted
 */
export type DriftAction = "evolve" | "freeze" | "quarantine";

/** By kind of change. */
export type DriftPolicy = Readonly<Record<ShapeChange["kind"], DriftAction>>;

/** What is taken for granted of a stream. */
export interface AcceptedShape {
  readonly shape: StreamShape;
  readonly acceptedAt: Instant;
}

/** What has changed of a stream since, and what follows from it until somebody accepts it. */
export interface Drift {
  readonly changes: readonly ShapeChange[];
  /** Why the stream is not read; null when it is. */
  readonly frozen: Problem | null;
  /** What is said of each record that arrives meanwhile; null when they are accepted. */
  readonly quarantine: Problem | null;
}

/** How often a field was empty in the records that were read. */
export interface FieldFill {
  readonly field: string;
  readonly seen: number;
  readonly empty: number;
}

/** What became of a stream's fields, in the order of their names. A field that changed in both is told as retyped. */
export function compareShapes(before: StreamShape, after: StreamShape): readonly ShapeChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((field): readonly ShapeChange[] => {
    const [from, to] = [before[field], after[field]];
    if (from === undefined) return to === undefined ? [] : [{ kind: "added", field, to }];
    if (to === undefined) return [{ kind: "removed", field, from }];
    if (from.type !== to.type) return [{ kind: "retyped", field, from, to }];
    return from.label === to.label ? [] : [{ kind: "relabelled", field, from, to }];
  });
}

/** `+ Region2__c (string)`, `− Segment__c`, `Amount: currency → string`. */
export function formatShapeChange(change: ShapeChange): string {
  switch (change.kind) {
    case "added":
      return `+ ${change.field} (${change.to.type})`;
    case "removed":
      return `− ${change.field} (${change.from.type})`;
    case "retyped":
      return `${change.field}: ${change.from.type} → ${change.to.type}`;
    default:
      return `${change.field}: "${change.from.label}" → "${change.to.label}"`;
  }
}
