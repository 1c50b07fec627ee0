import type { FieldWeight } from "../model/index.ts";

/** How often a level is reached by records of one thing (m), and by records of two things (u). */
export interface LevelChances {
  readonly m: number;
  readonly u: number;
}

/** Chances by field and level. */
export type Chances = Readonly<Record<string, Readonly<Record<string, LevelChances>>>>;

/** What comparing two records in one field came to. */
export interface Agreement {
  readonly field: string;
  readonly level: string;
  /** How rare the value is on which they agree; takes the place of the level's u when that is larger. */
  readonly chance?: number;
}

export interface Score {
  /** That both records are one thing, in [0, 1]. */
  readonly probability: number;
  /** What each field added, in bits; fields of which a side says nothing are left out. */
  readonly breakdown: readonly FieldWeight[];
}

/** No single field may settle a question for good: sources err. */
const HEAVIEST = 16;

/**
 * Fellegi and Sunter's weight of the evidence: `log2(λ/(1−λ)) + Σ log2(m/u)`, as a probability. A field on which a side is
 * silent is no agreement and weighs nothing. Of fields that tell the same (`together`), only the heaviest counts.
 * @param prior λ, the chance that a pair is a match before anything is compared.
 */
export function scoreOf(
  agreements: readonly Agreement[],
  chances: Chances,
  prior: number,
  together: readonly (readonly string[])[] = [],
): Score {
  const weighed = agreements.map((agreement): FieldWeight => {
    const { field, level } = agreement;
    return { field, level, weight: weightOf(agreement, chances[field]?.[level]) };
  });
  const counted = weighed.filter(
    (each) =>
      !together.some(
        (group) =>
          group.includes(each.field)
          && weighed.some((other) => other !== each && group.includes(other.field) && outweighs(other, each, weighed)),
      ),
  );
  const total = counted.reduce((sum, { weight }) => sum + weight, Math.log2(prior / (1 - prior)));
  return { probability: 1 / (1 + 2 ** -total), breakdown: counted };
}

function weightOf({ chance }: Agreement, level: LevelChances | undefined): number {
  if (level === undefined) return 0;
  const u = chance === undefined ? level.u : Math.min(chance, level.u);
  return Math.max(-HEAVIEST, Math.min(HEAVIEST, Math.log2(level.m / u)));
}

function outweighs(other: FieldWeight, each: FieldWeight, all: readonly FieldWeight[]): boolean {
  const difference = Math.abs(other.weight) - Math.abs(each.weight);
  return difference > 0 || (difference === 0 && all.indexOf(other) < all.indexOf(each));
}
