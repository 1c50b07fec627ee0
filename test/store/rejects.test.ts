import { describe, expect, test } from "@jest/globals";
import type { Fence, JsonObject, StorePort } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore, page, record, tombstone } from "../support/store.ts";

const KEY = { system: "salesforce", tenant: "t1", stream: "things" };
const HELD = { things: { code: "HUB-1231", message: "has changed", place: {} } };
const NOTHING = { objects: [], events: [], unmapped: [] };

async function storeWithRefusedChange(): Promise<{ readonly store: StorePort; readonly fence: Fence }> {
  const store = memoryStore();
  const fence = await begin(store);
  await store.records.commitPage(fence, page([record("a", { n: 1 })]));
  await store.records.commitPage(fence, page([record("a", { n: 2 })], { quarantine: HELD }));
  return { store, fence };
}

async function contentOf(store: StorePort, id: string): Promise<JsonObject | null | undefined> {
  return (await store.records.history({ ...KEY, id }))?.versions.at(-1)?.content;
}

describe("a change that pull keeps out of the store", () => {
  test("stays with the rejects when the older content is mapped again", async () => {
    const { store, fence } = await storeWithRefusedChange();
    await store.mapping.requeue(fence);
    await store.mapping.mapPending(fence, 10, () => ({ outputs: NOTHING }));

    expect(await store.records.rejects()).toMatchObject([{ id: "a", step: "pull", content: { n: 2 } }]);
    expect([...(await store.records.keptOut(KEY))]).toEqual([["things", 1]]);
  });

  test("is over when the record is again as it is stored", async () => {
    const { store, fence } = await storeWithRefusedChange();
    await store.records.commitPage(fence, page([record("a", { n: 1 })], { quarantine: HELD }));
    expect(await store.records.rejects()).toEqual([]);
  });

  test("is over when the record is deleted, and not when it is merely out of sight", async () => {
    const { store, fence } = await storeWithRefusedChange();
    const lost = tombstone("a", { cause: "visibility lost" });
    await store.records.commitPage(fence, page([], { tombstones: [lost] }));
    expect(await store.records.rejects()).toHaveLength(1);
    await store.records.commitPage(fence, page([], { tombstones: [tombstone("a")] }));
    expect(await store.records.rejects()).toEqual([]);
  });

  test("does not keep out the end that comes with it", async () => {
    const { store, fence } = await storeWithRefusedChange();
    const last = page([record("a", { n: 3 })], { quarantine: HELD, tombstones: [tombstone("a")] });
    expect(await store.records.commitPage(fence, last)).toMatchObject({ removed: 1, rejected: 1 });
    expect((await store.records.history({ ...KEY, id: "a" }))?.removed?.cause).toBe("deleted");
    expect(await store.records.rejects()).toMatchObject([{ id: "a", content: { n: 3 } }]);
  });
});

test("what mapping refuses is no record kept out, and mapping takes it back", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  await store.records.commitPage(fence, page([record("a", { n: 1 })]));
  const problem = { code: "HUB-2399", message: "does not fit", place: {} };
  const reject = { key: KEY, stream: "things", id: "a", content: { n: 1 }, problem, seenAt: AS_OF };
  await store.mapping.mapPending(fence, 10, () => ({ outputs: NOTHING, reject }));
  await store.records.commitPage(fence, page([record("a", { n: 1 })]));
  expect(await store.records.rejects()).toMatchObject([{ id: "a", step: "map" }]);
  expect([...(await store.records.keptOut(KEY))]).toEqual([]);

  await store.mapping.requeue(fence);
  await store.mapping.mapPending(fence, 10, () => ({ outputs: NOTHING }));
  expect(await store.records.rejects()).toEqual([]);
});

describe("partitions that are read side by side", () => {
  test("a page fetched before a record moved does not undo the page of where it moved to", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const moved = record("a", { in: "second" }, { modifiedAt: 20 });
    const before = record("a", { in: "first" }, { modifiedAt: 10 });
    await store.records.commitPage(fence, page([moved], { partition: "second" }));

    expect(await store.records.commitPage(fence, page([before], { partition: "first" }))).toMatchObject({ changed: 0 });

    expect(await contentOf(store, "a")).toEqual({ in: "second" });
    expect([...(await store.records.partitionCounts(KEY))]).toEqual([["second", 1]]);
  });

  test("a later run, or the same partition, is believed although its stamp is lower", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await store.records.commitPage(fence, page([record("a", { n: 1 }, { modifiedAt: 20 })]));
    await store.records.commitPage(fence, page([record("a", { n: 2 }, { modifiedAt: 10 })]));
    expect(await contentOf(store, "a")).toEqual({ n: 2 });
    const later = await begin(store);
    const other = page([record("a", { n: 3 }, { modifiedAt: 5 })], { partition: "second" });
    await store.records.commitPage(later, other);
    expect(await contentOf(store, "a")).toEqual({ n: 3 });
  });
});
