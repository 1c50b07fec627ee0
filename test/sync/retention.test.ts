import { expect, test } from "@jest/globals";
import type { RunContext } from "../../src/sync/context.ts";
import { retentionStep } from "../../src/sync/retention.ts";
import { AS_OF, begin, memoryStore, page, record } from "../support/store.ts";

const DAY_MS = 86_400_000;
const KEY = { system: "salesforce", tenant: "t1", stream: "things", id: "a" };

async function versionsLeft(versionsMs: number | null, asOf: number, wall: number): Promise<number> {
  const store = memoryStore();
  const fence = await begin(store);
  for (const n of [0, 1, 2]) {
    await store.records.commitPage(fence, page([record("a", { n })], { seenAt: AS_OF + n * DAY_MS }));
  }
  const context = {
    configuration: { retention: { versionsMs } },
    store,
    fence,
    dependencies: { clock: { now: () => asOf }, wallNow: () => wall },
    signal: new AbortController().signal,
    // The step looks at nothing else of them.
  } as unknown as RunContext;
  await retentionStep(context);
  return (await store.records.history(KEY))?.versions.length ?? 0;
}

const later = AS_OF + 500 * DAY_MS;

test("versions older than hub.yaml says are let go of at the end of a cycle, none where it says nothing", async () => {
  expect(await versionsLeft(400 * DAY_MS, later, later)).toBe(1);
  expect(await versionsLeft(null, later, later)).toBe(3);
});

test("a run as of some day to come lets go of nothing that is young today", async () => {
  expect(await versionsLeft(400 * DAY_MS, later, AS_OF + 3 * DAY_MS)).toBe(3);
});
