import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { AS_OF, ANN, BEN, INTEGRATION, techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;
let gone: string;

beforeAll(async () => {
  const builder = techFlowOrg();
  gone = builder.add("User", { LastName: "Gone", Username: "gone@techflow.example", IsActive: false });
  for (const name of ["Twin A", "Twin B"]) builder.add("Account", { Name: name, Hub_External_Id__c: "twin" });
  salesforce = await startSalesforce(builder.build());
});

beforeEach(() => {
  salesforce.clock.set(AS_OF);
});

afterAll(() => salesforce.close());

const NOW = "2026-03-02T12:00:00.000+0000";

describe("opportunities", () => {
  const deal = { Name: "Deal", StageName: "Prospecting", CloseDate: "2026-06-30", Amount: 1000, OwnerId: ANN };

  test("derive probability, forecast and outcome from the stage, and stamp the writer", async () => {
    const id = await salesforce.create("Opportunity", deal);
    expect(id).toMatch(/^006\w{15}$/u);
    salesforce.clock.advance(1500);
    expect((await salesforce.call("PATCH", `sobjects/Opportunity/${id}`, { StageName: "Closed Won" })).status).toBe(
      204,
    );
    const { body } = await salesforce.call("GET", `sobjects/Opportunity/${id}`);
    expect(body).toMatchObject({
      Probability: 100,
      IsClosed: true,
      IsWon: true,
      ForecastCategory: "Closed",
      ForecastCategoryName: "Closed",
      ExpectedRevenue: 1000,
      CreatedDate: NOW,
      CreatedById: INTEGRATION,
      LastStageChangeDate: "2026-03-02T12:00:01.000+0000",
      SystemModstamp: "2026-03-02T12:00:01.000+0000",
      CurrencyIsoCode: "USD",
      FiscalQuarter: 2,
    });
  });

  test("leave a history row at creation and at each change of amount, probability, stage or close date", async () => {
    const id = await salesforce.create("Opportunity", deal);
    const change = (fields: object): Promise<unknown> => salesforce.call("PATCH", `sobjects/Opportunity/${id}`, fields);
    await change({ NextStep: "call" });
    await change({ Amount: 1500 });
    await change({ StageName: "Negotiation" });
    const { records } = await salesforce.query(
      `SELECT StageName, Amount, Probability, PrevAmount FROM OpportunityHistory WHERE OpportunityId = '${id}' ORDER BY Id`,
    );
    expect(records.map((each) => [each["StageName"], each["Amount"], each["Probability"], each["PrevAmount"]])).toEqual(
      [
        ["Prospecting", 1000, 10, null],
        ["Prospecting", 1500, 10, 1000],
        ["Negotiation", 1500, 60, 1500],
      ],
    );
  });

  test("leave field history, two rows for a lookup", async () => {
    const id = await salesforce.create("Opportunity", deal);
    await salesforce.call("PATCH", `sobjects/Opportunity/${id}`, { OwnerId: BEN, Description: "untracked" });
    const { records } = await salesforce.query(
      `SELECT Field, OldValue, NewValue FROM OpportunityFieldHistory WHERE OpportunityId = '${id}' ORDER BY Id`,
    );
    expect(records.map((each) => [each["Field"], each["OldValue"], each["NewValue"]])).toEqual([
      ["created", null, null],
      ["Owner", "Ann Archer", "Ben Booth"],
      ["Owner", ANN, BEN],
    ]);
  });
});

describe("refusals", () => {
  const bad = "001000000000001AAA";

  test.each([
    ["Opportunity", { Name: "x" }, 400, "REQUIRED_FIELD_MISSING", ["StageName", "CloseDate"]],
    ["Account", { Name: "x", Foo: 1 }, 400, "INVALID_FIELD", undefined],
    ["Account", { Name: "x", CreatedDate: "2026-01-01" }, 400, "INVALID_FIELD_FOR_INSERT_UPDATE", ["CreatedDate"]],
    ["Contact", { LastName: "x", AccountId: "zzz" }, 400, "MALFORMED_ID", ["AccountId"]],
    ["Contact", { LastName: "x", AccountId: bad }, 400, "INVALID_CROSS_REFERENCE_KEY", []],
    ["Contact", { LastName: "x", Email: "no at" }, 400, "INVALID_EMAIL_ADDRESS", ["Email"]],
    ["Contact", { LastName: "x".repeat(81) }, 400, "STRING_TOO_LONG", ["LastName"]],
    [
      "Opportunity",
      { Name: "x", StageName: "Prospecting", CloseDate: "2026-06-30", Segment__c: "Huge" },
      400,
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
      ["Segment__c"],
    ],
    ["Opportunity", { Name: "x", StageName: "Prospecting", CloseDate: "soon" }, 400, "JSON_PARSER_ERROR", undefined],
    ["Nothing", { Name: "x" }, 404, "NOT_FOUND", undefined],
  ])("%s %j is refused with %i %s", async (object, fields, status, errorCode, names) => {
    const answer = await salesforce.call("POST", `sobjects/${object}`, fields);
    const element = names === undefined ? { errorCode } : { errorCode, fields: names };
    expect(answer).toMatchObject({ status, body: [element] });
  });

  test("a deleted record answers 404 ENTITY_IS_DELETED, an unknown one 404 NOT_FOUND", async () => {
    const id = await salesforce.create("Account", { Name: "Gone" });
    expect((await salesforce.call("DELETE", `sobjects/Account/${id}`)).status).toBe(204);
    expect(await salesforce.call("GET", `sobjects/Account/${id}`)).toMatchObject({
      status: 404,
      body: [{ errorCode: "ENTITY_IS_DELETED", message: "entity is deleted" }],
    });
    expect(await salesforce.call("GET", `sobjects/Account/${bad}`)).toMatchObject({
      status: 404,
      body: [{ errorCode: "NOT_FOUND", message: "The requested resource does not exist" }],
    });
  });

  test("If-Unmodified-Since refuses a write over a newer version, If-Modified-Since saves a read", async () => {
    const id = await salesforce.create("Account", { Name: "Versioned" });
    const path = `sobjects/Account/${id}`;
    const before = { "If-Unmodified-Since": "Mon, 02 Mar 2026 11:59:59 GMT" };
    const at = { "If-Unmodified-Since": "Mon, 02 Mar 2026 12:00:00 GMT" };
    expect((await salesforce.call("PATCH", path, { Site: "a" }, before)).status).toBe(412);
    expect((await salesforce.call("PATCH", path, { Site: "a" }, at)).status).toBe(204);
    const since = { "If-Modified-Since": "Mon, 02 Mar 2026 12:00:00 GMT" };
    expect((await salesforce.call("GET", path, undefined, since)).status).toBe(304);
  });

  test("conditions hold on every route to a record: by external id, to a parent, in a composite", async () => {
    const account = await salesforce.create("Account", { Name: "Parent", Hub_External_Id__c: "conditional" });
    const contact = await salesforce.create("Contact", { LastName: "Child", AccountId: account });
    const before = { "If-Unmodified-Since": "Mon, 02 Mar 2026 11:59:59 GMT" };
    const since = { "If-Modified-Since": "Mon, 02 Mar 2026 12:00:00 GMT" };
    const statusOf = async (method: string, path: string, headers: Record<string, string>): Promise<number> =>
      (await salesforce.call(method, path, method === "PATCH" ? { Name: "Other" } : undefined, headers)).status;
    const byKey = "sobjects/Account/Hub_External_Id__c/conditional";
    expect(await statusOf("PATCH", byKey, before)).toBe(412);
    expect(await statusOf("DELETE", byKey, before)).toBe(412);
    expect(await statusOf("GET", byKey, since)).toBe(304);
    expect(await statusOf("GET", `sobjects/Contact/${contact}/Account`, since)).toBe(304);
    expect(await statusOf("PATCH", "sobjects/Account/Hub_External_Id__c/conditional-new", before)).toBe(201);
    const { body } = await salesforce.call("POST", "composite", {
      compositeRequest: [byKey, `sobjects/Account/${account}`].map((path, index) => ({
        method: "PATCH",
        url: `/services/data/v64.0/${path}`,
        referenceId: `r${index}`,
        body: { Name: "Other" },
        httpHeaders: before,
      })),
    });
    expect(body).toMatchObject({ compositeResponse: [{ httpStatusCode: 412 }, { httpStatusCode: 412 }] });
    expect((await salesforce.call("GET", byKey)).body).toMatchObject({ Name: "Parent" });
  });
});

describe("upsert", () => {
  test("creates, then updates, by external id", async () => {
    const path = "sobjects/Account/Hub_External_Id__c/hub%2F1";
    const first = await salesforce.call("PATCH", path, { Name: "Upserted" });
    expect(first).toMatchObject({ status: 201, body: { success: true, created: true, errors: [] } });
    const second = await salesforce.call("PATCH", path, { Name: "Again" });
    expect(second).toMatchObject({ status: 200, body: { created: false, id: (first.body as { id: string }).id } });
    const { body } = await salesforce.call("GET", path);
    expect(body).toMatchObject({ Name: "Again", Hub_External_Id__c: "hub/1" });
  });

  test("refuses a duplicate value and an unknown key field", async () => {
    const id = await salesforce.create("Lead", { LastName: "a", Company: "b", Hub_External_Id__c: "dup" });
    const again = await salesforce.call("POST", "sobjects/Lead", {
      LastName: "c",
      Company: "d",
      Hub_External_Id__c: "dup",
    });
    expect(again.body).toMatchObject([
      {
        errorCode: "DUPLICATE_VALUE",
        message: `duplicate value found: Hub_External_Id__c duplicates value on record with id: ${id}`,
      },
    ]);
    const unknown = await salesforce.call("PATCH", "sobjects/Lead/Nope__c/1", { LastName: "a" });
    expect(unknown).toMatchObject({ status: 404, body: [{ errorCode: "NOT_FOUND" }] });
  });
});

test("an external id that two records carry answers 300 with both", async () => {
  const answer = await salesforce.call("PATCH", "sobjects/Account/Hub_External_Id__c/twin", { Site: "x" });
  expect(answer.status).toBe(300);
  expect(answer.body).toHaveLength(2);
});

test("a user who has left cannot become an owner", async () => {
  expect(await salesforce.call("POST", "sobjects/Account", { Name: "x", OwnerId: gone })).toMatchObject({
    status: 400,
    body: [{ errorCode: "INACTIVE_OWNER_OR_USER" }],
  });
});

describe("collections", () => {
  const records = [
    { attributes: { type: "Account" }, Name: "One" },
    { attributes: { type: "Account" }, Site: "nameless" },
    { attributes: { type: "Lead" }, LastName: "Three", Company: "Three" },
  ];

  test("report each record on its own", async () => {
    const { status, body } = await salesforce.call("POST", "composite/sobjects", { allOrNone: false, records });
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { success: true, errors: [] },
      {
        success: false,
        errors: [
          { statusCode: "REQUIRED_FIELD_MISSING", message: "Required fields are missing: [Name]", fields: ["Name"] },
        ],
      },
      { success: true },
    ]);
  });

  test("take everything back when one fails under allOrNone", async () => {
    const before = (await salesforce.query("SELECT COUNT() FROM Account")).totalSize;
    const { body } = await salesforce.call("POST", "composite/sobjects", { allOrNone: true, records });
    const codes = (body as { errors: { statusCode: string }[] }[]).map((each) => each.errors[0]?.statusCode);
    expect(codes).toEqual([
      "ALL_OR_NONE_OPERATION_ROLLED_BACK",
      "REQUIRED_FIELD_MISSING",
      "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    ]);
    expect((await salesforce.query("SELECT COUNT() FROM Account")).totalSize).toBe(before);
  });

  test("refuse more than 200 records", async () => {
    const many = Array.from({ length: 201 }, (_, n) => ({ attributes: { type: "Account" }, Name: `n${String(n)}` }));
    expect(await salesforce.call("POST", "composite/sobjects", { records: many })).toMatchObject({
      status: 400,
      body: [{ errorCode: "EXCEEDED_ID_LIMIT" }],
    });
  });
});

describe("composite", () => {
  test("feeds one sub-request from another", async () => {
    const base = "/services/data/v64.0/sobjects";
    const { body } = await salesforce.call("POST", "composite", {
      compositeRequest: [
        { method: "POST", url: `${base}/Account`, referenceId: "acc", body: { Name: "Composed" } },
        { method: "POST", url: `${base}/Contact`, referenceId: "con", body: { LastName: "C", AccountId: "@{acc.id}" } },
        { method: "GET", url: `${base}/Contact/@{con.id}?fields=AccountId`, referenceId: "read" },
      ],
    });
    const { compositeResponse } = body as { compositeResponse: { httpStatusCode: number; body: unknown }[] };
    expect(compositeResponse.map((each) => each.httpStatusCode)).toEqual([201, 201, 200]);
    expect(compositeResponse[0]?.body).toHaveProperty("id", expect.stringMatching(/^001/u));
    expect(compositeResponse[2]?.body).toHaveProperty("AccountId", expect.stringMatching(/^001/u));
  });

  test("halts the innocent when allOrNone and one fails", async () => {
    const url = "/services/data/v64.0/sobjects/Account";
    const { body } = await salesforce.call("POST", "composite", {
      allOrNone: true,
      compositeRequest: [
        { method: "POST", url, referenceId: "a", body: { Name: "Innocent" } },
        { method: "POST", url, referenceId: "b", body: {} },
      ],
    });
    expect(body).toMatchObject({
      compositeResponse: [
        { httpStatusCode: 400, body: [{ errorCode: "PROCESSING_HALTED" }] },
        { httpStatusCode: 400, body: [{ errorCode: "REQUIRED_FIELD_MISSING" }] },
      ],
    });
    expect((await salesforce.query("SELECT COUNT() FROM Account WHERE Name = 'Innocent'")).totalSize).toBe(0);
  });

  test("batches independent requests, each counted", async () => {
    const { body } = await salesforce.call("POST", "composite/batch", {
      batchRequests: [
        { method: "GET", url: "v64.0/sobjects/Account/describe" },
        { method: "GET", url: "v64.0/sobjects/Nope/describe" },
      ],
    });
    expect(body).toMatchObject({
      hasErrors: true,
      results: [{ statusCode: 200, result: { name: "Account" } }, { statusCode: 404 }],
    });
  });
});

describe("deletion", () => {
  test("takes an account's dependants along with new stamps, and undelete brings them back without", async () => {
    const account = await salesforce.create("Account", { Name: "Parent" });
    const contact = await salesforce.create("Contact", { LastName: "Child", AccountId: account });
    const contract = await salesforce.create("Contract", {
      AccountId: account,
      StartDate: "2026-01-31",
      ContractTerm: 12,
    });
    const deal = await salesforce.create("Opportunity", {
      Name: "Child",
      AccountId: account,
      StageName: "Prospecting",
      CloseDate: "2026-06-30",
    });
    salesforce.clock.advance(60_000);
    await salesforce.call("DELETE", `sobjects/Account/${account}`);
    const ids = `('${contact}','${deal}','${contract}')`;
    for (const object of ["Contact", "Opportunity", "Contract"]) {
      const { records } = await salesforce.query(
        `SELECT IsDeleted, SystemModstamp FROM ${object} WHERE Id IN ${ids}`,
        "queryAll",
      );
      expect(records).toMatchObject([{ IsDeleted: true, SystemModstamp: "2026-03-02T12:01:00.000+0000" }]);
    }
    const start = "2026-03-02T12:00:00Z";
    const deleted = await salesforce.call("GET", `sobjects/Contact/deleted?start=${start}&end=2026-03-02T12:05:00Z`);
    expect(deleted.body).toMatchObject({
      deletedRecords: [{ id: contact, deletedDate: "2026-03-02T12:01:00.000+0000" }],
      latestDateCovered: "2026-03-02T12:01:00.000+0000",
    });
    salesforce.clock.advance(60_000);
    await salesforce.control("POST", "undelete", { object: "Account", id: account });
    const back = await salesforce.query(`SELECT SystemModstamp FROM Opportunity WHERE Id = '${deal}'`);
    expect(back.records).toMatchObject([{ SystemModstamp: "2026-03-02T12:01:00.000+0000" }]);
  });

  test("a hard delete leaves nothing but the delete log", async () => {
    const id = await salesforce.create("Lead", { LastName: "Hard", Company: "Gone" });
    await salesforce.control("POST", "hard-delete", { object: "Lead", id });
    expect((await salesforce.query(`SELECT Id FROM Lead WHERE Id = '${id}'`, "queryAll")).totalSize).toBe(0);
    const log = await salesforce.call(
      "GET",
      "sobjects/Lead/deleted?start=2026-03-02T12:00:00Z&end=2026-03-02T12:01:00Z",
    );
    expect(log.body).toMatchObject({ deletedRecords: [{ id }] });
  });

  test("a merge marks the loser, moves its children and names the master", async () => {
    const master = await salesforce.create("Account", { Name: "Master" });
    const loser = await salesforce.create("Account", { Name: "Loser" });
    const contact = await salesforce.create("Contact", { LastName: "Moves", AccountId: loser });
    await salesforce.control("POST", "merge", { masterId: master, loserId: loser });
    const lost = await salesforce.query(
      `SELECT IsDeleted, MasterRecordId FROM Account WHERE Id = '${loser}'`,
      "queryAll",
    );
    expect(lost.records).toMatchObject([{ IsDeleted: true, MasterRecordId: master }]);
    const moved = await salesforce.query(`SELECT AccountId, IsDeleted FROM Contact WHERE Id = '${contact}'`);
    expect(moved.records).toMatchObject([{ AccountId: master }]);
  });
});

describe("what only the control routes do", () => {
  test("a converted lead points at what it became and is locked", async () => {
    const id = await salesforce.create("Lead", { LastName: "Lee", Company: "Lee Ltd", Email: "lee@lee.example" });
    const converted = await salesforce.control("POST", "convert", { leadId: id, opportunityName: "Lee deal" });
    const { records } = await salesforce.query(
      `SELECT Status, IsConverted, ConvertedDate, ConvertedAccount.Name, ConvertedContact.Email, ConvertedOpportunity.Name FROM Lead WHERE Id = '${id}'`,
    );
    expect(records).toMatchObject([
      {
        Status: "Converted",
        IsConverted: true,
        ConvertedDate: "2026-03-02",
        ConvertedAccount: { Name: "Lee Ltd" },
        ConvertedContact: { Email: "lee@lee.example" },
        ConvertedOpportunity: { Name: "Lee deal" },
      },
    ]);
    expect(converted).toMatchObject({ leadId: id });
    const history = await salesforce.query(
      `SELECT Field, NewValue FROM LeadHistory WHERE LeadId = '${id}' ORDER BY Id`,
    );
    expect(history.records.map((each) => each["Field"])).toEqual(["created", "leadConverted", "Status"]);
    expect(await salesforce.call("PATCH", `sobjects/Lead/${id}`, { Title: "x" })).toMatchObject({
      status: 400,
      body: [{ errorCode: "CANNOT_UPDATE_CONVERTED_LEAD" }],
    });
  });

  test("writes as another user", async () => {
    const written = await salesforce.control("POST", "write", {
      object: "Account",
      fields: { Name: "By Ben" },
      asUserId: BEN,
    });
    const { id } = written as { id: string };
    const { body } = await salesforce.call("GET", `sobjects/Account/${id}?fields=CreatedById,OwnerId`);
    expect(body).toMatchObject({ CreatedById: BEN, OwnerId: BEN });
  });

  test("rows of a staged transaction appear later with older stamps and hold latestDateCovered back", async () => {
    const writes = [{ object: "Account", fields: { Name: "Late" } }];
    await salesforce.control("POST", "transactions", { writes, commitAfterMs: 300_000 });
    salesforce.clock.advance(240_000);
    const updated = "sobjects/Account/updated?start=2026-03-02T11:00:00Z&end=2026-03-02T12:04:00Z";
    const soql = "SELECT SystemModstamp FROM Account WHERE Name = 'Late'";
    expect((await salesforce.query(soql)).totalSize).toBe(0);
    expect((await salesforce.call("GET", updated)).body).toMatchObject({ latestDateCovered: NOW });
    salesforce.clock.advance(60_000);
    expect((await salesforce.query(soql)).records).toMatchObject([{ SystemModstamp: NOW }]);
    expect((await salesforce.call("GET", updated)).body).toMatchObject({
      latestDateCovered: "2026-03-02T12:04:00.000+0000",
    });
  });
});
