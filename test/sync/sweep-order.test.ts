import { describe, expect, test } from "@jest/globals";
import type { StreamDefinition } from "../../src/connectors/kit/index.ts";
import { HubError } from "../../src/model/index.ts";
import { begin, memoryStore } from "../support/store.ts";
import { onePage, pagesOf, pullFake } from "./fake-connector.ts";
import type { FakeSystem } from "./fake-connector.ts";

const STREAMS = ["first", "second", "third"];

/** Three streams of a few partitions; a page costs one of the budget, `large` ones have more pages. */
function budgeted(
  sizes: Readonly<Record<string, readonly number[]>>,
): FakeSystem & { budget: number; swept: string[] } {
  const system: FakeSystem & { budget: number; swept: string[] } = {
    budget: 0,
    swept: [],
    streams: STREAMS.map((name): StreamDefinition => ({ name, title: name, role: "entity" })),
    partitions: (stream) => (sizes[stream] ?? []).map((_, at) => ({ stream, id: `${stream}${at}`, title: stream })),
    async *read({ stream, id }) {
      const pages = sizes[stream]?.[Number(id.slice(stream.length))] ?? 0;
      for (let page = 0; page < pages; page += 1) {
        if (system.budget === 0)
          throw new HubError("HUB-1204", "spent", { disposition: "retry-later", remedy: "Wait." });
        system.budget -= 1;
        yield* pagesOf(onePage({}));
      }
      system.swept.push(id);
    },
  };
  return system;
}

async function sweeps(system: ReturnType<typeof budgeted>, budget: number, times: number): Promise<number> {
  const store = memoryStore();
  let complete = 0;
  for (let run = 0; run < times; run += 1) {
    system.budget = budget;
    const { report } = await pullFake(system, store, await begin(store), "sweep");
    if (report.complete) complete += 1;
  }
  await store.close();
  return complete;
}

describe("a sweep that stops for its budget (HUB-1204)", () => {
  test("goes on with what has waited longest, until every partition of every stream was swept", async () => {
    const system = budgeted({ first: [2, 2, 2], second: [2, 2], third: [2] });

    const complete = await sweeps(system, 5, 6);

    expect(complete).toBe(0);
    expect([...new Set(system.swept)].sort()).toEqual(["first0", "first1", "first2", "second0", "second1", "third0"]);
  });

  test("goes on in the middle of a partition that no budget covers, where its source can", async () => {
    const listed: string[] = [];
    const system = budgeted({ first: [9], second: [2], third: [2] });
    const { read } = system;
    system.read = async function* (partition, position, mode, known) {
      if (partition.stream !== "first") {
        yield* read(partition, position, mode, known);
        return;
      }
      const resume = await known.resume("first", partition.id);
      for (let at = typeof resume === "number" ? resume : 0; at < 9; at += 1) {
        if (system.budget === 0)
          throw new HubError("HUB-1204", "spent", { disposition: "retry-later", remedy: "Wait." });
        system.budget -= 1;
        listed.push(String(at));
        yield onePage({ listing: { starts: at === 0, ids: [String(at)], resume: at + 1, ends: at === 8 } });
      }
      system.swept.push(partition.id);
    };

    await sweeps(system, 5, 5);

    expect(listed.slice(0, 9)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    expect([...new Set(system.swept)].sort()).toEqual(["first0", "second0", "third0"]);
  });

  test("does not wait for ever for a partition that no budget covers", async () => {
    const system = budgeted({ first: [9], second: [2], third: [2] });

    await sweeps(system, 5, 4);

    expect([...new Set(system.swept)].sort()).toEqual(["second0", "third0"]);
  });

  test("sweeps everything in the connector's order while the budget is large", async () => {
    const system = budgeted({ first: [1], second: [1], third: [1] });

    expect(await sweeps(system, 100, 2)).toBe(2);
    expect(system.swept).toEqual(["first0", "second0", "third0", "first0", "second0", "third0"]);
  });

  test("is told once, however many partitions met its end together", async () => {
    const store = memoryStore();
    const system = budgeted({ first: [2, 2, 2, 2] });
    const { report, told } = await pullFake(system, store, await begin(store), "sweep");
    expect(told.filter((each) => each.kind === "problem")).toMatchObject([{ code: "HUB-1204" }]);
    expect(report.connections[0]?.certificates[0]?.problems).toHaveLength(1);
  });
});
