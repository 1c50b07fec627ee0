import { describe, expect, test } from "@jest/globals";
import { salesforce } from "../../../src/connectors/salesforce/index.ts";
import type { Entity, JsonObject } from "../../../src/model/index.ts";

const USER_A = "0055e0000000001AAA";
const USER_B = "0055e0000000002AAA";
const QUEUE = "00G5e0000000001EAA";
const OPPORTUNITY = "0065e0000000001AAA";
const described: JsonObject = {
  name: "Opportunity",
  instanceUrl: "https://techflow.my.salesforce.com",
  fields: {
    OwnerId: { type: "reference" },
    AccountId: { type: "reference" },
    CSM__c: { type: "reference" },
    Plan__c: { type: "reference" },
    Go_Live__c: { type: "date" },
    Tags__c: { type: "multipicklist" },
    Stamp__c: { type: "datetime" },
    Code__c: { type: "string" },
  },
};
const normalise = salesforce.normaliser({
  system: "salesforce",
  tenant: "00D5e0000000001EAA",
  settings: { login: "client-credentials", apiVersion: "64.0" },
  references: {
    ObjectDescription: new Map<string, JsonObject>([
      ["Opportunity", described],
      ["*", { prefixes: { Plan__c: "a01" } }],
    ]),
  },
});

function entity(stream: string, content: JsonObject, members: Entity["members"] = []): Entity {
  return {
    system: "salesforce",
    tenant: "00D5e0000000001EAA",
    stream,
    id: OPPORTUNITY,
    content,
    members,
    tombstone: null,
    firstSeenAt: 0,
  };
}

const created = { CreatedDate: "2026-01-01T00:00:00.000+0000", CreatedById: USER_A };

function history(n: number, at: string, values: JsonObject): Entity["members"][number] {
  return {
    stream: "OpportunityHistory",
    id: `0085e000000000${n}AAA`,
    content: { CreatedDate: at, CreatedById: USER_A, ...values },
  };
}

function change(
  stream: string,
  n: number,
  at: string,
  field: string,
  from: string | null,
  to: string | null,
): Entity["members"][number] {
  return {
    stream,
    id: `0175e000000000${n}AAA`,
    content: { CreatedDate: at, CreatedById: USER_B, Field: field, OldValue: from, NewValue: to },
  };
}

describe("fields", () => {
  test("users and queues are persons, other ids records, times ISO text, multi-selects lists", () => {
    const { fields, url } = normalise(
      entity("Opportunity", {
        ...created,
        OwnerId: QUEUE,
        AccountId: "0015e0000000001AAA",
        CSM__c: USER_B,
        Plan__c: "a015e0000000001AAA",
        Go_Live__c: "2026-03-01",
        Tags__c: "a;b",
        Stamp__c: "2026-01-01T08:00:00.000+0000",
        Code__c: USER_A,
        Owner: { Name: "Dana Ortiz" },
        NextStep: "",
      }),
    );
    expect(fields).toMatchObject({
      OwnerId: { person: QUEUE },
      AccountId: { stream: "Account", id: "0015e0000000001AAA" },
      CSM__c: { person: USER_B },
      Plan__c: { stream: "Plan__c", id: "a015e0000000001AAA" },
      Go_Live__c: "2026-03-01",
      Tags__c: ["a", "b"],
      Stamp__c: "2026-01-01T08:00:00.000Z",
      Code__c: USER_A,
      "Owner.Name": "Dana Ortiz",
      NextStep: null,
    });
    expect(url).toBe(`https://techflow.my.salesforce.com/${OPPORTUNITY}`);
  });
});

describe("transitions", () => {
  test("come from the stage history, the first row being the creation, ties in the order of rows", () => {
    const { transitions, gaps } = normalise(
      entity("Opportunity", { ...created, StageName: "Closed Won", Amount: 9 }, [
        history(3, "2026-02-01T00:00:00.000+0000", { StageName: "Closed Won", Amount: 9 }),
        history(1, "2026-01-01T00:00:00.000+0000", { StageName: "Discovery", Amount: 5 }),
        history(2, "2026-02-01T00:00:00.000+0000", { StageName: "Proposal", Amount: 9 }),
      ]),
    );
    expect(transitions.map(({ field, from, to, sequence }) => [field, from, to, sequence])).toEqual([
      ["StageName", null, "Discovery", 0],
      ["Amount", null, 5, 1],
      ["StageName", "Discovery", "Proposal", 2],
      ["Amount", 5, 9, 3],
      ["StageName", "Proposal", "Closed Won", 4],
    ]);
    expect(gaps).toEqual([]);
  });

  test("of lookups keep the row with ids, and begin with the value at creation", () => {
    const { transitions } = normalise(
      entity("Lead", { ...created, OwnerId: USER_B, Status: "New" }, [
        change("LeadHistory", 1, "2026-01-02T00:00:00.000+0000", "Owner", "Inbound Leads", "Ben Carter"),
        change("LeadHistory", 2, "2026-01-02T00:00:00.000+0000", "Owner", QUEUE, USER_B),
      ]),
    );
    expect(transitions.map(({ field, from, to }) => [field, from, to])).toEqual([
      ["OwnerId", null, { person: QUEUE }],
      ["Status", null, "New"],
      ["OwnerId", { person: QUEUE }, { person: USER_B }],
    ]);
    expect(transitions[2]?.by).toEqual({ person: USER_B, kind: "unknown" });
  });

  test("that do not end at the current value are a gap", () => {
    const rows = [change("ContractHistory", 1, "2026-01-02T00:00:00.000+0000", "Status", "Draft", "Activated")];
    expect(normalise(entity("Contract", { ...created, Status: "Expired" }, rows)).gaps).toEqual(["Status"]);
  });
});

test("a record whose creation is no time is refused by name", () => {
  expect(() => normalise(entity("Task", { CreatedDate: "yesterday" }))).toThrow(
    expect.objectContaining({ code: "HUB-1316" }),
  );
});
