import type { FieldWeight } from "../model/index.ts";
import { NO_ALIASES } from "./aliases.ts";
import type { Aliases } from "./aliases.ts";
import { assign, THRESHOLDS } from "./assign.ts";
import type { Assignment, Thresholds } from "./assign.ts";
import { BLOCK_CAP, candidatePairs } from "./candidates.ts";
import type { SkippedBlock } from "./candidates.ts";
import { scoreOf } from "./fellegi-sunter.ts";
import type { Agreement, Chances } from "./fellegi-sunter.ts";
import type { Counts } from "./frequency.ts";

/** A kind of things whose records are told apart: how they are normalised, blocked and compared. */
export interface Kind<Record, Profile extends { readonly id: string }> {
  readonly chances: Chances;
  /** Fields that are a fallback: agreeing on nothing else is never enough. */
  readonly neverAlone: readonly string[];
  profileOf(record: Record, aliases: Aliases): Profile;
  /** Blocking keys; records that share none are never compared. */
  keysOf(profile: Profile): readonly string[];
  /** How rare values are, by field, over both books. */
  countsOf(books: readonly (readonly Profile[])[]): Counts;
  compare(a: Profile, b: Profile, counts: Counts): readonly Agreement[];
}

export interface ResolveOptions {
  readonly thresholds?: Thresholds;
  readonly aliases?: Aliases;
  /** In place of the kind's own. */
  readonly chances?: Chances;
  readonly blockCap?: number;
}

/** Two records and how likely they are one thing. */
export interface Resolved {
  readonly left: string;
  readonly right: string;
  readonly probability: number;
  readonly breakdown: readonly FieldWeight[];
}

export interface Resolution extends Assignment<Resolved> {
  /** Every pair that was compared, in the order of the left book. */
  readonly compared: readonly Resolved[];
  readonly skipped: readonly SkippedBlock[];
}

/** The pairs of both books that share a blocking key, scored, in the order of the left book. */
export function scoreBooks<Record, Profile extends { readonly id: string }>(
  kind: Kind<Record, Profile>,
  left: readonly Record[],
  right: readonly Record[],
  options: ResolveOptions = {},
): Pick<Resolution, "compared" | "skipped"> {
  const { compared, skipped } = compareBooks(kind, left, right, options);
  const { accept, queue } = options.thresholds ?? THRESHOLDS;
  return {
    skipped,
    compared: compared.map(({ left, right, agreements, prior }) => {
      const { probability, breakdown } = scoreOf(agreements, options.chances ?? kind.chances, prior);
      const alone = breakdown.every(({ field, weight }) => weight <= 0 || kind.neverAlone.includes(field));
      return { left, right, breakdown, probability: alone ? Math.min(probability, (accept + queue) / 2) : probability };
    }),
  };
}

/** Finds for each record of one book the record of the other that stands for the same thing, or none. */
export function resolveBooks<Record, Profile extends { readonly id: string }>(
  kind: Kind<Record, Profile>,
  left: readonly Record[],
  right: readonly Record[],
  options: ResolveOptions = {},
): Resolution {
  const { compared, skipped } = scoreBooks(kind, left, right, options);
  const inOrder = (a: Resolved, b: Resolved): number => compare(a.left, b.left) || compare(a.right, b.right);
  return { ...assign(compared, options.thresholds ?? THRESHOLDS, inOrder), compared, skipped };
}

/** The pairs of both books that share a blocking key, field by field. */
export function compareBooks<Record, Profile extends { readonly id: string }>(
  kind: Kind<Record, Profile>,
  left: readonly Record[],
  right: readonly Record[],
  { aliases = NO_ALIASES, blockCap = BLOCK_CAP }: ResolveOptions = {},
): {
  readonly compared: readonly {
    readonly left: string;
    readonly right: string;
    readonly agreements: readonly Agreement[];
    readonly prior: number;
  }[];
  readonly skipped: readonly SkippedBlock[];
} {
  const ours = left.map((record) => kind.profileOf(record, aliases));
  const theirs = right.map((record) => kind.profileOf(record, aliases));
  const counts = kind.countsOf([ours, theirs]);
  // Before anything is compared, one record of the other book at most is the same thing.
  const prior = 1 / Math.max(2, ours.length, theirs.length);
  const { pairs, skipped } = candidatePairs(ours, theirs, (profile) => kind.keysOf(profile), blockCap);
  return {
    compared: Array.from(pairs, ([a, b]) => ({
      left: a.id,
      right: b.id,
      agreements: kind.compare(a, b, counts),
      prior,
    })),
    skipped,
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
