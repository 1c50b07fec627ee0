import { mulberry32 } from "../../src/sandbox/kit/random.ts";
import type { Draw } from "./harness.ts";

/** Draws that are the same for the same seed. */
export function drawFrom(seed: number): Draw {
  const next = mulberry32(seed);
  const below = (bound: number): number => Math.floor(next() * bound);
  return { next, below, pick: (list) => list[below(list.length)], chance: (share) => next() < share };
}
