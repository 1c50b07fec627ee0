import type { Chances } from "../../matching/index.ts";

/**
 * How often a source and its own target agree (m), and a source and a target of somebody else that was made at the same time
 * (u). The name alone leaves a candidate to a person; with an amount or a day that agrees, too, it becomes sure.
 */
export const ALIKE_CHANCES: Chances = {
  name: {
    same: { m: 0.85, u: 0.01 },
    "same words in another order": { m: 0.03, u: 0.002 },
    "nearly the same": { m: 0.06, u: 0.005 },
    alike: { m: 0.01, u: 0.01 },
    "another part of the company": { m: 0.01, u: 0.02 },
    "further words": { m: 0.015, u: 0.02 },
    "faintly alike": { m: 0.01, u: 0.05 },
    different: { m: 0.02, u: 0.9 },
  },
  reference: { same: { m: 0.9, u: 0.01 }, different: { m: 0.1, u: 0.99 } },
  value: { agrees: { m: 0.85, u: 0.05 }, differs: { m: 0.15, u: 0.95 } },
  person: { agrees: { m: 0.8, u: 0.15 }, differs: { m: 0.2, u: 0.85 } },
};
