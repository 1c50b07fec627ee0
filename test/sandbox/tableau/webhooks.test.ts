import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { SandboxClock } from "../../../src/sandbox/kit/clock.ts";
import { listen } from "../../../src/sandbox/kit/server.ts";
import { publishFile } from "./publishing-client.ts";
import { errorCode, idIn, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

let server: TableauServer;
let session: Session;
let received: Record<string, unknown>[];
let status: number;
let receiver: Awaited<ReturnType<typeof listen>>;
beforeEach(async () => {
  server = await startTableau({ hyperd: "" });
  session = await signIn(server);
  received = [];
  status = 200;
  receiver = await listen(
    async (request) => {
      received.push((await request.json()) as Record<string, unknown>);
      return new Response("thanks", { status });
    },
    0,
    new SandboxClock(0, () => 0),
  );
});
afterEach(async () => {
  await server.stop();
  await receiver.close();
});

async function subscribe(event: string, url = `${receiver.origin}/hook?secret=1`): Promise<string> {
  const destination = `<webhook-destination><webhook-destination-http method="POST" url="${url}"/></webhook-destination>`;
  const body = `<tsRequest><webhook name="hub" ${event.startsWith("<") ? "" : `event="${event}"`}>${event.startsWith("<") ? event : ""}${destination}</webhook></tsRequest>`;
  return (await session.call("POST", "/webhooks", { body })).text();
}

const publish = () => publishFile(session, "kpi.hyper", Buffer.from("Hyper\r\n"));
const events = () => received.map((body) => body["event_type"]);

describe("a webhook", () => {
  test("is told of a data source that is made, changed and deleted", async () => {
    for (const event of ["DatasourceCreated", "DatasourceUpdated", "DatasourceDeleted"]) await subscribe(event);
    const id = await publish();
    await publish();
    await session.call("DELETE", `/datasources/${id}`);
    await server.settled();
    expect(events()).toEqual(["DatasourceCreated", "DatasourceUpdated", "DatasourceDeleted"]);
    expect(received[0]).toEqual({
      resource: "DATASOURCE",
      event_type: "DatasourceCreated",
      resource_name: "KPI",
      site_luid: session.siteId,
      resource_luid: id,
      created_at: "2026-03-02T09:00:00Z",
    });
  });

  test("takes its event as an element, too, and is told how a refresh went", async () => {
    const made = await subscribe("<webhook-source><webhook-source-event-datasource-refresh-failed/></webhook-source>");
    expect(made).toContain('event="DatasourceRefreshFailed"');
    await session.call("POST", `/datasources/${await publish()}/refresh`, { body: "<tsRequest/>" });
    await server.settled();
    expect(received).toMatchObject([{ resource: "EXTRACTS", event_type: "DatasourceRefreshFailed" }]);
  });

  test("is tested, changed, listed and deleted", async () => {
    const id = idIn(await subscribe("WorkbookCreated"), "webhook");
    const tested = await (await session.call("GET", `/webhooks/${id}/test`)).text();
    expect(tested).toContain(`<webhookTestResult id="${id}" status="200"><body>thanks</body></webhookTestResult>`);
    const body = '<tsRequest><webhook name="renamed" isEnabled="false"/></tsRequest>';
    expect(await (await session.call("PUT", `/webhooks/${id}`, { body })).text()).toContain('name="renamed"');
    expect(await (await session.call("GET", "/webhooks")).text()).toContain('isEnabled="false"');
    expect((await session.call("DELETE", `/webhooks/${id}`)).status).toBe(204);
    expect((await session.call("GET", `/webhooks/${id}`)).status).toBe(404);
  });

  test("is switched off when its receiver refuses again and again", async () => {
    const id = idIn(await subscribe("DatasourceUpdated"), "webhook");
    status = 500;
    for (let time = 0; time < 6; time += 1) await publish();
    await server.settled();
    expect(received).toHaveLength(4);
    expect(await (await session.call("GET", `/webhooks/${id}`)).text()).toContain(
      'isEnabled="false" statusChangeReason="The webhook',
    );
  });

  test("may come twice", async () => {
    await subscribe("DatasourceCreated");
    await server.dial({ fault: "webhook-duplicate" });
    await publish();
    await server.settled();
    expect(events()).toEqual(["DatasourceCreated", "DatasourceCreated"]);
  });

  test("is refused without an event or for one that is none, and for an address that is none", async () => {
    expect(errorCode(await subscribe(""))).toBe("400000");
    expect(errorCode(await subscribe("DatasourceDreamt"))).toBe("400000");
    expect(errorCode(await subscribe("DatasourceCreated", "nowhere"))).toBe("400000");
  });
});
