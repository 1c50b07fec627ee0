import { assertNever } from "../../model/index.ts";
import type { FieldChange, FieldComparison, ValueChange } from "../../model/index.ts";

/** What to do where both sides of a shared field changed differently. A side's name is a standing decision. */
export const CONFLICT_POLICIES = ["manual", "most_recent", "prefer_non_empty", "source", "target"] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

export type Side = "source" | "target";

/** How source, target and base of a field stand to each other; null where it cannot be told. */
export interface Standing {
  readonly equal: boolean;
  /** False when both sides never agreed as far as the hub knows. */
  readonly hasBase: boolean;
  readonly sourceIsBase: boolean;
  readonly targetIsBase: boolean;
}

/** The table of reference §3.4. */
export function changeOf({ equal, hasBase, sourceIsBase, targetIsBase }: Standing): FieldChange {
  if (!hasBase) return equal ? "in_sync" : "first_sync";
  if (equal) return sourceIsBase && targetIsBase ? "in_sync" : "convergent";
  if (targetIsBase) return "source_changed";
  return sourceIsBase ? "target_changed" : "conflict";
}

/** What decides which side of a differing field holds. */
export interface Dispute {
  readonly change: FieldChange;
  readonly owner: FieldComparison["owner"];
  readonly policy: ConflictPolicy;
  /** A person's word on this field. */
  readonly decided: Side | null;
  readonly empty: { readonly source: boolean; readonly target: boolean };
  readonly changed: { readonly source: ValueChange | null; readonly target: ValueChange | null };
  /** How far the two systems' clocks differ at most; null when nobody knows. */
  readonly skewMs: number | null;
  /** Prose is a person's work: the later of two is not the better one. */
  readonly freeText: boolean;
}

/** Clocks that differ by more say nothing about which of two changes came later (reference §3.4). */
const LARGEST_SKEW = 60_000;

/** The side whose value holds from now on; null while that is open. */
export function resolutionOf(dispute: Dispute): Side | null {
  const { owner, change } = dispute;
  if (dispute.decided !== null) return dispute.decided;
  switch (owner) {
    case "source":
    case "target":
      return owner;
    case "append_only":
      return "source";
    case "shared":
      if (change === "source_changed") return "source";
      if (change === "target_changed") return "target";
      return byPolicy(dispute);
    case "create_once":
    case "derived":
      return null;
    default:
      return assertNever(owner);
  }
}

function byPolicy({ policy, empty, changed, skewMs, change, freeText }: Dispute): Side | null {
  switch (policy) {
    case "manual":
      return null;
    case "source":
    case "target":
      return policy;
    case "prefer_non_empty":
      if (empty.source === empty.target) return null;
      return empty.source ? "target" : "source";
    case "most_recent": {
      const [ours, theirs] = [changed.source?.at ?? null, changed.target?.at ?? null];
      if (change !== "conflict" || freeText || ours === null || theirs === null) return null;
      if (skewMs === null || skewMs >= LARGEST_SKEW || Math.abs(ours - theirs) <= skewMs) return null;
      return ours > theirs ? "source" : "target";
    }
    default:
      return assertNever(policy);
  }
}
