import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "../salesforce/server.ts";
import type { SalesforceServer } from "../salesforce/server.ts";

let org: SalesforceServer;
beforeEach(async () => {
  org = await startSalesforce(techFlowOrg().build());
});
afterEach(() => org.close());

const accounts = async (where: string): Promise<readonly Record<string, unknown>[]> =>
  (await org.query(`SELECT Id, Name, SystemModstamp FROM Account WHERE ${where}`)).records;
const error = (status: number, code: string): object => ({ status, body: [{ errorCode: code }] });

describe("Salesforce's own faults", () => {
  test("ends a session, a cursor, a version and a day's calls", async () => {
    await org.dialled.dial({ fault: "expire-token" });
    expect(await org.call("GET", "limits")).toMatchObject(error(401, "INVALID_SESSION_ID"));
    expect(await org.call("GET", "limits")).toMatchObject({ status: 401 });
    const { accessToken } = (await org.control("POST", "sessions", {})) as { accessToken: string };
    const call = (path: string): Promise<unknown> =>
      org.call("GET", path, undefined, { authorization: `Bearer ${accessToken}` });
    await org.dialled.dial({ fault: "retired-version" });
    expect(await call("limits")).toMatchObject(error(410, "UNSUPPORTED_API_VERSION"));
    await org.control("POST", "paging", { rows: 1 });
    const page = (await call(`query?q=${encodeURIComponent("SELECT Id FROM User")}`)) as {
      body: { nextRecordsUrl: string };
    };
    await org.dialled.dial({ fault: "expire-cursor" });
    expect(await call(page.body.nextRecordsUrl)).toMatchObject(error(400, "INVALID_QUERY_LOCATOR"));
    await org.dialled.dial({ fault: "quota" });
    expect(await call("limits")).toMatchObject(error(403, "REQUEST_LIMIT_EXCEEDED"));
    org.clock.advance(3_600_000);
    expect(await call("limits")).toMatchObject({ status: 403 });
    const signIn = await fetch(`${org.origin}/services/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "none" }),
    });
    // It is refused for what it says, not for want of calls.
    expect(signIn.status).toBe(400);
    org.clock.advance(86_400_000);
    expect(await call("limits")).toMatchObject({ status: 200 });
  });

  test("shows a write later with its older stamp, under the id it answered with", async () => {
    const at = org.clock.now();
    await org.dialled.dial({ fault: "late-commit", ms: 30_000, route: "POST /sobjects" });
    const id = await org.create("Account", { Name: "Late" });
    org.clock.advance(20_000);
    const prompt = await org.create("Account", { Name: "Prompt" });
    expect(id).not.toBe(prompt);
    expect(await accounts("Name IN ('Late', 'Prompt')")).toMatchObject([{ Name: "Prompt" }]);
    org.clock.advance(10_000);
    const late = await accounts("Name = 'Late'");
    expect(late).toMatchObject([{ Id: id }]);
    expect(Date.parse(String(late[0]?.["SystemModstamp"]))).toBe(Math.floor(at / 1000) * 1000);
  });

  test("makes a later write of the same row wait for the open one", async () => {
    const id = await org.create("Account", { Name: "First" });
    await org.dialled.dial({ fault: "late-commit", ms: 60_000, route: "PATCH" });
    expect((await org.call("PATCH", `sobjects/Account/${id}`, { Name: "Second" })).status).toBe(204);
    expect(await accounts(`Id = '${id}'`)).toMatchObject([{ Name: "First" }]);
    org.clock.advance(5000);
    expect((await org.call("PATCH", `sobjects/Account/${id}`, { Phone: "1" })).status).toBe(204);
    const [row] = await accounts(`Id = '${id}'`);
    expect(row).toMatchObject({ Name: "Second" });
    expect(Date.parse(String(row?.["SystemModstamp"]))).toBeGreaterThanOrEqual(
      Math.floor(org.clock.now() / 1000) * 1000,
    );
  });

  test("gives following writes one stamp", async () => {
    org.clock.freeze(false);
    await org.dialled.dial({ fault: "tie", ms: 120_000, times: 2 });
    await org.create("Account", { Name: "Tied" });
    org.clock.advance(60_000);
    await org.create("Account", { Name: "Tied" });
    const stamps = (await accounts("Name = 'Tied'")).map((row) => row["SystemModstamp"]);
    expect([stamps.length, new Set(stamps).size]).toEqual([2, 1]);
  });

  test("puts rows that nothing orders in another order, page after page the same one", async () => {
    for (let n = 0; n < 12; n += 1) await org.create("Account", { Name: `A${String(n).padStart(2, "0")}` });
    const names = async (soql: string): Promise<unknown[]> => (await org.query(soql)).records.map((row) => row["Name"]);
    const ordered = await names("SELECT Name FROM Account WHERE Name LIKE 'A%' ORDER BY Name");
    await org.dialled.dial({ fault: "reorder", times: null });
    expect(await names("SELECT Name FROM Account WHERE Name LIKE 'A%' ORDER BY Name")).toEqual(ordered);
    const shuffled = await names("SELECT Name FROM Account WHERE Name LIKE 'A%'");
    expect(shuffled).not.toEqual(ordered);
    expect(new Set(shuffled)).toEqual(new Set(ordered));
  });

  test("fails single records inside a 200", async () => {
    await org.dialled.dial({ fault: "error-in-200", route: "composite", after: 1 });
    const records = ["One", "Two", "Three"].map((Name) => ({ attributes: { type: "Account" }, Name }));
    const answer = await org.call("POST", "composite/sobjects", { records });
    expect(answer).toMatchObject({
      status: 200,
      body: [{ success: true }, { success: false, errors: [{ statusCode: "UNABLE_TO_LOCK_ROW" }] }, { success: true }],
    });
  });

  test("changes its schema while a client is at work", async () => {
    await org.create("Account", { Name: "Old" });
    await org.dialled.dial({
      fault: "schema",
      change: "add",
      object: "Account",
      field: "Tier__c",
      type: "picklist",
      after: 1,
    });
    expect(await org.queryError("SELECT Tier__c FROM Account")).toMatchObject({ errorCode: "INVALID_FIELD" });
    expect((await org.query("SELECT Tier__c FROM Account LIMIT 1")).records).toMatchObject([{ Tier__c: null }]);
    const { body } = await org.call("GET", "sobjects/Account/describe");
    const { fields } = body as { fields: { name: string; type: string }[] };
    expect(fields).toContainEqual(expect.objectContaining({ name: "Tier__c", type: "picklist", custom: true }));
  });
});

describe("Salesforce's organisation", () => {
  test("renames a stage, gives its API name another meaning, and hides and shows", async () => {
    const stages = async (): Promise<unknown> =>
      (await org.query("SELECT ApiName, MasterLabel, IsClosed FROM OpportunityStage WHERE ApiName = 'Prospecting'"))
        .records;
    await org.dialled.organise({ do: "rename-stage", from: "Prospecting", to: "First contact" });
    expect(await stages()).toMatchObject([{ ApiName: "Prospecting", MasterLabel: "First contact", IsClosed: false }]);
    await org.dialled.organise({ do: "reuse-id", from: "Prospecting", label: "Given up", isClosed: true });
    expect(await stages()).toMatchObject([{ MasterLabel: "Given up", IsClosed: true }]);
    await org.dialled.organise({ do: "hide", object: "Account", field: "Phone" });
    expect(await org.queryError("SELECT Phone FROM Account")).toMatchObject({ errorCode: "INVALID_FIELD" });
    await org.dialled.organise({ do: "show", object: "Account", field: "Phone" });
    await org.query("SELECT Phone FROM Account");
    await expect(org.dialled.organise({ do: "rename-stage", from: "Nothing", to: "x" })).rejects.toThrow("Nothing");
  });

  test("renames a picklist value in the records that hold it, without a new stamp", async () => {
    const id = await org.create("Account", { Name: "Relabelled", Industry: "Banking" });
    const row = async () =>
      (await org.query(`SELECT Industry, SystemModstamp FROM Account WHERE Id = '${id}'`)).records[0];
    const before = await row();
    await org.dialled.organise({
      do: "rename-label",
      object: "Account",
      field: "Industry",
      from: "Banking",
      to: "Money",
    });
    expect(await row()).toEqual({ ...before, Industry: "Money" });
  });

  test("is refreshed: another organisation id, the same record ids, and everybody signs in anew", async () => {
    const id = await org.create("Account", { Name: "Stays" });
    const told = await org.dialled.organise({ do: "refresh-org" });
    expect((await org.call("GET", "limits")).status).toBe(401);
    const { accessToken } = (await org.control("POST", "sessions", {})) as { accessToken: string };
    const headers = { authorization: `Bearer ${accessToken}` };
    const rows = await org.query(`SELECT Id FROM Account WHERE Id = '${id}'`, "query", headers);
    expect(rows.totalSize).toBe(1);
    const [organisation] = (await org.query("SELECT Id FROM Organization", "query", headers)).records;
    expect(told).toEqual({ from: expect.any(String), to: organisation?.["Id"] });
  });

  test("deactivates a person, dirties a picklist, retypes and removes a field, adds a second currency", async () => {
    const [user] = (await org.query("SELECT Id FROM User WHERE IsActive = true LIMIT 1")).records;
    await org.dialled.organise({ do: "deactivate-person", userId: user?.["Id"] });
    expect((await org.query(`SELECT IsActive FROM User WHERE Id = '${String(user?.["Id"])}'`)).records).toMatchObject([
      { IsActive: false },
    ]);
    await org.create("Account", { Name: "Dirty", Industry: "Energy" });
    const dirty = (await org.dialled.organise({
      do: "dirty-picklist",
      object: "Account",
      field: "Industry",
      value: "energy?",
    })) as {
      records: string[];
    };
    expect((await org.query("SELECT Id FROM Account WHERE Industry = 'energy?'")).totalSize).toBe(dirty.records.length);
    await org.dialled.organise({ do: "add-field", object: "Account", field: "Size__c", type: "double" });
    const id = await org.create("Account", { Name: "Big", Size__c: 5 });
    await org.dialled.organise({ do: "retype-field", object: "Account", field: "Size__c", type: "string" });
    expect((await org.query(`SELECT Size__c FROM Account WHERE Id = '${id}'`)).records).toMatchObject([
      { Size__c: "5" },
    ]);
    await org.dialled.organise({ do: "remove-field", object: "Account", field: "Size__c" });
    expect(await org.queryError("SELECT Size__c FROM Account")).toMatchObject({ errorCode: "INVALID_FIELD" });
    const other = (await org.dialled.organise({ do: "second-currency", object: "Opportunity", count: 1 })) as {
      records: string[];
    };
    const currencies = (await org.query("SELECT Id, CurrencyIsoCode FROM Opportunity")).records;
    expect(currencies.filter((row) => row["CurrencyIsoCode"] === "EUR").map((row) => row["Id"])).toEqual(other.records);
    expect(currencies.filter((row) => row["CurrencyIsoCode"] === "USD")).toHaveLength(
      currencies.length - other.records.length,
    );
  });
});
