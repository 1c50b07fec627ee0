import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose } from "../../support/asana-server.ts";

interface Delivery {
  readonly body: string;
  readonly signature: string;
  readonly events: readonly Loose[];
}

const HOUR = 3600_000;

describe("webhooks of the Asana stand-in", () => {
  let asana: AsanaServer;
  let receiver: Server;
  let target: string;
  let secret: string;
  let deliveries: Delivery[];
  /** What the receiver does: echo the secret, and with which status it answers. */
  let echo: boolean;
  let status: number;

  beforeEach(async () => {
    [deliveries, echo, status, secret] = [[], true, 200, ""];
    asana = await startAsana(asanaSeed());
    receiver = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (part: string) => {
        body += part;
      });
      request.on("end", () => {
        const given = request.headers["x-hook-secret"];
        if (typeof given === "string") {
          secret = given;
          if (echo) response.setHeader("X-Hook-Secret", given);
        } else {
          const { events } = JSON.parse(body) as { events: Loose[] };
          deliveries.push({ body, signature: String(request.headers["x-hook-signature"]), events });
        }
        response.writeHead(status).end("told");
      });
    });
    await new Promise<void>((resolve) => {
      receiver.listen(0, "127.0.0.1", resolve);
    });
    target = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  });
  afterEach(async () => {
    await asana.close();
    await new Promise((resolve) => {
      receiver.close(resolve);
      receiver.closeAllConnections();
    });
  });

  const create = (data: Loose = {}): ReturnType<AsanaServer["call"]> =>
    asana.call("POST", "/webhooks", { resource: ASANA.onboarding, target, ...data });
  const deliver = (): Promise<Loose> => asana.control("POST", "/webhooks/deliver", {});
  const seen = (): string[] =>
    deliveries.flatMap(({ events }) =>
      events.map((event) => `${String((event["resource"] as Loose)["resource_type"])} ${String(event["action"])}`),
    );

  test("shake hands inside the creation, then beat once and sign what they send", async () => {
    const made = await create();
    expect(made.status).toBe(201);
    expect(made.body["X-Hook-Secret"]).toBe(secret);
    expect(made.data).toMatchObject({ active: true, resource: { gid: ASANA.onboarding, resource_type: "project" } });
    await deliver();
    expect(deliveries.map(({ events }) => events)).toEqual([[]]);
    await asana.write(ASANA.ada, "PUT", `/tasks/${asanaTaskGid(0)}`, { assignee: ASANA.ada });
    await deliver();
    const [, sent] = deliveries;
    expect(sent?.signature).toBe(
      createHmac("sha256", secret)
        .update(sent?.body ?? "")
        .digest("hex"),
    );
    expect(sent?.events[0]).toEqual({
      user: { gid: ASANA.ada, resource_type: "user" },
      created_at: expect.any(String),
      action: "changed",
      resource: { gid: asanaTaskGid(0), resource_type: "task", resource_subtype: "default_task" },
      parent: null,
      change: { field: "assignee", action: "changed", new_value: { gid: ASANA.ada, resource_type: "user" } },
    });
  });

  test("are not made without the handshake, twice, for this machine when that is refused, or without needed filters", async () => {
    echo = false;
    const mute = await create();
    expect(mute.body["errors"]).toMatchObject([{ message: expect.stringContaining("handshake secret") }]);
    status = 401;
    expect((await create()).body["errors"]).toMatchObject([
      { message: expect.stringContaining("incorrect status code: 401") },
    ]);
    [echo, status] = [true, 204];
    expect((await create()).status).toBe(201);
    const again = await create();
    expect([again.status, again.body["errors"]]).toMatchObject([
      403,
      [{ message: expect.stringContaining("Duplicated webhook.") }],
    ]);
    expect((await create({ resource: ASANA.workspace })).status).toBe(400);
    await asana.control("POST", "/options", { localWebhooks: false });
    expect((await create({ resource: ASANA.rollout })).status).toBe(403);
    expect((await asana.call("GET", `/webhooks?workspace=${ASANA.workspace}`)).rows).toHaveLength(1);
  });

  test("pass only what one of their filters lets through; a workspace's never tells of tasks", async () => {
    await create({ filters: [{ resource_type: "task", action: "changed", fields: ["completed"] }] });
    const wide = { filters: [{ resource_type: "project", action: "added" }] };
    await create({ resource: ASANA.workspace, ...wide });
    await asana.write(ASANA.ada, "PUT", `/tasks/${asanaTaskGid(1)}`, { name: "x", completed: true });
    await asana.write(ASANA.ada, "POST", "/projects", { name: "New", team: ASANA.team });
    await deliver();
    expect(seen().sort()).toEqual(["project added", "task changed"]);
  });

  test("beat every eight hours", async () => {
    await create();
    await deliver();
    for (let n = 0; n < 3; n += 1) {
      asana.clock.advance(8 * HOUR);
      await deliver();
      await deliver();
    }
    expect(deliveries).toHaveLength(4);
  });

  test("come back with what failed and are gone after a day of failing", async () => {
    const { data } = await create();
    const path = `/webhooks/${String(data["gid"])}`;
    await deliver();
    status = 503;
    await asana.write(ASANA.ada, "PUT", `/tasks/${asanaTaskGid(0)}`, { name: "Once" });
    await deliver();
    const failing = (await asana.call("GET", path)).data;
    expect(failing).toMatchObject({ delivery_retry_count: 1, last_failure_content: "503 told" });
    status = 200;
    await deliver();
    expect((await asana.call("GET", path)).data["delivery_retry_count"]).toBe(1);
    asana.clock.set(Date.parse(String(failing["next_attempt_after"])));
    await deliver();
    expect((await asana.call("GET", path)).data).toMatchObject({ delivery_retry_count: 0, next_attempt_after: null });
    expect(seen().filter((one) => one === "task changed")).toHaveLength(2);
    status = 500;
    await asana.write(ASANA.ada, "PUT", `/tasks/${asanaTaskGid(0)}`, { name: "Twice" });
    await deliver();
    asana.clock.advance(25 * HOUR);
    await deliver();
    expect((await asana.call("GET", path)).status).toBe(404);
  });
});
