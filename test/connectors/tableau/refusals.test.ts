import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { tableau } from "../../../src/connectors/tableau/index.ts";
import type { PublishReceipt } from "../../../src/connectors/kit/index.ts";
import { startTableau } from "../../sandbox/tableau/server.ts";
import type { TableauServer } from "../../sandbox/tableau/server.ts";
import { nock } from "../../support/nock.ts";
import { connectTo } from "./connection.ts";
import type { TestConnection } from "./connection.ts";

const { signal } = new AbortController();
let server: TableauServer;
let directory: string;
let open: TestConnection;
beforeEach(async () => {
  server = await startTableau({ hyperd: "" });
  directory = await mkdtemp(join(tmpdir(), "tableau-refusals-"));
  open = await connectTo(server.description, { singleRequestMegabytes: 0.001, chunkMegabytes: 0.001 });
});
afterEach(async () => {
  await open.connection.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function publish(bytes: number): Promise<PublishReceipt | undefined> {
  const file = join(directory, "handoffs.hyper");
  await writeFile(file, Buffer.concat([Buffer.from("Hyper"), Buffer.alloc(bytes)]));
  const command = { name: "Handoffs", project: ["Process Hub"], description: "", file, tags: [] };
  return open.connection.publish?.publish(command, signal);
}

describe("what Tableau refuses", () => {
  test.each([
    [403, "HUB-5103", "operator", []],
    [400, "HUB-5105", "stop-run", []],
    // As long as it asks for at first; longer and longer when that does not help.
    [429, "HUB-5107", "retry-now", [2, 10, 20, 40, 60, 60, 60, 60, 60]],
  ])("a publish answered with %i for good is told with %s", async (status, code, disposition, waits) => {
    const route = "POST /datasources";
    await server.dial(
      status === 429
        ? { fault: "throttle", route, seconds: 2, times: null }
        : { fault: "error", route, status, times: null },
    );
    await expect(publish(100)).rejects.toMatchObject({
      code,
      disposition,
      place: { system: "tableau", request: expect.stringContaining("POST /datasources") },
      remedy: expect.stringMatching(/\w/u),
    });
    expect(open.sleeps).toEqual(waits.map((seconds) => seconds * 1000));
  });

  test("a job that says it is done and changed nothing is told with HUB-5111", async () => {
    const before = await publish(100);
    const job = { id: "job-1", progress: "100", completedAt: "2026-03-02T09:00:00Z", finishCode: "0" };
    nock(server.origin, { allowUnmocked: true })
      // Colons of upload ids travel raw.
      .post(/\/datasources\?uploadSessionId=\d+:[\da-f]+-\d+:\d+&/u)
      .reply(202, { job: { id: "job-1" } })
      .get(/\/jobs\/job-1$/u)
      .reply(200, { job });
    await expect(publish(5000)).rejects.toMatchObject({ code: "HUB-5111", place: { record: before?.id } });
  });
});

describe("what the hub refuses to do with Tableau", () => {
  test("reading from it is HUB-5115", async () => {
    await expect(open.connection.describe("datasources", signal)).rejects.toMatchObject({
      code: "HUB-5115",
      disposition: "operator",
    });
    const normalise = tableau.normaliser({
      system: "tableau",
      tenant: "t",
      settings: tableau.settings.parse({}),
      references: {},
    });
    const entity = { system: "tableau", tenant: "t", stream: "x", id: "1", content: {}, members: [], tombstone: null };
    expect(() => normalise({ ...entity, firstSeenAt: 0 })).toThrow(expect.objectContaining({ code: "HUB-5115" }));
  });
});
