import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { z } from "zod";
import { techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;

beforeAll(async () => {
  salesforce = await startSalesforce(techFlowOrg().build());
});

afterAll(() => salesforce.close());

const TRUTH = z.record(
  z.string(),
  z.record(z.string(), z.object({ state: z.string(), content: z.record(z.string(), z.unknown()) })),
);

async function truth(streams = ""): Promise<z.output<typeof TRUTH>> {
  return TRUTH.parse(await salesforce.control("GET", `truth${streams}`));
}

test("the truth tells live, deleted, erased and hidden records in the shape REST gives them", async () => {
  const [live, deleted, erased, hidden] = await Promise.all(
    ["Live", "Deleted", "Erased", "Hidden"].map((Name) => salesforce.create("Account", { Name, Site: "S" })),
  );
  await salesforce.call("DELETE", `sobjects/Account/${deleted ?? ""}`);
  await salesforce.control("POST", "hard-delete", { object: "Account", id: erased });
  await salesforce.control("POST", "visibility", { rows: [hidden], fields: { Account: ["Site"] } });
  const { Account = {} } = await truth("?streams=Account,User");
  const states = [live, deleted, erased, hidden].map((id) => Account[id ?? ""]?.state);
  expect(states).toEqual(["live", "deleted", "deleted", "hidden"]);
  expect(Account[live ?? ""]?.content).toEqual((await salesforce.call("GET", `sobjects/Account/${live ?? ""}`)).body);
  expect(Account[live ?? ""]?.content).not.toHaveProperty("Site");
  await salesforce.control("POST", "visibility", { hidden: false, rows: [hidden], fields: { Account: [] } });
});

test("the truth holds every object with rows, histories too, and only the asked-for ones when asked", async () => {
  await salesforce.create("Opportunity", { Name: "Deal", StageName: "Prospecting", CloseDate: "2026-06-30" });
  const all = await truth();
  expect(Object.keys(all)).toEqual(expect.arrayContaining(["OpportunityHistory", "LeadHistory", "Task", "User"]));
  expect(Object.values(all["OpportunityHistory"] ?? {})).toMatchObject([
    { state: "live", content: { StageName: "Prospecting", CreatedDate: "2026-03-02T12:00:00.000+0000" } },
  ]);
  expect(Object.keys(await truth("?streams=User"))).toEqual(["User"]);
});
