import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { checkDocument } from "../../src/cli/documents/check.ts";
import { estimateDocument } from "../../src/cli/documents/estimate.ts";
import { syncDocument } from "../../src/cli/documents/sync.ts";
import { main } from "../../src/cli/main.ts";
import { misfits } from "../support/documents.ts";
import { AS_OF, copyConfiguration, runCommand, startCompany, testMachine, withAsOf } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

let company: Company;
const closing: (() => void)[] = [];

beforeAll(async () => {
  company = await startCompany();
}, 120_000);

afterAll(() => company.close());

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** The sample configuration with more said about the connection asana-main. */
async function configured(name: string, lines: string): Promise<readonly string[]> {
  const directory = await copyConfiguration(company, name);
  const file = join(directory, "hub.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("    system: asana\n", `    system: asana\n${lines}`));
  return ["--config", directory, "--db", company.database(name), "--connection", "asana-main"];
}

describe("hub sync --estimate", () => {
  test("tells calls, records and the end, reads no record, and the sync that follows stays within it", async () => {
    const options = await configured("estimated", "    quota: { perMinute: 100000, perDay: 100000 }\n");
    const estimated = await runCommand(company, ["sync", "--estimate", "--json", ...options]);
    const document: unknown = JSON.parse(estimated.out);
    expect([estimated.code, misfits("sync-estimate", document)]).toEqual([0, []]);
    const [estimate] = estimateDocument.parse(document).connections;
    expect(estimate).toMatchObject({ connection: "asana-main", waitsUntil: null, problems: [] });
    expect(estimate?.shareOfDay).toBeCloseTo((estimate?.calls ?? 0) / 100_000);
    expect(Date.parse(estimate?.endsAt ?? "")).toBeGreaterThan(AS_OF);

    const synced = syncDocument.parse(JSON.parse((await runCommand(company, ["sync", "--json", ...options])).out));
    expect(synced.complete).toBe(true);
    // Nothing was stored while estimating, so that the first sync finds everything new.
    const streams = synced.connections[0]?.streams ?? [];
    expect(streams.reduce((sum, each) => sum + each.inserted, 0)).toBeGreaterThan(100);

    const again = await runCommand(company, ["sync", "--estimate", ...options]);
    expect(again.out).toMatch(
      /^asana-main: [\d,]+ calls; ends Monday 03:\d\d at (?:\d+|less than 1) % of the day's calls\./u,
    );
  });
});

describe("a day's calls that run out", () => {
  test("end the sync with 75, what was read is stored, and the command says when to try again", async () => {
    const options = await configured("spent", "    quota: { perDay: 12 }\n");
    const { code, err } = await runCommand(company, ["sync", ...options]);
    expect(code).toBe(75);
    expect(err).toContain("HUB-1203");
    expect(err).toMatch(/asana-main: what was read is stored\. Try again later; 12 calls can be made then.*\(/u);
    const checked = await runCommand(company, ["check", "--json", ...options.slice(0, 4)]);
    const { connections } = checkDocument.parse(JSON.parse(checked.out));
    expect(connections.find(({ connection }) => connection === "asana-main")?.quota).toMatchObject({ limit: 12 });
  });

  test("of sweeps end the sweep only: HUB-1204, and the next sync goes on", async () => {
    const options = await configured("swept", "    sweeps: { budget: 3 }\n");
    expect((await runCommand(company, ["sync", ...options])).code).toBe(0);
    const swept = await runCommand(company, ["sync", "--sweep", ...options]);
    expect([swept.code, swept.err]).toEqual([75, expect.stringContaining("HUB-1204")]);
    expect((await runCommand(company, ["sync", ...options])).code).toBe(0);
    const checked = await runCommand(company, ["check", ...options.slice(0, 4)]);
    expect(checked.out).toMatch(/quota +sweeps: 3 of 3 calls of the day/u);
  });
});

test("calls that are used up at the sign-in are told as quota, with 75, by check and by sync (HUB-1303)", async () => {
  const body = JSON.stringify([{ message: "TotalRequests Limit exceeded.", errorCode: "REQUEST_LIMIT_EXCEEDED" }]);
  const server = createServer((_request, response) => {
    response.writeHead(403, { "content-type": "application/json" }).end(body);
  }).listen(0, "127.0.0.1");
  closing.push(() => server.close());
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as AddressInfo;
  const db = ["--db", company.database("spent-at-sign-in")];
  for (const command of [
    ["check", ...db],
    ["sync", "--connection", "salesforce-prod", ...db],
  ]) {
    const { code, out, err } = await runCommand(company, command, {
      ...company.environment,
      SALESFORCE_PROD_LOGIN_URL: `http://127.0.0.1:${port}`,
    });
    const text = out + err;
    expect([code, text]).toEqual([75, expect.stringContaining("HUB-1303")]);
    expect(text).not.toContain("undefined");
  }
});

describe("Ctrl-C", () => {
  test("ends a sync while a system does not answer, without waiting for it", async () => {
    const server = createServer(() => undefined).listen(0, "127.0.0.1");
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((listening) => server.once("listening", listening));
    const { port } = server.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}`;
    const machine = testMachine({
      ...company.environment,
      ASANA_MAIN_BASE_URL: `${address}/api/1.0`,
      MONDAY_PRODUCT_ENDPOINT: `${address}/v2`,
      SALESFORCE_PROD_LOGIN_URL: address,
    });
    const asked = new Promise((request) => server.once("request", request));
    const ended = main(withAsOf(["sync", "--db", company.database("hanging")]), {
      ...machine,
      signalExitCode: () => (machine.controller.signal.aborted ? 130 : undefined),
    });
    await asked;
    machine.controller.abort(new DOMException("Stopped by SIGINT.", "AbortError"));
    expect(await ended).toBe(130);
    // Far less than the hub would wait for an answer.
  }, 20_000);
});
