import { describe, expect, test } from "@jest/globals";
import { HubError } from "../../src/model/index.ts";
import type { Drift } from "../../src/model/index.ts";
import { AS_OF, begin, memoryStore } from "../support/store.ts";
import { onePage, oneThing, pagesOf, pullFake, THINGS } from "./fake-connector.ts";
import type { FakeSystem } from "./fake-connector.ts";

const TENANT = { system: "fake", tenant: "t1" };
const KEY = { ...TENANT, stream: "things" };
const OTHERS = { name: "others", title: "Others", role: "entity" } as const;
const MARKS = [
  { stream: "things", id: "a", delivery: "d1" },
  { stream: "others", id: "o", delivery: "d2" },
];

function world(changes: Partial<FakeSystem> = {}): FakeSystem {
  return {
    streams: [THINGS, OTHERS],
    partitions: (stream) => [{ stream, id: "all", title: "All" }],
    read: ({ stream }) => pagesOf(onePage({ records: stream === "things" ? [oneThing("b")] : [] })),
    reread: async function* (stream, ids) {
      yield { records: ids.map((id) => ({ stream, id, content: { id } })), tombstones: [], rejects: [] };
    },
    ...changes,
  };
}

const held = (drift: Partial<Drift>): Drift => ({ changes: [], frozen: null, quarantine: null, ...drift });
const shape = { id: { label: "Id", type: "text" } };

describe("what webhooks marked", () => {
  test("of streams that a run leaves out waits for one that reads them", async () => {
    const store = memoryStore();
    await store.records.mark(TENANT, MARKS, AS_OF);

    await pullFake(world(), store, await begin(store), "incremental", ["things"]);

    expect(await store.records.marks(TENANT)).toMatchObject([{ stream: "others", id: "o" }]);
  });

  test("and cannot be read again is told and stays, and everything else is read", async () => {
    const store = memoryStore();
    await store.records.mark(TENANT, MARKS, AS_OF);
    const reread = (stream: string): ReturnType<NonNullable<FakeSystem["reread"]>> => {
      if (stream === "others") return pagesOf({ records: [], tombstones: [], rejects: [] });
      throw new HubError("HUB-1201", "It does not answer.", { disposition: "retry-now" });
    };

    const { report } = await pullFake(world({ reread }), store, await begin(store));

    const [things, others] = report.connections[0]?.certificates ?? [];
    expect(things).toMatchObject({ stream: "things", complete: false, stored: 1, problems: [{ code: "HUB-1201" }] });
    expect(others).toMatchObject({ stream: "others", complete: true });
    expect(await store.records.marks(TENANT)).toMatchObject([{ stream: "things", id: "a" }]);
  });

  test("of a frozen stream waits, of a quarantined one goes to the rejects", async () => {
    const store = memoryStore();
    const fence = await begin(store);
    const problem = { code: "HUB-1230", message: "has changed", place: {} };
    await store.shapes.accept(fence, KEY, shape, AS_OF);
    await store.records.mark(TENANT, MARKS.slice(0, 1), AS_OF);

    await store.shapes.hold(fence, KEY, held({ frozen: problem }));
    await pullFake(world(), store, fence);
    expect(await store.records.marks(TENANT)).toHaveLength(1);
    expect(await store.records.history({ ...KEY, id: "a" })).toBeNull();

    await store.shapes.hold(fence, KEY, held({ quarantine: { ...problem, code: "HUB-1231" } }));
    await pullFake(world(), store, fence);
    expect(await store.records.marks(TENANT)).toEqual([]);
    expect((await store.records.rejects()).map(({ id }) => id)).toEqual(["a", "b"]);
  });
});

test("a stream whose fields cannot be described stays as it was held", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  await store.shapes.accept(fence, KEY, shape, AS_OF);
  await store.shapes.hold(fence, KEY, held({ quarantine: { code: "HUB-1231", message: "has changed", place: {} } }));
  const describe = (): never => {
    throw new HubError("HUB-1301", "It is not described.", { disposition: "stop-stream" });
  };

  const { report } = await pullFake(world({ describe }), store, fence, "sweep");

  expect(report.connections[0]?.certificates[0]).toMatchObject({ complete: false, rejected: 1 });
  expect(await store.records.history({ ...KEY, id: "b" })).toBeNull();
});

test("a stream is incomplete as long as a record of it is with the rejects, whichever run refused it (HUB-1221)", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  const problem = { code: "HUB-1399", message: "does not fit", place: {} };
  const reject = { stream: "things", id: "x", content: {}, problem };
  await pullFake(world({ read: () => pagesOf(onePage({ rejects: [reject] })) }), store, fence);

  const again = await pullFake(world(), store, fence);
  const [certificate] = again.report.connections[0]?.certificates ?? [];
  expect(certificate).toMatchObject({ complete: false, rejected: 0, problems: [{ code: "HUB-1221" }] });

  const mended = world({ read: () => pagesOf(onePage({ records: [oneThing("x")] })) });
  expect((await pullFake(mended, store, fence)).report.complete).toBe(true);
});

test("a page after page of changed references lists the entities that use them once", async () => {
  const store = memoryStore();
  const fence = await begin(store);
  const labels = { name: "labels", title: "Labels", role: "reference" } as const;
  const things = { ...THINGS, references: ["labels"] };
  const label = (id: string) => ({ stream: "labels", id, content: { id } });
  await pullFake(world({ streams: [things] }), store, fence);
  await store.mapping.mapPending(fence, 10, () => ({ outputs: { objects: [], events: [], unmapped: [] } }));

  await pullFake(
    world({
      streams: [labels, things],
      read: ({ stream }) =>
        stream === "labels"
          ? pagesOf(onePage({ records: [label("1")] }), onePage({ records: [label("2")] }))
          : pagesOf(),
    }),
    store,
    fence,
  );

  expect((await store.mapping.pending(10)).map(({ stream, id }) => `${stream} ${id}`)).toContain("things b");
});
