import { rm, stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import { STAR_TABLE_NAMES } from "../../../src/kpis/index.ts";
import type { SqlRow, Star } from "../../../src/kpis/index.ts";
import { DAY, HOUR } from "../../../src/model/index.ts";
import { measureStep, measureToLook } from "../../../src/sync/index.ts";
import { AS_OF, hubOn, startCompany } from "../../support/e2e.ts";
import type { Company, TestHub } from "../../support/e2e.ts";

jest.setTimeout(180_000);

let company: Company;
let hub: TestHub;
let cube: string;

beforeAll(async () => {
  company = await startCompany();
  const db = company.database("cube");
  cube = `${db}.cube`;
  hub = await hubOn(company, { db });
  await hub.sync();
});
afterAll(async () => {
  await hub.close();
  await company.close();
});

const idsSchema = z.object({ records: z.array(z.object({ Id: z.string() })) });
async function ids(soql: string): Promise<readonly string[]> {
  const answer = await company.salesforce("GET", `query?q=${encodeURIComponent(soql)}`);
  return idsSchema.parse(answer).records.map(({ Id }) => Id);
}

/** The tables that are made of records; what was measured before plays a part in the values of KPIs. */
const TABLES = STAR_TABLE_NAMES.filter((name) => name !== "fact_kpi_snapshot" && name !== "fact_data_quality");

async function tablesOf(star: Star): Promise<Readonly<Record<string, readonly SqlRow[]>>> {
  const tables: Record<string, readonly SqlRow[]> = {};
  for (const name of TABLES) tables[name] = await star.query(`SELECT * FROM ${name} ORDER BY ALL`);
  star.close();
  return tables;
}

/** Measures in the cube and from nothing; all rows must be the same. */
async function measureTwice(asOf: number): Promise<{ readonly rebuilt: number; readonly reused: number }> {
  await hub.reconcile();
  const { result } = await hub.hub.run("measure", async (run) => {
    const context = { ...run, asOf, cube };
    const { star, refreshed } = await measureStep(context);
    const kept = await tablesOf(star);
    const anew = await tablesOf((await measureToLook(context)).star);
    for (const name of TABLES) expect([name, kept[name]]).toEqual([name, anew[name]]);
    return { answer: refreshed, complete: true, summary: null };
  });
  return result.answer;
}

async function sync(): Promise<void> {
  await company.advance(HOUR);
  await hub.sync("incremental");
}

describe("the kept cases of a store", () => {
  test("are the same as new ones after every change of what is stored, and most of them are kept", async () => {
    const first = await measureTwice(AS_OF);
    expect(first.reused).toBe(0);
    const [lead = "", other = ""] = await ids("SELECT Id FROM Lead WHERE IsConverted = false LIMIT 2");
    const [account = ""] = await ids("SELECT Id FROM Account LIMIT 1");
    const [won = ""] = await ids("SELECT Id FROM Opportunity WHERE StageName = 'Closed Won' LIMIT 1");
    const changes: readonly (() => Promise<unknown>)[] = [
      () => Promise.resolve(),
      async () => {
        await company.salesforce("PATCH", `sobjects/Lead/${lead}`, { Status: "Working" });
        await company.salesforce("DELETE", `sobjects/Lead/${other}`);
        await company.salesforce("POST", "sobjects/Lead", { LastName: "Newcomer", Company: "New", Status: "New" });
      },
      async () => {
        await company.salesforce("PATCH", `sobjects/Account/${account}`, { Name: "Renamed" });
        await company.salesforce("PATCH", `sobjects/Opportunity/${won}`, { Amount: 12_345 });
      },
    ];
    for (const [at, change] of changes.entries()) {
      await change();
      await sync();
      const { rebuilt, reused } = await measureTwice(AS_OF + at * HOUR);
      expect([at, rebuilt < first.rebuilt / 4, reused > 0]).toEqual([at, true, true]);
    }
  });

  test("follow the as-of forth and back", async () => {
    await measureTwice(AS_OF + 30 * DAY);
    await measureTwice(AS_OF - 60 * DAY);
  });

  test("are built again from nothing when the file is gone", async () => {
    expect((await stat(cube)).size).toBeGreaterThan(0);
    await rm(cube);
    expect((await measureTwice(AS_OF)).reused).toBe(0);
  });

  test("are left alone while somebody has them open", async () => {
    const { result } = await hub.hub.run("measure", async (run) => {
      const context = { ...run, cube };
      const first = await measureStep(context);
      const second = await measureStep(context);
      const counts = [await first.star.count("fact_case"), await second.star.count("fact_case")];
      second.star.close();
      first.star.close();
      return { answer: { counts, reused: second.refreshed.reused }, complete: true, summary: null };
    });
    const [first, second] = result.answer.counts;
    expect(second).toBe(first);
    expect(result.answer.reused).toBe(0);
  });
});
