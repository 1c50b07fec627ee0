import { describe, expect, test } from "@jest/globals";
import { Pacers, Transport } from "../../../src/connectors/kit/index.ts";
import type { ConnectorDependencies } from "../../../src/connectors/kit/index.ts";
import { HubError, MINUTE } from "../../../src/model/index.ts";
import type { Priority } from "../../../src/model/index.ts";
import { mulberry32 } from "../../../src/sandbox/kit/random.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const START = Date.parse("2026-11-02T09:00:00Z");

class TooFast extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(retryAfterMs: number | undefined) {
    super("429");
    this.retryAfterMs = retryAfterMs;
  }
}

/** A system that takes so many calls a minute, counted in fixed windows or over the last 60 s. */
class LimitedSystem {
  readonly taken: number[] = [];
  readonly refusedAt: number[] = [];
  /** When calls were started, by the hub's own clock. */
  readonly starts: number[] = [];
  readonly #time: VirtualTime;
  readonly #limit: number;
  readonly #windows: "fixed" | "sliding";
  #windowFrom = 0;
  #windowCalls = 0;

  constructor(time: VirtualTime, limit: number, windows: "fixed" | "sliding") {
    this.#time = time;
    this.#limit = limit;
    this.#windows = windows;
  }

  async answer(there: number, back: number): Promise<void> {
    this.starts.push(this.#time.now());
    await this.#time.sleep(there);
    const now = this.#time.now();
    const wait = this.#windows === "fixed" ? this.#fixed(now) : this.#sliding(now);
    if (wait > 0) this.refusedAt.push(now);
    else this.taken.push(now);
    await this.#time.sleep(back);
    if (wait > 0) throw new TooFast(Math.ceil(wait / 1000) * 1000);
  }

  #fixed(now: number): number {
    if (now - this.#windowFrom >= MINUTE) {
      this.#windowFrom = now;
      this.#windowCalls = 0;
    }
    if (this.#windowCalls >= this.#limit) return this.#windowFrom + MINUTE - now;
    this.#windowCalls += 1;
    return 0;
  }

  #sliding(now: number): number {
    const oldest = this.taken[this.taken.length - this.#limit];
    return oldest === undefined || oldest <= now - MINUTE ? 0 : oldest + MINUTE - now;
  }
}

function dependencies(time: VirtualTime, changes: Partial<ConnectorDependencies> = {}): ConnectorDependencies {
  return {
    clock: { now: time.now },
    wallNow: time.now,
    sleep: time.sleep,
    random: () => 0.5,
    ledger: {
      take: () => Promise.resolve(true),
      observe: () => undefined,
      state: () => Promise.resolve({ used: 0, limit: null, resetsAt: null }),
      reserve: () => undefined,
    },
    log: () => undefined,
    ...changes,
  };
}

const going = new AbortController().signal;

function send(transport: Transport, work: () => Promise<void>, changes: { priority?: Priority; lane?: string } = {}) {
  return transport.call({
    operation: "GET /things",
    idempotent: true,
    timeoutMs: 600_000,
    signal: going,
    send: work,
    classify: (thrown) => ({
      error: new HubError("HUB-1407", "slow down", { disposition: "retry-now" }),
      ...(thrown instanceof TooFast && thrown.retryAfterMs !== undefined ? { retryAfterMs: thrown.retryAfterMs } : {}),
      pauseAll: true,
    }),
    ...changes,
  });
}

/** The most starts in any 60 s. */
function mostInAMinute(starts: readonly number[]): number {
  const sorted = starts.toSorted((a, b) => a - b);
  let most = 0;
  let from = 0;
  sorted.forEach((at, index) => {
    while ((sorted[from] ?? at) <= at - MINUTE) from += 1;
    most = Math.max(most, index - from + 1);
  });
  return most;
}

async function runMany(seed: number, knownFrom: "header" | "refusal", windows: "fixed" | "sliding") {
  const random = mulberry32(seed);
  const limit = 70 + Math.floor(random() * 330);
  const calls = Math.floor(limit * (2 + random() * 3));
  const concurrency = 1 + Math.floor(random() * 20);
  const latency = 2 + random() * ((concurrency * MINUTE) / limit / 4);
  const time = new VirtualTime(START);
  const system = new LimitedSystem(time, limit, windows);
  const transport = new Transport({ credential: "crm 42", concurrency, dependencies: dependencies(time) });
  if (knownFrom === "header") transport.observeRate({ limit });
  await time.until(
    Promise.all(
      Array.from({ length: calls }, () => send(transport, () => system.answer(random() * latency, random() * latency))),
    ),
  );
  return { seed, limit, calls, system, minutes: (time.now() - START) / MINUTE };
}

const SEEDS = Array.from({ length: 8 }, (_, index) => index + 1);

describe("calls under a limit a minute", () => {
  test.each(SEEDS)(
    "that headers tell are never refused and take at most 1.1 × calls ÷ limit (seed %i)",
    async (seed) => {
      const { limit, calls, system, minutes } = await runMany(seed, "header", seed % 2 === 0 ? "fixed" : "sliding");
      expect(system.refusedAt).toEqual([]);
      expect(mostInAMinute(system.starts)).toBeLessThanOrEqual(limit);
      expect(minutes).toBeLessThanOrEqual((1.1 * calls) / limit);
    },
  );

  test.each(SEEDS)("that the first refusal shows are not refused again (seed %i)", async (seed) => {
    const { limit, calls, system, minutes } = await runMany(seed, "refusal", seed % 2 === 0 ? "fixed" : "sliding");
    const [first] = system.refusedAt;
    expect(first).toBeDefined();
    // Those that were under way already when the first refusal came back belong to it.
    expect(system.refusedAt.filter((at) => at > (first ?? 0) + 30_000)).toEqual([]);
    const after = system.starts.filter((at) => at > (first ?? 0) + 30_000);
    expect(mostInAMinute(after)).toBeLessThanOrEqual(limit);
    expect(minutes).toBeLessThanOrEqual((1.1 * calls) / limit);
  });
});

describe("calls that wait", () => {
  test("start by priority: a person's, then writes, readings, sweeps", async () => {
    const time = new VirtualTime(START);
    const transport = new Transport({ credential: "crm 42", concurrency: 1, dependencies: dependencies(time) });
    const order: string[] = [];
    const one = (priority: Priority): Promise<void> =>
      send(
        transport,
        async () => {
          order.push(priority);
          await time.sleep(100);
        },
        { priority },
      );
    await time.until(Promise.all((["read", "sweep", "read", "write", "person"] as const).map(one)));
    expect(order).toEqual(["person", "write", "read", "read", "sweep"]);
  });

  test("in a full lane let those of another lane pass", async () => {
    const time = new VirtualTime(START);
    const transport = new Transport({
      credential: "crm 42",
      concurrency: 10,
      lanes: { read: 3, write: 2 },
      dependencies: dependencies(time),
    });
    const underWay = { read: 0, write: 0 };
    const most = { read: 0, write: 0 };
    const one = (lane: "read" | "write"): Promise<void> =>
      send(
        transport,
        async () => {
          underWay[lane] += 1;
          most[lane] = Math.max(most[lane], underWay[lane]);
          await time.sleep(50);
          underWay[lane] -= 1;
        },
        { lane },
      );
    await time.until(Promise.all(Array.from({ length: 12 }, (_, index) => one(index < 6 ? "read" : "write"))));
    expect(most).toEqual({ read: 3, write: 2 });
    expect(time.now() - START).toBe(150);
  });

  test("of two connections with one credential share its limit", async () => {
    const time = new VirtualTime(START);
    const system = new LimitedSystem(time, 120, "sliding");
    const shared = dependencies(time, { pacers: new Pacers(dependencies(time)) });
    const pair = [1, 2].map(() => new Transport({ credential: "crm 42", concurrency: 5, dependencies: shared }));
    pair[0]?.observeRate({ limit: 120 });
    await time.until(
      Promise.all(pair.flatMap((each) => Array.from({ length: 150 }, () => send(each, () => system.answer(5, 5))))),
    );
    expect(system.refusedAt).toEqual([]);
    expect(mostInAMinute(system.starts)).toBeLessThanOrEqual(120);
  });

  test("keep waiting where refusals say nothing of how long, until the minute is over", async () => {
    const time = new VirtualTime(START);
    const transport = new Transport({ credential: "crm 42", concurrency: 2, dependencies: dependencies(time) });
    const opensAt = START + MINUTE;
    let refused = 0;
    await time.until(
      send(transport, async () => {
        if (time.now() >= opensAt) return;
        refused += 1;
        throw new TooFast(undefined);
      }),
    );
    expect(refused).toBe(4);
    expect(time.now() - START).toBe(75_000);
  });

  test("do not sleep for ever on a clock that stands still", async () => {
    const waits: number[] = [];
    const still = dependencies(new VirtualTime(START), {
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    });
    const transport = new Transport({ credential: "crm 42", concurrency: 1, dependencies: still });
    transport.observeRate({ limit: 60 });
    await Promise.all(Array.from({ length: 10 }, () => send(transport, () => Promise.resolve())));
    // Two may follow the first at once; the other seven are about a second apart.
    expect(waits).toHaveLength(7);
  });
});

describe("a stopped run", () => {
  const stopping = (): { readonly controller: AbortController; readonly reason: Error } => ({
    controller: new AbortController(),
    reason: new DOMException("Stopped by SIGINT.", "AbortError"),
  });

  test("ends a call whose client library does not know how to stop", async () => {
    const { controller, reason } = stopping();
    const time = new VirtualTime(START);
    const transport = new Transport({ credential: "crm 42", concurrency: 1, dependencies: dependencies(time) });
    const hanging = transport.call({
      operation: "GET /things",
      idempotent: true,
      timeoutMs: 600_000,
      signal: controller.signal,
      send: () => new Promise<void>(() => undefined),
      classify: () => ({ error: new HubError("HUB-1202", "unreachable", { disposition: "retry-now" }) }),
    });
    setImmediate(() => controller.abort(reason));
    await expect(hanging).rejects.toBe(reason);
    expect(time.now()).toBe(START);
  });

  test.each([
    ["a long Retry-After", 290_000],
    ["the next try", 20_000],
  ])("ends what waits for %s", async (_, retryAfterMs) => {
    const { controller, reason } = stopping();
    const time = new VirtualTime(START);
    const transport = new Transport({ credential: "crm 42", concurrency: 1, dependencies: dependencies(time) });
    const waiting = transport.call({
      operation: "GET /things",
      idempotent: true,
      timeoutMs: 600_000,
      signal: controller.signal,
      send: () => Promise.reject(new Error("no")),
      classify: () => ({
        error: new HubError("HUB-1407", "slow down", { disposition: "retry-now" }),
        retryAfterMs,
        pauseAll: retryAfterMs > 100_000,
      }),
    });
    setImmediate(() => {
      expect(time.longest).toBe(retryAfterMs);
      controller.abort(reason);
    });
    await expect(waiting).rejects.toBe(reason);
    expect([time.now(), time.longest]).toEqual([START, 0]);
  });

  test("ends everybody who waits for the pace, and leaves no timer behind", async () => {
    const { controller, reason } = stopping();
    const time = new VirtualTime(START);
    const transport = new Transport({ credential: "crm 42", concurrency: 4, dependencies: dependencies(time) });
    transport.observeRate({ limit: 1 });
    const waiting = Array.from({ length: 50 }, () =>
      transport.call({
        operation: "GET /things",
        idempotent: true,
        timeoutMs: 600_000,
        signal: controller.signal,
        send: () => Promise.resolve("fine"),
        classify: () => ({ error: new HubError("HUB-1202", "unreachable") }),
      }),
    );
    setImmediate(() => controller.abort(reason));
    const settled = await Promise.allSettled(waiting);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect([time.now(), time.longest]).toEqual([START, 0]);
  });
});

test("hub.yaml's concurrency goes before the connector's own", async () => {
  const time = new VirtualTime(START);
  const transport = new Transport({
    credential: "crm 42",
    concurrency: 10,
    dependencies: dependencies(time, { limits: { concurrency: 2 } }),
  });
  let underWay = 0;
  let most = 0;
  const one = async (): Promise<void> => {
    underWay += 1;
    most = Math.max(most, underWay);
    await time.sleep(10);
    underWay -= 1;
  };
  await time.until(Promise.all(Array.from({ length: 12 }, () => send(transport, one))));
  expect(most).toBe(2);
});
