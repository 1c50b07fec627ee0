import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Connection } from "jsforce";
import { z } from "zod";
import { techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;

beforeAll(async () => {
  salesforce = await startSalesforce(techFlowOrg().build());
});

beforeEach(async () => {
  await salesforce.control("POST", "bulk", { polls: 2, failWith: null });
});

afterAll(() => salesforce.close());

const JOB = z.object({ id: z.string(), state: z.string(), contentUrl: z.string() });

async function open(settings: Readonly<Record<string, unknown>>): Promise<z.output<typeof JOB>> {
  const { status, body } = await salesforce.call("POST", "jobs/ingest", settings);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return JOB.parse(body);
}

async function upload(id: string, csv: string): Promise<number> {
  const response = await fetch(`${salesforce.origin}/services/data/v64.0/jobs/ingest/${id}/batches`, {
    method: "PUT",
    headers: { authorization: `Bearer ${salesforce.token}`, "content-type": "text/csv" },
    body: csv,
  });
  return response.status;
}

/** Uploads a file, closes the job and looks at it until it is over. */
async function load(settings: Readonly<Record<string, unknown>>, csv: string): Promise<Record<string, unknown>> {
  const { id } = await open(settings);
  expect(await upload(id, csv)).toBe(201);
  await salesforce.call("PATCH", `jobs/ingest/${id}`, { state: "UploadComplete" });
  for (;;) {
    const { body } = await salesforce.call("GET", `jobs/ingest/${id}`);
    const job = z.record(z.string(), z.unknown()).parse(body);
    if (job["state"] !== "InProgress") return job;
  }
}

async function result(job: Readonly<Record<string, unknown>>, part: string): Promise<string> {
  const { body } = await salesforce.call("GET", `jobs/ingest/${String(job["id"])}/${part}`);
  return String(body).replaceAll(/00[16Q]\w{15}/gu, "ID");
}

describe("an ingest job", () => {
  test("opens, takes one file, and runs after it is closed", async () => {
    const job = await open({ object: "Account", operation: "insert" });
    expect(job).toMatchObject({ state: "Open", contentUrl: `services/data/v64.0/jobs/ingest/${job.id}/batches` });
    expect(await upload(job.id, "Name\nOne\n")).toBe(201);
    expect(await upload(job.id, "Name\nTwo\n")).toBe(400);
    expect((await salesforce.call("GET", `jobs/ingest/${job.id}/successfulResults`)).status).toBe(400);
    const path = `jobs/ingest/${job.id}`;
    expect((await salesforce.call("PATCH", path, { state: "UploadComplete" })).body).toMatchObject({
      state: "UploadComplete",
    });
    expect((await salesforce.call("GET", path)).body).toMatchObject({ state: "InProgress", jobType: "V2Ingest" });
    expect((await salesforce.call("GET", path)).body).toMatchObject({
      state: "JobComplete",
      numberRecordsProcessed: 1,
      numberRecordsFailed: 0,
    });
    expect((await salesforce.call("DELETE", path)).status).toBe(204);
    expect((await salesforce.call("GET", path)).status).toBe(404);
  });

  test("keeps what succeeded apart from what failed, row by row", async () => {
    const csv = 'Name,Site\n"With, comma","Two\nlines"\n,Nameless\n';
    const job = await load({ object: "Account", operation: "insert" }, csv);
    expect(job).toMatchObject({ state: "JobComplete", numberRecordsProcessed: 2, numberRecordsFailed: 1 });
    expect(await result(job, "successfulResults")).toBe(
      '"sf__Id","sf__Created","Name","Site"\n"ID","true","With, comma","Two\nlines"\n',
    );
    expect(await result(job, "failedResults")).toBe(
      '"sf__Id","sf__Error","Name","Site"\n'
        + '"","REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --","","Nameless"\n',
    );
    expect(await result(job, "unprocessedrecords")).toBe('"Name","Site"\n');
  });

  test("upserts by external id, leaves blank cells alone, empties #N/A and refuses an id given twice", async () => {
    const settings = { object: "Account", operation: "upsert", externalIdFieldName: "Hub_External_Id__c" };
    await load(settings, "Hub_External_Id__c,Name,Site,Phone\nk1,One,HQ,123\n");
    const job = await load(
      settings,
      "Hub_External_Id__c,Name,Site,Phone\nk1,One again,,#N/A\nk2,Two,,\nk3,Three,,\nk3,Three,,\n",
    );
    expect(await result(job, "successfulResults")).toBe(
      '"sf__Id","sf__Created","Hub_External_Id__c","Name","Site","Phone"\n'
        + '"ID","false","k1","One again","","#N/A"\n"ID","true","k2","Two","",""\n',
    );
    expect(await result(job, "failedResults")).toContain("DUPLICATE_VALUE:Duplicate external id specified: k3");
    const { records } = await salesforce.query("SELECT Name, Site, Phone FROM Account WHERE Hub_External_Id__c = 'k1'");
    expect(records).toMatchObject([{ Name: "One again", Site: "HQ", Phone: null }]);
  });

  test("relates by the external id of the parent, and updates and deletes by Id", async () => {
    const parent = await salesforce.create("Account", { Name: "Parent", Hub_External_Id__c: "p1" });
    const csv = "Name|StageName|CloseDate|Account.Hub_External_Id__c\r\nDeal|Prospecting|2026-06-30|p1\r\n";
    const settings = { object: "Opportunity", operation: "insert", columnDelimiter: "PIPE", lineEnding: "CRLF" };
    expect(await load(settings, csv)).toMatchObject({ state: "JobComplete", numberRecordsFailed: 0 });
    const soql = `SELECT Id, Probability FROM Opportunity WHERE AccountId = '${parent}'`;
    const [deal] = (await salesforce.query(soql)).records;
    const id = String(deal?.["Id"]);
    expect(deal).toMatchObject({ Probability: 10 });
    await load({ object: "Opportunity", operation: "update" }, `Id,StageName\n${id},Closed Won\n`);
    expect((await salesforce.query(soql)).records).toMatchObject([{ Probability: 100 }]);
    const removed = await load({ object: "Opportunity", operation: "delete" }, `Id\n${id}\n`);
    expect(removed).toMatchObject({ numberRecordsFailed: 0 });
    const again = await load({ object: "Opportunity", operation: "delete" }, `Id\n${id}\n`);
    expect(await result(again, "failedResults")).toContain('"ENTITY_IS_DELETED:entity is deleted:--"');
    expect((await salesforce.query(soql, "queryAll")).totalSize).toBe(1);
    await load({ object: "Opportunity", operation: "hardDelete" }, `Id\n${id}\n`);
    expect((await salesforce.query(soql, "queryAll")).totalSize).toBe(0);
  });

  test("fails as a whole for an unknown column or the wrong line ending, and leaves its rows unprocessed", async () => {
    const job = await load({ object: "Account", operation: "insert" }, "Name,Foo\nOne,1\n");
    expect(job).toMatchObject({ state: "Failed", errorMessage: "InvalidBatch : Field name not found : Foo" });
    expect(await result(job, "unprocessedrecords")).toBe('"Name","Foo"\n"One","1"\n');
    expect(await load({ object: "Account", operation: "insert" }, "Name\r\nOne\r\n")).toMatchObject({
      state: "Failed",
      errorMessage: expect.stringContaining("LineEnding is invalid"),
    });
  });

  test("can be aborted, and is listed with the others", async () => {
    const { id } = await open({ object: "Account", operation: "insert" });
    await upload(id, "Name\nNever\n");
    expect((await salesforce.call("PATCH", `jobs/ingest/${id}`, { state: "Aborted" })).body).toMatchObject({
      state: "Aborted",
    });
    expect(await result({ id }, "unprocessedrecords")).toBe('"Name"\n"Never"\n');
    expect((await salesforce.call("PATCH", `jobs/ingest/${id}`, { state: "UploadComplete" })).body).toMatchObject([
      { errorCode: "INVALIDJOBSTATE" },
    ]);
    const { body } = await salesforce.call("GET", "jobs/ingest");
    expect(body).toMatchObject({ done: true, nextRecordsUrl: null });
    expect(z.object({ records: z.array(JOB) }).parse(body).records[0]?.id).toBe(id);
  });

  test.each([
    [{ object: "Nope", operation: "insert" }, 400, "INVALIDENTITY"],
    [{ object: "Account", operation: "upsert" }, 400, "INVALIDJOB"],
    [{ object: "Account", operation: "upsert", externalIdFieldName: "Site" }, 404, "NOT_FOUND"],
    [{ object: "Account", operation: "sing" }, 400, "INVALIDJOB"],
  ])("is refused as %j", async (settings, status, errorCode) => {
    expect(await salesforce.call("POST", "jobs/ingest", settings)).toMatchObject({ status, body: [{ errorCode }] });
  });

  test("runs for jsforce, which asks for its results", async () => {
    const connection = new Connection({
      instanceUrl: salesforce.origin,
      accessToken: salesforce.token,
      version: "64.0",
    });
    const { successfulResults, failedResults } = await connection.bulk2.loadAndWaitForResults({
      object: "Lead",
      operation: "insert",
      input: [{ LastName: "Bulk", Company: "B" }, { LastName: "Nameless" }],
      pollInterval: 5,
      pollTimeout: 5000,
    });
    expect(successfulResults).toMatchObject([{ LastName: "Bulk", sf__Created: "true" }]);
    expect(failedResults).toMatchObject([{ sf__Error: expect.stringContaining("REQUIRED_FIELD_MISSING") }]);
    const stream = await connection.bulk2.query("SELECT Id, LastName FROM Lead WHERE LastName = 'Bulk'", {
      pollInterval: 5,
    });
    expect(await stream.toArray()).toMatchObject([{ LastName: "Bulk" }]);
  });

  test("fails or never ends when it is told to", async () => {
    await salesforce.control("POST", "bulk", { polls: 1, failWith: "InternalServerError : retries exhausted" });
    expect(await load({ object: "Account", operation: "insert" }, "Name\nOne\n")).toMatchObject({
      state: "Failed",
      errorMessage: "InternalServerError : retries exhausted",
    });
    await salesforce.control("POST", "bulk", { polls: null, failWith: null });
    const { id } = await open({ object: "Account", operation: "insert" });
    await salesforce.call("PATCH", `jobs/ingest/${id}`, { state: "UploadComplete" });
    for (let look = 0; look < 5; look += 1) {
      expect((await salesforce.call("GET", `jobs/ingest/${id}`)).body).toMatchObject({ state: "InProgress" });
    }
  });
});
