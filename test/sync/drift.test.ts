import { describe, expect, test } from "@jest/globals";
import { compareShapes, formatShapeChange } from "../../src/model/index.ts";
import type { Certificate, DriftAction, Fence, NormalisedEntity, StorePort } from "../../src/model/index.ts";
import { EVERYTHING_EVOLVES } from "../../src/sync/pull/drift.ts";
import { FillTallies } from "../../src/sync/fill.ts";
import { AS_OF, begin, memoryStore } from "../support/store.ts";
import { onePage, oneThing, pagesOf, pullFake, THINGS } from "./fake-connector.ts";
import type { FakeSystem } from "./fake-connector.ts";

const KEY = { system: "fake", tenant: "t1", stream: "things" };

/** A system whose amounts turn from numbers into texts between two reads. */
function turning(action: DriftAction): { readonly system: FakeSystem; turn(): void } {
  let n: number | string = 1;
  const system: FakeSystem = {
    streams: [THINGS],
    fields: { amount: "number", old: "text" },
    drift: { ...EVERYTHING_EVOLVES, retyped: action },
    partitions: (stream) => [{ stream, id: "all", title: "All" }],
    read: () => pagesOf(onePage({ records: [oneThing("a", { amount: n }), oneThing("b", { amount: 7 })] })),
    reread: async function* (_stream, ids) {
      yield { records: ids.map((id) => oneThing(id, { amount: n })), tombstones: [], rejects: [] };
    },
  };
  return {
    system,
    turn() {
      n = "one";
      system.fields = { amount: "text", fresh: "text" };
    },
  };
}

async function amount(store: StorePort): Promise<unknown> {
  const history = await store.records.history({ ...KEY, id: "a" });
  return history?.versions.at(-1)?.content?.["amount"];
}

async function readTurned(action: DriftAction): Promise<{
  readonly store: StorePort;
  readonly fence: Fence;
  readonly world: ReturnType<typeof turning>;
  readonly certificate: Certificate | undefined;
}> {
  const store = memoryStore();
  const fence = await begin(store);
  const world = turning(action);
  await pullFake(world.system, store, fence);
  world.turn();
  const { report } = await pullFake(world.system, store, fence, "sweep");
  return { store, fence, world, certificate: report.connections[0]?.certificates[0] };
}

describe("a stream whose fields have changed", () => {
  test("is taken as it is now where its changes may evolve, and the certificate says what changed", async () => {
    const { store, certificate } = await readTurned("evolve");

    expect(certificate).toMatchObject({ complete: true });
    expect(certificate?.drift?.map(formatShapeChange)).toEqual([
      "amount: number → text",
      "+ fresh (text)",
      "− old (text)",
    ]);
    expect(await amount(store)).toBe("one");
    expect((await store.shapes.accepted(KEY))?.shape["amount"]?.type).toBe("text");
  });

  test("is not read while it is frozen, in no cycle, until it is accepted (HUB-1230)", async () => {
    const { store, fence, world, certificate } = await readTurned("freeze");
    expect(certificate).toMatchObject({ complete: false, problems: [{ code: "HUB-1230" }] });

    const { report } = await pullFake(world.system, store, fence);
    expect(report.connections[0]?.certificates[0]?.problems).toMatchObject([{ code: "HUB-1230" }]);
    expect(await amount(store)).toBe(1);

    await store.shapes.accept(fence, KEY, { amount: { label: "amount", type: "text" } }, AS_OF);
    const after = await pullFake(world.system, store, fence);
    expect(after.report.complete).toBe(true);
    expect(await amount(store)).toBe("one");
  });

  test("is read into the rejects while it is quarantined, where only what is new waits (HUB-1231)", async () => {
    const { store, fence, world, certificate } = await readTurned("quarantine");
    expect(certificate).toMatchObject({ complete: false, rejected: 1, unchanged: 1 });
    expect(await amount(store)).toBe(1);
    const [reject, ...others] = await store.records.rejects();
    expect(others).toEqual([]);
    expect(reject).toMatchObject({ id: "a", content: { amount: "one" }, problem: { code: "HUB-1231" } });

    await store.shapes.accept(fence, KEY, { amount: { label: "amount", type: "text" } }, AS_OF);
    await pullFake(world.system, store, fence);
    expect(await amount(store)).toBe("one");
    expect(await store.records.rejects()).toEqual([]);
  });
});

test("a sweep that finds a change that quarantines is incomplete (HUB-1231), although nothing was kept out yet", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  const { system } = turning("quarantine");
  await pullFake(system, store, fence);
  system.fields = { amount: "text" };
  const { report, told } = await pullFake(system, store, fence, "sweep");
  expect(report.complete).toBe(false);
  expect(report.connections[0]?.certificates[0]).toMatchObject({ rejected: 0, problems: [{ code: "HUB-1231" }] });
  expect(told).toContainEqual(expect.objectContaining({ kind: "problem", code: "HUB-1231" }));
});

test("shapes are compared field by field, and a field that changed in both is told as retyped", () => {
  const before = { a: { label: "A", type: "text" }, b: { label: "B", type: "text" } };
  const after = { a: { label: "AA", type: "text" }, b: { label: "BB", type: "number" } };
  expect(compareShapes(before, after).map(formatShapeChange)).toEqual(['a: "A" → "AA"', "b: text → number"]);
  expect(compareShapes(before, before)).toEqual([]);
});

describe("a field that is suddenly empty", () => {
  const entity = (amountIs: number | null): NormalisedEntity => ({
    key: { ...KEY, id: "a" },
    fields: { amount: amountIs },
    transitions: [],
    created: null,
    removed: null,
    url: null,
    gaps: [],
  });

  async function readEmpty(store: StorePort, fence: Fence, seen: number, empty: number): Promise<readonly string[]> {
    const tallies = new FillTallies();
    const count = tallies.of("crm", KEY, ["amount"]);
    for (let n = 0; n < seen; n += 1) count(entity(n < empty ? null : n));
    return (await tallies.settle(store, fence)).map(({ code, message }) => `${code} ${message}`);
  }

  test("raises an alarm that says how often it was and is, until it is accepted (HUB-1232)", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    expect(await readEmpty(store, fence, 200, 10)).toEqual([]);
    const alarm = "HUB-1232 things.amount is empty in 50 % of 40 records read now, and was in 5 % of 200 before.";
    expect(await readEmpty(store, fence, 40, 20)).toEqual([alarm]);
    expect(await readEmpty(store, fence, 40, 20)).toEqual([alarm]);

    await store.shapes.acceptFills(fence, KEY);

    expect(await readEmpty(store, fence, 40, 20)).toEqual([]);
  });

  test("keeps how full fields are that raised none when others are accepted", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await readEmpty(store, fence, 200, 10);
    await store.shapes.acceptFills(fence, KEY);
    expect(await store.shapes.fills(KEY)).toEqual([{ field: "amount", seen: 200, empty: 10 }]);
    await readEmpty(store, fence, 40, 20);
    await store.shapes.acceptFills(fence, KEY);
    expect(await store.shapes.fills(KEY)).toEqual([{ field: "amount", seen: 40, empty: 20 }]);
  });

  test("raises none where it was as empty before, or where few records came", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await readEmpty(store, fence, 200, 100);
    expect(await readEmpty(store, fence, 100, 55)).toEqual([]);
    expect(await readEmpty(store, fence, 20, 20)).toEqual([]);
  });

  test("is told once when it never held anything since it was first asked for (HUB-1232)", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    expect(await readEmpty(store, fence, 40, 40)).toEqual([]);
    const told = "HUB-1232 things.amount is empty in all 60 records that were read since it was first asked for.";
    expect(await readEmpty(store, fence, 20, 20)).toEqual([told]);
    expect(await readEmpty(store, fence, 40, 40)).toEqual([]);
  });

  test("is not told of where one record in fifty holds something", async () => {
    const store = memoryStore();
    expect(await readEmpty(store, await begin(store), 80, 79)).toEqual([]);
  });
});
