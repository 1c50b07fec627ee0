import { describe, expect, jest, test } from "@jest/globals";
import { hubOn, startCompany } from "../support/e2e.ts";
import { measuredDefects, processDifferences } from "../support/truth-processes.ts";

jest.setTimeout(60_000);

describe("what the published star says of the procedures", () => {
  test.each([
    { seed: 42, scale: 0.1 },
    { seed: 5, scale: 0.05 },
  ])("is every departure that is true of seed $seed at scale $scale, and no other", async ({ seed, scale }) => {
    const company = await startCompany({ seed, scale });
    const hub = await hubOn(company);
    await hub.sync();
    await hub.reconcile();
    const found = await measuredDefects(hub);
    const { truth } = company.sandbox;
    const categories = new Set(truth.processDefects.map(({ category }) => category));
    expect(categories).toEqual(new Set(["missing step", "out of order", "late", "rework"]));
    expect(processDifferences(truth, found)).toEqual([]);
    expect(processDifferences({ ...truth, processDefects: [] }, found)).toHaveLength(truth.processDefects.length);
    await hub.close();
    await company.close();
  });
});
