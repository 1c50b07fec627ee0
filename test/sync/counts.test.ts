import { expect, test } from "@jest/globals";
import type { Audit } from "../../src/connectors/kit/index.ts";
import { begin, memoryStore } from "../support/store.ts";
import { onePage, oneThing, pagesOf, pullFake, THINGS } from "./fake-connector.ts";
import type { FakeSystem } from "./fake-connector.ts";

const PARTITIONS = ["one", "two"];

/** What each partition lists, read by read, and what the source counts of it in the end. */
function world(listed: readonly Record<string, readonly string[]>[], audited: boolean): FakeSystem {
  const truth: Record<string, readonly string[]> = { one: ["a", "b"], two: ["c"] };
  const reads = new Map<string, number>();
  return {
    streams: [THINGS],
    partitions: (stream) => PARTITIONS.map((id) => ({ stream, id, title: id })),
    read: async function* ({ id }, _position, mode) {
      const nth = reads.get(id) ?? 0;
      reads.set(id, nth + 1);
      const records = (listed[nth]?.[id] ?? truth[id] ?? []).map((each) => oneThing(each));
      const gone = { stream: "things", id: "ghost", cause: "deleted" as const, at: null };
      yield* pagesOf(
        onePage({
          records,
          tombstones: mode === "sweep" && id === "two" ? [gone] : [],
          sourceCount: { count: truth[id]?.length ?? 0, of: "things" },
        }),
      );
    },
    audit: ({ id }): Audit | null =>
      audited ? { of: "things", buckets: [{ name: id, count: truth[id]?.length ?? 0 }], bucketOf: () => id } : null,
  };
}

test("one partition that lacks as many records as another has too many is found out, although the sums agree", async () => {
  const store = memoryStore();
  const system = world([{ one: ["a"], two: ["c", "ghost"] }], true);

  const { report } = await pullFake(system, store, await begin(store));

  expect(report.complete).toBe(true);
  expect(await store.records.history({ system: "fake", tenant: "t1", stream: "things", id: "b" })).not.toBeNull();
  expect(report.connections[0]?.certificates[0]).toMatchObject({ stored: 3, sourceCount: 3 });
});

test("where the source gives only figures, sums that agree are enough: a record may be listed by two partitions", async () => {
  const store = memoryStore();
  const { report } = await pullFake(world([{ one: ["a"], two: ["c", "b"] }], false), store, await begin(store));
  expect(report.complete).toBe(true);
});
