import { describe, expect, jest, test } from "@jest/globals";
import { hubOn, startCompany } from "../support/e2e.ts";
import { differencesFromTruth } from "../support/truth.ts";

jest.setTimeout(60_000);

describe("what the hub makes of the company", () => {
  test.each([
    { seed: 7, scale: 0.1 },
    { seed: 23, scale: 0.06 },
  ])("has the handoffs that are true of seed $seed at scale $scale", async ({ seed, scale }) => {
    const company = await startCompany({ seed, scale });
    const hub = await hubOn(company);
    const { pull, rejected } = await hub.sync();
    const handoffs = await hub.reconcile();
    expect(pull.complete).toBe(true);
    expect(rejected).toBe(0);
    expect(handoffs.length).toBeGreaterThan(100);
    expect(differencesFromTruth(company.sandbox.truth, handoffs)).toEqual([]);
    await hub.close();
    await company.close();
  });
});
