import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Fence, Json, Listing, StorePort } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore, page, record, tombstone } from "../support/store.ts";

const KEY = { system: "salesforce", tenant: "t1", stream: "things" };

let store: StorePort;
let fence: Fence;
beforeEach(async () => {
  store = memoryStore();
  fence = await begin(store);
  const records = ["a", "b", "c", "d"].map((id) => record(id, { id }));
  await store.records.commitPage(fence, page(records));
  await store.records.commitPage(fence, page([record("e", { id: "e" })], { partition: "other" }));
});
afterEach(() => store.close());

const list = async (listing: Listing): Promise<void> => {
  await store.records.commitPage(fence, page([], { listing }));
};
async function unlisted(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const ids of store.records.unlisted(KEY, "all")) found.push(...ids);
  return found;
}
const resume = (notBefore = AS_OF): Promise<Json> => store.records.resumeOf(KEY, "all", notBefore);

describe("what a source lists of a partition", () => {
  test("leaves what is stored and was not listed, ended records and other partitions left out", async () => {
    await list({ starts: true, ids: ["a"], resume: 1 });
    await list({ ids: ["c", "c", "new"], resume: 2 });
    expect(await unlisted()).toEqual(["b", "d"]);
    expect(await store.records.listedCount(KEY, "all")).toBe(3);
    await store.records.commitPage(fence, page([], { tombstones: [tombstone("b")] }));
    expect(await unlisted()).toEqual(["d"]);
  });

  test("is forgotten when another listing starts, and when it ends", async () => {
    await list({ starts: true, ids: ["a", "b"], resume: 1 });
    await list({ starts: true, ids: ["c"], resume: 1 });
    expect(await unlisted()).toEqual(["a", "b", "d"]);
    await list({ ids: [], resume: null, ends: true });
    expect(await store.records.listedCount(KEY, "all")).toBe(0);
  });

  test("goes on only after it was cut, and not when it was begun too long ago", async () => {
    await list({ starts: true, ids: ["a"], resume: { after: "a" } });
    expect(await resume()).toBe(null);
    await store.records.cutListing(fence, KEY, "all");
    expect(await resume()).toEqual({ after: "a" });
    expect(await resume(AS_OF + 1)).toBe(null);
    await list({ ids: ["b"], resume: { after: "b" } });
    expect(await resume()).toBe(null);
    expect(await unlisted()).toEqual(["c", "d"]);
  });

  test("is compared with the live records of some ids", async () => {
    await store.records.commitPage(fence, page([], { tombstones: [tombstone("b")] }));
    expect([...(await store.records.among(KEY, ["a", "b", "e", "unknown"])).keys()].sort()).toEqual(["a", "e"]);
  });
});
