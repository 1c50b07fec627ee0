import { describe, expect, test } from "@jest/globals";
import { differencesOf } from "./compare.ts";
import type { Dial } from "./harness.ts";
import { problemsIn } from "./hub.ts";
import type { Kill } from "./hub.ts";
import { EVERY, isWithout, setStage, storedOf } from "./stage.ts";

/** What may strike any call, and is over after a few. */
const PASSING: readonly (readonly [string, Dial])[] = [
  ["a 429 that tells the truth of the wait", { fault: "throttle", retryAfter: "right", seconds: 7 }],
  ["a 429 that tells too little", { fault: "throttle", retryAfter: "wrong", seconds: 7 }],
  ["a 429 that tells nothing", { fault: "throttle", retryAfter: "missing", seconds: 3 }],
  ["a server error", { fault: "error", status: 503, times: 2 }],
  ["an internal error", { fault: "error", status: 500, times: 2 }],
  ["a page of a proxy", { fault: "html", status: 502, times: 2 }],
  ["a body that is cut", { fault: "cut", times: 2 }],
  ["JSON that is broken", { fault: "malformed", times: 2 }],
  ["an empty body", { fault: "empty", times: 2 }],
  ["a socket that is closed", { fault: "reset", times: 2 }],
  ["an answer that never comes", { fault: "lost-answer", times: 2 }],
  ["an error inside a good answer", { fault: "error-in-200", times: 2 }],
  ["pages in another order", { fault: "reorder", rate: 1 }],
  ["a cursor that is forgotten", { fault: "expire-cursor", times: 2 }],
  ["a minute of delay", { fault: "latency", ms: 60_000, rate: 0.5 }],
];

describe.each(EVERY)("%s", (_title, harness) => {
  const { route } = harness;

  test.each(PASSING)("gets over %s, whichever call it strikes, and loses nothing", async (_name, dial) => {
    const { world, hub, expectTruth, sync, settle } = await setStage(harness);
    const times = dial.rate === undefined && dial.times === undefined ? { times: 1 } : {};
    expect(await world.served.dial({ ...times, ...dial, route }, { ...times, ...dial, after: 5 })).toBe(true);
    const first = await hub.pull();
    // Whoever gives up says so, and goes on from there.
    if (first.report?.complete !== true) expect(problemsIn(first.report)).not.toEqual([]);
    await world.served.undial();
    settle();
    await sync();
    await expectTruth();
  });

  test("says that it is incomplete as long as a fault lasts, and completes when it is over", async () => {
    for (const fault of ["cut", "malformed", "reset", "empty"] as const) {
      const { world, hub, expectTruth, sync, settle } = await setStage(harness, { records: 25 });
      await world.served.dial({ fault, route, rate: 1 });
      const { report } = await hub.pull();
      expect({ fault, complete: report?.complete }).toEqual({ fault, complete: false });
      expect(problemsIn(report)).not.toEqual([]);
      await world.served.undial();
      settle();
      await sync();
      await expectTruth();
    }
  });

  test("sits out a storm of 429s", async () => {
    const { world, sync, expectTruth, hub } = await setStage(harness);
    await world.served.dial({ fault: "throttle", retryAfter: "right", seconds: 5, rate: 0.1 });
    const before = world.served.clock.now();
    for (let tries = 0; tries < 20 && (await hub.pull()).report?.complete !== true; tries += 1)
      world.served.clock.advance(60_000);
    expect(world.served.clock.now()).toBeGreaterThan(before);
    await world.served.undial();
    await sync();
    await expectTruth();
  });

  test("goes on after a session that ended", async () => {
    const { world, hub, sync, expectTruth, settle } = await setStage(harness);
    expect(await world.served.dial({ fault: "expire-token", route, after: 1, times: 1 })).toBe(true);
    const { report } = await hub.pull();
    if (harness.renewsSession) expect(problemsIn(report)).toEqual([]);
    else expect(report?.complete).toBe(false);
    await world.served.undial();
    settle();
    if (!harness.renewsSession) return;
    await sync();
    await expectTruth();
  });

  test("stops at a used-up quota to go on later, and loses nothing by it", async () => {
    const { world, hub, sync, expectTruth } = await setStage(harness);
    if (isWithout(harness, "quota", await world.served.dial({ fault: "quota", after: 6, times: 1 }))) return;
    const { report } = await hub.pull();
    expect(report?.complete).toBe(false);
    expect(report?.connections[0]?.stop).toMatchObject({ disposition: "retry-later" });
    await world.served.undial();
    world.served.clock.advance(86_400_000);
    await sync();
    await expectTruth();
  });

  test("refuses an API version that was retired", async () => {
    const { world, hub, sync, expectTruth, settle } = await setStage(harness, { records: 25 });
    await sync();
    if (isWithout(harness, "retired-version", await world.served.dial({ fault: "retired-version", rate: 1 }))) return;
    const { report } = await hub.pull("full");
    expect(report?.complete).toBe(false);
    await world.served.undial();
    settle();
    await sync();
    await expectTruth();
  });
});

describe.each(EVERY)("%s, killed", (_title, harness) => {
  const { main } = harness;
  const kills: readonly (readonly [string, (n: number) => Kill])[] = [
    ["before the commit of", (n) => ({ at: "commit", n, when: "before" })],
    ["after the commit of", (n) => ({ at: "commit", n, when: "after" })],
  ];

  test.each(kills)("%s any page, completes from there and repeats one page at most", async (_when, kill) => {
    const { world, anotherHub, hub } = await setStage(harness, { records: 40, rowsPerPage: 12 });
    const undisturbed = await hub.pull();
    const truth = await world.truth();
    const most = harness.repeats === "page" ? 12 : Number.POSITIVE_INFINITY;
    for (let n = 1; n <= undisturbed.commits; n += 1) {
      const one = anotherHub();
      const first = await one.pull("incremental", { kill: kill(n) });
      expect(first.killed).toBe(true);
      const rest = await one.pull();
      expect(problemsIn(rest.report)).toEqual([]);
      expect({ n, differences: await differencesOf(one.store, truth, harness.compared) }).toEqual({
        n,
        differences: [],
      });
      const before = new Set(first.pages.flat().filter((id) => id.startsWith(`${main} `)));
      const again = rest.pages.flat().filter((id) => before.has(id)).length;
      // What the next increment's overlap gives again is not the first reading's repetition.
      if (before.size < storedOf(undisturbed, main).inserted)
        expect({ n, again: Math.min(again, most) }).toEqual({ n, again });
      await one.close();
    }
  });

  test("at any call, completes from there", async () => {
    const { world, anotherHub, hub } = await setStage(harness, { records: 25, rowsPerPage: 9 });
    await hub.pull();
    const calls = await world.counted();
    const truth = await world.truth();
    for (let n = 1; n <= calls; n += 3) {
      const one = anotherHub();
      const { killed } = await one.pull("incremental", { kill: { at: "call", n } });
      const rest = await one.pull();
      expect(problemsIn(rest.report)).toEqual([]);
      expect({ n, killed, differences: await differencesOf(one.store, truth, harness.compared) }).toMatchObject({
        n,
        differences: [],
      });
      await one.close();
    }
  });

  test("and killed again in what follows, still loses nothing", async () => {
    const { world, hub, sync, expectTruth, settle } = await setStage(harness);
    for (let n = 1; n < 30; n += 4) {
      const ids = await world.ids();
      await world.change(ids[n % ids.length] ?? "", n);
      await world.create(1);
      world.served.clock.advance(30_000);
      await hub.pull(n % 3 === 0 ? "full" : "incremental", {
        kill: { at: "commit", n, when: n % 2 === 0 ? "before" : "after" },
      });
    }
    settle();
    await sync();
    await expectTruth();
  });

  test("stops when it is told to, and does not wait for a call that hangs", async () => {
    const { world, hub, sync, expectTruth } = await setStage(harness);
    const stop = new AbortController();
    await world.served.dial({ fault: "lost-answer", hang: true, after: 8, rate: 1 });
    const asked = hub.pull("incremental", { signal: stop.signal, patient: true });
    while (world.served.open().hanging === 0) await new Promise((turn) => setImmediate(turn));
    stop.abort();
    expect((await asked).report).toBe(null);
    await world.served.undial();
    await sync();
    await expectTruth();
  });
});
