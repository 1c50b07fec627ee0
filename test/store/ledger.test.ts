import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY, HOUR, MINUTE } from "../../src/model/index.ts";
import type { Priority, QuotaBook, StorePort } from "../../src/model/index.ts";
import { openStore } from "../../src/store/index.ts";

const START = Date.parse("2026-11-02T09:00:00Z");
const CRM = "crm 42";

let directory: string;
let now: number;
let stores: StorePort[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hub-ledger-"));
  now = START;
  stores = [];
});

afterEach(async () => {
  for (const store of stores) await store.close().catch(() => undefined);
  rmSync(directory, { recursive: true, force: true });
});

/** The ledger as one process sees it; all of a test are on one file. */
function processLedger(): { readonly ledger: QuotaBook; readonly end: () => Promise<void> } {
  const store = openStore(join(directory, "hub.sqlite"), { now: () => now });
  stores.push(store);
  return { ledger: store.ledger, end: () => store.close() };
}

async function takeAll(ledger: QuotaBook, priority: Priority = "read", most = 10_000): Promise<number> {
  let taken = 0;
  while (taken < most && (await ledger.take(CRM, 1, priority))) taken += 1;
  return taken;
}

describe("the quota ledger", () => {
  test("leaves the reserve to people, and people may use it", async () => {
    const { ledger } = processLedger();
    ledger.reserve(CRM, 0.3);
    ledger.observe(CRM, { used: 600, limit: 1000, resetsAt: START + HOUR });
    expect(await takeAll(ledger, "read")).toBe(100);
    expect(await ledger.take(CRM, 1, "write")).toBe(false);
    expect(await takeAll(ledger, "person")).toBe(300);
  });

  test("gives several processes together no more than there is", async () => {
    const all = [processLedger(), processLedger(), processLedger()].map(({ ledger }) => ledger);
    all[0]?.observe(CRM, { used: 0, limit: 1000, resetsAt: START + HOUR });
    await all[0]?.take(CRM, 1);
    let taken = 1;
    for (let round = 0; round < 1000; round += 1) {
      for (const ledger of all) if (await ledger.take(CRM, 1)) taken += 1;
    }
    expect(taken).toBeLessThanOrEqual(1000);
    // What the others hold in hand is the most that stays unspent.
    expect(taken).toBeGreaterThan(850);
  });

  test("gives back what a process held and did not spend", async () => {
    const first = processLedger();
    first.ledger.observe(CRM, { used: 0, limit: 100, resetsAt: START + HOUR });
    await first.ledger.take(CRM, 3);
    const second = processLedger();
    expect(await takeAll(second.ledger)).toBe(50);
    await first.end();
    expect(await takeAll(second.ledger)).toBe(47);
  });

  test("counts as used what a crashed process held", async () => {
    const crashed = processLedger();
    crashed.ledger.observe(CRM, { used: 0, limit: 100, resetsAt: START + DAY });
    await crashed.ledger.take(CRM, 3);
    now += HOUR;
    const { ledger } = processLedger();
    expect((await ledger.state(CRM)).used).toBe(50);
    expect(await takeAll(ledger)).toBe(50);
  });

  test("starts anew when the day does", async () => {
    const { ledger } = processLedger();
    ledger.observe(CRM, { used: 100, limit: 100, resetsAt: START + HOUR });
    expect(await ledger.take(CRM, 1)).toBe(false);
    now += HOUR;
    expect(await takeAll(ledger)).toBe(100);
  });

  test("asks again after an hour when the system did not say when the day ends", async () => {
    const { ledger } = processLedger();
    ledger.observe(CRM, { used: 100, limit: 100, resetsAt: null });
    expect(await ledger.take(CRM, 1)).toBe(false);
    now += HOUR;
    expect(await ledger.take(CRM, 1)).toBe(true);
  });

  test("keeps a configured limit over any 24 hours where the system tells none", async () => {
    const { ledger } = processLedger();
    ledger.configure(CRM, { perDay: 200 });
    expect(await takeAll(ledger)).toBe(200);
    now += DAY + HOUR;
    expect(await takeAll(ledger)).toBe(200);
  });

  test("holds sweeps to their own budget and tells it apart", async () => {
    const { ledger } = processLedger();
    ledger.configure(CRM, { sweeps: { share: 0.1 } });
    ledger.observe(CRM, { used: 0, limit: 1000, resetsAt: START + DAY });
    await takeAll(ledger, "read", 200);
    expect(await takeAll(ledger, "sweep")).toBe(100);
    expect(await ledger.state(CRM)).toMatchObject({ used: 300, sweeps: { used: 100, budget: 100 } });
    expect((await ledger.account(CRM)).spent).toEqual({ person: 0, write: 0, read: 200, sweep: 100 });
    expect(await ledger.take(CRM, 1, "read")).toBe(true);
  });

  test("hands the starts of one minute to all processes together", async () => {
    const pair = [processLedger().ledger, processLedger().ledger];
    await pair[0]?.setPerMinute(CRM, 60, "told", START);
    const starts: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      for (const ledger of pair) starts.push(...((await ledger.starts(CRM, 3, START)) ?? []));
    }
    for (const start of starts) {
      expect(starts.filter((at) => at >= start && at < start + MINUTE).length).toBeLessThanOrEqual(60);
    }
    expect(Math.max(...starts) - START).toBeLessThanOrEqual((1.1 * starts.length * MINUTE) / 60);
  });

  test("doubts a limit a minute that only a refusal showed after a day", async () => {
    const { ledger } = processLedger();
    await ledger.setPerMinute(CRM, 150, "refused", START);
    expect(await ledger.perMinute(CRM)).toBe(150);
    now += DAY + 1;
    expect([await ledger.perMinute(CRM), await ledger.starts(CRM, 1, now)]).toEqual([null, null]);
  });

  test("remembers the account over the end of the process", async () => {
    const first = processLedger();
    first.ledger.observe(CRM, { used: 40, limit: 100, resetsAt: START + HOUR });
    await first.ledger.take(CRM, 5);
    await first.end();
    const { ledger } = processLedger();
    expect(await ledger.accounts()).toMatchObject([{ credential: CRM, used: 45, limit: 100, resetsAt: START + HOUR }]);
  });
});
