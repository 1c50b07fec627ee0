import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { UpdateCommand } from "../../../src/connectors/kit/index.ts";
import { AS_OF, techFlowOrg } from "../../support/salesforce-seed.ts";
import { sandboxOrg } from "./sandbox-org.ts";
import { connect, describeOf, failureOf, json, rows, stubOrg } from "./stub-org.ts";
import type { Answer, Session, StubOrg } from "./stub-org.ts";

const { signal } = new AbortController();
let org: StubOrg;
let session: Session;
beforeEach(async () => {
  org = await stubOrg();
  org.descriptions.set("Opportunity", describeOf("Opportunity", FIELDS));
  session = await connect(org.origin, { externalIds: { Opportunity: "Hub_Marker__c" } });
});
afterEach(() => org.close());

const FIELDS = { Name: "string", Amount: "currency", Start__c: "datetime", Hub_Marker__c: "string" };
const ID = "0065e0000000001AAA";
const refusal = (status: number, errorCode: string, more: object = {}): Answer =>
  json(status, [{ errorCode, message: "no", ...more }]);
/** Takes the request and never answers: the write may be done or not. */
const lost: Answer = (_seen, response) => response.destroy();
const row = (more: object): object => ({ attributes: { type: "Opportunity", url: "/x" }, Id: ID, ...more });
const update: UpdateCommand = {
  stream: "Opportunity",
  id: ID,
  fields: { Amount: 5, Start__c: { at: AS_OF, precision: "s" } as never },
  unmodifiedSince: AS_OF,
  idempotencyKey: "op-1",
};
const methods = (): readonly string[] =>
  org.seen.filter(({ path }) => !path.endsWith("/token")).map(({ method }) => method);

describe("a write whose answer was lost", () => {
  test("is looked for before it is sent again, and taken when it is there", async () => {
    org.script.push(lost, rows([row({})]));
    const made = await session.connection.write?.create(
      { stream: "Opportunity", marker: "h/1", fields: { Name: "Deal" } },
      signal,
    );
    expect(made?.id).toBe(ID);
    expect(methods()).toEqual(["PATCH", "GET"]);
    expect(org.seen.at(-1)?.soql).toContain("WHERE Hub_Marker__c = 'h/1'");
  });

  test("is sent again when nothing carries its marker", async () => {
    org.script.push(lost, rows([]), json(201, { id: ID, success: true, errors: [], created: true }));
    await session.connection.write?.create({ stream: "Opportunity", marker: "h/1", fields: {} }, signal);
    expect(methods()).toEqual(["PATCH", "GET", "PATCH"]);
  });

  test("of a change is done when the record holds the values, although its stamp moved", async () => {
    const stamped = new Date(AS_OF).toISOString().replace("Z", "+0000");
    org.script.push(lost, rows([row({ Amount: 5, Start__c: stamped })]));
    expect((await session.connection.write?.update(update, signal))?.id).toBe(ID);
    expect(methods()).toEqual(["PATCH", "GET"]);
  });
});

describe("a single write", () => {
  test("is conditional on the stamp it was planned on and leaves assignment rules off", async () => {
    org.script.push((_seen, response) => response.writeHead(204).end());
    await session.connection.write?.update(update, signal);
    expect(org.seen.at(-1)?.headers).toMatchObject({
      "if-unmodified-since": "Mon, 02 Mar 2026 12:00:00 GMT",
      "sforce-auto-assign": "FALSE",
    });
    expect(JSON.parse(org.seen.at(-1)?.body ?? "")).toEqual({ Amount: 5, Start__c: "2026-03-02T12:00:00.000Z" });
    const other = await connect(org.origin, { assignmentRules: true });
    await other.connection.write?.update(update, signal);
    expect(org.seen.at(-1)?.headers["sforce-auto-assign"]).toBeUndefined();
  });

  test("of a locked record is tried again some times", async () => {
    org.script.push(refusal(400, "UNABLE_TO_LOCK_ROW"), (_seen, response) => response.writeHead(204).end());
    await session.connection.write?.update(update, signal);
    expect(session.waits).toHaveLength(1);
    org.script.splice(0, 1, refusal(400, "UNABLE_TO_LOCK_ROW"));
    const write = session.connection.write?.update(update, signal) ?? Promise.resolve();
    expect(await failureOf(write)).toMatchObject({ code: "HUB-1309" });
  });

  test("that fits several records, or that a duplicate rule refuses, is told with the records", async () => {
    const duplicateResult = {
      allowSave: false,
      matchResults: [{ matchRecords: [{ record: { attributes: { type: "Opportunity" }, Id: ID } }] }],
    };
    org.script.push(
      json(300, ["/services/data/v64.0/sobjects/Opportunity/006a", "/services/data/v64.0/sobjects/Opportunity/006b"]),
      refusal(400, "DUPLICATES_DETECTED", { duplicateResult }),
    );
    const create = async (): Promise<unknown> =>
      session.connection.write?.create({ stream: "Opportunity", marker: "h/1", fields: {} }, signal);
    expect(await failureOf(create())).toMatchObject({ code: "HUB-1319", disposition: "skip-record" });
    expect(await failureOf(create())).toMatchObject({
      code: "HUB-1323",
      disposition: "skip-record",
      message: expect.stringContaining(ID),
    });
  });
});

describe("many writes", () => {
  test("go 200 to a call, each with its own outcome in the order given, and only locked ones again", async () => {
    const outcome = (index: number): object => {
      if (index === 3) return { success: false, errors: [{ statusCode: "REQUIRED_FIELD_MISSING", message: "Name" }] };
      if (index === 5) return { success: false, errors: [{ statusCode: "UNABLE_TO_LOCK_ROW", message: "lock" }] };
      return { id: `006${index}`, success: true, errors: [], created: true };
    };
    org.script.push(
      json(
        200,
        Array.from({ length: 200 }, (_, index) => outcome(index)),
      ),
      json(200, [{ id: "006again", success: true, errors: [] }]),
      json(200, [{ id: "006last", success: true, errors: [] }]),
    );
    const commands = Array.from({ length: 201 }, (_, n) => ({
      stream: "Opportunity",
      marker: `h/${n}`,
      fields: { Name: `Deal ${n}` },
    }));
    const outcomes = (await session.connection.write?.createMany?.(commands, signal)) ?? [];
    expect(outcomes).toHaveLength(201);
    expect(outcomes[0]?.receipt?.id).toBe("0060");
    expect(outcomes[3]?.error).toMatchObject({ code: "HUB-1312", message: expect.stringContaining("Name") });
    expect([outcomes[5]?.receipt?.id, outcomes[200]?.receipt?.id]).toEqual(["006again", "006last"]);
    const sent = org.seen.filter(({ method }) => method === "PATCH");
    expect(sent.map(({ body }) => (JSON.parse(body) as { records: unknown[] }).records.length)).toEqual([200, 1, 1]);
    expect(sent[0]?.path).toBe("/services/data/v64.0/composite/sobjects/Opportunity/Hub_Marker__c");
  });

  test("whose answer was lost are sent again only as far as no record carries their marker", async () => {
    org.script.push(
      lost,
      rows([row({ Hub_Marker__c: "h/0" })]),
      json(200, [{ id: "006b", success: true, errors: [] }]),
    );
    const commands = ["h/0", "h/1"].map((marker) => ({ stream: "Opportunity", marker, fields: {} }));
    const outcomes = (await session.connection.write?.createMany?.(commands, signal)) ?? [];
    expect(outcomes.map(({ receipt }) => receipt?.id)).toEqual([ID, "006b"]);
    expect(org.seen.at(-1)?.body).not.toContain("h/0");
  });

  test("that depend on a stamp go together in one call, and a stale one alone is refused", async () => {
    const builder = techFlowOrg();
    const [first, second] = [builder.add("Account", { Name: "A" }), builder.add("Account", { Name: "B" })];
    const sandbox = await sandboxOrg(builder.build());
    sandbox.clock.advance(60_000);
    await sandbox.api("PATCH", `sobjects/Account/${second}`, { Name: "By hand" });
    sandbox.clock.advance(60_000);
    const { connection } = sandbox.session;
    const command = (id: string, since?: number): UpdateCommand => ({
      stream: "Account",
      id,
      fields: { Name: "Ours" },
      idempotencyKey: id,
      ...(since === undefined ? {} : { unmodifiedSince: since }),
    });
    await connection.describe("Account", signal);
    const before = connection.calls();
    const outcomes = await connection.write?.updateMany?.([command(first, AS_OF), command(second, AS_OF)], signal);
    expect(connection.calls() - before).toBe(1);
    expect(outcomes?.map(({ receipt, error }) => receipt?.id ?? error?.code)).toEqual([first, "HUB-1314"]);
    const free = await connection.write?.updateMany?.([command(second)], signal);
    expect(free?.[0]?.receipt?.id).toBe(second);
    await sandbox.close();
  });
});
