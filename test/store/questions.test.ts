import { describe, expect, test } from "@jest/globals";
import type { Certificate, ModelObject } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore, page, record, tombstone } from "../support/store.ts";

const KEY = { system: "salesforce", tenant: "t1", stream: "things" };

describe("asking the store about one record", () => {
  test("gives every version it had, the last one with its end", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await store.records.commitPage(fence, page([record("a", { n: 1 })]));
    await store.records.commitPage(fence, page([record("a", { n: 2 })], { seenAt: AS_OF + 1000 }));
    const ending = { tombstones: [tombstone("a")], seenAt: AS_OF + 2000 };
    await store.records.commitPage(fence, page([], ending));

    const history = await store.records.history({ ...KEY, id: "a" });

    expect(history).toMatchObject({ firstSeenAt: AS_OF, removed: { cause: "deleted", seenAt: AS_OF + 2000 } });
    expect(history?.versions.map(({ content, seenAt, removed }) => [content, seenAt, removed])).toEqual([
      [{ n: 1 }, AS_OF, null],
      [{ n: 2 }, AS_OF + 1000, null],
      [{ n: 2 }, AS_OF + 2000, "deleted"],
    ]);
  });

  test("finds a native id in every stream that has it and knows whose history a row is", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const row = record("a", {}, { stream: "history", member: { stream: "things", id: "b" } });
    await store.records.commitPage(fence, page([record("a", {}), row]));

    const found = await store.records.find("a");

    expect(found.map((key) => key.stream).sort()).toEqual(["history", "things"]);
    expect(await store.records.history({ ...KEY, stream: "history", id: "a" })).toMatchObject({
      entity: { stream: "things", id: "b" },
    });
    expect(await store.records.history({ ...KEY, stream: "elsewhere", id: "a" })).toBeNull();
  });
});

test("lists every entity, mapped or not, in pages and without listing it for mapping", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  await store.records.commitPage(fence, page(["a", "b", "c"].map((id) => record(id, { id }))));
  await store.mapping.mapPending(fence, 1, () => ({ outputs: { objects: [], events: [], unmapped: [] } }));

  const ids: string[] = [];
  for await (const entities of store.mapping.entities(2)) ids.push(...entities.map((entity) => entity.id));

  expect(ids).toEqual(["a", "b", "c"]);
  expect(await store.mapping.pendingCount()).toBe(2);
});

test("gives what one entity was mapped to and nothing of another", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  await store.records.commitPage(fence, page([record("a", {}), record("b", {})]));
  await store.mapping.mapPending(fence, 10, ({ id }) => ({
    outputs: { objects: [thing(`salesforce/t1/things/${id}`)], events: [], unmapped: [] },
  }));

  const { objects, events } = await store.model.ofEntity({ ...KEY, id: "a" });

  expect(objects.map((object) => object.key)).toEqual(["salesforce/t1/things/a"]);
  expect(events).toEqual([]);
});

test("names the latest runs that left certificates, newest first", async () => {
  const store = memoryStore();
  const runs: string[] = [];
  for (const certificates of [[certificate("one")], [], [certificate("three")], []]) {
    const fence = await begin(store);
    await store.records.saveCertificates(fence, certificates);
    await store.runs.end(fence, { outcome: "complete", endedAt: AS_OF, summary: null });
    runs.push(fence.runId);
  }

  const certified = await store.runs.certified(10);

  expect(certified.map((run) => run.id)).toEqual([runs[2], runs[0]]);
  expect((await store.runs.certified(1)).map((run) => run.id)).toEqual([runs[2]]);
});

function thing(key: string): ModelObject {
  return {
    key,
    type: "thing",
    mapping: "thing@1",
    attributes: {},
    history: [],
    references: [],
    createdAt: null,
    removed: null,
    url: null,
  };
}

function certificate(stream: string): Certificate {
  return {
    runId: "",
    connection: "crm",
    ...KEY,
    stream,
    asSeenBy: "hub",
    complete: true,
    partitions: 1,
    covered: [],
    stored: 0,
    sourceCount: null,
    sourceCountOf: null,
    inserted: 0,
    changed: 0,
    unchanged: 0,
    removed: 0,
    outOfSight: 0,
    rejected: 0,
    repeated: 0,
    calls: 0,
    sweep: false,
    problems: [],
  };
}
