import { scoreOf } from "./fellegi-sunter.ts";
import type { Agreement, Chances, LevelChances } from "./fellegi-sunter.ts";

/** A compared pair and how surely it is a match: 1 or 0 when labelled, something between while estimating. */
export interface Weighted {
  readonly agreements: readonly Agreement[];
  readonly match: number;
}

/** Keeps a level that was never seen from being impossible. */
const SMOOTHING = 0.5;

/** The chances of each level as the pairs show them: from confirmed links and rejected ones, or one step of {@link refineChances}. */
export function estimateChances(pairs: readonly Weighted[], known: Chances): Chances {
  return Object.fromEntries(
    Object.entries(known).map(([field, levels]) => {
      const reached = Object.keys(levels).map((level) => ({ level, m: SMOOTHING, u: SMOOTHING }));
      for (const { agreements, match } of pairs) {
        const level = agreements.find((agreement) => agreement.field === field)?.level;
        const count = reached.find((each) => each.level === level);
        if (count === undefined) continue;
        count.m += match;
        count.u += 1 - match;
      }
      const [allM, allU] = [sum(reached.map(({ m }) => m)), sum(reached.map(({ u }) => u))];
      return [
        field,
        Object.fromEntries(
          reached.map(({ level, m, u }): [string, LevelChances] => [level, { m: m / allM, u: u / allU }]),
        ),
      ];
    }),
  );
}

/**
 * Expectation maximisation: guesses which pairs match by the chances known, takes the chances from the guess, and so on.
 * Needs no labels, and finds what most pairs have in common: with few matches among them it may find something else.
 */
export function refineChances(
  pairs: readonly (readonly Agreement[])[],
  start: Chances,
  prior: number,
  rounds = 20,
): Chances {
  let chances = start;
  for (let round = 0; round < rounds; round += 1) {
    const current = chances;
    const guessed = pairs.map((agreements) => ({
      agreements,
      match: scoreOf(agreements, current, prior).probability,
    }));
    chances = estimateChances(guessed, start);
  }
  return chances;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
