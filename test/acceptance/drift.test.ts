import { describe, expect, test } from "@jest/globals";
import { differencesOf } from "./compare.ts";
import type { DriftKind } from "./harness.ts";
import { problemsIn } from "./hub.ts";
import type { PullResult } from "./hub.ts";
import { EVERY, setStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const KINDS: readonly DriftKind[] = ["add", "remove", "retype"];

describe.each(EVERY)("%s, whose fields change beneath it", (_title, harness) => {
  /** What a run that says it is complete has to hold: all of it, or at the least these records. */
  async function expectToldOrTrue(stage: Stage, result: PullResult, only?: readonly string[]): Promise<void> {
    const { world, hub } = stage;
    const problems = problemsIn(result.report);
    if (result.report?.complete !== true) {
      expect(problems).not.toEqual([]);
      return;
    }
    const differences = await differencesOf(hub.store, await world.truth(), harness.compared);
    expect(only === undefined ? differences : differences.filter(({ id }) => only.includes(id))).toEqual([]);
  }

  test.each(KINDS)("says so, or holds what is true, at a full reading and a sweep (%s)", async (kind) => {
    const stage = await setStage(harness);
    const { world, hub, sync, settle } = stage;
    await sync();
    settle();
    await world.served.organise({ do: `${kind}-field`, ...world.drift(kind) });
    settle();
    for (const mode of ["sweep", "full"] as const) {
      const result = await hub.pull(mode);
      // A field that goes leaves no stamp on the records that had it: a sweep tells of it or finds nothing.
      await expectToldOrTrue(stage, result, mode === "sweep" && kind !== "add" ? [] : undefined);
      if (kind === "add") expect({ mode, complete: result.report?.complete }).toEqual({ mode, complete: true });
    }
  });

  test.each(KINDS)("says so, or holds what is true of all that changed since, in every cycle (%s)", async (kind) => {
    const stage = await setStage(harness);
    const { world, hub, sync, settle } = stage;
    await sync();
    settle();
    await world.served.organise({ do: `${kind}-field`, ...world.drift(kind) });
    const touched: string[] = [];
    for (let cycle = 0; cycle < 3; cycle += 1) {
      // A field that is gone can be written no more: what is new needs none.
      touched.push(...(await world.create(2)));
      settle();
      const result = await hub.pull();
      await expectToldOrTrue(stage, result, touched);
      if (kind === "add") expect(result.report?.complete).toBe(true);
    }
    await expectToldOrTrue(stage, await hub.pull("full"));
  });

  test.each(KINDS)("gets over it in the middle of a reading, whichever call it strikes (%s)", async (kind) => {
    for (const [mode, after] of [
      ["full", 1],
      ["full", 5],
      ["full", 12],
      ["incremental", 1],
      ["incremental", 4],
    ] as const) {
      const stage = await setStage(harness, { records: 25 });
      const { world, hub, sync, settle } = stage;
      if (mode === "incremental") {
        await sync();
        settle();
        await world.create(4);
        settle();
      }
      expect(await world.served.dial({ fault: "schema", change: kind, ...world.drift(kind), after })).toBe(true);
      const struck = await hub.pull(mode);
      const wasStruck = ((await world.served.control("GET", "//dials/log")) as readonly unknown[]).length > 0;
      if (after === 1) expect({ mode, wasStruck }).toEqual({ mode, wasStruck: true });
      await world.served.undial();
      if (struck.report?.complete !== true) expect(problemsIn(struck.report)).not.toEqual([]);
      settle();
      const created = await world.create(1);
      settle();
      await expectToldOrTrue(stage, await hub.pull(), created);
      settle();
      await expectToldOrTrue(stage, await hub.pull("full"));
    }
  });

  test("needs no telling of a field that nobody reads", async () => {
    const { world, sync, expectTruth, settle } = await setStage(harness);
    await sync();
    settle();
    await world.served.organise({ do: "add-field", ...world.drift("add") });
    const [first = ""] = await world.ids();
    await world.change(first, 3);
    settle();
    for (const mode of ["incremental", "sweep", "full"] as const) await sync(mode);
    await expectTruth();
  });
});
