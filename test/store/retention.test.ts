import { describe, expect, test } from "@jest/globals";
import type { Fence, StorePort } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore, page, record, tombstone } from "../support/store.ts";

const KEY = { system: "salesforce", tenant: "t1", stream: "things" };
const DAY_MS = 86_400_000;
const day = (n: number): number => AS_OF + n * DAY_MS;

async function withVersions(): Promise<{ readonly store: StorePort; readonly fence: Fence }> {
  const store = memoryStore();
  const fence = await begin(store);
  for (const n of [0, 1, 2, 3]) {
    await store.records.commitPage(fence, page([record("a", { n })], { seenAt: day(n) }));
  }
  return { store, fence };
}

async function contents(store: StorePort, id: string): Promise<readonly unknown[]> {
  const history = await store.records.history({ ...KEY, id });
  return history?.versions.map(({ content, removed }) => removed ?? content?.["n"]) ?? [];
}

describe("earlier contents of a record", () => {
  test("go once they were replaced before the instant, a batch at a time, and the current one never", async () => {
    const { store, fence } = await withVersions();
    expect(await contents(store, "a")).toEqual([0, 1, 2, 3]);

    // On day 1 and a half the one of day 1 was current.
    expect(await store.records.dropVersions(fence, day(1.5), 10)).toBe(1);
    expect(await contents(store, "a")).toEqual([1, 2, 3]);

    expect(await store.records.dropVersions(fence, day(900), 1)).toBe(1);
    expect(await store.records.dropVersions(fence, day(900), 10)).toBe(1);
    expect(await store.records.dropVersions(fence, day(900), 10)).toBe(0);
    expect(await contents(store, "a")).toEqual([3]);
  });

  test("go, and the ends of it stay, also one that was undone", async () => {
    const { store, fence } = await withVersions();
    await store.records.commitPage(fence, page([], { tombstones: [tombstone("a")], seenAt: day(4) }));
    await store.records.commitPage(fence, page([record("a", { n: 5 })], { seenAt: day(5) }));
    const before = await store.fingerprint();

    await store.records.dropVersions(fence, day(900), 10);

    expect(await contents(store, "a")).toEqual(["deleted", 5]);
    expect(await store.fingerprint()).toBe(before);
  });
});

test("marks are forgotten when they were answered and are old; open ones and young ones are not", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  const mark = (id: string): { stream: string; id: string; delivery: string } => ({
    stream: "things",
    id,
    delivery: "d",
  });
  await store.records.mark(KEY, [mark("old"), mark("open")], day(0));
  await store.records.mark(KEY, [mark("young")], day(40));
  const [old, , young] = await store.records.marks(KEY);
  await store.records.dropMarks(fence, [old?.pk ?? 0, young?.pk ?? 0]);

  expect(await store.records.dropAnsweredMarks(fence, day(30), 10)).toBe(1);

  expect((await store.records.marks(KEY)).map(({ id }) => id)).toEqual(["open"]);
  // Remembered still, so that its delivery counts once; the old one is new again.
  expect(await store.records.mark(KEY, [mark("young"), mark("old")], day(41))).toBe(1);
});

test("open marks come page by page, and rejects without their contents where only a list is asked for", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  const marks = ["a", "b", "c"].map((id) => ({ stream: "things", id, delivery: "d" }));
  await store.records.mark(KEY, marks, AS_OF);
  const first = await store.records.marks(KEY, { after: 0, limit: 2 });
  const rest = await store.records.marks(KEY, { after: first.at(-1)?.pk ?? 0, limit: 2 });
  expect([first, rest].map((some) => some.map(({ id }) => id))).toEqual([["a", "b"], ["c"]]);

  const problem = { code: "HUB-1231", message: "has changed", place: {} };
  const rejects = ["a", "b"].map((id) => ({ stream: "things", id, content: { id }, problem }));
  await store.records.commitPage(fence, page([], { rejects }));
  const [entry] = await store.records.rejectList();
  expect(entry).toMatchObject({ id: "a", problem });
  expect(entry).not.toHaveProperty("content");
  expect(await store.records.rejects("b")).toMatchObject([{ id: "b", content: { id: "b" } }]);
});
