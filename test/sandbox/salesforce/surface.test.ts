import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { ANN, BEN, INTEGRATION, techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;
let account: string;

beforeAll(async () => {
  const builder = techFlowOrg();
  account = builder.add("Account", { Name: "Acme Rockets", Phone: "555-0100", OwnerId: ANN });
  builder.add("Account", { Name: "Globex", Site: "Acme building", OwnerId: BEN });
  builder.add("Contact", { LastName: "Coyote", Email: "wile@acme.example", AccountId: account, OwnerId: ANN });
  salesforce = await startSalesforce(builder.build());
});

afterAll(() => salesforce.close());

const FOUND = z.object({ searchRecords: z.array(z.record(z.string(), z.unknown())) });

async function find(sosl: string): Promise<Record<string, unknown>[]> {
  const { body } = await salesforce.call("GET", `search?q=${encodeURIComponent(sosl)}`);
  return FOUND.parse(body).searchRecords;
}

describe("search", () => {
  test("finds words in all fields or in names, and returns what is asked for", async () => {
    expect(await find("FIND {acme} IN ALL FIELDS RETURNING Account(Id, Name ORDER BY Name), Contact")).toMatchObject([
      { Name: "Acme Rockets", attributes: { type: "Account" } },
      { Name: "Globex" },
      { attributes: { type: "Contact" } },
    ]);
    expect(await find("FIND {acme} IN NAME FIELDS RETURNING Account(Name WHERE Phone != null LIMIT 5)")).toHaveLength(
      1,
    );
    expect(await find("FIND {Acm*} RETURNING Account(Name) LIMIT 1")).toHaveLength(1);
    expect(await find("FIND {Acm} RETURNING Account(Name)")).toHaveLength(0);
    expect(await find("FIND {globex OR coyote}")).toHaveLength(2);
  });

  test("takes parameters in place of SOSL, and refuses a term that is too short", async () => {
    const posted = await salesforce.call("POST", "parameterizedSearch", {
      q: "acme",
      fields: ["Name"],
      sobjects: [{ name: "Account", limit: 1 }],
    });
    expect(posted.body).toMatchObject({ searchRecords: [{ Name: "Acme Rockets" }] });
    const got = await salesforce.call("GET", "parameterizedSearch?q=acme&sobject=Account&Account.fields=Id,Name");
    expect(FOUND.parse(got.body).searchRecords).toHaveLength(2);
    expect(await salesforce.call("GET", `search?q=${encodeURIComponent("FIND {a}")}`)).toMatchObject({
      status: 400,
      body: [{ errorCode: "MALFORMED_SEARCH" }],
    });
  });
});

describe("composite resources", () => {
  test("a tree is created with its children, or not at all", async () => {
    const tree = {
      records: [
        {
          attributes: { type: "Account", referenceId: "a" },
          Name: "Tree",
          Contacts: { records: [{ attributes: { type: "Contact", referenceId: "c" }, LastName: "Leaf" }] },
        },
      ],
    };
    const made = await salesforce.call("POST", "composite/tree/Account", tree);
    expect(made).toMatchObject({
      status: 201,
      body: { hasErrors: false, results: [{ referenceId: "a" }, { referenceId: "c" }] },
    });
    const { records } = await salesforce.query("SELECT Account.Name FROM Contact WHERE LastName = 'Leaf'");
    expect(records).toMatchObject([{ Account: { Name: "Tree" } }]);
    const broken = { records: [...tree.records, { attributes: { type: "Account", referenceId: "b" } }] };
    expect(await salesforce.call("POST", "composite/tree/Account", broken)).toMatchObject({
      status: 400,
      body: {
        hasErrors: true,
        results: [{ referenceId: "b", errors: [{ statusCode: "REQUIRED_FIELD_MISSING", fields: ["Name"] }] }],
      },
    });
    expect((await salesforce.query("SELECT Id FROM Account WHERE Name = 'Tree'")).totalSize).toBe(1);
  });

  test("each graph of a composite graph is all or none", async () => {
    const post = (referenceId: string, body: object): object => ({
      method: "POST",
      url: "/services/data/v64.0/sobjects/Account",
      referenceId,
      body,
    });
    const { body } = await salesforce.call("POST", "composite/graph", {
      graphs: [
        { graphId: "1", compositeRequest: [post("x", { Name: "Graph 1" })] },
        { graphId: "2", compositeRequest: [post("x", { Name: "Graph 2" }), post("y", {})] },
      ],
    });
    expect(body).toMatchObject({
      graphs: [
        { graphId: "1", isSuccessful: true, graphResponse: { compositeResponse: [{ httpStatusCode: 201 }] } },
        {
          graphId: "2",
          isSuccessful: false,
          graphResponse: {
            compositeResponse: [
              { body: [{ errorCode: "PROCESSING_HALTED" }] },
              { body: [{ errorCode: "REQUIRED_FIELD_MISSING" }] },
            ],
          },
        },
      ],
    });
    expect((await salesforce.query("SELECT Name FROM Account WHERE Name LIKE 'Graph%'")).totalSize).toBe(1);
  });
});

describe("around a record", () => {
  test("relationships lead to the parent and to the children", async () => {
    expect((await salesforce.call("GET", `sobjects/Account/${account}/Owner?fields=Name`)).body).toMatchObject({
      attributes: { type: "User" },
      Name: "Ann Archer",
    });
    expect((await salesforce.call("GET", `sobjects/Account/${account}/Contacts`)).body).toMatchObject({
      totalSize: 1,
      records: [{ LastName: "Coyote" }],
    });
  });

  test("what was in hand last is listed first", async () => {
    await salesforce.call("GET", `sobjects/Account/${account}`);
    const { body } = await salesforce.call("GET", "recent?limit=1");
    expect(body).toMatchObject([{ attributes: { type: "Account" }, Id: account, Name: "Acme Rockets" }]);
    const own = await salesforce.call("GET", "sobjects/Account");
    expect(own.body).toMatchObject({
      objectDescribe: { name: "Account" },
      recentItems: expect.arrayContaining([expect.objectContaining({ Id: account })]),
    });
  });

  test("layouts, tabs and themes are there for who asks", async () => {
    expect((await salesforce.call("GET", "sobjects/Account/describe/layouts")).body).toMatchObject({
      layouts: [{ detailLayoutSections: [{ heading: "Account" }] }],
      recordTypeSelectorRequired: [false],
    });
    expect((await salesforce.call("GET", "tabs")).body).toContainEqual(
      expect.objectContaining({ sobjectName: "Lead" }),
    );
    expect((await salesforce.call("GET", "theme")).body).toHaveProperty("themeItems");
  });
});

describe("HTTP habits", () => {
  test("bodies may come packed, and answers go out packed to those who take them when that is switched on", async () => {
    await salesforce.control("PATCH", "settings", { gzip: true });
    const response = await fetch(`${salesforce.origin}/services/data/v64.0/sobjects/Account`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${salesforce.token}`,
        "content-type": "application/json",
        "content-encoding": "gzip",
        "accept-encoding": "gzip",
      },
      body: gzipSync(JSON.stringify({ Name: "Packed" })),
    });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(await response.json()).toMatchObject({ success: true });
    await salesforce.control("PATCH", "settings", { gzip: false });
  });

  test("bodies of another media type are refused with 415", async () => {
    const refused = await salesforce.call("POST", "sobjects/Account", {}, { "content-type": "text/plain" });
    expect(refused).toMatchObject({ status: 415, body: [{ errorCode: "UNSUPPORTED_MEDIA_TYPE" }] });
  });
});

describe("permissions", () => {
  test("hide fields from one user and keep another from writing", async () => {
    const { accessToken } = z
      .object({ accessToken: z.string() })
      .parse(await salesforce.control("POST", "sessions", { userId: BEN }));
    const asBen = { authorization: `Bearer ${accessToken}` };
    await salesforce.control("POST", "visibility", { userId: BEN, fields: { Account: ["Phone"] }, objects: ["Lead"] });
    await salesforce.control("POST", "visibility", {
      userId: INTEGRATION,
      readOnly: { objects: ["Contact"], fields: { Account: ["Site"] } },
    });
    const soql = `query?q=${encodeURIComponent("SELECT Phone FROM Account")}`;
    expect(await salesforce.call("GET", soql, undefined, asBen)).toMatchObject({
      status: 400,
      body: [{ errorCode: "INVALID_FIELD" }],
    });
    expect((await salesforce.call("GET", soql)).status).toBe(200);
    expect((await salesforce.call("GET", "sobjects/Lead/describe", undefined, asBen)).status).toBe(404);
    const change = `sobjects/Account/${account}`;
    expect(await salesforce.call("PATCH", change, { Phone: "1" }, asBen)).toMatchObject({
      status: 400,
      body: [{ errorCode: "INVALID_FIELD", message: "No such column 'Phone' on sobject of type Account" }],
    });
    expect(await salesforce.call("PATCH", change, { Site: "HQ" })).toMatchObject({
      status: 400,
      body: [{ errorCode: "INVALID_FIELD_FOR_INSERT_UPDATE", fields: ["Site"] }],
    });
    expect((await salesforce.call("PATCH", change, { Site: "HQ" }, asBen)).status).toBe(204);
    expect(await salesforce.call("POST", "sobjects/Contact", { LastName: "X" })).toMatchObject({
      status: 403,
      body: [{ errorCode: "INSUFFICIENT_ACCESS_OR_READONLY" }],
    });
  });
});
