import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { StorePort } from "../../src/model/index.ts";
import { startBendingProxy } from "../support/bending-proxy.ts";
import { hubOn, startCompany, startHub } from "../support/e2e.ts";
import type { Company, HubProcess } from "../support/e2e.ts";

jest.setTimeout(120_000);

let company: Company;
/** Of a store that an undisturbed run filled. */
let undisturbed: string;

beforeAll(async () => {
  company = await startCompany({ scale: 0.015 });
  const hub = await hubOn(company);
  await hub.sync();
  undisturbed = await hub.fingerprint();
  await hub.close();
});

afterAll(() => company.close());

/** Everything a sync commits, and where. */
type Commit = "page" | "certificates" | "mapped" | "links";
type When = "before" | "after";

/** A store that loses power at a commit: before it is made, or once it is made and nobody hears of it. */
function failing(isHit: (commit: Commit, stream: string) => boolean, when: When): (store: StorePort) => StorePort {
  const guard = async <Result>(commit: Commit, stream: string, work: () => Promise<Result>): Promise<Result> => {
    const hit = isHit(commit, stream);
    if (hit && when === "before") throw new Error("power cut");
    const result = await work();
    if (hit) throw new Error("power cut");
    return result;
  };
  return (store) => ({
    ...store,
    fingerprint: () => store.fingerprint(),
    records: {
      ...store.records,
      commitPage: (fence, page) => guard("page", page.key.stream, () => store.records.commitPage(fence, page)),
      saveCertificates: (fence, all) => guard("certificates", "", () => store.records.saveCertificates(fence, all)),
    },
    mapping: {
      ...store.mapping,
      mapPending: (fence, limit, map) => guard("mapped", "", () => store.mapping.mapPending(fence, limit, map)),
    },
    model: {
      ...store.model,
      replaceLinks: (fence, links) => guard("links", "", () => store.model.replaceLinks(fence, links)),
    },
  });
}

function nth(n: number): (commit: Commit) => boolean {
  let count = 0;
  return () => (count += 1) === n;
}

async function crash(db: string, isHit: (commit: Commit, stream: string) => boolean, when: When): Promise<boolean> {
  const hub = await hubOn(company, { db, store: failing(isHit, when) });
  try {
    await hub.sync();
    return false;
  } catch (error) {
    if (!(error instanceof Error) || error.message !== "power cut") throw error;
    return true;
  } finally {
    await hub.close();
  }
}

async function finish(db: string): Promise<string> {
  const hub = await hubOn(company, { db });
  await hub.sync();
  const fingerprint = await hub.fingerprint();
  await hub.close();
  return fingerprint;
}

describe("a run that crashes", () => {
  test("again and again, three commits later each time, comes to the state of an undisturbed one", async () => {
    const db = company.database("again-and-again");
    let crashes = 0;
    for (let n = 1; await crash(db, nth(n), crashes % 2 === 0 ? "before" : "after"); n += 3) crashes += 1;
    expect(crashes).toBeGreaterThan(10);
    expect(await finish(db)).toBe(undisturbed);
  });

  test.each([
    ["Opportunity", "after"],
    ["OpportunityHistory", "before"],
    ["events", "after"],
    ["projects", "before"],
    ["tasks", "after"],
    ["items", "before"],
  ] as const)("at its first page of %s, %s it is stored, comes to the same state", async (stream, when) => {
    const db = company.database(`at-${stream}`);
    let hit = false;
    const first = (commit: Commit, of: string): boolean => {
      const found = !hit && commit === "page" && of === stream;
      hit ||= found;
      return found;
    };
    expect(await crash(db, first, when)).toBe(true);
    expect(await finish(db)).toBe(undisturbed);
  });

  test.each([
    ["mapped", "before"],
    ["mapped", "after"],
    ["links", "before"],
    ["links", "after"],
    ["certificates", "after"],
  ] as const)("at the commit of %s, %s it is made, comes to the same state", async (which, when) => {
    const db = company.database(`at-${which}-${when}`);
    expect(await crash(db, (commit) => commit === which, when)).toBe(true);
    expect(await finish(db)).toBe(undisturbed);
  });
});

/** A process that stands still at its nth call to Asana, and is sent a signal there. */
async function signalled(db: string, nthCall: number, signal: NodeJS.Signals): Promise<Awaited<HubProcess["ended"]>> {
  const { baseUrl = "" } = company.sandbox.description.systems["asana"] ?? {};
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  const proxy = await startBendingProxy(new URL(baseUrl).origin, async (_path, body) => {
    calls += 1;
    if (calls === nthCall) reached.resolve();
    if (calls >= nthCall) await released.promise;
    return body;
  });
  const environment = { ...company.environment, ASANA_MAIN_BASE_URL: `${proxy.origin}/api/1.0` };
  const hub = startHub(["sync", "--db", db], environment);
  await Promise.race([reached.promise, hub.ended]);
  hub.kill(signal);
  // The call is let go only now: whoever waits for it would wait for ever.
  const end = await hub.ended;
  released.resolve();
  await proxy.close();
  return end;
}

describe("a process", () => {
  test("killed at several moments leaves a store that the next run completes", async () => {
    const db = company.database("killed");
    for (const call of [1, 8, 30]) expect((await signalled(db, call, "SIGKILL")).signal).toBe("SIGKILL");
    const { code } = await startHub(["sync", "--db", db], company.environment).ended;
    expect(code).toBe(0);
    expect(await finish(db)).toBe(undisturbed);
  });

  test("interrupted while a call hangs ends with 130, loses nothing and goes on the next time", async () => {
    const db = company.database("interrupted");
    const { code, err } = await signalled(db, 20, "SIGINT");
    expect({ code, err }).toEqual({ code: 130, err: expect.not.stringContaining("HUB-") });
    const rest = await hubOn(company, { db });
    expect(await rest.hub.store.runs.latest()).toMatchObject({ kind: "sync", outcome: "stopped" });
    await rest.sync();
    expect(await rest.fingerprint()).toBe(undisturbed);
    await rest.close();
  });
});

describe("two hubs on one store", () => {
  test("do not both write: the second is told to wait, and the first goes on", async () => {
    const db = company.database("two");
    const first = await hubOn(company, { db });
    let second: { readonly code: number | null; readonly err: string } | undefined;
    await first.hub.run("long", async () => {
      second = await startHub(["sync", "--db", db], company.environment).ended;
      return { answer: null, complete: true, summary: null };
    });
    expect(second?.code).toBe(75);
    expect(second?.err).toContain("HUB-3002");
    await first.sync();
    expect(await first.fingerprint()).toBe(undisturbed);
    await first.close();
  });

  test("that took over a lease leave the one before without a pen", async () => {
    const db = company.database("fenced");
    const [first, second] = [await hubOn(company, { db }), await hubOn(company, { db })];
    const lost = first.hub.run("long", async ({ store, fence }) => {
      await second.sync();
      await store.dropDerived(fence);
      return { answer: null, complete: true, summary: null };
    });
    await expect(lost).rejects.toMatchObject({ code: "HUB-3003" });
    expect(await second.fingerprint()).toBe(undisturbed);
    await first.close();
    await second.close();
  });
});
