import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../../src/model/index.ts";
import { ASANA, asanaSeed } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { OwnDial } from "../../support/dialled-system.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import { techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "../salesforce/server.ts";

/** One system as any client sees it: a read and a write over plain fetch. */
interface Wired {
  dial(...dials: readonly OwnDial[]): Promise<void>;
  given(): Promise<readonly string[]>;
  now(): number;
  advance(ms: number): void;
  read(): Promise<Response>;
  /** Creates one record. */
  write(): Promise<Response>;
  /** How many records that `write` created are there. */
  written(): Promise<number>;
  /** The route of `write`. */
  readonly writeRoute: string;
  /** What creates the same record over the control API. */
  readonly sameWrite: JsonObject;
  close(): Promise<void>;
}

async function salesforce(): Promise<Wired> {
  const server = await startSalesforce(techFlowOrg().build());
  const headers = { authorization: `Bearer ${server.token}`, "content-type": "application/json" };
  const base = `${server.origin}/services/data/v64.0`;
  return {
    ...server.dialled,
    now: () => server.clock.now(),
    advance: (ms) => server.clock.advance(ms),
    read: () => fetch(`${base}/query?q=${encodeURIComponent("SELECT Id, Name FROM User")}`, { headers }),
    write: () => fetch(`${base}/sobjects/Account`, { method: "POST", headers, body: '{"Name":"Written"}' }),
    written: async () => (await server.query("SELECT Id FROM Account WHERE Name = 'Written'")).totalSize,
    writeRoute: "POST /sobjects",
    sameWrite: { object: "Account", fields: { Name: "Written" } },
  };
}

async function asana(): Promise<Wired> {
  const server = await startAsana(asanaSeed(3), "demo");
  const headers = { authorization: `Bearer ${server.token}`, "content-type": "application/json" };
  const body = JSON.stringify({ data: { name: "Written", projects: [ASANA.rollout] } });
  return {
    ...server,
    now: () => server.clock.now(),
    advance: (ms) => server.clock.advance(ms),
    read: () => fetch(`${server.baseUrl}/users/me`, { headers }),
    write: () => fetch(`${server.baseUrl}/tasks`, { method: "POST", headers, body }),
    written: async () => (await server.call("GET", `/tasks?project=${ASANA.rollout}`)).rows.length,
    writeRoute: "POST /tasks",
    sameWrite: { method: "POST", path: "/tasks", body: { data: { name: "Written", projects: [ASANA.rollout] } } },
  };
}

async function monday(): Promise<Wired> {
  const server = await startMonday(mondaySeed([mondayBoardSeed("7", 2, "Roadmap")]), undefined, "demo");
  const headers = { authorization: server.token, "content-type": "application/json" };
  const ask = (query: string): Promise<Response> =>
    fetch(server.endpoint, { method: "POST", headers, body: JSON.stringify({ query }) });
  return {
    ...server,
    now: () => server.clock.now(),
    advance: (ms) => server.clock.advance(ms),
    read: () => ask("{ me { id name } }"),
    write: () => ask('mutation { create_item(board_id: 7, item_name: "Written") { id } }'),
    written: async () => {
      const found = await server.data<{ boards: { items_page: { items: { name: string }[] } }[] }>(
        "{ boards(ids: [7]) { items_page { items { name } } } }",
      );
      return found.boards[0]?.items_page.items.filter(({ name }) => name === "Written").length ?? 0;
    },
    writeRoute: "mutation create_item",
    sameWrite: { query: 'mutation { create_item(board_id: 7, item_name: "Written") { id } }', asUserId: 102 },
    close: () => server.stop(),
  };
}

describe.each([
  ["Salesforce", salesforce],
  ["Asana", asana],
  ["monday.com", monday],
])("%s behind its dials", (name, start) => {
  let wired: Wired;
  beforeEach(async () => {
    wired = await start();
  });
  afterEach(() => wired.close());

  test("refuses with 429 in its own words, and says the wait rightly, wrongly or not at all", async () => {
    await wired.dial({ fault: "throttle", seconds: 9 });
    const right = await wired.read();
    expect([right.status, right.headers.get("retry-after")]).toEqual([429, "9"]);
    const text = await right.text();
    if (name === "Salesforce") expect(JSON.parse(text)).toMatchObject([{ errorCode: "REQUEST_LIMIT_EXCEEDED" }]);
    if (name === "Asana") expect(JSON.parse(text)).toMatchObject({ errors: [{ message: /rate limit/u }] });
    if (name === "monday.com") {
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { retry_in_seconds: 9 } }] });
    }
    expect((await wired.read()).status).toBe(200);

    await wired.dial({ fault: "throttle", retryAfter: "wrong", seconds: 60 });
    expect((await wired.read()).headers.get("retry-after")).toBe("1");
    wired.advance(1000);
    expect((await wired.read()).status).toBe(429);
    wired.advance(59_000);
    expect((await wired.read()).status).toBe(200);

    await wired.dial({ fault: "throttle", retryAfter: "missing", times: 2 });
    expect((await wired.read()).headers.get("retry-after")).toBeNull();
    expect((await wired.read()).status).toBe(429);
    expect((await wired.read()).status).toBe(200);
  });

  test("fails with a status in its own words, or with a page of HTML", async () => {
    await wired.dial({ fault: "error", status: 500 }, { fault: "html", status: 503, after: 0 });
    const failed = await wired.read();
    expect([failed.status, failed.headers.get("content-type")]).toEqual([500, expect.stringMatching("json")]);
    const page = await wired.read();
    expect([page.status, page.headers.get("content-type")]).toEqual([503, expect.stringMatching("text/html")]);
    expect(await page.text()).toContain("<h1>");
    expect((await wired.read()).status).toBe(200);
  });

  test("cuts a body off, breaks its JSON or leaves it empty", async () => {
    const whole = await (await wired.read()).text();
    await wired.dial({ fault: "cut" });
    const cut = await wired.read();
    expect(Number(cut.headers.get("content-length"))).toBeGreaterThan(whole.length / 2);
    await expect(cut.text()).rejects.toThrow("terminated");
    await wired.dial({ fault: "malformed" }, { fault: "empty" });
    const malformed = await wired.read();
    expect(malformed.status).toBe(200);
    const text = await malformed.text();
    expect(() => JSON.parse(text)).toThrow("JSON");
    const empty = await wired.read();
    expect([empty.status, await empty.text()]).toEqual([200, ""]);
  });

  test("closes the socket before anything is done, or after all of it", async () => {
    await wired.dial({ fault: "reset", route: wired.writeRoute });
    await expect(wired.write()).rejects.toThrow("fetch failed");
    expect(await wired.written()).toBe(0);
    await wired.dial({ fault: "lost-answer", route: wired.writeRoute });
    await expect(wired.write()).rejects.toThrow("fetch failed");
    expect(await wired.written()).toBe(1);
    await wired.dial({ fault: "lost-answer", route: wired.writeRoute, status: 504 });
    expect((await wired.write()).status).toBe(504);
    expect(await wired.written()).toBe(2);
    await wired.dial({ fault: "lost-answer", route: wired.writeRoute, hang: true });
    const patience = new AbortController();
    const hanging = wired.write();
    const first = await Promise.race([hanging, wired.read()]);
    expect(first.status).toBe(200);
    expect(await wired.written()).toBe(3);
    patience.abort();
    hanging.catch(() => undefined);
  });

  test("lets somebody else write just before a call is served, or just after", async () => {
    await wired.dial({ fault: "meanwhile", route: wired.writeRoute, write: wired.sameWrite });
    expect((await wired.read()).status).toBe(200);
    expect(await wired.written()).toBe(0);
    await wired.write();
    expect(await wired.written()).toBe(2);
    await wired.dial(
      { fault: "meanwhile", write: wired.sameWrite, route: wired.writeRoute, when: "after" },
      { fault: "reset", route: wired.writeRoute },
    );
    await expect(wired.write()).rejects.toThrow("fetch failed");
    expect(await wired.written()).toBe(3);
  });

  test("lets time pass without a wait, and tells another time than it is", async () => {
    const before = wired.now();
    await wired.dial({ fault: "latency", ms: 90_000 }, { fault: "skew", ms: -3_600_000 });
    const skewed = await wired.read();
    expect(wired.now()).toBe(before + 90_000);
    expect(Date.parse(skewed.headers.get("date") ?? "")).toBe(before + 90_000 - 3_600_000);
    expect(Date.parse((await wired.read()).headers.get("date") ?? "")).toBe(before + 90_000);
  });

  test("strikes by route, after some calls, so often, and by a draw that the seed decides", async () => {
    await wired.dial({ fault: "error", status: 500, route: wired.writeRoute, after: 1, times: 2 });
    expect((await wired.read()).status).toBe(200);
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await wired.write()).status);
    expect(statuses.map((status) => status >= 500)).toEqual([false, true, true, false]);
    const draws = async (): Promise<number[]> => {
      const found: number[] = [];
      for (let n = 0; n < 40; n += 1) found.push((await wired.read()).status);
      return found;
    };
    await wired.dial({ fault: "error", status: 500, rate: 0.25 });
    const first = await draws();
    const struck = first.filter((status) => status === 500).length;
    expect(struck).toBeGreaterThan(3);
    expect(struck).toBeLessThan(20);
    expect(await wired.given()).toHaveLength(2 + struck);
  });
});
