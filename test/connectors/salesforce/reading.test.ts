import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { connect, context, cutMidBody, describeOf, failureOf, json, readAll, rows, stubOrg } from "./stub-org.ts";
import type { StubOrg } from "./stub-org.ts";

let org: StubOrg;
beforeEach(async () => {
  org = await stubOrg();
});
afterEach(() => org.close());

const FIELDS = {
  Id: "id",
  IsDeleted: "boolean",
  CreatedDate: "datetime",
  CreatedById: "reference",
  LastModifiedDate: "datetime",
  SystemModstamp: "datetime",
  Name: "string",
  Amount: "currency",
  StageName: "picklist",
};
const id = (n: number): string => `0065e000000000${n}AAA`;
const row = (n: number, stamp = "2026-11-02T09:59:00.000+0000", more: object = {}): object => ({
  attributes: { type: "Opportunity", url: "/x" },
  Id: id(n),
  IsDeleted: false,
  CreatedDate: "2026-10-01T00:00:00.000+0000",
  CreatedById: "0055e0000000001AAA",
  SystemModstamp: stamp,
  Name: `Deal ${n}`,
  ...more,
});
const selection = { Opportunity: ["Name"] };

describe("the first read", () => {
  test("goes by id below the org's own clock and follows nextRecordsUrl however short a page is", async () => {
    org.script.push(
      describeOf("Opportunity", FIELDS),
      rows([row(1)], { totalSize: 2, next: "/services/data/v64.0/query/01g-1" }),
      rows([row(2)], { totalSize: 2 }),
    );
    const pages = await readAll(await connect(org.origin), "Opportunity", null, context(selection));
    expect(org.seen[2]?.soql).toBe(
      "SELECT Id,SystemModstamp,IsDeleted,CreatedDate,CreatedById,LastModifiedDate,Name FROM Opportunity WHERE SystemModstamp <= 2026-11-02T11:00:00.000Z ORDER BY Id",
    );
    expect(org.seen[2]?.path).toBe("/services/data/v64.0/queryAll");
    expect(org.seen[3]?.path).toBe("/services/data/v64.0/query/01g-1");
    expect(pages.flatMap((page) => page.records.map((record) => record.id))).toEqual(["Opportunity", id(1), id(2)]);
    expect(pages.at(-1)?.sourceCount?.count).toBe(2);
    expect(pages.at(-1)?.position.covered).toEqual([{ from: 0, to: Date.parse("2026-11-02T11:00:00Z") }]);
  });

  test("goes on after the last stored id when the org has forgotten the cursor", async () => {
    const lost = json(400, [{ errorCode: "INVALID_QUERY_LOCATOR", message: "invalid query locator" }]);
    org.script.push(
      describeOf("Opportunity", FIELDS),
      rows([row(1)], { totalSize: 2, next: "/services/data/v64.0/query/01g-1" }),
      lost,
      rows([row(2)], { totalSize: 1 }),
    );
    const pages = await readAll(await connect(org.origin), "Opportunity", null, context(selection));
    expect(org.seen[4]?.soql).toContain(`AND Id > '${id(1)}' ORDER BY Id`);
    expect(pages.at(-1)?.sourceCount?.count).toBe(2);
  });

  test("keeps a deleted row and ends it, and names the survivor of a merge", async () => {
    const gone = row(1, "2026-11-02T09:00:00.000+0000", { IsDeleted: true, MasterRecordId: id(2) });
    org.script.push(describeOf("Account", { ...FIELDS, MasterRecordId: "reference" }), rows([gone]));
    const pages = await readAll(await connect(org.origin), "Account", null, context({ Account: ["Name"] }));
    expect(pages[1]?.records).toHaveLength(1);
    expect(pages[1]?.tombstones).toEqual([
      { stream: "Account", id: id(1), cause: "merged", mergedInto: id(2), at: Date.parse("2026-11-02T09:00:00Z") },
    ]);
  });

  test("refuses a field the org does not have, and names the nearest", async () => {
    org.script.push(describeOf("Opportunity", FIELDS));
    const error = await failureOf(
      readAll(await connect(org.origin), "Opportunity", null, context({ Opportunity: ["Ammount"] })),
    );
    expect([error.code, error.place.path]).toEqual(["HUB-1306", "Ammount"]);
    expect(error.remedy).toContain("Did you mean Amount?");
  });
});

describe("an increment", () => {
  test("re-reads ten minutes by stamp and id, and costs one call when nothing changed", async () => {
    org.script.push(describeOf("Opportunity", FIELDS), rows([row(1)]), rows([]));
    const session = await connect(org.origin);
    const first = await readAll(session, "Opportunity", null, context(selection));
    const before = session.connection.calls();
    const second = await readAll(session, "Opportunity", first.at(-1)?.position ?? null, context(selection));
    expect(session.connection.calls() - before).toBe(1);
    expect(org.seen.at(-1)?.soql).toContain(
      "WHERE SystemModstamp >= 2026-11-02T10:50:00.000Z ORDER BY SystemModstamp,Id",
    );
    expect(second.flatMap((page) => page.records)).toEqual([]);
  });

  test("begins anew when another field is asked for", async () => {
    org.script.push(
      describeOf("Opportunity", FIELDS),
      rows([row(1)]),
      describeOf("Opportunity", FIELDS),
      rows([row(1)]),
    );
    const session = await connect(org.origin);
    const first = await readAll(session, "Opportunity", null, context(selection));
    await readAll(session, "Opportunity", first.at(-1)?.position ?? null, context({ Opportunity: ["Name", "Amount"] }));
    expect(org.seen.at(-1)?.soql).toMatch(/Amount FROM Opportunity WHERE SystemModstamp <= .* ORDER BY Id$/u);
  });
});

describe("faults", () => {
  test("an answer cut in the middle of its body is asked for again", async () => {
    org.script.push(describeOf("Opportunity", FIELDS), cutMidBody, rows([row(1)]));
    const session = await connect(org.origin);
    const pages = await readAll(session, "Opportunity", null, context(selection));
    expect(pages.at(-1)?.records).toHaveLength(1);
    expect(session.waits).toEqual([250]);
  });

  test("a session refused for good ends after two new sign-ins", async () => {
    org.script.push(json(401, [{ errorCode: "INVALID_SESSION_ID", message: "Session expired or invalid" }]));
    const session = await connect(org.origin);
    const error = await failureOf(session.connection.identify(new AbortController().signal));
    expect([error.code, error.disposition]).toEqual(["HUB-1302", "operator"]);
    expect(org.seen.filter((call) => call.path.endsWith("/token"))).toHaveLength(3);
  });

  test("an expired session is renewed once and the call goes on", async () => {
    org.script.push(
      json(401, [{ errorCode: "INVALID_SESSION_ID", message: "Session expired or invalid" }]),
      describeOf("Opportunity", FIELDS),
      rows([]),
    );
    const session = await connect(org.origin);
    expect(await readAll(session, "Opportunity", null, context(selection))).toHaveLength(2);
  });

  test.each([
    [403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "HUB-1303", "retry-later"],
    [403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner", "HUB-1315", "operator"],
    [
      400,
      "INVALID_FIELD",
      "\nSELECT Id, Foo FROM Lead\n ^\nERROR at Row:1:Column:12\nNo such column 'Foo' on entity 'Lead'.",
      "HUB-1306",
      "stop-stream",
    ],
    [404, "NOT_FOUND", "The requested resource does not exist", "HUB-1305", "stop-stream"],
    [410, "GONE", "API version 20.0 is retired", "HUB-1308", "operator"],
  ])("%i %s is told with a code and what to do", async (status, errorCode, message, code, disposition) => {
    org.script.push(json(status, [{ errorCode, message }]));
    const session = await connect(org.origin);
    const error = await failureOf(session.connection.describe("Lead", new AbortController().signal));
    expect([error.code, error.disposition]).toEqual([code, disposition]);
    expect(error.remedy).not.toBe("");
    if (code === "HUB-1306") expect(error.message).toContain("as Foo: No such column 'Foo'");
  });

  test("a locked row and a busy server are tried again, and told when it does not help", async () => {
    org.script.push(
      json(400, [{ errorCode: "UNABLE_TO_LOCK_ROW", message: "unable to obtain exclusive access to this record" }]),
      json(503, [{ errorCode: "SERVER_UNAVAILABLE", message: "Server too busy" }]),
    );
    const session = await connect(org.origin);
    const error = await failureOf(session.connection.describe("Lead", new AbortController().signal));
    expect(error.code).toBe("HUB-1304");
    expect(session.waits).toHaveLength(4);
  });

  test("usage told by the org is booked although other figures come before it", async () => {
    org.script.push(describeOf("Opportunity", FIELDS));
    const session = await connect(org.origin);
    await session.connection.describe("Opportunity", new AbortController().signal);
    expect(session.quota).toEqual([{ used: 18, limit: 5000, resetsAt: null }]);
  });

  test("a secret that is missing is named before anything is sent", async () => {
    const session = await connect(org.origin, {}, {});
    const error = await failureOf(session.connection.identify(new AbortController().signal));
    expect([error.code, error.place.path]).toEqual(["HUB-1301", "CLIENT_SECRET"]);
    expect(org.seen).toEqual([]);
  });
});
