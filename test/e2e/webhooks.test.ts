import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createHmac } from "node:crypto";
import { receiveWebhook } from "../../src/sync/index.ts";
import { AS_OF, hubOn, startCompany } from "../support/e2e.ts";
import type { Company, TestHub } from "../support/e2e.ts";

const SECRET = "s3cret";

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

function signedCall(events: readonly object[]): Parameters<typeof receiveWebhook>[2] {
  const body = Buffer.from(JSON.stringify({ events }));
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  return { url: "https://hub.example/hooks/asana-main", headers: { "x-hook-signature": signature }, body };
}

const hook = { secrets: [SECRET], expected: false, now: AS_OF };

async function anyTask(): Promise<{ readonly id: string; readonly tenant: string }> {
  const { tenant = "" } = (await hub.hub.store.records.pins()).find(({ system }) => system === "asana") ?? {};
  for await (const page of hub.hub.store.records.live({ system: "asana", tenant, stream: "tasks" })) {
    const [first] = page;
    if (first !== undefined) return { id: first.id, tenant };
  }
  throw new Error("no task");
}

describe("a webhook", () => {
  test("marks what the next sync reads again before anything else, once for every delivery of it", async () => {
    const { id, tenant } = await anyTask();
    const call = signedCall([
      { action: "changed", created_at: "2026-11-02T10:00:00.000Z", resource: { gid: id, resource_type: "task" } },
    ]);
    await company.asana("PUT", `/tasks/${id}`, { name: "Renamed outside" });

    const first = await receiveWebhook(hub.hub, "asana-main", call, hook);
    const again = await receiveWebhook(hub.hub, "asana-main", call, hook);

    expect([first.answer.status, first.marked, again.marked]).toEqual([200, 1, 0]);
    expect(await hub.hub.store.records.marks({ system: "asana", tenant })).toMatchObject([{ stream: "tasks", id }]);
    await hub.sync();
    expect(await hub.hub.store.records.marks({ system: "asana", tenant })).toEqual([]);
    const history = await hub.hub.store.records.history({ system: "asana", tenant, stream: "tasks", id });
    expect(history?.versions.at(-1)?.content?.["name"]).toBe("Renamed outside");
  });

  test("of a system that does not call back, or of no connection at all, is refused (HUB-1240)", async () => {
    for (const connection of ["salesforce-prod", "nobody"]) {
      await expect(receiveWebhook(hub.hub, connection, signedCall([]), hook)).rejects.toMatchObject({
        code: "HUB-1240",
      });
    }
  });

  test("before the first sync has nothing to mark and says so (HUB-1240)", async () => {
    const fresh = await hubOn(company);
    const call = signedCall([{ action: "changed", resource: { gid: "1", resource_type: "task" } }]);
    await expect(receiveWebhook(fresh.hub, "asana-main", call, hook)).rejects.toMatchObject({ code: "HUB-1240" });
    await fresh.close();
  });
});
