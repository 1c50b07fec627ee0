import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ANN, BEN, techFlowOrg } from "../../support/salesforce-seed.ts";
import type { SalesforceSeed } from "../../../src/sandbox/seeds.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;
let account: string;

function org(): SalesforceSeed {
  const builder = techFlowOrg();
  account = builder.add("Account", { Name: "Acme", Industry: "Energy", OwnerId: ANN, Topics__c: "a;b" });
  builder.add("Account", { Name: "Globex", OwnerId: BEN, Topics__c: "b;c", Opens__c: "09:30:00.000Z" });
  const lead = builder.add("Lead", { LastName: "Lane", Company: "Lanes", OwnerId: ANN, Status: "Open" });
  builder.add("Task", { Subject: "About", WhatId: account, OwnerId: ANN, Status: "Not Started", IsDeleted: false });
  builder.add("Task", { Subject: "With", WhoId: lead, OwnerId: ANN, Status: "Completed", IsDeleted: false });
  for (let n = 0; n < 250; n += 1) {
    builder.add("Opportunity", {
      Name: `Deal ${String(n)}`,
      AccountId: account,
      OwnerId: ANN,
      StageName: "Prospecting",
      CloseDate: "2026-06-30",
      Amount: 10,
    });
  }
  builder.customField("Account", {
    name: "Topics__c",
    label: "Topics",
    type: "multipicklist",
    picklist: ["a", "b", "c"],
  });
  builder.customField("Account", { name: "Opens__c", label: "Opens", type: "time" });
  builder.customField("Account", { name: "Owner_City__c", label: "City", type: "string", formula: "Owner.Email" });
  builder.customField("Account", { name: "Age__c", label: "Age", type: "double", formula: "TODAY() - CreatedDate" });
  builder.customField("Renewal__c", {
    name: "Deal__c",
    label: "Deal",
    type: "reference",
    referenceTo: ["Opportunity"],
    relationshipName: "Deal__r",
  });
  return {
    ...builder.build(),
    customObjects: [{ name: "Renewal__c", label: "Renewal", plural: "Renewals", keyPrefix: "a00" }],
  };
}

beforeAll(async () => {
  salesforce = await startSalesforce(org());
});

afterAll(() => salesforce.close());

test("TYPEOF gives other fields for each kind of parent", async () => {
  const { records } = await salesforce.query(
    "SELECT Subject, TYPEOF What WHEN Account THEN Name, Industry ELSE Id END FROM Task ORDER BY Subject",
  );
  expect(records).toMatchObject([
    { Subject: "About", What: { attributes: { type: "Account" }, Name: "Acme", Industry: "Energy" } },
    { Subject: "With", What: null },
  ]);
});

test("INCLUDES and EXCLUDES look into multi-select picklists", async () => {
  const names = async (where: string): Promise<unknown[]> =>
    (await salesforce.query(`SELECT Name FROM Account WHERE ${where} ORDER BY Name`)).records.map(
      (each) => each["Name"],
    );
  expect(await names("Topics__c INCLUDES ('a;b', 'c')")).toEqual(["Acme", "Globex"]);
  expect(await names("Topics__c INCLUDES ('a;c')")).toEqual([]);
  expect(await names("Topics__c EXCLUDES ('a')")).toEqual(["Globex"]);
  expect(await salesforce.queryError("SELECT Id FROM Account WHERE Name INCLUDES ('a')")).toMatchObject({
    errorCode: "INVALID_QUERY_FILTER_OPERATOR",
  });
});

test("parents may have aliases, times are compared as times", async () => {
  const aliased = await salesforce.query(
    "SELECT o.Name, a.Name FROM Opportunity o, o.Account a WHERE a.Name = 'Acme' LIMIT 1",
  );
  expect(aliased.records).toMatchObject([{ Account: { Name: "Acme" } }]);
  const open = await salesforce.query("SELECT Name, Opens__c FROM Account WHERE Opens__c < 10:00:00Z");
  expect(open.records).toMatchObject([{ Name: "Globex", Opens__c: "09:30:00.000Z" }]);
});

test("formulas are worked out on every read and move no stamp", async () => {
  const soql = `SELECT Age__c, Owner_City__c, SystemModstamp FROM Account WHERE Id = '${account}'`;
  const [before] = (await salesforce.query(soql)).records;
  expect(before).toMatchObject({ Age__c: 56, Owner_City__c: "ann.archer@techflow.example" });
  salesforce.clock.advance(86_400_000);
  const [after] = (await salesforce.query(soql)).records;
  expect(after).toMatchObject({ Age__c: 57, SystemModstamp: before?.["SystemModstamp"] });
  salesforce.clock.advance(-86_400_000);
  const { body } = await salesforce.call("GET", "sobjects/Account/describe");
  expect((body as { fields: unknown[] }).fields).toContainEqual(
    expect.objectContaining({ name: "Age__c", calculated: true, calculatedFormula: "TODAY() - CreatedDate" }),
  );
});

test("custom objects are described, written and queried like others", async () => {
  const deal = (await salesforce.query("SELECT Id FROM Opportunity LIMIT 1")).records[0]?.["Id"];
  const id = await salesforce.create("Renewal__c", { Name: "R1", Deal__c: deal });
  expect(id).toMatch(/^a00\w{15}$/u);
  expect((await salesforce.query("SELECT Name, Deal__r.Account.Name FROM Renewal__c")).records).toMatchObject([
    { Name: "R1", Deal__r: { Account: { Name: "Acme" } } },
  ]);
  expect((await salesforce.call("GET", "sobjects/Renewal__c/describe")).body).toMatchObject({ custom: true });
});

test("children beyond a page have a cursor of their own and count towards the page", async () => {
  const soql = "SELECT Id, (SELECT Id FROM Opportunities) FROM Account ORDER BY Name";
  const small = { "sforce-query-options": "batchSize=200" };
  const page = await salesforce.query(soql, "query", small);
  expect(page).toMatchObject({ totalSize: 2, done: false });
  expect(page.records).toMatchObject([{ Opportunities: { totalSize: 250, done: false } }]);
  const { nextRecordsUrl } = (page.records[0]?.["Opportunities"] ?? {}) as { nextRecordsUrl?: string };
  const rest = await salesforce.call("GET", nextRecordsUrl ?? "");
  expect(rest.body).toMatchObject({ totalSize: 250, done: true });
  expect((rest.body as { records: unknown[] }).records).toHaveLength(50);
  expect((await salesforce.call("GET", page.nextRecordsUrl ?? "")).body).toMatchObject({
    done: true,
    records: [{ Opportunities: null }],
  });
});

test("columns=true tells the columns, explain the plan", async () => {
  const q = encodeURIComponent("SELECT Id, Owner.Name, (SELECT Id FROM Opportunities) FROM Account");
  expect((await salesforce.call("GET", `query?q=${q}&columns=true`)).body).toMatchObject({
    entityName: "Account",
    idSelected: true,
    groupBy: false,
    columnMetadata: [
      { columnName: "Id", apexType: "Id", joinColumns: [] },
      { columnName: "Owner", joinColumns: [{ columnName: "Name" }] },
      { columnName: "Opportunities", aggregate: true, joinColumns: [{ columnName: "Id" }] },
    ],
  });
  const explained = encodeURIComponent("SELECT Id FROM Account WHERE Name = 'Acme'");
  expect((await salesforce.call("GET", `query/?explain=${explained}`)).body).toMatchObject({
    plans: [{ cardinality: 1, sobjectType: "Account", sobjectCardinality: 2 }],
  });
});

test.each([
  [
    "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity WHERE AccountId IN (SELECT Id FROM Account))",
  ],
  ["SELECT TYPEOF Owner WHEN User THEN Name END FROM Account"],
  ["SELECT Id FROM Account WHERE CALENDAR_YEAR(Name) = 2026"],
  ["SELECT Name, COUNT(Id) FROM Account"],
])("%s is malformed", async (soql) => {
  expect(await salesforce.queryError(soql)).toMatchObject({ status: 400, errorCode: "MALFORMED_QUERY" });
});
