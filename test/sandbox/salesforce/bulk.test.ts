import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { z } from "zod";
import { ANN, techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;

beforeAll(async () => {
  const builder = techFlowOrg();
  for (const name of ["Plain", 'With "quotes", comma', "Two\nlines"])
    builder.add("Account", { Name: name, OwnerId: ANN });
  salesforce = await startSalesforce(builder.build());
});

afterAll(() => salesforce.close());

async function submit(query: string): Promise<string> {
  const { body } = await salesforce.call("POST", "jobs/query", { operation: "query", query });
  return z.object({ id: z.string(), state: z.literal("UploadComplete") }).parse(body).id;
}

test("a query job runs, completes and hands its rows out in pages of CSV", async () => {
  const id = await submit("select id, name, owner.name, createddate, site from Account order by Id");
  expect((await salesforce.call("GET", `jobs/query/${id}/results`)).status).toBe(400);
  expect((await salesforce.call("GET", `jobs/query/${id}`)).body).toMatchObject({ state: "InProgress" });
  expect((await salesforce.call("GET", `jobs/query/${id}`)).body).toMatchObject({
    state: "JobComplete",
    jobType: "V2Query",
    numberRecordsProcessed: 3,
    apiVersion: 64,
  });
  const first = await salesforce.call("GET", `jobs/query/${id}/results?maxRecords=2`);
  expect(first.headers.get("sforce-numberofrecords")).toBe("2");
  expect(String(first.body).replaceAll(/001\w{15}/gu, "ID")).toBe(
    '"Id","Name","Owner.Name","CreatedDate","Site"\n'
      + '"ID","Plain","Ann Archer","2026-01-05T09:00:00.000Z",""\n'
      + '"ID","With ""quotes"", comma","Ann Archer","2026-01-05T09:00:00.000Z",""\n',
  );
  const locator = first.headers.get("sforce-locator") ?? "";
  const last = await salesforce.call("GET", `jobs/query/${id}/results?maxRecords=2&locator=${locator}`);
  expect(last.headers.get("sforce-locator")).toBe("null");
  expect(String(last.body)).toContain('"Two\nlines"');
  expect((await salesforce.call("GET", `/services/data/v63.0/jobs/query/${id}/results`)).status).toBe(409);
  expect((await salesforce.call("DELETE", `jobs/query/${id}`)).status).toBe(204);
});

test.each([
  ["SELECT COUNT(Id) FROM Account", "API_ERROR"],
  ["SELECT BillingAddress FROM Account", "API_ERROR"],
  ["SELECT Id FROM LeadStatus", "INVALIDENTITY"],
  ["SELECT Nope FROM Account", "INVALID_FIELD"],
])("a job for %s is refused with %s", async (query, errorCode) => {
  const answer = await salesforce.call("POST", "jobs/query", { operation: "query", query });
  expect(answer).toMatchObject({ status: 400, body: [{ errorCode }] });
});
