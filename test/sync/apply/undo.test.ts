import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Plan } from "../../../src/model/index.ts";
import { applyPlan, inversePlan } from "../../../src/sync/index.ts";
import type { Applied } from "../../../src/sync/index.ts";
import { approved, createWorld, driftedPair, states, wonDeal } from "./world.ts";
import type { World } from "./world.ts";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(() => world.close());

describe("taking back", () => {
  test("an update writes what was there before, once that is approved", async () => {
    const { project } = driftedPair(world.system);
    const plan = await approved(world);
    await world.apply(plan);
    const inverse = await undo(plan);
    expect(inverse.operations).toMatchObject([{ action: "update", before: 100, after: 90 }]);
    await expect(world.apply(inverse)).rejects.toMatchObject({ code: "HUB-2606" });
    await world.approve(inverse);
    expect(states(await world.apply(inverse))).toEqual([["confirmed", undefined]]);
    expect(world.system.need(project).fields["amount"]).toBe(90);
  });

  test("a creation archives and tags its record; what is created later for the handoff is another one", async () => {
    wonDeal(world.system);
    const plan = await approved(world);
    await world.apply(plan);
    const [first] = world.system.projects();
    const inverse = await undo(plan);
    expect(inverse.operations).toMatchObject([{ action: "retire", targetKey: `fake/t1/projects/${first?.id ?? ""}` }]);
    await world.approve(inverse);
    expect(states(await world.apply(inverse))).toEqual([["confirmed", undefined]]);
    expect(first).toMatchObject({ archived: true, tag: expect.stringContaining("hub") });
    const again = await world.plan();
    expect(again.operations).toMatchObject([{ action: "create" }]);
    world.system.now += 1000;
    await world.approve(again);
    expect(states(await world.apply(again))).toEqual([["confirmed", undefined]]);
    expect(world.system.projects().map(({ id }) => id)).not.toContain(first?.id);
  });

  test("a creation that stays half puts it away, and nobody completes it any more", async () => {
    const { system } = world;
    system.halves = 50;
    wonDeal(system);
    const plan = await approved(world);
    expect(states(await world.apply(plan))).toEqual([["half_done", "HUB-2625"]]);
    const inverse = await undo(plan);
    await world.approve(inverse);
    expect(states(await world.apply(inverse))).toEqual([
      ["half_done", "HUB-2625"],
      ["confirmed", undefined],
    ]);
    expect(system.projects()).toEqual([]);
    expect((await world.night()).apply.outcomes).toEqual([]);
    expect(system.projects()).toEqual([]);
  });

  test("a creation where the system goes on showing what is archived: it is missing again, until a person takes it out", async () => {
    const { system } = world;
    system.showsArchived = true;
    wonDeal(system);
    const plan = await approved(world);
    await world.apply(plan);
    expect((await world.handoffs()).map(({ link }) => link)).toEqual(["matched"]);
    const inverse = await undo(plan);
    await world.approve(inverse);
    expect(states(await world.apply(inverse))).toEqual([["confirmed", undefined]]);
    system.now += 60_000;
    expect((await world.plan()).operations).toMatchObject([{ action: "create" }]);
    expect(await world.handoffs()).toMatchObject([{ link: "missing", targetKey: null }]);

    const [record] = [...system.records.values()].filter(({ stream }) => stream === "projects");
    system.now += 60_000;
    Object.assign(record ?? {}, { archived: false, modifiedAt: system.now });
    expect((await world.plan()).operations).toEqual([]);
    expect(await world.handoffs()).toMatchObject([
      { link: "matched", targetKey: `fake/t1/projects/${record?.id ?? ""}` },
    ]);
  });

  test("needs something that was confirmed (HUB-2630)", async () => {
    driftedPair(world.system);
    const plan = await world.plan();
    await expect(undo(plan)).rejects.toMatchObject({ code: "HUB-2630" });
  });

  function undo(plan: Plan): Promise<Plan> {
    return world.run(async ({ store, fence, asOf }) => {
      const inverse = await inversePlan(store, plan, "Dana Ortiz", { asOf, now: asOf });
      await store.handoffs.savePlan(fence, inverse);
      return inverse;
    });
  }
});

describe("two hubs on one store", () => {
  test("do not both write: the one that lost the lease stops before it sends (HUB-3003)", async () => {
    const { system } = world;
    for (let amount = 1; amount <= 4; amount += 1) driftedPair(system, amount, 0);
    const plan = await approved(world);
    const other = await createWorld({ system, store: world.store });
    // In the middle of the first one's second write the other takes over, and does all that is left.
    const first = await world.context();
    let taken: Promise<Applied> | null = null;
    system.faults.set(1, {
      after: () => {
        taken = other.apply(plan);
      },
    });
    await expect(applyPlan(first, plan)).rejects.toMatchObject({ code: "HUB-3003" });
    await (taken ?? Promise.reject(new Error("The other never began.")));
    expect(system.projects().map(({ fields }) => fields["amount"])).toEqual([1, 2, 3, 4]);
    expect(system.projects().map(({ history }) => history.length)).toEqual([1, 1, 1, 1]);
  });
});
