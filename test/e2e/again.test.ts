import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { hubOn, livingIn, startCompany } from "../support/e2e.ts";
import { mapAndLink } from "../../src/sync/index.ts";
import type { Company, TestHub } from "../support/e2e.ts";

jest.setTimeout(60_000);

let company: Company;
let hub: TestHub;

beforeAll(async () => {
  company = await startCompany();
  hub = await hubOn(company);
  await hub.sync();
});

afterAll(async () => {
  await hub.close();
  await company.close();
});

describe("a sync with nothing changed", () => {
  test("stores nothing", async () => {
    const before = await hub.fingerprint();
    const again = await hub.sync();
    expect(again.pull.complete).toBe(true);
    expect(again.changes).toEqual({});
    expect(again.mapped).toBe(0);
    expect(await hub.fingerprint()).toBe(before);
  });

  test("costs Salesforce one query per object, a sign-in and the list of objects", async () => {
    await company.forgetCalls();
    const { pull } = await hub.sync();
    const objects = pull.connections
      .flatMap(({ certificates }) => certificates)
      .filter(({ system, stream }) => system === "salesforce" && stream !== "ObjectDescription");
    const { total, operations } = await company.calls("salesforce");
    expect(operations).toEqual({
      "POST oauth2/token": 1,
      "GET sobjects": 1,
      "GET query": expect.any(Number),
      "GET queryAll": expect.any(Number),
    });
    expect(total).toBe(objects.length + 2);
  });

  test("costs Asana one call per project and one per list that it cannot filter", async () => {
    await company.forgetCalls();
    const { pull } = await hub.sync();
    const projects = pull.connections
      .flatMap(({ certificates }) => certificates)
      .find(({ system, stream }) => system === "asana" && stream === "tasks")?.partitions;
    expect((await company.calls("asana"))["routes"]).toEqual({
      "GET /users/{user_gid}": 1,
      "GET /users": 1,
      "GET /workspaces/{workspace_gid}/events": 1,
      "GET /workspaces/{workspace_gid}/custom_fields": 1,
      "GET /projects": 1,
      "GET /tasks": projects,
    });
  });

  test("costs monday.com four calls: who we are, the users, the boards, one board's log", async () => {
    await company.forgetCalls();
    await hub.sync();
    expect((await company.calls("monday")).total).toBe(4);
  });

  test("counts for itself exactly the calls that the systems count", async () => {
    await company.forgetCalls();
    const { pull } = await hub.sync();
    const told = Object.fromEntries(pull.connections.map(({ connection, calls }) => [connection, calls]));
    // Asking for a token is no API call (reference salesforce.md §4).
    const salesforce = (await company.calls("salesforce")).total - 1;
    const asana = (await company.calls("asana")).total;
    const monday = (await company.calls("monday")).total;
    expect(told).toEqual({ "salesforce-prod": salesforce, "asana-main": asana, "monday-product": monday });
  });
});

describe("what is derived", () => {
  test("is the same when it is dropped and made again from the records", async () => {
    await hub.reconcile();
    const before = await hub.fingerprint();
    await hub.hub.run("rebuild", async ({ store, fence }) => {
      await store.dropDerived(fence);
      return { answer: null, complete: true, summary: null };
    });
    expect(await hub.fingerprint()).not.toBe(before);
    await company.forgetCalls();
    await hub.hub.run("remap", async (context) => {
      await mapAndLink(context);
      return { answer: null, complete: true, summary: null };
    });
    await hub.reconcile();
    expect(await hub.fingerprint()).toBe(before);
    expect((await company.calls("salesforce")).total).toBe(0);
  });
});

describe("a second store", () => {
  test("comes to the same fingerprint, and full and sweeping reads change nothing", async () => {
    const other = await hubOn(company);
    await other.sync();
    await other.reconcile();
    await hub.reconcile();
    expect(await other.fingerprint()).toBe(await hub.fingerprint());
    // A full read starts to follow the event feed anew, and notes it.
    const { "asana-main events": noted, ...changes } = (await other.sync("full")).changes;
    expect({ noted, changes }).toEqual({ noted: { inserted: 0, changed: 1, removed: 0 }, changes: {} });
    const swept = await other.sync("sweep");
    expect({ changes: swept.changes, complete: swept.pull.complete }).toEqual({ changes: {}, complete: true });
    expect(await livingIn(other.hub.store)).toEqual(await livingIn(hub.hub.store));
    await other.close();
  });

  test("keeps the source's own count and the stored count equal in every certificate of a first read", async () => {
    const other = await hubOn(company);
    const { pull } = await other.sync();
    const certificates = pull.connections.flatMap((connection) => connection.certificates);
    expect(certificates.length).toBeGreaterThan(20);
    for (const { stream, sourceCount, stored } of certificates) {
      if (sourceCount !== null) expect(`${stream} ${stored}`).toBe(`${stream} ${sourceCount}`);
    }
    await other.close();
  });
});
