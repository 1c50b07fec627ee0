import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type { KpiResult } from "../../src/kpis/index.ts";
import { HOUR, toIso } from "../../src/model/index.ts";
import { loadLinkedModel, measureStep } from "../../src/sync/index.ts";
import { qualityOf } from "../support/by-hand/quality.ts";
import type { Quality } from "../support/by-hand/quality.ts";
import { worldOf } from "../support/by-hand/world.ts";
import { AS_OF, copyConfiguration, hubOn, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

jest.setTimeout(60_000);

interface Told {
  readonly figures: readonly KpiResult[];
  readonly byHand: Quality;
}

let company: Company;
let config: string;
let strange: readonly string[];
let [first, second, stale]: readonly (Told | undefined)[] = [];

async function idsOf(query: string, field = "Id"): Promise<readonly string[]> {
  const { records } = await company.salesforce("GET", `query?q=${encodeURIComponent(query)}`);
  return Array.isArray(records) ? records.map((record) => String(Object(record)[field])) : [];
}

/** What is known of the data some hours later, with or without reading once more. */
async function toldAfter(hours: number, reads: boolean): Promise<Told> {
  const hub = await hubOn(company, { config, db: company.database("quality"), asOf: AS_OF + hours * HOUR });
  try {
    if (reads) await hub.sync();
    const handoffs = await hub.reconcile();
    const { result } = await hub.hub.run("measure", async (context) => {
      const { star, results } = await measureStep(context);
      star.close();
      const world = await worldOf(context.store, handoffs, company.sandbox.truth, context.asOf);
      const byHand = await qualityOf(world, await loadLinkedModel(context.store, context.signal), strange);
      const figures = results.filter(({ area }) => area === "data quality");
      return { answer: { figures, byHand }, complete: true, summary: null };
    });
    return result.answer;
  } finally {
    await hub.close();
  }
}

beforeAll(async () => {
  company = await startCompany({ scale: 0.1 });
  config = await copyConfiguration(company, "meetings");
  const file = join(config, "mappings", "touch-event.yaml");
  const [head = ""] = (await readFile(file, "utf8")).split("tests:");
  await writeFile(file, head.replace("touch logged: created", "touch logged: at StartDateTime"));
  strange = [];
  first = await toldAfter(0, true);
  strange = (await idsOf("SELECT Id FROM Lead WHERE Status = 'MQL' LIMIT 3")).slice(0, 3);
  for (const id of strange) await company.salesforce("PATCH", `sobjects/Lead/${id}`, { Status: "Parked" });
  const [account = ""] = await idsOf("SELECT AccountId FROM Opportunity LIMIT 1", "AccountId");
  await company.salesforce("PATCH", `sobjects/Account/${account}`, { Segment__c: null });
  const StartDateTime = toIso(AS_OF + HOUR);
  for (const WhatId of await idsOf("SELECT Id FROM Opportunity LIMIT 2"))
    await company.salesforce("POST", "sobjects/Event", { Subject: "Demo", WhatId, StartDateTime });
  second = await toldAfter(3, true);
  stale = await toldAfter(30, false);
});
afterAll(() => company.close());

function figure(told: Told | undefined, kpi: string, key = "all"): KpiResult {
  const found = told?.figures.find((each) => each.kpi === kpi && each.scope.key === key);
  if (found === undefined) throw new Error(`no figure of ${kpi}`);
  return found;
}

test.each([
  ["mapping-coverage", "leadsMapped"],
  ["data-completeness", "completeness"],
  ["link-coverage", "linkCoverage"],
] as const)("%s is that of the worst, counted by hand", (kpi, name) => {
  expect(second?.byHand[name]).toBeLessThan(1);
  for (const told of [first, second]) expect(figure(told, kpi).value).toBeCloseTo(told?.byHand[name] ?? -1, 12);
});

test("data-latency says nothing of a first reading, and of a later one how long its records had been there", () => {
  expect(figure(first, "data-latency")).toMatchObject({ n: 0, value: null, verdict: "insufficient" });
  expect(figure(first, "data-latency").reason).toBe("no sources in the window");
  // All were changed when the first had been read, and read three hours later.
  expect(figure(second, "data-latency")).toMatchObject({ n: 4, value: 3 * HOUR });
});

test("data-anomalies counts what was planned for a time that has passed and was not confirmed", () => {
  expect(figure(first, "data-anomalies")).toMatchObject({ value: 0, verdict: "met" });
  expect(figure(second, "data-anomalies")).toMatchObject({ value: 2, verdict: "not met" });
  expect(figure(second, "data-anomalies", "salesforce").value).toBe(2);
  expect(figure(second, "data-anomalies", "monday").value).toBe(0);
});

test("data-freshness is that of all streams: within their time when read, none of them a day after", () => {
  const { n } = figure(first, "data-freshness");
  expect(n).toBeGreaterThan(20);
  expect(figure(second, "data-freshness")).toMatchObject({ n, numerator: n, denominator: n, value: 1, interval: null });
  expect(figure(stale, "data-freshness")).toMatchObject({ n, numerator: 0, denominator: n, value: 0 });
});

test("rejected-records tells of each system that nothing was rejected", () => {
  expect(figure(second, "rejected-records")).toMatchObject({ n: 3, value: 0, verdict: "met" });
  for (const system of ["salesforce", "asana", "monday"])
    expect(figure(second, "rejected-records", system)).toMatchObject({ n: 1, value: 0 });
});
