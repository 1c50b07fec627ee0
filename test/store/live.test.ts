import { expect, test } from "@jest/globals";
import { begin, memoryStore, page, record } from "../support/store.ts";

const KEY = { system: "salesforce", tenant: "t1", stream: "things" };

test("a stream of many pages is gone through once, all of it or one partition, while more of it arrives", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  const many = (from: number) => Array.from({ length: 1200 }, (_, at) => record(`r${10_000 + from + at}`, { at }));
  await store.records.commitPage(fence, page(many(0), { partition: "one" }));
  await store.records.commitPage(fence, page(many(1200), { partition: "two" }));

  for (const [partition, expected] of [
    [undefined, 2400],
    ["one", 1200],
  ] as const) {
    const ids: string[] = [];
    for await (const rows of store.records.live(KEY, partition)) {
      ids.push(...rows.map(({ id }) => id));
      await store.records.commitPage(fence, page([record("r10000x", { late: true })], { partition: "two" }));
    }
    expect(ids.filter((id) => id !== "r10000x")).toHaveLength(expected);
    expect(new Set(ids).size).toBe(ids.length);
  }
});
