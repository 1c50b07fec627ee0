import { describe, expect, test } from "@jest/globals";
import { HOUR, MINUTE } from "../../src/model/index.ts";
import type { StreamQuality, StorePort } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore, page, record } from "../support/store.ts";

const of = async (store: StorePort, stream: string): Promise<StreamQuality | undefined> =>
  (await store.records.streamQuality()).find((each) => each.stream === stream);

describe("what stored records say of a stream's data", () => {
  test("counts stamps that lie after the reading, beyond what clocks may differ by", async () => {
    const store = memoryStore();
    const ahead = record("ahead", {}, { modifiedAt: AS_OF + 6 * MINUTE });
    const skewed = record("skewed", {}, { modifiedAt: AS_OF + 4 * MINUTE });
    await store.records.commitPage(await begin(store), page([ahead, skewed]));

    expect(await of(store, "things")).toMatchObject({ ahead: 1, orphans: 0, historySince: null });
  });

  test("finds history rows whose record was never seen, and the first row there is", async () => {
    const store = memoryStore();
    const row = (id: string, owner: string, modifiedAt: number) =>
      record(id, {}, { stream: "history", member: { stream: "things", id: owner }, modifiedAt });
    const rows = [row("h1", "known", AS_OF - 9), row("h2", "never seen", AS_OF - 5)];
    await store.records.commitPage(await begin(store), page([record("known", {}), ...rows]));

    expect(await of(store, "history")).toMatchObject({ orphans: 1, historySince: AS_OF - 9 });
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
        objects: [
          {
            key: `salesforce/t1/things/${id}`,
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
        events: [],
        unmapped: id === "b" ? [{ mapping: "m", field: "status", value: "odd" }] : [],
      },
    }));

    expect(await of(store, "things")).toMatchObject({ entities: 2, unmapped: 1 });
  });
});
