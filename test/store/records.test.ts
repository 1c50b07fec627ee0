import { describe, expect, test } from "@jest/globals";
import { AS_OF, begin, memoryStore, page, record, tombstone } from "../support/store.ts";

const KEY = { system: "salesforce", tenant: "t1", stream: "things" };

async function liveIds(store: ReturnType<typeof memoryStore>): Promise<string[]> {
  const ids: string[] = [];
  for await (const rows of store.records.live(KEY)) ids.push(...rows.map((row) => row.id));
  return ids;
}

describe("committing a page", () => {
  test("stores new records, lists their entities and remembers the position", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const position = { covered: [{ from: 1, to: 2 }], state: { after: "b" } };

    const outcome = await store.records.commitPage(
      fence,
      page([record("a", { n: 1 }), record("b", { n: 2 })], { position }),
    );

    expect(outcome).toMatchObject({ inserted: 2, changed: 0, unchanged: 0, removed: 0, rejected: 0 });
    expect(await store.mapping.pendingCount()).toBe(2);
    expect(await store.records.position(KEY, "all")).toEqual(position);
  });

  test("delivered twice is a no-op", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const delivered = page([record("a", { n: 1 }), record("b", { n: 2 })], { tombstones: [tombstone("b")] });
    await store.records.commitPage(fence, delivered);
    const before = await store.fingerprint();

    const outcome = await store.records.commitPage(fence, delivered);

    expect(outcome).toMatchObject({ inserted: 0, changed: 0, unchanged: 2, removed: 0, rejected: 0 });
    expect(await store.fingerprint()).toBe(before);
  });

  test("keeps the newest stamp of a record whose meaning did not change, without a version and with nothing to map", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const first = { ...record("a", { n: 1, stamp: 1 }), hash: "same", modifiedAt: 1 };
    await store.records.commitPage(fence, page([first]));
    await drain(store, fence);

    const later = { ...record("a", { n: 1, stamp: 2 }), hash: "same", modifiedAt: 2 };
    const outcome = await store.records.commitPage(fence, page([later]));

    expect(outcome).toMatchObject({ changed: 0, unchanged: 1 });
    expect(await store.mapping.pendingCount()).toBe(0);
    const history = await store.records.history({ ...KEY, id: "a" });
    expect(history?.versions).toMatchObject([{ content: { n: 1, stamp: 2 } }]);
  });

  test("lists the owner's entity when only a history row arrives", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await store.records.commitPage(fence, page([record("a", { n: 1 })]));
    await drain(store, fence);

    const row = record("h1", { field: "n" }, { stream: "history", member: { stream: "things", id: "a" } });
    await store.records.commitPage(fence, page([row]));

    const [entity] = await store.mapping.pending(10);
    expect(entity).toMatchObject({
      stream: "things",
      id: "a",
      content: { n: 1 },
      members: [{ stream: "history", id: "h1" }],
    });
  });

  test("a tombstone ends a record once and a later sighting revives it", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await store.records.commitPage(fence, page([record("a", { n: 1 })]));

    const ended = await store.records.commitPage(fence, page([], { tombstones: [tombstone("a")] }));
    const again = await store.records.commitPage(fence, page([], { tombstones: [tombstone("a")] }));
    expect([ended.removed, again.removed]).toEqual([1, 0]);
    expect(await liveIds(store)).toEqual([]);

    const revived = await store.records.commitPage(fence, page([record("a", { n: 1 })]));
    expect(revived.changed).toBe(1);
    expect(await liveIds(store)).toEqual(["a"]);
  });

  test("keeps rejected records whole with their reason", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const problem = { code: "HUB-1399", message: "does not fit", place: { record: "x" } };

    await store.records.commitPage(
      fence,
      page([], { rejects: [{ stream: "things", id: "x", content: { bad: true }, problem }] }),
    );

    expect(await store.records.rejects()).toMatchObject([{ id: "x", content: { bad: true }, problem }]);
  });

  test("stores nothing of a page that fails half way", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const broken = record("b", { n: 2 }, { stream: "history", hash: undefined as unknown as string });

    await expect(store.records.commitPage(fence, page([record("a", { n: 1 }), broken]))).rejects.toThrow(
      "cannot be bound",
    );

    expect(await liveIds(store)).toEqual([]);
    expect(await store.mapping.pendingCount()).toBe(0);
    expect(await store.records.position(KEY, "all")).toBeNull();
  });
});

describe("the lease", () => {
  test("refuses a second live hub", async () => {
    const store = memoryStore();
    await begin(store, "host:1");
    await expect(begin(store, "host:2")).rejects.toMatchObject({ code: "HUB-3002", disposition: "retry-later" });
  });

  test("is kept by what its holder writes, and lapses without a sign of life", async () => {
    const store = memoryStore();
    let now = AS_OF;
    const clock = (): number => now;
    const alive = (): boolean => true;
    const fence = await begin(store, "other-host:1", alive, clock);
    for (let minutes = 0; minutes < 30; minutes += 6) {
      now += 6 * 60_000;
      await store.records.commitPage(fence, page([]));
      await expect(begin(store, "host:2", alive, clock)).rejects.toMatchObject({ code: "HUB-3002" });
    }
    now += 11 * 60_000;
    await expect(begin(store, "host:2", alive, clock)).resolves.toMatchObject({ token: fence.token + 1 });
  });

  test("is taken over at once from a dead owner, whose late writes are refused", async () => {
    const store = memoryStore();
    const dead = await begin(store, "host:1");

    const alive = await begin(store, "host:2", () => false);

    await expect(store.records.commitPage(dead, page([record("a", {})]))).rejects.toMatchObject({ code: "HUB-3003" });
    await expect(store.records.commitPage(alive, page([record("a", {})]))).resolves.toMatchObject({ inserted: 1 });
  });

  test("refuses another tenant for a pinned connection", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const pin = { connection: "c", system: "salesforce", tenant: "t1", name: "TechFlow", at: 1 };
    await store.records.pinTenant(fence, pin);
    await store.records.pinTenant(fence, pin);

    await expect(store.records.pinTenant(fence, { ...pin, tenant: "t2" })).rejects.toMatchObject({ code: "HUB-1105" });
  });
});

async function drain(store: ReturnType<typeof memoryStore>, fence: Awaited<ReturnType<typeof begin>>): Promise<void> {
  await store.mapping.mapPending(fence, 100, () => ({ outputs: { objects: [], events: [], unmapped: [] } }));
}

describe("mapping with other mappings", () => {
  test("lists every entity again, and only then", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await store.mapping.mapWith(fence, "one");
    await store.records.commitPage(fence, page([record("a", { n: 1 }), record("b", { n: 2 })]));
    await drain(store, fence);

    expect(await store.mapping.mapWith(fence, "one")).toBe(0);
    expect(await store.mapping.pendingCount()).toBe(0);
    expect(await store.mapping.mapWith(fence, "two")).toBe(2);
    expect(await store.mapping.pendingCount()).toBe(2);
  });
});

describe("a page that carries records of several streams", () => {
  test("counts each stream for itself", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const row = record("h1", { field: "n" }, { stream: "history", member: { stream: "things", id: "a" } });

    const outcome = await store.records.commitPage(fence, page([record("a", { n: 1 }), row]));

    expect(outcome.byStream).toMatchObject({ things: { inserted: 1 }, history: { inserted: 1 } });
    expect(outcome.inserted).toBe(2);
  });

  test("lists all entities that look things up in a stream it changed, in the same transaction", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await store.records.commitPage(fence, page([record("a", { n: 1 }), record("b", { n: 2 })]));
    await drain(store, fence);
    const dependents = { labels: ["things"] };
    const label = (name: string) => page([record("l", { name }, { stream: "labels" })], { dependents });

    await store.records.commitPage(fence, label("Won"));
    const listed = (await store.mapping.pending(10)).filter(({ stream }) => stream === "things");
    await drain(store, fence);
    await store.records.commitPage(fence, label("Won"));

    expect(listed.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await store.mapping.pendingCount()).toBe(0);
  });
});
