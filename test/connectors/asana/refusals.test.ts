import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { AsanaGateway } from "../../../src/connectors/asana/gateway.ts";
import { settleTasks } from "../../../src/connectors/asana/task-settling.ts";
import { asanaSeed } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";
import { nock } from "../../support/nock.ts";
import { Reader } from "./reader.ts";

const BASE = "https://asana.invalid/api/1.0";
const { signal } = new AbortController();
let server: AsanaServer;
beforeEach(async () => {
  server = await startAsana(asanaSeed(4));
});
afterEach(() => server.close());

/** Single answers of the service are ours, all others its own. */
const intercepting = (): nock.Scope => nock(new URL(server.baseUrl).origin, { allowUnmocked: true });

describe("what Asana refuses", () => {
  const CUT = "The upper limit on the number of results has been reached.";
  test.each([
    [400, "workspace: Not a recognized ID", "HUB-1403", "stop-stream", 1],
    [400, CUT, "HUB-1408", "stop-stream", 1],
    [402, "Payment Required", "HUB-1405", "stop-stream", 1],
    [403, "Forbidden", "HUB-1402", "stop-stream", 1],
    [404, "user: Unknown object: 1", "HUB-1404", "skip-record", 1],
    [412, "Sync token invalid or too old", "HUB-1406", "stop-stream", 1],
    [429, "You have made too many requests recently.", "HUB-1407", "retry-now", 8],
    [451, "Unavailable", "HUB-1402", "operator", 1],
  ])("%i %s is told with a code and what to do", async (status, message, code, disposition, calls) => {
    nock(BASE)
      .get("/users/me")
      .query(true)
      .times(calls)
      .reply(status, { errors: [{ message }] }, { "retry-after": "3" });
    const reader = new Reader({ ...server, baseUrl: BASE, token: "t" });
    const connection = await reader.connect();
    await expect(connection.identify(signal)).rejects.toMatchObject({
      code,
      disposition,
      place: { system: "asana", request: expect.stringContaining("GET /users/") },
      remedy: expect.stringMatching(/\w/u),
    });
    await connection.close();
    expect(reader.slept).toHaveLength(calls - 1);
    if (calls > 1) expect(reader.slept[0]).toBe(3000);
  });

  test("events without a sync token end the feed with HUB-1406 instead of being taken for all there were", async () => {
    intercepting()
      .get(/\/events/u)
      .query(true)
      .reply(200, { data: [], sync: "abc", has_more: false });
    await expect(new Reader(server).run()).rejects.toMatchObject({ code: "HUB-1406", disposition: "stop-stream" });
  });

  test("a user without an id is rejected with HUB-1411, and the others are read", async () => {
    intercepting()
      .get(/\/users\?/u)
      .reply(200, { data: [{ name: "Nobody" }, { gid: "77", name: "Somebody" }], next_page: null });
    const reader = new Reader(server);
    await reader.run();
    expect(reader.rejects).toMatchObject([{ stream: "users", id: null, problem: { code: "HUB-1411" } }]);
    expect(reader.ids("users")).toEqual(["77"]);
    expect(reader.ids("tasks")).toHaveLength(4);
  });

  test("a task that can be read without its history ends the stream with HUB-1412 and names it", async () => {
    const task = { gid: "9", name: "Task", modified_at: "2026-11-02T09:00:00.000Z", memberships: [] };
    const readMany: AsanaGateway["readMany"] = (actions) =>
      Promise.resolve(
        actions.map(({ relativePath }) =>
          relativePath.includes("/stories")
            ? { status: 404, body: { errors: [{ message: "Unknown object" }] } }
            : { status: 200, body: { data: task } },
        ),
      );
    const settled = settleTasks({ readMany } as AsanaGateway, ["9"], new Reader(server).context("incremental"));
    await expect(settled).rejects.toMatchObject({ code: "HUB-1412", place: { stream: "tasks", record: "9" } });
  });

  test("a stream that is not Asana's is refused with HUB-1413", async () => {
    const reader = new Reader(server);
    const connection = await reader.connect();
    await expect(connection.read?.partitions("goals", reader.context("full"))).rejects.toMatchObject({
      code: "HUB-1413",
      place: { stream: "goals" },
    });
    await connection.close();
  });
});
