import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { withOpportunities } from "../../../src/sandbox/salesforce/index.ts";
import { ANN, AS_OF, techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

const COUNT = 1_000_000;
let salesforce: SalesforceServer;

beforeAll(async () => {
  const builder = techFlowOrg();
  for (let n = 0; n < 50; n += 1) builder.add("Account", { Name: `Account ${String(n)}`, OwnerId: ANN });
  const big = { opportunities: COUNT, seed: 7, from: Date.parse("2023-01-01T00:00:00Z"), to: AS_OF - 86_400_000 };
  salesforce = await startSalesforce(withOpportunities(builder.build(), { ...big, rowsPerStamp: 40 }));
});

afterAll(() => salesforce.close());

async function count(soql: string, resource = "query"): Promise<number> {
  return (await salesforce.query(soql, resource)).totalSize;
}

const ALL = "SELECT COUNT() FROM Opportunity";

describe("a million opportunities", () => {
  test("are counted, paged by Id and bounded by their stamps without being held", async () => {
    expect(await count(ALL)).toBe(COUNT);
    const first = await salesforce.query("SELECT Id, SystemModstamp FROM Opportunity ORDER BY Id LIMIT 2000");
    const ids = first.records.map((each) => String(each["Id"]));
    expect(ids).toEqual([...new Set(ids)].sort());
    const next = await salesforce.query(
      `SELECT Id FROM Opportunity WHERE Id > '${ids.at(-1) ?? ""}' AND SystemModstamp <= 2026-03-02T12:00:00Z ORDER BY Id LIMIT 1`,
    );
    expect(String(next.records[0]?.["Id"]) > (ids.at(-1) ?? "")).toBe(true);
    const [from, middle, to] = ["2025-06-01T00:00:00Z", "2025-07-01T12:34:56Z", "2025-09-01T00:00:00Z"];
    const within = (a: string, b: string): Promise<number> =>
      count(`${ALL} WHERE SystemModstamp >= ${a} AND SystemModstamp < ${b}`);
    expect((await within(from, middle)) + (await within(middle, to))).toBe(await within(from, to));
  });

  test("come in pages whose rows are ordered by (SystemModstamp, Id) and tie as asked", async () => {
    const page = await salesforce.query(
      "SELECT Id, SystemModstamp, CreatedDate FROM Opportunity WHERE SystemModstamp >= 2025-06-01T00:00:00Z ORDER BY SystemModstamp, Id",
    );
    const keys = page.records.map((each) => `${String(each["SystemModstamp"])} ${String(each["Id"])}`);
    expect(keys).toEqual(keys.toSorted());
    expect(new Set(page.records.map((each) => each["SystemModstamp"])).size).toBeLessThanOrEqual(2000 / 40 + 1);
    expect(page.records.every((each) => String(each["CreatedDate"]) <= String(each["SystemModstamp"]))).toBe(true);
    const second = await salesforce.call("GET", page.nextRecordsUrl ?? "");
    expect(second.body).toMatchObject({ totalSize: page.totalSize, done: false });
  });

  test("are grouped by month, and the groups add up", async () => {
    const { records } = await salesforce.query(
      "SELECT CALENDAR_YEAR(SystemModstamp) y, CALENDAR_MONTH(SystemModstamp) m, COUNT(Id) n FROM Opportunity "
        + "GROUP BY CALENDAR_YEAR(SystemModstamp), CALENDAR_MONTH(SystemModstamp)",
    );
    expect(records.reduce((total, each) => total + Number(each["n"]), 0)).toBe(COUNT);
    const may = records.find((each) => each["y"] === 2025 && each["m"] === 5);
    expect(may?.["n"]).toBe(
      await count(`${ALL} WHERE SystemModstamp >= 2025-05-01T00:00:00Z AND SystemModstamp < 2025-06-01T00:00:00Z`),
    );
  });

  test("are read the same by Id, by query and again, as they follow from the seed", async () => {
    const soql = "SELECT Id, Name, Amount, StageName, IsWon, AccountId FROM Opportunity ORDER BY Id DESC LIMIT 3";
    const { records } = await salesforce.query(soql);
    expect((await salesforce.query(soql)).records).toEqual(records);
    const last = records[0];
    const { body } = await salesforce.call("GET", `sobjects/Opportunity/${String(last?.["Id"])}`);
    expect(body).toMatchObject({
      Name: "Opportunity 1000000",
      Amount: last?.["Amount"],
      StageName: last?.["StageName"],
    });
    const under = await salesforce.query(
      `SELECT Id, (SELECT Id FROM Opportunities LIMIT 5) FROM Account WHERE Id = '${String(last?.["AccountId"])}'`,
    );
    expect(under.records).toMatchObject([{ Opportunities: { totalSize: 5 } }]);
  });

  test("take changes, deletions and new rows on top, which move to their place in every order", async () => {
    const { records } = await salesforce.query(
      "SELECT Id FROM Opportunity WHERE SystemModstamp >= 2025-06-01T00:00:00Z ORDER BY SystemModstamp LIMIT 3",
    );
    const [changed, deleted, erased] = records.map((each) => String(each["Id"]));
    await salesforce.call("PATCH", `sobjects/Opportunity/${changed ?? ""}`, { Name: "Changed" });
    await salesforce.call("DELETE", `sobjects/Opportunity/${deleted ?? ""}`);
    await salesforce.control("POST", "hard-delete", { object: "Opportunity", id: erased });
    const fresh = await salesforce.create("Opportunity", {
      Name: "New",
      StageName: "Prospecting",
      CloseDate: "2026-06-30",
    });
    expect(await count(ALL)).toBe(COUNT - 1);
    expect(await count(ALL, "queryAll")).toBe(COUNT);
    expect(await count(`${ALL} WHERE SystemModstamp >= 2026-03-02T00:00:00Z`, "queryAll")).toBe(3);
    const newest = await salesforce.query("SELECT Id FROM Opportunity ORDER BY SystemModstamp DESC LIMIT 2");
    expect(newest.records.map((each) => each["Id"])).toEqual([fresh, changed]);
    expect((await salesforce.query("SELECT Id FROM Opportunity ORDER BY Id DESC LIMIT 1")).records).toMatchObject([
      { Id: fresh },
    ]);
    expect((await salesforce.call("GET", `sobjects/Opportunity/${changed ?? ""}`)).body).toMatchObject({
      Name: "Changed",
    });
    expect((await salesforce.call("GET", `sobjects/Opportunity/${erased ?? ""}`)).status).toBe(404);
    expect(await salesforce.control("GET", "state")).toMatchObject({
      objects: { Opportunity: { live: COUNT - 1, deleted: 1 } },
    });
  });

  test("are handed out by a bulk job page by page", async () => {
    await salesforce.control("POST", "bulk", { polls: 1 });
    const query = "SELECT Id, Name, Owner.Name, SystemModstamp FROM Opportunity";
    const { body } = await salesforce.call("POST", "jobs/query", { operation: "query", query });
    const { id } = body as { id: string };
    expect((await salesforce.call("GET", `jobs/query/${id}`)).body).toMatchObject({
      numberRecordsProcessed: COUNT - 1,
    });
    const page = await salesforce.call("GET", `jobs/query/${id}/results?maxRecords=1500`);
    expect(page.headers.get("sforce-numberofrecords")).toBe("1500");
    expect(String(page.body).trimEnd().split("\n")).toHaveLength(1501);
    const pages = await salesforce.call("GET", `jobs/query/${id}/resultPages`);
    expect((pages.body as { resultPages: unknown[] }).resultPages.length).toBeGreaterThan(3);
  });
});
