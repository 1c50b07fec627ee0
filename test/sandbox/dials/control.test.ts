import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startSandbox } from "../../../src/sandbox/index.ts";
import type { RunningSandbox } from "../../../src/sandbox/index.ts";
import { AS_OF } from "../../support/e2e.ts";

let sandbox: RunningSandbox;
const start = (seed: number): Promise<RunningSandbox> =>
  startSandbox({
    seed: 7,
    scale: 0.01,
    asOf: AS_OF,
    port: 0,
    limits: "demo",
    wallNow: () => AS_OF,
    faults: {
      seed,
      dials: [{ system: "asana", route: "GET /users", fault: "error", status: 500, rate: 0.5, after: 0 }],
    },
  });
beforeEach(async () => {
  sandbox = await start(3);
});
afterEach(() => sandbox.close());

const control = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${sandbox.description.control}${path}`, init);
  return { status: response.status, body: await response.json() };
};
const asana = async (): Promise<number> => {
  const { baseUrl = "", token = "" } = sandbox.description.systems["asana"] ?? {};
  return (await fetch(`${baseUrl}/users/me`, { headers: { authorization: `Bearer ${token}` } })).status;
};
const history = async (): Promise<number[]> => {
  const statuses: number[] = [];
  for (let n = 0; n < 20; n += 1) statuses.push(await asana());
  return statuses;
};

describe("the dials of a whole sandbox", () => {
  test("stand from the start when a file sets them, and give the same history for the same seed", async () => {
    const first = await history();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    await sandbox.close();
    sandbox = await start(3);
    expect(await history()).toEqual(first);
    await sandbox.close();
    sandbox = await start(4);
    expect(await history()).not.toEqual(first);
  });

  test("are set, listed, logged and taken off over the control API", async () => {
    expect(await control("DELETE", "/dials?system=asana")).toEqual({ status: 200, body: [] });
    await control("POST", "/dials", { system: "asana", fault: "throttle" });
    const set = await control("POST", "/dials", [
      { system: "asana", fault: "html", after: 1 },
      { system: "monday", fault: "quota" },
    ]);
    expect(set.body).toMatchObject([
      { number: 1, left: 1, passes: 0, given: 0, dial: { fault: "throttle", retryAfter: "right", seconds: 7 } },
      { number: 2, left: 1, passes: 1 },
      { number: 3, dial: { system: "monday" } },
    ]);
    expect([await asana(), await asana(), await asana()]).toEqual([429, 200, 502]);
    expect((await control("GET", "/dials/log")).body).toEqual([
      { seq: 1, at: expect.any(String), system: "asana", route: "GET /users/me", fault: "throttle", dial: 1 },
      { seq: 2, at: expect.any(String), system: "asana", route: "GET /users/me", fault: "html", dial: 2 },
    ]);
    await control("DELETE", "/dials/log");
    expect((await control("GET", "/dials/log")).body).toEqual([]);
    expect((await control("DELETE", "/dials?system=asana")).body).toMatchObject([{ number: 3 }]);
    expect((await control("DELETE", "/dials")).body).toEqual([]);
  });

  test("are refused where nobody could play them", async () => {
    const refused = async (body: unknown): Promise<string> => {
      const answer = await control("POST", "/dials", body);
      expect(answer.status).toBe(400);
      return String((answer.body as { error: unknown }).error);
    };
    expect(await refused({ system: "jira", fault: "reset" })).toBe("No system jira.");
    expect(await refused({ system: "tableau", fault: "expire-sync" })).toBe("tableau has no fault expire-sync.");
    expect(await refused([{ system: "asana", fault: "latency" }])).toMatch(/number.*\n.*\[0\]\.ms/u);
    expect(await refused({ system: "asana", fault: "error", status: 500, retries: 3 })).toContain("retries");
    expect((await control("GET", "/dials")).body).toHaveLength(1);
  });

  test("change an organisation, and say what it does not know", async () => {
    expect(await control("POST", "/organisation", { system: "salesforce", do: "refresh-org" })).toMatchObject({
      status: 200,
      body: { changed: { from: expect.stringMatching(/^00D/u), to: expect.stringMatching(/^00D/u) } },
    });
    expect(await control("POST", "/organisation", { system: "monday", do: "refresh-org" })).toMatchObject({
      status: 400,
    });
    expect(await control("POST", "/organisation", { system: "jira", do: "hide" })).toMatchObject({ status: 404 });
  });
});
