import { expect, jest, test } from "@jest/globals";
import type { Truth } from "../../src/sandbox/index.ts";
import { measureStep } from "../../src/sync/index.ts";
import { hubOn, startCompany } from "../support/e2e.ts";
import { sprintDifferences, sprintsInStar } from "../support/truth-sprints.ts";

jest.setTimeout(60_000);

/** What is true of a company, and its sprints as measured. */
async function measured(seed: number, scale: number): Promise<{ truth: Truth; found: Truth["sprints"] }> {
  const company = await startCompany({ seed, scale });
  const hub = await hubOn(company);
  try {
    await hub.sync();
    await hub.reconcile();
    const { result } = await hub.hub.run("measure", async (context) => {
      const { star } = await measureStep(context);
      const found = await sprintsInStar(star);
      star.close();
      return { answer: [...found], complete: true, summary: null };
    });
    return { truth: company.sandbox.truth, found: result.answer };
  } finally {
    await hub.close();
    await company.close();
  }
}

test.each([
  { seed: 42, scale: 0.3 },
  { seed: 7, scale: 1 },
])(
  "what became of what was planned in the sprints of seed $seed at scale $scale is what is true of them",
  async (of) => {
    const { truth, found } = await measured(of.seed, of.scale);
    expect(sprintDifferences(truth, found)).toEqual([]);
    expect(sprintDifferences({ ...truth, sprints: [] }, found)).toHaveLength(truth.sprints.length);
    for (const kind of ["committed", "doneCommitted", "added", "removed", "carried"] as const)
      expect(truth.sprints.some((sprint) => sprint[kind] > 0)).toBe(true);
    // Some did less than the 70 % at which a sprint keeps its promise, most did more.
    const kept = truth.sprints.filter(({ committed }) => committed > 0);
    const missed = kept.filter(({ doneCommitted, committed }) => doneCommitted < 0.7 * committed);
    expect(missed.length).toBeGreaterThan(1);
    expect(missed.length).toBeLessThan(kept.length / 2);
  },
);
