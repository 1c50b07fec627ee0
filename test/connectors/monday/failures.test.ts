import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { HubError } from "../../../src/model/index.ts";
import type { OwnDial } from "../../support/dialled-system.ts";
import { mondayHub } from "../../support/monday-hub.ts";
import type { MondayHub } from "../../support/monday-hub.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";
import { nock } from "../../support/nock.ts";

let server: MondayServer;
let hub: MondayHub;
beforeEach(async () => {
  server = await startMonday(mondaySeed([mondayBoardSeed("7", 2, "Roadmap")]));
  hub = await mondayHub(server, ["Status"]);
});
afterEach(() => server.stop());

const failure = async (work: Promise<unknown>): Promise<HubError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error("It did not fail.");
};
const identify = (): Promise<unknown> => hub.connection.identify(new AbortController().signal);

describe("monday.com's failures", () => {
  test("tells the tenant, the user and the version", async () => {
    expect(await identify()).toEqual({
      tenant: "9001",
      tenantName: "Example",
      user: "101",
      userName: "Ira Integration",
      apiVersion: "2026-10",
      notes: [],
    });
  });

  test.each<[string, OwnDial]>([
    ["an internal error in 200", { fault: "error-in-200" }],
    ["an internal error", { fault: "error", status: 500 }],
    ["a page of HTML", { fault: "html", status: 502 }],
    ["broken JSON", { fault: "malformed" }],
    ["a lock", { fault: "error", status: 423 }],
    ["a block in 200", { fault: "error-in-200", code: "API_TEMPORARILY_BLOCKED" }],
  ])("tries again after %s", async (_name, dial) => {
    await server.dial(dial);
    expect(await identify()).toMatchObject({ tenant: "9001" });
    expect(hub.connection.calls()).toBe(2);
  });

  test("waits as long as monday.com asks for", async () => {
    await server.dial({ fault: "throttle", seconds: 7 });
    await identify();
    expect(hub.waits).toEqual([7000]);
  });

  test("holds up only the call that was one too many at once", async () => {
    await server.dial({ fault: "error-in-200", code: "maxConcurrencyExceeded" });
    await identify();
    expect(hub.waits).toEqual([250]);
    expect(hub.connection.calls()).toBe(2);
  });

  test("waits before a budget that its headers call nearly spent", async () => {
    await server.control("POST", "/limits", { minute: 100 });
    for (let n = 0; n < 99; n += 1) await server.call("{ me { id } }");
    await identify();
    await identify();
    expect(hub.waits).toEqual([60_000]);
  });

  test("stops until midnight UTC when the day's calls are used", async () => {
    await server.control("POST", "/limits", { daily: 1 });
    await server.call("{ me { id } }");
    const error = await failure(identify());
    expect(error).toMatchObject({ code: "HUB-1504", disposition: "retry-later", retryAt: Date.UTC(2026, 10, 24) });
  });

  test("asks for an operator when the token is not accepted, and never shows it", async () => {
    await server.control("POST", "/tokens", { token: server.token, revoked: true });
    const error = await failure(identify());
    expect(error).toMatchObject({ code: "HUB-1501", disposition: "operator" });
    expect(`${error.message} ${String(error.cause)}`).not.toContain(server.token);
  });

  test("asks for an operator when another version answers than was asked for", async () => {
    nock("https://api.monday.com", { reqheaders: { "api-version": "2026-10" } })
      .post("/v2")
      .reply(200, { data: { me: null } }, { "api-version": "2026-07" });
    const elsewhere = await mondayHub({ ...server, endpoint: "https://api.monday.com/v2" }, []);
    const error = await failure(elsewhere.connection.identify(new AbortController().signal));
    expect(error).toMatchObject({ code: "HUB-1509", disposition: "operator" });
    expect(error.message).toContain("2026-07");
  });

  test("stops the stream when a board's log may not be read, and shows no data of the answer", async () => {
    await hub.cycle();
    await server.control("POST", "/visibility", { boardId: "7", activityHidden: true });
    const error = await failure(hub.cycle());
    expect(error).toMatchObject({ code: "HUB-1518", disposition: "stop-stream" });
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`).not.toContain("Item 1");
  });
});
