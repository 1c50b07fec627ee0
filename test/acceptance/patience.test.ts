import { describe, expect, test } from "@jest/globals";
import { problemsIn } from "./hub.ts";
import { EVERY, setStage } from "./stage.ts";

describe.each(EVERY)("%s, whose answers never come", (_title, harness) => {
  test("is asked again after the time a call may take, and read in full", async () => {
    const { world, hub, sync, expectTruth, settle } = await setStage(harness, { records: 25 });
    await world.served.dial({ fault: "lost-answer", hang: true, route: harness.route, times: 2 });
    const before = world.served.clock.now();
    const { report } = await hub.pull();
    expect(problemsIn(report)).toEqual([]);
    expect(world.served.clock.now()).toBeGreaterThan(before + 10_000);
    expect(world.served.open()).toEqual({ serving: 0, hanging: 0 });
    settle();
    await sync();
    await expectTruth();
  });

  test("makes a run say that it is incomplete while that lasts", async () => {
    const { world, hub, sync, expectTruth, settle } = await setStage(harness, { records: 25 });
    await world.served.dial({ fault: "lost-answer", hang: true, route: harness.route, rate: 1 });
    const { report } = await hub.pull();
    expect(report?.complete).toBe(false);
    expect(problemsIn(report).join(" ")).toContain("HUB-1201");
    await world.served.undial();
    settle();
    await sync();
    await expectTruth();
  });
});
