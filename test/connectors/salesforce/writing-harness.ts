import { salesforce } from "../../../src/connectors/salesforce/index.ts";
import { createSalesforce } from "../../../src/sandbox/salesforce/index.ts";
import { fieldsOf, serveSystem, textOf } from "../../acceptance/served-system.ts";
import type { WritingHarness, WritingWorld } from "../../acceptance/writing-harness.ts";
import { AS_OF, techFlowOrg } from "../../support/salesforce-seed.ts";

const PUT_AWAY = "Closed Lost";

async function start(): Promise<WritingWorld> {
  const builder = techFlowOrg();
  const account = builder.add("Account", { Name: "Acme" });
  builder.add("User", {
    LastName: "Gone",
    Username: "gone@techflow.example",
    Email: "gone@techflow.example",
    Alias: "gone",
    IsActive: false,
  });
  // Unlike the other one it lets people's copies carry what they copied.
  builder.customField("Opportunity", {
    name: "Hub_Handoff__c",
    label: "Hub handoff",
    type: "string",
    externalId: true,
  });
  const served = await serveSystem({
    system: "salesforce",
    create: (environment) => createSalesforce(builder.build(), environment),
    asOf: AS_OF,
    seed: 3,
  });
  const rows = async (): Promise<Readonly<Record<string, unknown>>> =>
    fieldsOf(fieldsOf(await served.control("GET", "/truth?streams=Opportunity"))["Opportunity"] ?? {});
  const content = async (id: string): Promise<Readonly<Record<string, unknown>>> =>
    fieldsOf(fieldsOf((await rows())[id])["content"]);
  return {
    served,
    settings: {
      externalIds: { Opportunity: "Hub_Handoff__c" },
      retire: { Opportunity: { tag: "NextStep", set: { StageName: PUT_AWAY } } },
    },
    creation: (marker) => ({
      stream: "Opportunity",
      marker,
      fields: {
        Name: "Acme expansion",
        StageName: "Prospecting",
        CloseDate: { day: "2026-06-30" },
        AccountId: account,
        OwnerId: { person: "ben.booth@techflow.example" },
      },
    }),
    nameOf: async (id) => {
      const { Name: name, StageName: stage } = await content(id);
      return stage === PUT_AWAY ? null : textOf(name);
    },
    count: async () =>
      Object.values(await rows()).filter((row) => fieldsOf(fieldsOf(row)["content"])["StageName"] !== PUT_AWAY).length,
    rename: async (id, name) => {
      await served.control("POST", "/write", { object: "Opportunity", fields: { Name: name }, id });
    },
    copy: async (id, marker) => {
      const { Name, StageName, CloseDate } = await content(id);
      const fields = { Name, StageName, CloseDate, Hub_Handoff__c: marker };
      return textOf(fieldsOf(await served.control("POST", "/write", { object: "Opportunity", fields }))["id"]);
    },
    naming: (name) => ({ Name: name }),
    toWhoLeft: { OwnerId: { person: "gone@techflow.example" } },
    close: () => served.close(),
  };
}

/** Opportunities of Salesforce. */
export const salesforceWriting: WritingHarness = {
  title: "Opportunities of Salesforce",
  definition: salesforce,
  stream: "Opportunity",
  creating: "PATCH /sobjects/Opportunity/",
  changing: "PATCH /sobjects/Opportunity/",
  refusal: { fault: "error", status: 400, code: "FIELD_CUSTOM_VALIDATION_EXCEPTION" },
  halfDone: { dial: null, because: "an upsert saves all fields or none" },
  start,
};
