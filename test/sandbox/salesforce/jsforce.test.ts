import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Connection } from "jsforce";
import { AS_OF, techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;
let connection: Connection;

beforeAll(async () => {
  const builder = techFlowOrg();
  for (let n = 0; n < 4500; n += 1) builder.add("Lead", { LastName: `L${String(n)}`, Company: "C", Status: "Open" });
  salesforce = await startSalesforce(builder.build());
  connection = new Connection({ instanceUrl: salesforce.origin, accessToken: salesforce.token, version: "64.0" });
});

afterAll(() => salesforce.close());

test("jsforce reads all pages of a query", async () => {
  const first = await connection.query("SELECT Id FROM Lead");
  expect(first).toMatchObject({ totalSize: 4500, done: false });
  expect(first.records).toHaveLength(2000);
  const all = await connection.query("SELECT Id, Name FROM Lead", { autoFetch: true, maxFetch: 10_000 });
  expect(new Set(all.records.map((each) => each["Id"])).size).toBe(4500);
  expect(connection.limitInfo.apiUsage?.used).toBeGreaterThan(3);
});

test("jsforce creates, reads, updates, upserts and destroys, one by one and in bulk", async () => {
  const accounts = connection.sobject("Account");
  const created = await accounts.create({ Name: "One" });
  expect(created.success).toBe(true);
  const id = created.id ?? "";
  expect(await accounts.update({ Id: id, Site: "HQ" })).toMatchObject({ id, success: true });
  expect(await accounts.retrieve(id)).toMatchObject({ Name: "One", Site: "HQ" });
  const many = await accounts.create([{ Name: "Two" }, { Name: "Three" }]);
  expect(many.map((each) => each.success)).toEqual([true, true]);
  const upserted = await accounts.upsert(
    [
      { Name: "Four", Hub_External_Id__c: "h4" },
      { Name: "Five", Hub_External_Id__c: "h5" },
    ],
    "Hub_External_Id__c",
  );
  expect(upserted).toMatchObject([
    { success: true, created: true },
    { success: true, created: true },
  ]);
  expect(await accounts.upsert({ Name: "Four again", Hub_External_Id__c: "h4" }, "Hub_External_Id__c")).toMatchObject({
    success: true,
    created: false,
  });
  expect(await accounts.find({ Hub_External_Id__c: "h4" }, ["Id", "Name"])).toMatchObject([{ Name: "Four again" }]);
  expect(await accounts.destroy(many.map((each) => each.id ?? ""))).toMatchObject([
    { success: true },
    { success: true },
  ]);
  expect(await accounts.destroy(id)).toMatchObject({ success: true });
  await expect(accounts.retrieve(id)).rejects.toMatchObject({ errorCode: "ENTITY_IS_DELETED" });
  await expect(accounts.create({ Site: "nameless" })).rejects.toMatchObject({ errorCode: "REQUIRED_FIELD_MISSING" });
});

test("jsforce describes and asks what was updated and deleted", async () => {
  const leads = connection.sobject("Lead");
  const { fields } = await leads.describe();
  expect(fields.map((each) => each.name)).toEqual(expect.arrayContaining(["Id", "Status", "Hub_External_Id__c"]));
  const global = await connection.describeGlobal();
  expect(global.sobjects.map((each) => each.name)).toContain("OpportunityFieldHistory");
  const kept = await leads.create({ LastName: "Kept", Company: "K" });
  const gone = await leads.create({ LastName: "Gone", Company: "G" });
  await leads.destroy(gone.id ?? "");
  const [start, end] = [new Date(AS_OF - 60_000), new Date(AS_OF + 60_000)];
  expect((await leads.updated(start, end)).ids).toEqual([kept.id]);
  expect((await leads.deleted(start, end)).deletedRecords).toMatchObject([{ id: gone.id }]);
});

test("jsforce signs in with client credentials and learns who it is", async () => {
  const signed = new Connection({
    version: "64.0",
    instanceUrl: salesforce.origin,
    oauth2: {
      loginUrl: salesforce.origin,
      clientId: salesforce.connect["clientId"] ?? "",
      clientSecret: salesforce.connect["clientSecret"] ?? "",
    },
  });
  const user = await signed.authorize({ grant_type: "client_credentials" });
  expect(user.organizationId).toMatch(/^00D/u);
  expect((await signed.identity()).username).toBe("process.hub@techflow.example");
  expect((await signed.query("SELECT Id FROM User")).totalSize).toBe(3);
});

test("jsforce signs in with a name, a password and a security token", async () => {
  const { username = "", password = "", securityToken = "" } = salesforce.connect;
  const signed = new Connection({ version: "64.0", loginUrl: salesforce.origin });
  await signed.login(username, password + securityToken);
  expect(signed.instanceUrl).toBe(salesforce.origin);
  expect((await signed.query("SELECT Id FROM User")).totalSize).toBe(3);
});

test("jsforce searches, explains, lists limits, tabs, themes and recent records", async () => {
  await connection.sobject("Account").create({ Name: "Searchable Ltd" });
  const { searchRecords } = await connection.search("FIND {Searchable} RETURNING Account(Id, Name)");
  expect(searchRecords).toMatchObject([{ Name: "Searchable Ltd" }]);
  expect(await connection.query("SELECT Id FROM Account").explain()).toMatchObject({
    plans: [{ sobjectType: "Account" }],
  });
  expect(await connection.limits()).toHaveProperty("DailyApiRequests");
  expect((await connection.recent())[0]).toMatchObject({ Name: "Searchable Ltd" });
  expect((await connection.tabs()).length).toBeGreaterThan(5);
  expect(await connection.theme()).toHaveProperty("themeItems");
});

test("jsforce counts, includes children, retrieves many and meets errors it can name", async () => {
  const accounts = connection.sobject("Account");
  const created = await accounts.create({ Name: "Parent" });
  await connection.sobject("Contact").create({ LastName: "Child", AccountId: created.id });
  expect(await accounts.count({ Name: "Parent" })).toBe(1);
  const found = await accounts.find({ Name: "Parent" }, ["Id"]).include("Contacts").select("LastName").end();
  expect(found).toMatchObject([{ Contacts: { totalSize: 1 } }]);
  expect(await accounts.retrieve([created.id ?? ""], { fields: ["Name"] })).toMatchObject([{ Name: "Parent" }]);
  await expect(connection.query("SELECT Foo FROM Account")).rejects.toMatchObject({ errorCode: "INVALID_FIELD" });
  await expect(connection.queryMore("01g000000000001AAA-2000")).rejects.toMatchObject({
    errorCode: "INVALID_QUERY_LOCATOR",
  });
});

test("jsforce reaches composite, batch, tree and graph by raw requests", async () => {
  const url = "/services/data/v64.0/sobjects/Account";
  const request = { method: "POST", url, referenceId: "a", body: { Name: "Raw" } };
  const posts: readonly (readonly [string, object, object])[] = [
    ["/composite", { compositeRequest: [request] }, { compositeResponse: [{ httpStatusCode: 201 }] }],
    ["/composite/batch", { batchRequests: [{ method: "GET", url: "v64.0/limits" }] }, { hasErrors: false }],
    [
      "/composite/tree/Account",
      { records: [{ attributes: { type: "Account", referenceId: "t" }, Name: "T" }] },
      { hasErrors: false },
    ],
    [
      "/composite/graph",
      { graphs: [{ graphId: "1", compositeRequest: [request] }] },
      { graphs: [{ isSuccessful: true }] },
    ],
  ];
  for (const [path, body, answer] of posts) expect(await connection.requestPost(path, body)).toMatchObject(answer);
});
