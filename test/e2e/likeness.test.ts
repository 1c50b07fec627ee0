import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { copyConfiguration, hubOn, startCompany } from "../support/e2e.ts";
import { differencesFromTruth } from "../support/truth.ts";

jest.setTimeout(60_000);

test("what a contract lets the hub take by likeness is what belongs to it, and all else stays as it was", async () => {
  const company = await startCompany({ seed: 7, scale: 0.1 });
  const config = await copyConfiguration(company, "taking");
  for (const name of ["sales-to-cs", "product-to-engineering"]) {
    const file = join(config, "handoffs", `${name}.yaml`);
    const text = await readFile(file, "utf8");
    expect(text).toContain("within: 60 days }");
    await writeFile(file, text.replace("within: 60 days }", "within: 60 days, accept: 0.95 }"));
  }
  const hub = await hubOn(company, { config });
  await hub.sync();
  const handoffs = await hub.reconcile();
  const taken = handoffs.filter(({ link, evidence }) => link === "matched" && evidence[0]?.rung === 3);
  expect(taken.length).toBeGreaterThan(0);
  for (const { evidence } of taken) expect(evidence[0]?.confidence).toBeGreaterThanOrEqual(0.95);
  expect(differencesFromTruth(company.sandbox.truth, handoffs)).toEqual([]);
  await hub.close();
  await company.close();
});
