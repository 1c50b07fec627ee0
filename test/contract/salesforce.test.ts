import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ANN, techFlowOrg } from "../support/salesforce-seed.ts";
import { startSalesforce } from "../sandbox/salesforce/server.ts";
import type { Answer, SalesforceServer } from "../sandbox/salesforce/server.ts";

let salesforce: SalesforceServer;
let account: string;
let lead: string;
let task: string;

beforeAll(async () => {
  const builder = techFlowOrg();
  account = builder.add("Account", { Name: "Acme", OwnerId: ANN, Hub_External_Id__c: "h-acme" });
  lead = builder.add("Lead", { LastName: "Lane", Company: "Lanes", OwnerId: ANN, Status: "Open" });
  task = builder.add("Task", { Subject: "Call", WhoId: lead, OwnerId: ANN, Status: "Not Started", Priority: "Normal" });
  salesforce = await startSalesforce(builder.build());
});

afterAll(() => salesforce.close());

const BASE = "/services/data/v64.0";

function q(soql: string): string {
  return `query?q=${encodeURIComponent(soql)}`;
}

describe("the worked payloads of reference §16", () => {
  test("versions are listed without a token and without using up calls", async () => {
    const response = await fetch(`${salesforce.origin}/services/data`);
    expect(response.headers.get("sforce-limit-info")).toBeNull();
    const versions = (await response.json()) as unknown[];
    expect(versions).toContainEqual({ label: "Summer '26", url: "/services/data/v67.0", version: "67.0" });
    expect(versions).toContainEqual({ label: "Winter '27", url: "/services/data/v68.0", version: "68.0" });
  });

  test("a query nests parents and children", async () => {
    const { status, headers, body } = await salesforce.call(
      "GET",
      q("SELECT Id,Owner.Name,(SELECT Id FROM Tasks) FROM Lead"),
    );
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json;charset=UTF-8");
    expect(headers.get("sforce-limit-info")).toMatch(/^api-usage=\d+\/\d+$/u);
    expect(body).toEqual({
      totalSize: 1,
      done: true,
      records: [
        {
          attributes: { type: "Lead", url: `${BASE}/sobjects/Lead/${lead}` },
          Id: lead,
          Owner: { attributes: { type: "User", url: `${BASE}/sobjects/User/${ANN}` }, Name: "Ann Archer" },
          Tasks: {
            totalSize: 1,
            done: true,
            records: [{ attributes: { type: "Task", url: `${BASE}/sobjects/Task/${task}` }, Id: task }],
          },
        },
      ],
    });
  });

  test("a collection is upserted in order, item by item", async () => {
    const answer = await salesforce.call("PATCH", "composite/sobjects/Lead/Hub_External_Id__c", {
      allOrNone: false,
      records: [
        { attributes: { type: "Lead" }, Hub_External_Id__c: "h1", LastName: "A", Company: "B" },
        { attributes: { type: "Lead" }, Hub_External_Id__c: "h2", LastName: "A" },
      ],
    });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual([
      { id: expect.stringMatching(/^00Q\w{15}$/u), success: true, errors: [], created: true },
      {
        success: false,
        errors: [
          {
            statusCode: "REQUIRED_FIELD_MISSING",
            message: "Required fields are missing: [Company]",
            fields: ["Company"],
          },
        ],
      },
    ]);
  });

  test("bulk results repeat the header, tell their number and end with the locator null", async () => {
    const query = "SELECT Id, Name, CreatedDate FROM User ORDER BY Id";
    const created = await salesforce.call("POST", "jobs/query", { operation: "query", query }, { accept: "text/csv" });
    const { id } = created.body as { id: string };
    expect(created).toMatchObject({ status: 200 });
    expect(created.body).toEqual({
      id: expect.stringMatching(/^750\w{15}$/u),
      operation: "query",
      object: "User",
      createdById: expect.any(String),
      createdDate: "2026-03-02T12:00:00.000+0000",
      systemModstamp: "2026-03-02T12:00:00.000+0000",
      state: "UploadComplete",
      concurrencyMode: "Parallel",
      contentType: "CSV",
      apiVersion: 64,
      lineEnding: "LF",
      columnDelimiter: "COMMA",
    });
    for (let look = 0; look < 2; look += 1) await salesforce.call("GET", `jobs/query/${id}`);
    const first = await salesforce.call("GET", `jobs/query/${id}/results?maxRecords=2`);
    expect(first.headers.get("sforce-numberofrecords")).toBe("2");
    expect(first.headers.get("content-type")).toBe("text/csv");
    expect(String(first.body).split("\n").slice(0, 2)).toEqual([
      '"Id","Name","CreatedDate"',
      `"${ANN}","Ann Archer","2026-01-05T09:00:00.000Z"`,
    ]);
    const locator = first.headers.get("sforce-locator") ?? "";
    const last = await salesforce.call("GET", `jobs/query/${id}/results?maxRecords=2&locator=${locator}`);
    expect(last.headers.get("sforce-locator")).toBe("null");
    expect(String(last.body)).toMatch(/^"Id","Name","CreatedDate"\n"005\w{15}","Process Hub","[^"]+"\n$/u);
  });
});

describe("the writes of reference §7", () => {
  test("create tells the id and where the record is, update and delete tell nothing", async () => {
    const made = await salesforce.call("POST", "sobjects/Account", { Name: "Made" });
    const { id } = made.body as { id: string };
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ id, success: true, errors: [] });
    expect(made.headers.get("location")).toBe(`${BASE}/sobjects/Account/${id}`);
    for (const [method, body] of [
      ["PATCH", { Site: "x" }],
      ["DELETE", undefined],
    ] as const) {
      expect(await salesforce.call(method, `sobjects/Account/${id}`, body)).toMatchObject({ status: 204, body: "" });
    }
  });

  test("upsert says whether it created, from version 46 on", async () => {
    const path = (version: string): string => `/services/data/v${version}/sobjects/Account/Hub_External_Id__c/c1`;
    const send = (version: string): Promise<Answer> => salesforce.call("PATCH", path(version), { Name: "C" });
    const created = await send("64.0");
    expect(created).toMatchObject({ status: 201, body: { success: true, errors: [], created: true } });
    expect(await send("64.0")).toMatchObject({ status: 200, body: { success: true, errors: [], created: false } });
    expect(await send("45.0")).toMatchObject({ status: 204, body: "" });
  });

  test("all or none takes the innocents back under a code of their own", async () => {
    const answer = await salesforce.call("POST", "composite/sobjects", {
      allOrNone: true,
      records: [
        { attributes: { type: "Account" }, Name: "Innocent" },
        { attributes: { type: "Account" }, Site: "Nameless" },
      ],
    });
    expect(answer).toMatchObject({
      status: 200,
      body: [
        { success: false, errors: [{ statusCode: "ALL_OR_NONE_OPERATION_ROLLED_BACK" }] },
        { success: false, errors: [{ statusCode: "REQUIRED_FIELD_MISSING" }] },
      ],
    });
    expect((await salesforce.query("SELECT Id FROM Account WHERE Name = 'Innocent'")).totalSize).toBe(0);
  });

  test("a composite refers to what came before and counts as one call", async () => {
    const usage = async (): Promise<number> =>
      Number(
        /api-usage=(\d+)/u.exec((await salesforce.call("GET", "limits")).headers.get("sforce-limit-info") ?? "")?.[1],
      );
    const before = await usage();
    const { status, body } = await salesforce.call("POST", "composite", {
      compositeRequest: [
        { method: "POST", url: `${BASE}/sobjects/Account`, referenceId: "a", body: { Name: "Ref" } },
        { method: "GET", url: `${BASE}/sobjects/Account/@{a.id}?fields=Name`, referenceId: "b" },
        { method: "GET", url: `${BASE}/sobjects/Account/@{nope.id}`, referenceId: "c" },
      ],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      compositeResponse: [
        {
          httpStatusCode: 201,
          referenceId: "a",
          httpHeaders: { Location: expect.stringContaining("/sobjects/Account/001") },
        },
        { httpStatusCode: 200, referenceId: "b", body: { Name: "Ref" } },
        { httpStatusCode: 400, referenceId: "c", body: [{ errorCode: expect.any(String) }] },
      ],
    });
    expect((await usage()) - before).toBe(2);
  });

  test("a batch halts where it is told to, and retrieve gives null for what is missing", async () => {
    const { body } = await salesforce.call("POST", "composite/batch", {
      haltOnError: true,
      batchRequests: [
        { method: "GET", url: "v64.0/sobjects/Nope" },
        { method: "GET", url: "v64.0/limits" },
      ],
    });
    expect(body).toMatchObject({
      hasErrors: true,
      results: [
        { statusCode: 404, result: [{ errorCode: "NOT_FOUND" }] },
        { statusCode: 412, result: [{ errorCode: "BATCH_PROCESSING_HALTED" }] },
      ],
    });
    const retrieved = await salesforce.call("POST", "composite/sobjects/Account", {
      ids: [account, "001000000000009AAA"],
      fields: ["Name"],
    });
    expect(retrieved.body).toEqual([
      { attributes: { type: "Account", url: `${BASE}/sobjects/Account/${account}` }, Name: "Acme" },
      null,
    ]);
  });
});

describe("describe, limits and replication", () => {
  test("every field of every object is described with every key of reference §6", async () => {
    const { sobjects } = (await salesforce.call("GET", "sobjects")).body as { sobjects: { name: string }[] };
    expect(sobjects.length).toBeGreaterThan(25);
    for (const { name } of sobjects) {
      const { status, body } = await salesforce.call("GET", `sobjects/${name}/describe`);
      expect(status).toBe(200);
      const { fields } = body as { fields: Record<string, unknown>[] };
      for (const field of fields) expect(Object.keys(field)).toEqual(expect.arrayContaining(FIELD_KEYS));
    }
  });

  test("record counts, limits, updated and deleted have the shapes of reference §4 and §9", async () => {
    const limits = (await salesforce.call("GET", "limits")).body;
    expect(limits).toMatchObject({ DailyApiRequests: { Max: expect.any(Number), Remaining: expect.any(Number) } });
    expect((await salesforce.call("GET", "limits/recordCount?sObjects=User,Nope")).body).toEqual({
      sObjects: [{ count: 3, name: "User" }],
    });
    const window = `start=${encodeURIComponent("2026-03-02T11:50:30+00:00")}&end=${encodeURIComponent("2026-03-02T12:05:00+00:00")}`;
    expect((await salesforce.call("GET", `sobjects/Lead/updated?${window}`)).body).toEqual({
      ids: expect.arrayContaining([expect.stringMatching(/^00Q\w{15}$/u)]),
      latestDateCovered: "2026-03-02T12:00:00.000+0000",
    });
    expect((await salesforce.call("GET", `sobjects/Account/deleted?${window}`)).body).toEqual({
      deletedRecords: [{ id: expect.stringMatching(/^001\w{15}$/u), deletedDate: "2026-03-02T12:00:00.000+0000" }],
      earliestDateAvailable: "2026-02-15T12:00:00.000+0000",
      latestDateCovered: "2026-03-02T12:00:00.000+0000",
    });
  });
});

const FIELD_KEYS =
  "aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula cascadeDelete caseSensitive compoundFieldName controllerName createable custom defaultValue defaultValueFormula defaultedOnCreate dependentPicklist deprecatedAndHidden digits displayLocationInDecimal encrypted externalId extraTypeInfo filterable filteredLookupInfo formulaTreatNullNumberAsZero groupable highScaleNumber htmlFormatted idLookup inlineHelpText label length mask maskType name nameField namePointing nillable permissionable picklistValues polymorphicForeignKey precision queryByDistance referenceTargetField referenceTo relationshipName relationshipOrder restrictedDelete restrictedPicklist scale searchPrefilterable soapType sortable type unique updateable writeRequiresMasterRead".split(
    " ",
  );
