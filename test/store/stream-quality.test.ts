import { describe, expect, test } from "@jest/globals";
import { DAY, HOUR, MINUTE } from "../../src/model/index.ts";
import type { MappedEntity, ModelEvent, StreamQuality, StorePort } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore, page, record } from "../support/store.ts";

const of = async (store: StorePort, stream: string): Promise<StreamQuality | undefined> =>
  (await store.records.streamQuality(AS_OF)).find((each) => each.stream === stream);

/** The object of one record, with events at some instants. */
function thing(id: string, events: readonly Partial<ModelEvent>[] = []): MappedEntity {
  const key = `salesforce/t1/things/${id}`;
  return {
    objects: [
      {
        key,
        type: "thing",
        mapping: "m",
        attributes: {},
        history: [],
        references: [],
        createdAt: null,
        removed: null,
        url: null,
      },
    ],
    events: events.map((event, index) => ({
      id: `${id}-${index}`,
      type: "held",
      objectKey: key,
      objectType: "thing",
      occurredAt: AS_OF,
      precision: "ms",
      sequence: index,
      by: { person: null, kind: "unknown" },
      stage: null,
      fromStage: null,
      attributes: {},
      references: [],
      source: { stream: "things", id },
      mapping: "m",
      derivation: "at Held",
      ...event,
    })),
    unmapped: [],
  };
}

describe("what stored records say of a stream's data", () => {
  test("counts stamps that lie after the reading, beyond what clocks may differ by", async () => {
    const store = memoryStore();
    const ahead = record("ahead", {}, { modifiedAt: AS_OF + 6 * MINUTE });
    const skewed = record("skewed", {}, { modifiedAt: AS_OF + 4 * MINUTE });
    await store.records.commitPage(await begin(store), page([ahead, skewed]));

    expect(await of(store, "things")).toMatchObject({ ahead: 1, orphans: 0, historySince: null });
  });

  test("finds history rows whose record was never seen, and the first day there is", async () => {
    const store = memoryStore();
    const row = (id: string, owner: string, modifiedAt: number) =>
      record(id, {}, { stream: "history", member: { stream: "things", id: owner }, modifiedAt });
    const rows = [row("h1", "known", AS_OF - 9), row("h2", "never seen", AS_OF - 5)];
    await store.records.commitPage(await begin(store), page([record("known", {}), ...rows]));

    expect(await of(store, "history")).toMatchObject({
      orphans: 1,
      historySince: Math.floor(AS_OF / DAY) * DAY,
    });
  });

  test("takes the time until something was stored of what came after the first reading only", async () => {
    const store = memoryStore();
    await store.records.commitPage(await begin(store), page([record("old", {}, { modifiedAt: AS_OF - 9000 * HOUR })]));
    expect((await of(store, "things"))?.latencyP95Ms).toBeNull();

    const late = Array.from({ length: 20 }, (_, n) => record(`r${n}`, {}, { modifiedAt: AS_OF - (n + 1) * HOUR }));
    await store.records.commitPage(await begin(store), page(late));
    expect((await of(store, "things"))?.latencyP95Ms).toBe(19 * HOUR);
  });

  test("counts entities with a value that no mapping knows beside all that were mapped", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    await store.records.commitPage(fence, page([record("a", {}), record("b", {})]));
    await store.mapping.mapPending(fence, 10, ({ id }) => ({
      outputs: {
        ...thing(id),
        unmapped: id === "b" ? [{ mapping: "m", field: "status", value: "odd" }] : [],
      },
    }));

    expect(await of(store, "things")).toMatchObject({ entities: 2, unmapped: 1 });
  });

  test("counts what a record told of before it happened, once it would have happened, until the record is told anew", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const mapAll = (event: Partial<ModelEvent>): Promise<number> =>
      store.mapping.mapPending(fence, 10, ({ id }) => ({ outputs: thing(id, [event]) }));
    const early = async (asOf = AS_OF): Promise<number | undefined> =>
      (await store.records.streamQuality(asOf)).find(({ stream }) => stream === "things")?.early;
    const told = (modifiedAt: number) =>
      store.records.commitPage(fence, page([record("a", { at: modifiedAt }, { modifiedAt })]));

    await told(AS_OF - HOUR);
    await mapAll({ occurredAt: AS_OF - HOUR + 6 * MINUTE });
    expect(await early()).toBe(1);
    expect(await early(AS_OF - HOUR)).toBe(0);
    expect((await of(store, "things"))?.ahead).toBe(0);

    await told(AS_OF - MINUTE);
    await mapAll({ occurredAt: AS_OF - HOUR + 6 * MINUTE });
    expect(await early()).toBe(0);
  });

  test.each<[string, Partial<ModelEvent>]>([
    ["within what clocks may differ by", { occurredAt: AS_OF - HOUR + 4 * MINUTE }],
    ["on a day that is known to the day only", { occurredAt: AS_OF - MINUTE, precision: "day" }],
    ["by a history row, whose time is that of the change", { source: { stream: "history", id: "h1" } }],
  ])("does not count as told early what happened %s", async (_how, event) => {
    const store = memoryStore();
    const fence = await begin(store);
    await store.records.commitPage(fence, page([record("a", {}, { modifiedAt: AS_OF - HOUR })]));
    await store.mapping.mapPending(fence, 10, ({ id }) => ({ outputs: thing(id, [event]) }));
    expect((await of(store, "things"))?.early).toBe(0);
  });
});
