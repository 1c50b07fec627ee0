import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject, StreamCount } from "../../src/model/index.ts";
import { hubOn, livingIn, startCompany } from "../support/e2e.ts";
import type { Company, TestHub } from "../support/e2e.ts";
import { storedWorld } from "../../src/sync/index.ts";
import type { StoredSystem } from "../../src/sync/index.ts";

interface Answer {
  readonly loaded: Readonly<Record<string, JsonObject>>;
  readonly systems: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly environment: Readonly<Record<string, string>>;
}

let theirs: Company;
let rehearsal: Company;
let stored: Readonly<Record<string, StoredSystem>>;
let answer: Answer;
let first: TestHub;
let second: TestHub;

beforeAll(async () => {
  theirs = await startCompany({ seed: 11 });
  rehearsal = await startCompany({ seed: 3, scale: 0.01 });
  first = await hubOn(theirs);
  await first.sync();
  stored = await storedWorld(first.hub.store, await first.hub.store.records.pins());
  answer = (await rehearsal.control("/load", "POST", stored)) as Answer;
  second = await hubOn(rehearsal, { environment: answer.environment });
  await second.sync();
});
afterAll(async () => {
  await first.close();
  await second.close();
  await theirs.close();
  await rehearsal.close();
});

/** The address of the stand-in is the one thing that is another. */
async function living({ hub }: TestHub): Promise<Record<string, string>> {
  const texts = [...(await livingIn(hub.store))];
  return Object.fromEntries(
    texts.map(([key, text]) => [key, text.replace(/"instanceUrl":"[^"]*"/u, '"instanceUrl":""')]),
  );
}

async function counts({ hub }: TestHub): Promise<readonly StreamCount[]> {
  const tenants = await hub.store.records.pins();
  return (await Promise.all(tenants.map((pin) => hub.store.records.counts(pin)))).flat();
}

describe("a sandbox loaded from what a hub stored", () => {
  test("gives the same contents to a hub that reads it", async () => {
    const before = await living(first);
    expect(Object.keys(before).length).toBeGreaterThan(1500);
    expect(await living(second)).toEqual(before);
  });

  test("has what was removed as removed", async () => {
    const before = await counts(first);
    expect(before.some(({ removed }) => removed > 0)).toBe(true);
    expect(await counts(second)).toEqual(before);
  });

  test("keeps the tenants' ids, and tells what it is made of and who signs in", async () => {
    const tenants = async ({ hub }: TestHub) => (await hub.store.records.pins()).map(({ tenant }) => tenant);
    expect(await tenants(second)).toEqual(await tenants(first));
    const { salesforce, asana, monday } = answer.loaded;
    expect(salesforce).toMatchObject({ user: "0055e0000000001AAA", left: {}, mentioned: {} });
    expect(asana?.["records"]).toMatchObject({ tasks: stored["asana"]?.records["tasks"]?.length });
    expect(monday?.["mentioned"]).toEqual({ workspaces: 1 });
  });
});

describe("writing into a loaded sandbox", () => {
  const idOf = (system: string, stream: string): string =>
    stored[system]?.records[stream]?.find(({ removed }) => removed === undefined)?.id ?? "";

  test("changes and creates records of Salesforce, with history", async () => {
    const id = idOf("salesforce", "Opportunity");
    await rehearsal.salesforce("PATCH", `sobjects/Opportunity/${id}`, { Amount: 4711 });
    expect(await rehearsal.salesforce("GET", `sobjects/Opportunity/${id}`)).toMatchObject({ Amount: 4711 });
    const history = `SELECT NewValue FROM OpportunityFieldHistory WHERE OpportunityId='${id}' AND Field='Amount' ORDER BY CreatedDate DESC LIMIT 1`;
    expect(await rehearsal.salesforce("GET", `query?q=${encodeURIComponent(history)}`)).toMatchObject({
      records: [{ NewValue: 4711 }],
    });
    const opportunity = { Name: "New", StageName: "Prospecting", CloseDate: "2026-12-01" };
    const made = await rehearsal.salesforce("POST", "sobjects/Opportunity", opportunity);
    const known = stored["salesforce"]?.records["Opportunity"]?.map((record) => record.id);
    expect(known).not.toContain(made["id"]);
  });

  test("changes and creates tasks of Asana, with stories", async () => {
    const gid = idOf("asana", "tasks");
    const { memberships } = stored["asana"]?.records["tasks"]?.find(({ id }) => id === gid)?.content ?? {};
    expect(await rehearsal.asana("PUT", `/tasks/${gid}`, { name: "Otherwise" })).toMatchObject({ name: "Otherwise" });
    const stories = (await rehearsal.asana("GET", `/tasks/${gid}/stories`)) as unknown as readonly JsonObject[];
    expect(stories.at(-1)).toMatchObject({ resource_subtype: "name_changed" });
    const [home] = memberships as readonly { readonly project: { readonly gid: string } }[];
    const made = await rehearsal.asana("POST", "/tasks", { name: "New", projects: [home?.project.gid] });
    expect(made).toMatchObject({ name: "New", memberships: [{ project: { gid: home?.project.gid } }] });
  });

  test("changes and creates items of monday.com, with rows of the log", async () => {
    const id = idOf("monday", "items");
    const board = idOf("monday", "boards");
    const change = `mutation ($b: ID!, $i: ID!) {
      change_simple_column_value(board_id: $b, item_id: $i, column_id: "text_key", value: "F-999") {
        column_values(ids: ["text_key", "status"]) { id text value }
      }
      create_item(board_id: $b, item_name: "New") { id group { id } }
    }`;
    const changed = await rehearsal.monday(change, { b: board, i: id });
    expect(changed).toMatchObject({
      change_simple_column_value: {
        column_values: expect.arrayContaining([{ id: "text_key", text: "F-999", value: '"F-999"' }]),
      },
    });
    const log = `query ($b: [ID!], $i: [ID!]) { boards(ids: $b) { activity_logs(item_ids: $i, limit: 1) { event } } }`;
    expect(await rehearsal.monday(log, { b: [board], i: [id] })).toMatchObject({
      boards: [{ activity_logs: [{ event: "update_column_value" }] }],
    });
  });
});

test("a body that is none is refused with what is wrong, and the worlds stay", async () => {
  await expect(rehearsal.control("/load", "POST", { salesforce: { records: {} } })).rejects.toThrow(/400.*tenant/su);
  const live = stored["salesforce"]?.records["Lead"]?.filter(({ removed }) => removed === undefined);
  expect(await rehearsal.salesforce("GET", `query?q=${encodeURIComponent("SELECT count() FROM Lead")}`)).toMatchObject({
    totalSize: live?.length,
  });
});
