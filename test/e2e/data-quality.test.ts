import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { HOUR, toIso } from "../../src/model/index.ts";
import { handoffKind } from "../../src/configuration/index.ts";
import { mapAndLink, measureStep, pullStep, reconcileStep } from "../../src/sync/index.ts";
import { AS_OF, copyConfiguration, hubOn, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

jest.setTimeout(60_000);

let company: Company;
let config: string;

beforeAll(async () => {
  company = await startCompany({ scale: 0.1 });
  config = await copyConfiguration(company, "meetings");
  const file = join(config, "mappings", "touch-event.yaml");
  const text = await readFile(file, "utf8");
  const [head = ""] = text.split("tests:");
  await writeFile(file, head.replace("  touch logged: created\n", "  meeting held: at StartDateTime\n"));
});
afterAll(() => company.close());

/** `entity metric` and value of what is known of the data after one reading as of a number of hours later. */
async function qualityAfter(hours: number): Promise<ReadonlyMap<string, unknown>> {
  const hub = await hubOn(company, { config, db: company.database("quality"), asOf: AS_OF + hours * HOUR });
  try {
    const { result } = await hub.hub.run("publish", async (context) => {
      await pullStep(context, { mode: "incremental" });
      await mapAndLink(context);
      await reconcileStep(context);
      const { star } = await measureStep(context);
      const rows = await star.query("SELECT entity, metric, value, is_ok FROM fact_data_quality");
      star.close();
      const contract = context.configuration.compiled(handoffKind).find(({ name }) => name === "sales-to-cs");
      const expected = (await context.store.handoffs.handoffs("sales-to-cs")).filter(
        ({ historical, sourceKey, revokedAt }) => !historical && sourceKey !== null && revokedAt === null,
      );
      const lacks = expected.reduce((sum, { lacks: own = [] }) => sum + own.length, 0);
      const needed = expected.length * (contract?.needs.length ?? 0);
      const answer = new Map(rows.map(({ entity, metric, value }) => [`${String(entity)} ${String(metric)}`, value]));
      // What few cases of a small company are joined is another matter.
      const failing = rows
        .filter((row) => row["is_ok"] === 0 && row["metric"] !== "link coverage")
        .map(({ entity, metric }) => `${String(entity)} ${String(metric)}`);
      answer.set("failing", failing.join(", "));
      answer.set("needed", needed).set("filled", (needed - lacks) / needed);
      return { answer, complete: true, summary: null };
    });
    return result.answer;
  } finally {
    await hub.close();
  }
}

test("meetings that were planned and never confirmed are told once they would have been, and values that handoffs need are counted", async () => {
  const { records } = (await company.salesforce(
    "GET",
    "query?q=SELECT+Id+FROM+Opportunity+WHERE+StageName='Closed+Won'+AND+Type='New+Business'",
  )) as {
    readonly records?: readonly { readonly Id: string }[];
  };
  for (const { Id } of records ?? [])
    await company.salesforce("PATCH", `sobjects/Opportunity/${Id}`, { Go_Live__c: null });
  const StartDateTime = toIso(AS_OF + 2 * HOUR);
  const planned = { Subject: "Demo", WhatId: records?.[0]?.Id, StartDateTime, DurationInMinutes: 30 };
  await company.salesforce("POST", "sobjects/Event", planned);
  const early = "salesforce-prod Event recorded before they happened";
  const before = await qualityAfter(1);
  expect(before.get(early)).toBe(0);
  expect(before.get("failing")).toBe("");
  // What carries no stamp can have none in the future.
  expect(before.has("asana-main users future times")).toBe(false);
  expect(before.get("asana-main tasks future times")).toBe(0);
  expect(before.get("needed")).toBeGreaterThan(8);
  expect(before.get("filled")).toBeLessThan(0.7);
  expect(before.get("sales-to-cs completeness")).toBeCloseTo(Number(before.get("filled")), 10);
  expect(before.get("all history depth")).toBeGreaterThan(0);
  const after = await qualityAfter(3);
  expect(after.get(early)).toBe(1);
  expect(after.get("failing")).toBe(early);
  expect(after.get("salesforce-prod Event ids given twice")).toBe(0);
  // Only the first reading counted what there is.
  for (const stream of ["Opportunity", "OpportunityFieldHistory"])
    expect(after.get(`salesforce-prod ${stream} stored of the source's count`)).toBe(1);
});
