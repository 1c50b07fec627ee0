import { describe, expect, test } from "@jest/globals";
import { Transport } from "../../../src/connectors/kit/index.ts";
import type { Call } from "../../../src/connectors/kit/index.ts";
import { HubError } from "../../../src/model/index.ts";

const NOW = Date.parse("2026-11-02T09:00:00Z");
const RESETS_AT = NOW + 3_600_000;

function transport(left: number): { readonly transport: Transport; readonly waits: number[] } {
  const waits: number[] = [];
  let calls = left;
  const made = new Transport({
    credential: "crm 42",
    concurrency: 1,
    dependencies: {
      clock: { now: () => NOW },
      wallNow: () => NOW,
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
      random: () => 0.5,
      ledger: {
        take: () => Promise.resolve((calls -= 1) >= 0),
        observe: () => undefined,
        state: () => Promise.resolve({ used: 10, limit: 10, resetsAt: RESETS_AT }),
        reserve: () => undefined,
      },
      log: () => undefined,
    },
  });
  return { transport: made, waits };
}

const call = (changes: Partial<Call<string>>): Call<string> => ({
  operation: "GET /deals",
  idempotent: true,
  timeoutMs: 10_000,
  signal: new AbortController().signal,
  send: () => Promise.resolve("fine"),
  classify: () => ({ error: new HubError("HUB-1202", "unreachable", { disposition: "retry-now" }) }),
  ...changes,
});

describe("a call over the transport", () => {
  test("that is never answered is tried five times and ends with HUB-1201, naming the request", async () => {
    const { transport: made, waits } = transport(100);
    let tries = 0;
    const never = call({
      timeoutMs: 1,
      send: (signal) => {
        tries += 1;
        return new Promise((_, refuse) => {
          signal.addEventListener("abort", () => refuse(new Error("aborted")));
        });
      },
    });
    await expect(made.call(never)).rejects.toMatchObject({
      code: "HUB-1201",
      disposition: "retry-now",
      place: { request: "GET /deals" },
    });
    expect([tries, waits]).toEqual([5, [250, 500, 1000, 2000]]);
  });

  test("that writes is not sent twice when its answer is lost", async () => {
    const { transport: made, waits } = transport(100);
    const lost = call({ idempotent: false, send: () => Promise.reject(new Error("socket hang up")) });
    await expect(made.call(lost)).rejects.toMatchObject({ code: "HUB-1202" });
    expect([made.calls, waits]).toEqual([1, []]);
  });

  test("that was turned away for being one too many is sent again even if it creates, and holds up nobody else", async () => {
    const { transport: made, waits } = transport(100);
    let tries = 0;
    const crowded = call({
      idempotent: false,
      send: () => ((tries += 1) < 7 ? Promise.reject(new Error("429")) : Promise.resolve("created")),
      classify: () => ({
        error: new HubError("HUB-1503", "too many at once", { disposition: "retry-now" }),
        turnedAway: true,
      }),
    });
    await expect(made.call(crowded)).resolves.toBe("created");
    await made.call(call({}));
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000]);
  });

  test("is not sent when the ledger has nothing left: HUB-1203 tells when a try makes sense", async () => {
    const { transport: made } = transport(1);
    await made.call(call({}));
    await expect(made.call(call({}))).rejects.toMatchObject({
      code: "HUB-1203",
      disposition: "retry-later",
      retryAt: RESETS_AT,
      message: "crm 42 has no calls left outside the reserve until 2026-11-02T10:00:00.000Z.",
    });
    expect(made.calls).toBe(1);
  });

  test("ends with HUB-1203 instead of waiting for longer than five minutes", async () => {
    const { transport: made, waits } = transport(100);
    const busy = call({
      send: () => Promise.reject(new Error("429")),
      classify: () => ({
        error: new HubError("HUB-1407", "slow down", { disposition: "retry-now" }),
        retryAfterMs: 301_000,
        pauseAll: true,
      }),
    });
    await expect(made.call(busy)).rejects.toMatchObject({
      code: "HUB-1203",
      retryAt: NOW + 301_000,
      cause: { code: "HUB-1407" },
    });
    expect(waits).toEqual([]);
  });

  test("of a sweep whose budget is spent ends with HUB-1204, while readings go on", async () => {
    const sweeps = { used: 100, budget: 100 };
    const asOf = { clock: { now: () => NOW }, wallNow: () => NOW, random: () => 0.5, log: () => undefined };
    const made = new Transport({
      credential: "crm 42",
      concurrency: 1,
      dependencies: {
        ...asOf,
        sleep: () => Promise.resolve(),
        ledger: {
          take: (_credential, _calls, priority) => Promise.resolve(priority !== "sweep"),
          observe: () => undefined,
          state: () => Promise.resolve({ used: 300, limit: 1000, resetsAt: RESETS_AT, sweeps }),
          reserve: () => undefined,
        },
      },
    });
    await expect(made.call(call({ priority: "sweep" }))).rejects.toMatchObject({
      code: "HUB-1204",
      disposition: "retry-later",
      retryAt: RESETS_AT,
    });
    await expect(made.call(call({}))).resolves.toBe("fine");
  });
});
