import { describe, expect, test } from "@jest/globals";
import type { StorePort } from "../../src/model/index.ts";
import { mapEntities } from "../../src/sync/index.ts";
import { breathing } from "../../src/sync/breath.ts";
import { openStore } from "../../src/store/index.ts";

const reason = new DOMException("Stopped by SIGINT.", "AbortError");

/** A signal as a Ctrl-C makes it: only the event loop brings it. */
function stopSoon(): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => controller.abort(reason));
  return controller.signal;
}

describe("a stop", () => {
  test("is heard between two pages of the store, which never waits for anything outside", async () => {
    let pages = 0;
    async function* endless(): AsyncIterable<number> {
      for (; pages < 100_000; pages += 1) yield pages;
    }
    const reading = (async () => {
      for await (const _ of breathing(endless(), stopSoon()));
    })();
    await expect(reading).rejects.toBe(reason);
    expect(pages).toBeLessThan(5);
  });

  test("is heard between two batches of the map, and what was mapped stays", async () => {
    const store = openStore(":memory:", { now: () => 0 });
    let batches = 0;
    const endless: StorePort = {
      ...store,
      mapping: {
        ...store.mapping,
        pendingCount: async () => 1_000_000,
        mapPending: async (_fence, limit) => {
          batches += 1;
          return batches < 100_000 ? limit : 0;
        },
      },
    };
    const mapping = mapEntities({
      store: endless,
      fence: { runId: "run", token: 1 },
      mapperOf: async () => null,
      now: () => 0,
      progress: () => undefined,
      signal: stopSoon(),
    });
    await expect(mapping).rejects.toBe(reason);
    expect(batches).toBeLessThan(5);
    await store.close();
  });
});
