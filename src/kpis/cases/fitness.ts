import { align } from "./alignment.ts";

/**
 * Fitness of a trace to the best of the allowed paths: 1 − cost ÷ (|t| + |m|) with the optimal alignment cost
 * |t| + |m| − 2·LCS (reference §2.6). Null without paths.
 */
export function pathFitness(trace: readonly string[], paths: readonly (readonly string[])[]): number | null {
  return paths.length === 0 ? null : Math.max(...paths.map((path) => align(trace, path).fitness));
}
