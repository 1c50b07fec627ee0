import { describe, expect, test } from "@jest/globals";
import type { FigureKey, NewFigure, StorePort } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore, page, record, tombstone } from "../support/store.ts";

const KEY: FigureKey = {
  definition: "on-time@1",
  scopeType: "company",
  scopeKey: "all",
  window: "month",
  from: 0,
  to: 30,
};

function figure(value: number, changes: Partial<NewFigure> = {}): NewFigure {
  return { kpi: "on-time", key: KEY, amounts: `[${value}]`, body: { value }, because: null, ...changes };
}

async function measured(store: StorePort, figures: readonly NewFigure[], asOf = AS_OF): Promise<string> {
  const fence = await begin(store);
  await store.measures.publishFigures(fence, { asOf, at: AS_OF, figures: 40 }, figures);
  return fence.runId;
}

describe("published figures", () => {
  test("are all kept, with the last one of each key and why it restates the one before", async () => {
    const store = memoryStore();
    const other: FigureKey = { ...KEY, window: "fiscal quarter" };
    const first = await measured(store, [figure(0.5), figure(0.7, { key: other })]);
    const second = await measured(store, [figure(0.6, { because: ["records changed"] })], AS_OF + 1);

    const history = await store.measures.figureHistory(KEY);
    expect(history.map(({ body, runId, asOf, because }) => ({ body, runId, asOf, because }))).toEqual([
      { body: { value: 0.5 }, runId: first, asOf: AS_OF, because: null },
      { body: { value: 0.6 }, runId: second, asOf: AS_OF + 1, because: ["records changed"] },
    ]);
    expect((await store.measures.figures()).map(({ key, amounts }) => [key.window, amounts])).toEqual([
      ["fiscal quarter", "[0.7]"],
      ["month", "[0.6]"],
    ]);
  });

  test("can be withdrawn, which counts as restated and leaves what was published", async () => {
    const store = memoryStore();
    await measured(store, [figure(0.5)]);
    await measured(store, [figure(0.5, { amounts: null, body: null, because: ["nothing is left"] })]);
    expect((await store.measures.figures()).map(({ amounts, body }) => [amounts, body])).toEqual([[null, null]]);
    expect((await store.measures.figureHistory(KEY)).map(({ amounts }) => amounts)).toEqual(["[0.5]", null]);
    expect((await store.measures.latestMeasurement())?.restated).toBe(1);
  });

  test("are counted by measuring, also when nothing was new", async () => {
    const store = memoryStore();
    expect(await store.measures.latestMeasurement()).toBeNull();
    await measured(store, [figure(0.5)]);
    const runId = await measured(store, [], AS_OF + 5);
    expect(await store.measures.latestMeasurement()).toEqual({
      runId,
      asOf: AS_OF + 5,
      at: AS_OF,
      figures: 40,
      restated: 0,
    });
  });
});

describe("what came of records since a run", () => {
  test("tells new, late, changed and removed ones apart by the order of runs", async () => {
    const store = memoryStore();
    const before = await begin(store);
    await store.records.commitPage(
      before,
      page([record("same", { n: 1 }), record("a", { n: 1 }), record("b", { n: 1 })]),
    );
    const after = await begin(store);
    await store.records.commitPage(
      after,
      page(
        [
          record("same", { n: 1 }),
          record("a", { n: 2 }),
          record("late", { n: 1 }, { modifiedAt: AS_OF - 10 }),
          record("new", { n: 1 }, { modifiedAt: AS_OF + 10 }),
        ],
        { tombstones: [tombstone("b")] },
      ),
    );

    expect(await store.records.changesSince(before.runId, AS_OF)).toEqual([
      {
        system: "salesforce",
        tenant: "t1",
        stream: "things",
        added: 2,
        late: 1,
        changed: 1,
        removed: 1,
        merged: 0,
        named: ["a", "b", "late", "new"],
        runs: [after.runId],
      },
    ]);
    expect(await store.records.changesSince(after.runId, AS_OF)).toEqual([]);
  });

  test("tells merged records apart from those that were deleted", async () => {
    const store = memoryStore();
    const before = await begin(store);
    await store.records.commitPage(before, page([record("kept", {}), record("lost", {}), record("gone", {})]));
    const tombstones = [tombstone("lost", { cause: "merged", mergedInto: "kept" }), tombstone("gone")];
    await store.records.commitPage(await begin(store), page([], { tombstones }));

    expect(await store.records.changesSince(before.runId, AS_OF)).toEqual([
      expect.objectContaining({ changed: 0, removed: 1, merged: 1, named: ["gone", "lost"] }),
    ]);
  });
});
