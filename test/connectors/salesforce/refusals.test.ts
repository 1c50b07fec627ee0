import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { connect, context, describeOf, json, readAll, rows, stubOrg } from "./stub-org.ts";
import type { Answer, Session, StubOrg } from "./stub-org.ts";

let org: StubOrg;
let session: Session;
const { signal } = new AbortController();
beforeEach(async () => {
  org = await stubOrg();
  session = await connect(org.origin, { externalIds: { Opportunity: "Hub_Marker__c" } });
});
afterEach(() => org.close());

const refusal = (status: number, errorCode: string, message = "no"): Answer => json(status, [{ errorCode, message }]);

describe("what Salesforce refuses", () => {
  test.each([
    ["a code nobody knows", refusal(400, "MALFORMED_QUERY"), "HUB-1300", "stop-stream", 0],
    ["a locked row", refusal(400, "UNABLE_TO_LOCK_ROW"), "HUB-1309", "retry-now", 4],
    ["a query that ran too long", refusal(400, "QUERY_TIMEOUT"), "HUB-1310", "stop-stream", 0],
    ["a forgotten cursor", refusal(400, "INVALID_QUERY_LOCATOR"), "HUB-1311", "stop-stream", 0],
    ["a query that is too long", refusal(414, "URI_TOO_LONG"), "HUB-1317", "stop-stream", 0],
    ["another shape of answer", json(200, { hello: "world" }), "HUB-1307", "retry-now", 4],
  ])("%s is told with place and remedy, and tried again only where that may help", async (...row) => {
    const [, answer, code, disposition, waits] = row;
    org.script.push(answer);
    await expect(session.connection.describe("Lead", signal)).rejects.toMatchObject({
      code,
      disposition,
      place: { system: "salesforce", request: expect.stringContaining("GET /") },
      remedy: expect.stringMatching(/\w+/u),
    });
    expect(session.waits).toHaveLength(waits);
  });

  test("an answer that is not the last one but names no next ends the stream with HUB-1307", async () => {
    const fields = { Id: "id", IsDeleted: "boolean", CreatedDate: "datetime", SystemModstamp: "datetime" };
    org.script.push(
      describeOf("Opportunity", { ...fields, CreatedById: "reference", LastModifiedDate: "datetime" }),
      json(200, { totalSize: 2, done: false, records: [] }),
    );
    await expect(readAll(session, "Opportunity", null, context({}))).rejects.toMatchObject({
      code: "HUB-1307",
      disposition: "stop-stream",
      place: { stream: "Opportunity" },
    });
  });

  test("a change that a rule of the org refuses is told with HUB-1312 and its field, and sent once", async () => {
    org.descriptions.set("Opportunity", describeOf("Opportunity", { Amount: "currency" }));
    const message = "Closed deals keep their amount.";
    org.script.push(json(400, [{ errorCode: "FIELD_CUSTOM_VALIDATION_EXCEPTION", message, fields: ["Amount"] }]));
    const command = { stream: "Opportunity", id: "006", fields: { Amount: 5 }, idempotencyKey: "op-1" };
    await expect(session.connection.write?.update(command, signal)).rejects.toMatchObject({
      code: "HUB-1312",
      disposition: "skip-record",
      place: { stream: "Opportunity", path: "Amount" },
      message:
        "Salesforce does not save the record of Opportunity (Amount). A validation rule of the org refuses it: Closed deals keep their amount.",
    });
    expect(org.seen.filter(({ method }) => method === "PATCH")).toHaveLength(1);
  });

  test("two records under one marker are both told, the older first", async () => {
    org.descriptions.set("Opportunity", describeOf("Opportunity", { Hub_Marker__c: "string" }));
    const row = (Id: string, CreatedDate: string): object => ({
      attributes: { type: "Opportunity", url: "/x" },
      Id,
      CreatedDate,
    });
    org.script.push(
      rows([
        row("0065e0000000001AAA", "2026-01-02T10:00:00.000+0000"),
        row("0065e0000000002AAA", "2026-01-03T10:00:00.000+0000"),
      ]),
    );
    expect(await session.connection.write?.find("Opportunity", "hub-7", signal)).toEqual([
      { id: "0065e0000000001AAA", createdAt: Date.UTC(2026, 0, 2, 10) },
      { id: "0065e0000000002AAA", createdAt: Date.UTC(2026, 0, 3, 10) },
    ]);
  });
});
