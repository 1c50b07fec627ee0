import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { isStale, isUnknown } from "../../../src/connectors/kit/index.ts";
import type { CreateCommand, WriteFace } from "../../../src/connectors/kit/index.ts";
import { AS_OF, BEN, techFlowOrg } from "../../support/salesforce-seed.ts";
import { sandboxOrg } from "./sandbox-org.ts";
import type { SandboxOrg } from "./sandbox-org.ts";
import { failureOf } from "./stub-org.ts";

const { signal } = new AbortController();
let org: SandboxOrg;
let account: string;
let recordType: string;
let former: string;
beforeEach(async () => {
  const builder = techFlowOrg();
  account = builder.add("Account", { Name: "Acme" });
  former = builder.add("User", {
    LastName: "Gone",
    Username: "gone@techflow.example",
    Email: "gone@techflow.example",
    Alias: "gone",
    IsActive: false,
  });
  recordType = builder.add("RecordType", {
    Name: "Expansion",
    DeveloperName: "Expansion_Deal",
    SobjectType: "Opportunity",
    IsActive: true,
  });
  const text = { label: "Hub note", type: "string" } as const;
  builder.customField("Opportunity", { name: "Hub_Note__c", ...text });
  builder.customField("Account", { name: "Hub_Note__c", ...text });
  org = await sandboxOrg(builder.build(), {
    externalIds: { Opportunity: "Hub_External_Id__c" },
    markers: { Account: "Hub_Note__c" },
    retire: { Opportunity: { tag: "Hub_Note__c", set: { StageName: "Closed Lost" } } },
  });
});
afterEach(() => org.close());

const write = (): WriteFace => {
  const face = org.session.connection.write;
  if (face === undefined) throw new Error("the connector does not write");
  return face;
};
const record = (object: string, id: string): Promise<Record<string, unknown>> =>
  org.api("GET", `sobjects/${object}/${id}`);
const expansion = (fields: CreateCommand["fields"] = {}, template = "expansion"): CreateCommand => ({
  stream: "Opportunity",
  marker: "hub:exp-1",
  template,
  fields: {
    Name: "Acme expansion",
    StageName: "prospecting",
    CloseDate: { day: "2026-06-30" },
    AccountId: account,
    Amount: { amount: 12_000, currency: "EUR", corporate: 12_960 },
    OwnerId: { person: "ben.booth@techflow.example" },
    segment__c: "enterprise",
    ...fields,
  },
});

describe("an opportunity for an expansion", () => {
  test("is made with its record type, stage and choices by what people call them, and its owner by address", async () => {
    const { id, complete } = await write().create(expansion(), signal);
    expect(complete).toBe(true);
    expect(await record("Opportunity", id)).toMatchObject({
      Name: "Acme expansion",
      StageName: "Prospecting",
      CloseDate: "2026-06-30",
      AccountId: account,
      Amount: 12_000,
      CurrencyIsoCode: "EUR",
      OwnerId: BEN,
      Segment__c: "Enterprise",
      RecordTypeId: recordType,
      Hub_External_Id__c: "hub:exp-1",
    });
  });

  test("is one however often it is made, alone or among many", async () => {
    const first = await write().create(expansion(), signal);
    const again = (await write().createMany?.([expansion(), expansion()], signal)) ?? [];
    expect(again.map(({ receipt }) => receipt?.id)).toEqual([first.id, first.id]);
    expect(await write().find("Opportunity", "hub:exp-1", signal)).toEqual([{ id: first.id, createdAt: AS_OF }]);
  });

  test.each([
    ["a user who is inactive", { OwnerId: { person: "gone@techflow.example" } }, "HUB-1250"],
    ["a user nobody knows", { OwnerId: { person: "who@techflow.example" } }, "HUB-1250"],
    ["a choice the list does not have", { Segment__c: "Huge" }, "HUB-1324"],
    ["a record type that is not there", { RecordType: "Nonsense" }, "HUB-1324"],
    ["a field Salesforce sets itself", { IsWon: true }, "HUB-1324"],
    ["a field that is not there", { Nonsense__c: 1 }, "HUB-1306"],
  ])("is refused for %s before anything is sent", async (_what, fields, code) => {
    const failure = await failureOf(write().create(expansion(fields), signal));
    expect(failure).toMatchObject({ code, disposition: "skip-record", place: { stream: "Opportunity" } });
    expect(failure.place.path).toBe(Object.keys(fields)[0]);
    expect([isStale(failure), isUnknown(failure)]).toEqual([false, false]);
    expect(await write().find("Opportunity", "hub:exp-1", signal)).toEqual([]);
  });

  test("that lacks what Salesforce needs is told with the fields; others of the same call are made", async () => {
    const { StageName: _stage, ...less } = expansion().fields;
    const commands = [{ ...expansion(), marker: "hub:a", fields: less }, expansion()];
    const outcomes = (await write().createMany?.(commands, signal)) ?? [];
    expect(outcomes[0]?.error).toMatchObject({ code: "HUB-1312", place: { path: "StageName" } });
    expect(outcomes[1]?.receipt?.complete).toBe(true);
  });

  test("is put away by the status that is configured, and says why", async () => {
    const { id } = await write().create(expansion(), signal);
    const command = { stream: "Opportunity", id, tag: "Put away by Process Hub: plan 7", idempotencyKey: "u" };
    await write().retire(command, signal);
    await write().retire(command, signal);
    expect(await record("Opportunity", id)).toMatchObject({ StageName: "Closed Lost", Hub_Note__c: command.tag });
    expect(await write().find("Opportunity", "hub:exp-1", signal)).toEqual([]);
    const other = write().retire({ ...command, stream: "Account", id: account }, signal);
    expect(await failureOf(other)).toMatchObject({ code: "HUB-1325", disposition: "operator" });
  });
});

describe("an object without an external id", () => {
  const command: CreateCommand = { stream: "Account", marker: "hub:acc", fields: { Name: "Beta" } };

  test("carries the marker in a text field, is searched for first, and a copy somebody made is found, too", async () => {
    expect(write().traits.uniqueMarker).toBe(false);
    const first = await write().create(command, signal);
    expect((await write().create(command, signal)).id).toBe(first.id);
    org.clock.advance(60_000);
    const copy = await org.api("POST", "sobjects/Account", { Name: "Beta", Hub_Note__c: "hub:acc" });
    expect((await write().find("Account", "hub:acc", signal)).map(({ id }) => id)).toEqual([first.id, copy["id"]]);
  });
});

describe("a change", () => {
  test("of a record that was deleted meanwhile is stale", async () => {
    await org.api("DELETE", `sobjects/Account/${account}`);
    const command = { stream: "Account", id: account, fields: { Name: "New" }, idempotencyKey: "k" };
    const failure = await failureOf(write().update(command, signal));
    expect([failure.code, isStale(failure)]).toEqual(["HUB-1314", true]);
  });

  test("gives a record to nobody who has left, by id either", async () => {
    const command = { stream: "Account", id: account, fields: { OwnerId: { person: former } }, idempotencyKey: "k" };
    expect(await failureOf(write().update(command, signal))).toMatchObject({
      code: "HUB-1250",
      message: expect.stringContaining("inactive"),
    });
  });
});
