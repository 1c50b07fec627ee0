import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { AS_OF, ANN, techFlowOrg } from "../support/salesforce-seed.ts";
import { startSalesforce } from "../sandbox/salesforce/server.ts";
import type { SalesforceServer } from "../sandbox/salesforce/server.ts";

let salesforce: SalesforceServer;
let account: string;

beforeAll(async () => {
  const builder = techFlowOrg();
  account = builder.add("Account", { Name: "Acme", OwnerId: ANN, Hub_External_Id__c: "h-acme" });
  builder.add("Account", { Name: "Twin", OwnerId: ANN, Hub_External_Id__c: "twin" });
  builder.add("Account", { Name: "Twin", OwnerId: ANN, Hub_External_Id__c: "twin" });
  salesforce = await startSalesforce(builder.build());
  const converted = await salesforce.create("Lead", { LastName: "Done", Company: "Dones" });
  await salesforce.control("POST", "convert", { leadId: converted });
});

afterAll(() => salesforce.close());

const BASE = "/services/data/v64.0";

function q(soql: string): string {
  return `query?q=${encodeURIComponent(soql)}`;
}

function caret(line: string, column: number): string {
  return `\n${line}\n${" ".repeat(column - 1)}^\nERROR at Row:1:Column:${String(column)}\n`;
}

describe("the error table of reference §4", () => {
  const MISSING = "The requested resource does not exist";

  test("a token that is over is answered with 401 and nothing else", async () => {
    const answer = await salesforce.call("GET", "limits", undefined, { authorization: "Bearer over" });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual([{ message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" }]);
  });

  test("the daily limit is answered with 403", async () => {
    const { accessToken } = (await salesforce.control("POST", "sessions", {})) as { accessToken: string };
    await salesforce.control("POST", "limits", { token: accessToken, dailyCalls: 0 });
    const answer = await salesforce.call("GET", "limits", undefined, { authorization: `OAuth ${accessToken}` });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual([{ message: "TotalRequests Limit exceeded.", errorCode: "REQUEST_LIMIT_EXCEEDED" }]);
  });

  const account15 = (): string => account.slice(0, 15);
  const opportunity = { Name: "D", StageName: "Prospecting", CloseDate: "2026-06-30" };
  const manyIds = Array.from({ length: 201 }, () => ({ attributes: { type: "Account" }, Name: "x" }));
  const ago = (days: number): string => encodeURIComponent(new Date(AS_OF - days * 86_400_000).toISOString());
  const span = (days: number): string => `start=${ago(days)}&end=${ago(0)}`;

  const cases: readonly (readonly [
    title: string,
    method: string,
    path: () => string,
    body: unknown,
    status: number,
    error: object,
  ])[] = [
    ["unknown resource", "GET", () => "nothing", undefined, 404, { errorCode: "NOT_FOUND", message: MISSING }],
    ["unknown object", "GET", () => "sobjects/Nope", undefined, 404, { errorCode: "NOT_FOUND", message: MISSING }],
    ["unknown record", "GET", () => "sobjects/Account/001000000000009", undefined, 404, { errorCode: "NOT_FOUND" }],
    [
      "unknown external id field",
      "PATCH",
      () => "sobjects/Account/Foo__c/1",
      { Name: "x" },
      404,
      { errorCode: "NOT_FOUND", message: "Provided external ID field does not exist or is not accessible: Foo__c" },
    ],
    ["wrong method", "DELETE", () => "limits", undefined, 405, { errorCode: "METHOD_NOT_ALLOWED" }],
    [
      "retired version",
      "GET",
      () => "/services/data/v30.0/limits",
      undefined,
      410,
      { errorCode: "UNSUPPORTED_API_VERSION" },
    ],
    [
      "unknown column",
      "GET",
      () => q("SELECT Id, Foo FROM Lead"),
      undefined,
      400,
      {
        errorCode: "INVALID_FIELD",
        message: `${caret("SELECT Id, Foo FROM Lead", 12)}No such column 'Foo' on entity 'Lead'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
      },
    ],
    [
      "unknown type",
      "GET",
      () => q("SELECT Id FROM XYZZY"),
      undefined,
      400,
      { errorCode: "INVALID_TYPE", message: expect.stringContaining("sObject type 'XYZZY' is not supported.") },
    ],
    [
      "quoted instant",
      "GET",
      () => q("SELECT Id FROM Lead WHERE CreatedDate > '2024-01-01T00:00:00Z'"),
      undefined,
      400,
      {
        errorCode: "INVALID_FIELD",
        message: expect.stringContaining(
          "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
        ),
      },
    ],
    [
      "day on an instant",
      "GET",
      () => q("SELECT Id FROM Lead WHERE CreatedDate > 2024-01-01"),
      undefined,
      400,
      { errorCode: "INVALID_FIELD" },
    ],
    [
      "stray token",
      "GET",
      () => q("SELECT Id FORM Lead"),
      undefined,
      400,
      { errorCode: "MALFORMED_QUERY", message: expect.stringContaining("unexpected token: 'Lead'") },
    ],
    [
      "AND beside OR",
      "GET",
      () => q("SELECT Id FROM Lead WHERE Id = null AND Id = null OR Id = null"),
      undefined,
      400,
      { errorCode: "MALFORMED_QUERY" },
    ],
    [
      "long text in WHERE",
      "GET",
      () => q("SELECT Id FROM Lead WHERE Description = 'x'"),
      undefined,
      400,
      {
        errorCode: "INVALID_FIELD",
        message: expect.stringContaining("field 'Description' can not be filtered in a query call"),
      },
    ],
    [
      "LIKE on an id",
      "GET",
      () => q("SELECT Id FROM Lead WHERE Id LIKE '00Q%'"),
      undefined,
      400,
      { errorCode: "INVALID_QUERY_FILTER_OPERATOR" },
    ],
    [
      "far offset",
      "GET",
      () => q("SELECT Id FROM Lead OFFSET 2001"),
      undefined,
      400,
      { errorCode: "NUMBER_OUTSIDE_VALID_RANGE" },
    ],
    [
      "FIELDS(ALL) without limit",
      "GET",
      () => q("SELECT FIELDS(ALL) FROM Lead"),
      undefined,
      400,
      { errorCode: "MALFORMED_QUERY" },
    ],
    [
      "foreign locator",
      "GET",
      () => "query/01g000000000001AAA-2000",
      undefined,
      400,
      { errorCode: "INVALID_QUERY_LOCATOR" },
    ],
    [
      "id of another object",
      "GET",
      () => `sobjects/Lead/${account15()}`,
      undefined,
      400,
      { errorCode: "MALFORMED_ID" },
    ],
    [
      "missing field",
      "POST",
      () => "sobjects/Account",
      { Site: "x" },
      400,
      { errorCode: "REQUIRED_FIELD_MISSING", message: "Required fields are missing: [Name]", fields: ["Name"] },
    ],
    [
      "unknown field in a body",
      "POST",
      () => "sobjects/Account",
      { Name: "x", foo: 1 },
      400,
      { errorCode: "INVALID_FIELD", message: "No such column 'foo' on sobject of type Account" },
    ],
    [
      "long text",
      "POST",
      () => "sobjects/Account",
      { Name: "x".repeat(256) },
      400,
      { errorCode: "STRING_TOO_LONG", fields: ["Name"] },
    ],
    [
      "restricted picklist",
      "POST",
      () => "sobjects/Opportunity",
      { ...opportunity, Segment__c: "Huge" },
      400,
      { errorCode: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", fields: ["Segment__c"] },
    ],
    [
      "value out of range",
      "POST",
      () => "sobjects/Opportunity",
      { ...opportunity, Amount: 1e17 },
      400,
      { errorCode: "NUMBER_OUTSIDE_VALID_RANGE", fields: ["Amount"] },
    ],
    [
      "malformed value",
      "POST",
      () => "sobjects/Opportunity",
      { ...opportunity, CloseDate: "soon" },
      400,
      { errorCode: "JSON_PARSER_ERROR" },
    ],
    [
      "bad address",
      "POST",
      () => "sobjects/Contact",
      { LastName: "x", Email: "no" },
      400,
      { errorCode: "INVALID_EMAIL_ADDRESS", fields: ["Email"] },
    ],
    [
      "reference to nothing",
      "POST",
      () => "sobjects/Contact",
      { LastName: "x", AccountId: "001000000000009AAA" },
      400,
      { errorCode: "INVALID_CROSS_REFERENCE_KEY" },
    ],
    [
      "read-only field",
      "PATCH",
      () => `sobjects/Account/${account15()}`,
      { CreatedDate: "2026-01-01" },
      400,
      { errorCode: "INVALID_FIELD_FOR_INSERT_UPDATE", fields: ["CreatedDate"] },
    ],
    [
      "value given twice",
      "POST",
      () => "sobjects/Account",
      { Name: "x", Hub_External_Id__c: "h-acme" },
      400,
      {
        errorCode: "DUPLICATE_VALUE",
        message: expect.stringMatching(
          /^duplicate value found: Hub_External_Id__c duplicates value on record with id: 001\w{15}$/u,
        ),
      },
    ],
    [
      "key in the body",
      "PATCH",
      () => "sobjects/Account/Hub_External_Id__c/h",
      { Name: "x", Hub_External_Id__c: "h" },
      400,
      {
        errorCode: "INVALID_FIELD",
        message: "The Hub_External_Id__c field should not be specified in the sobject data.",
      },
    ],
    [
      "too many records",
      "POST",
      () => "composite/sobjects",
      { records: manyIds },
      400,
      {
        errorCode: "EXCEEDED_ID_LIMIT",
        message: "record limit reached. cannot submit more than 200 records into this call",
      },
    ],
    [
      "updated too long ago",
      "GET",
      () => `sobjects/Account/updated?${span(40)}`,
      undefined,
      400,
      { errorCode: "INVALID_REPLICATION_DATE" },
    ],
    [
      "deleted too long ago",
      "GET",
      () => `sobjects/Account/deleted?${span(20)}`,
      undefined,
      400,
      { errorCode: "INVALID_REPLICATION_DATE" },
    ],
    [
      "end before start",
      "GET",
      () => `sobjects/Account/deleted?start=${ago(0)}&end=${ago(1)}`,
      undefined,
      400,
      { errorCode: "INVALID_REPLICATION_DATE" },
    ],
    [
      "compound data in bulk",
      "POST",
      () => "jobs/query",
      { operation: "query", query: "SELECT BillingAddress FROM Account" },
      400,
      { errorCode: "API_ERROR", message: "Selecting compound data not supported in Bulk Query" },
    ],
    [
      "setup object in bulk",
      "POST",
      () => "jobs/query",
      { operation: "query", query: "SELECT Id FROM LeadStatus" },
      400,
      { errorCode: "INVALIDENTITY", message: expect.stringContaining("is not supported by the Bulk API") },
    ],
    [
      "too many subrequests",
      "POST",
      () => "composite/batch",
      { batchRequests: Array.from({ length: 26 }, () => ({ method: "GET", url: "v64.0/limits" })) },
      400,
      { errorCode: "LIMIT_EXCEEDED" },
    ],
  ];

  test.each(cases)("%s", async (_title, method, path, body, status, error) => {
    const answer = await salesforce.call(method, path(), body);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: [error] });
  });

  test("a converted lead, a deleted record and an ambiguous external id", async () => {
    const { records } = await salesforce.query("SELECT Id FROM Lead WHERE IsConverted = true");
    const done = String(records[0]?.["Id"]);
    expect((await salesforce.call("PATCH", `sobjects/Lead/${done}`, { Title: "x" })).body).toEqual([
      { message: "cannot reference converted lead", errorCode: "CANNOT_UPDATE_CONVERTED_LEAD", fields: [] },
    ]);
    const gone = await salesforce.create("Account", { Name: "Gone" });
    await salesforce.call("DELETE", `sobjects/Account/${gone}`);
    expect(await salesforce.call("DELETE", `sobjects/Account/${gone}`)).toMatchObject({
      status: 404,
      body: [{ message: "entity is deleted", errorCode: "ENTITY_IS_DELETED", fields: [] }],
    });
    const twins = await salesforce.call("PATCH", "sobjects/Account/Hub_External_Id__c/twin", { Name: "x" });
    expect(twins).toMatchObject({
      status: 300,
      body: [
        expect.stringMatching(/^\/services\/data\/v64\.0\/sobjects\/Account\/001\w{15}$/u),
        expect.stringMatching(/^\/services\/data\/v64\.0\/sobjects\/Account\/001\w{15}$/u),
      ],
    });
  });

  test("a validation rule, and a duplicate rule that can be saved past", async () => {
    await salesforce.control("PUT", "rules", {
      validations: [{ object: "Account", when: { Rating: "Cold" }, message: "No cold ones.", field: "Rating" }],
      duplicates: [{ object: "Contact", fields: ["Email"] }],
    });
    expect((await salesforce.call("POST", "sobjects/Account", { Name: "x", Rating: "Cold" })).body).toEqual([
      { message: "No cold ones.", errorCode: "FIELD_CUSTOM_VALIDATION_EXCEPTION", fields: ["Rating"] },
    ]);
    const person = { LastName: "P", Email: "p@acme.example" };
    const id = await salesforce.create("Contact", person);
    const refused = await salesforce.call("POST", "sobjects/Contact", person);
    expect(refused).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: "DUPLICATES_DETECTED",
          message: "Use one of these records?",
          duplicateResult: { allowSave: true, matchResults: [{ matchRecords: [{ record: { Id: id } }] }] },
        },
      ],
    });
    const past = { "sforce-duplicate-rule-header": "allowSave=true" };
    expect((await salesforce.call("POST", "sobjects/Contact", person, past)).status).toBe(201);
    await salesforce.control("PUT", "rules", {});
  });

  test("conditions by time: 304 for what is old news, 412 for what moved on", async () => {
    const path = `sobjects/Account/${account}`;
    const later = { "if-modified-since": new Date(AS_OF).toUTCString() };
    expect(await salesforce.call("GET", path, undefined, later)).toMatchObject({ status: 304, body: "" });
    const earlier = { "if-unmodified-since": "Mon, 05 Jan 2026 08:59:59 GMT" };
    expect((await salesforce.call("PATCH", path, { Site: "x" }, earlier)).status).toBe(412);
  });

  test("a query too long for the wire", async () => {
    const answer = await fetch(`${salesforce.origin}${BASE}/${q(`SELECT ${"Id,".repeat(6000)}Id FROM Lead`)}`).catch(
      () => null,
    );
    expect(answer?.status ?? 431).toBe(431);
  });
});
