import { describe, expect, test } from "@jest/globals";
import type { Audit } from "../../src/connectors/kit/index.ts";
import type { StorePort } from "../../src/model/index.ts";
import { begin, memoryStore } from "../support/store.ts";
import { onePage, oneThing, pagesOf, pullFake, THINGS } from "./fake-connector.ts";
import type { FakeSystem } from "./fake-connector.ts";

const KEY = { system: "fake", tenant: "t1" };

/** A system of one partition whose listing leaves out what `hidden` names, once per entry. */
function forgetful(ids: readonly string[], hidden: readonly (readonly string[])[]): FakeSystem & { reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    streams: [THINGS],
    partitions: (stream) => [{ stream, id: "all", title: "All" }],
    read: (_partition, _position, mode) => {
      const left = hidden[reads.length] ?? [];
      reads.push(mode);
      const listed = ids.filter((id) => !left.includes(id));
      const records = listed.map((id) => oneThing(id));
      return pagesOf(onePage({ records, sourceCount: { count: ids.length, of: "things" } }));
    },
    audit: () => auditOf(ids),
  };
}

function auditOf(ids: readonly string[]): Audit {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id.slice(0, 1), (counts.get(id.slice(0, 1)) ?? 0) + 1);
  return {
    of: "things by month",
    buckets: [...counts].map(([name, count]) => ({ name, count })),
    bucketOf: ({ id }) => id.slice(0, 1),
  };
}

async function ids(store: StorePort): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of store.records.live({ ...KEY, stream: "things" })) found.push(...page.map(({ id }) => id));
  return found.sort();
}

describe("what the source counts and what is stored", () => {
  test("agree: nothing is read twice", async () => {
    const store = memoryStore();
    const system = forgetful(["a1", "a2", "b1"], []);

    const { report } = await pullFake(system, store, await begin(store));

    expect(report.complete).toBe(true);
    expect(system.reads).toEqual(["incremental"]);
    expect(report.connections[0]?.certificates[0]).toMatchObject({ stored: 3, sourceCount: 3 });
  });

  test("differ: the partition is read again until nothing is missing", async () => {
    const store = memoryStore();
    const system = forgetful(["a1", "a2", "b1"], [["b1"], ["b1"]]);

    const { report } = await pullFake(system, store, await begin(store));

    expect(system.reads).toEqual(["incremental", "incremental", "full"]);
    expect(report.complete).toBe(true);
    expect(await ids(store)).toEqual(["a1", "a2", "b1"]);
  });

  test("differ by what is stored too much: the partition is swept, and not read as a whole", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await pullFake(forgetful(["a1", "a2", "b1"], []), store, fence);
    const system = forgetful(["a1", "a2"], []);
    const { read } = system;
    system.read = async function* (partition, position, mode, known) {
      for await (const page of read(partition, position, mode, known)) {
        const gone = { stream: "things", id: "b1", cause: "deleted" as const, at: null };
        yield mode === "sweep" ? { ...page, tombstones: [gone] } : page;
      }
    };

    const { report } = await pullFake(system, store, fence);

    expect(system.reads).toEqual(["incremental", "incremental", "sweep"]);
    expect(report.complete).toBe(true);
    expect(await ids(store)).toEqual(["a1", "a2"]);
  });

  test("still differ: the stream is incomplete and the part that differs is named (HUB-1220)", async () => {
    const store = memoryStore();
    const always = Array.from({ length: 9 }, () => ["b1"]);
    const system = forgetful(["a1", "a2", "b1", "b2"], always);

    const { report } = await pullFake(system, store, await begin(store));

    expect(report.complete).toBe(false);
    const [certificate] = report.connections[0]?.certificates ?? [];
    expect(certificate).toMatchObject({ complete: false, stored: 3, sourceCount: 4 });
    expect(certificate?.problems).toMatchObject([
      { code: "HUB-1220", message: expect.stringContaining("b: 2 at the source, 1 stored") as unknown },
    ]);
  });

  test("differ and the source says no more: the figure itself is told (HUB-1220)", async () => {
    const store = memoryStore();
    const { audit: _audit, ...system } = forgetful(
      ["a1", "a2"],
      Array.from({ length: 9 }, () => ["a1"]),
    );

    const { report } = await pullFake(system, store, await begin(store));

    expect(report.connections[0]?.certificates[0]?.problems).toMatchObject([
      { code: "HUB-1220", message: expect.stringContaining("all: 2 at the source, 1 stored") as unknown },
    ]);
  });
});

describe("what webhooks mark", () => {
  const system = (asked: string[][]): FakeSystem => ({
    streams: [THINGS],
    partitions: (stream) => [{ stream, id: "all", title: "All" }],
    read: () => pagesOf(onePage({ records: [oneThing("a", { id: "a", n: 1 })] })),
    reread: async function* (_stream, some) {
      asked.push([...some]);
      yield { records: some.map((id) => oneThing(id, { id, n: 1 })), tombstones: [], rejects: [] };
    },
  });

  test("is read again once, however often it was delivered, and keeps its partition", async () => {
    const store = memoryStore();
    const asked: string[][] = [];
    const fence = await begin(store);
    await pullFake(system(asked), store, fence);
    const mark = { stream: "things", id: "a", delivery: "d1" };

    expect(await store.records.mark(KEY, [mark, { ...mark, delivery: "d2" }], 1)).toBe(2);
    expect(await store.records.mark(KEY, [mark], 2)).toBe(0);
    await pullFake(system(asked), store, fence);
    await pullFake(system(asked), store, fence);

    expect(asked).toEqual([["a"]]);
    expect(await store.records.mark(KEY, [mark], 3)).toBe(0);
    expect(await store.records.marks(KEY)).toEqual([]);
    const history = await store.records.history({ ...KEY, stream: "things", id: "a" });
    expect(history?.partition).toBe("all");
  });

  test("in a stream that is not read is forgotten", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await store.records.mark(KEY, [{ stream: "others", id: "x", delivery: "d" }], 1);

    await pullFake(system([]), store, fence);

    expect(await store.records.marks(KEY)).toEqual([]);
  });
});

test("a record is what it was last in a page that holds it twice", async () => {
  const store = memoryStore();
  const twice = [oneThing("a", { n: 1 }), oneThing("a", { n: 2 })];
  const system: FakeSystem = {
    streams: [THINGS],
    partitions: (stream) => [{ stream, id: "all", title: "All" }],
    read: () => pagesOf(onePage({ records: twice })),
  };

  const { report } = await pullFake(system, store, await begin(store));

  expect(report.connections[0]?.certificates[0]).toMatchObject({ inserted: 1, stored: 1, repeated: 1 });
  const history = await store.records.history({ ...KEY, stream: "things", id: "a" });
  expect(history?.versions.map(({ content }) => content)).toEqual([{ n: 2 }]);
});
