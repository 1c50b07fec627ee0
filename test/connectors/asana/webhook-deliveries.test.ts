import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { receiveAsana } from "../../../src/connectors/asana/webhooks.ts";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";
import { startReceiving } from "../../support/webhook-receiver.ts";
import type { ReceivingServer } from "../../support/webhook-receiver.ts";

let server: AsanaServer;
let hub: ReceivingServer;
beforeEach(async () => {
  server = await startAsana(asanaSeed());
  hub = await startReceiving(receiveAsana, { secrets: [], expected: true, now: 0 });
  await server.control("POST", "/options", { localWebhooks: true });
});
afterEach(async () => {
  await server.close();
  await hub.close();
});

const register = (): Promise<{ readonly status: number }> =>
  server.call("POST", "/webhooks", { resource: ASANA.onboarding, target: `${hub.origin}/hooks/asana` });
const deliver = (): Promise<unknown> => server.control("POST", "/webhooks/deliver", {});

describe("deliveries of Asana's webhooks", () => {
  test("begin with a handshake and a heartbeat, and then mark what changed, collapsed by task", async () => {
    expect((await register()).status).toBe(201);
    await deliver();
    expect(hub).toMatchObject({ marks: [], refused: [] });
    await server.write(ASANA.ada, "PUT", `/tasks/${asanaTaskGid(1)}`, { name: "Renamed", due_on: "2026-03-01" });
    await server.write(null, "POST", `/sections/${ASANA.done}/addTask`, { task: asanaTaskGid(1) });
    await server.write(ASANA.ada, "DELETE", `/tasks/${asanaTaskGid(2)}`);
    await deliver();
    expect(hub.refused).toEqual([]);
    const tasks = hub.marks.filter(({ stream }) => stream === "tasks").map(({ id }) => id);
    expect([...new Set(tasks)].sort()).toEqual([asanaTaskGid(1), asanaTaskGid(2)]);
  });

  test("are refused once the secret is another one, and no second handshake is answered", async () => {
    await register();
    hub.hook = { ...hub.hook, secrets: ["another"] };
    await server.write(ASANA.ada, "PUT", `/tasks/${asanaTaskGid(1)}`, { name: "Renamed" });
    await deliver();
    expect(hub.marks).toEqual([]);
    expect(hub.refused).toContainEqual(expect.objectContaining({ code: "HUB-1424" }));
    const again = await server.call("POST", "/webhooks", {
      resource: ASANA.rollout,
      target: `${hub.origin}/hooks/other`,
    });
    expect(again.status).toBe(400);
  });
});
