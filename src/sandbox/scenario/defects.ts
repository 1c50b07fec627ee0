import type { Random } from "./random.ts";

/** One kind of defect to plant: how often among the candidates, and which of them can carry it. */
export interface DefectPlan<T> {
  readonly name: string;
  /** Share of the candidates, before the seed's variation. */
  readonly rate: number;
  readonly eligible?: (candidate: T) => boolean;
}

/**
 * Gives each planned defect its own candidates, no candidate two defects, and every defect at least one as long as an
 * eligible candidate is left. The rate varies by seed between 0.5 and 1.5 of the planned one.
 */
export function allot<T>(random: Random, candidates: readonly T[], plans: readonly DefectPlan<T>[]): Map<T, string> {
  const allotted = new Map<T, string>();
  const order = random.shuffled(candidates);
  for (const plan of plans) {
    let left = Math.max(1, Math.round(plan.rate * candidates.length * random.between(0.5, 1.5)));
    for (const candidate of order) {
      if (left === 0) break;
      if (allotted.has(candidate) || (plan.eligible !== undefined && !plan.eligible(candidate))) continue;
      allotted.set(candidate, plan.name);
      left -= 1;
    }
  }
  return allotted;
}
