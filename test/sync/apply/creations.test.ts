import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { HUB_ACCOUNT } from "./fake-system.ts";
import { approved, createWorld, lost, states, wonDeal } from "./world.ts";
import type { World } from "./world.ts";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(() => world.close());

describe("an approved creation", () => {
  test("makes the target once, links it, and leaves nothing to plan", async () => {
    const deal = wonDeal(world.system);
    const applied = await world.apply(await approved(world));
    expect(states(applied)).toEqual([["confirmed", undefined]]);
    expect([applied.complete, applied.plan.operations]).toEqual([true, []]);
    const [project, ...others] = world.system.projects();
    expect(others).toEqual([]);
    expect(project).toMatchObject({ fields: { deal_id: deal, amount: 100 } });
    expect(await world.store.handoffs.confirmedLinks()).toMatchObject([
      { sourceKey: `fake/t1/deals/${deal}`, targetKey: `fake/t1/projects/${project?.id ?? ""}` },
    ]);
    const run = await world.store.runs.latest("test");
    const certified = (await world.store.records.certificates(run?.id ?? "")).map(({ stream }) => stream);
    expect(certified).toEqual([...new Set(certified)]);
    expect([(await world.night()).apply.outcomes, world.system.writes]).toEqual([[], 1]);
  });

  test("that came out half is completed in the same run", async () => {
    world.system.halves = 2;
    wonDeal(world.system);
    expect(states(await world.apply(await approved(world)))).toEqual([["confirmed", undefined]]);
    expect(world.system.projects()).toMatchObject([{ fields: { tasks: "all" } }]);
  });

  test("that stays half is told in every run until it is whole (HUB-2625)", async () => {
    world.system.halves = 5;
    wonDeal(world.system);
    expect(states(await world.apply(await approved(world)))).toEqual([["half_done", "HUB-2625"]]);
    expect(states(await world.night())).toEqual([["half_done", "HUB-2625"]]);
    expect(states(await world.night())).toEqual([["confirmed", undefined]]);
    expect(world.system.projects()).toHaveLength(1);
  });

  test("adopts what carries its marker already, and makes no second one", async () => {
    wonDeal(world.system);
    const plan = await approved(world);
    const [operation] = plan.operations;
    world.system.add("projects", { name: "Ours", amount: 100 }, HUB_ACCOUNT, `hub:${operation?.handoffId ?? ""}`);
    expect(states(await world.apply(plan))).toEqual([["confirmed", undefined]]);
    expect([world.system.projects().length, world.system.writes]).toEqual([1, 0]);
  });

  test("beside which somebody made another is told in the same run, and neither is touched (HUB-2626)", async () => {
    const { system } = world;
    const deal = wonDeal(system);
    const plan = await approved(world);
    system.faults.set(0, { after: () => void system.add("projects", { name: "Theirs", deal_id: deal, amount: 100 }) });
    expect(states(await world.apply(plan))).toEqual([["confirmed", "HUB-2626"]]);
    expect(system.projects()).toHaveLength(2);
  });

  test("beside which a copy with the marker turns up late is told as well, and which one is ours", async () => {
    const { system } = world;
    system.traits = { ...system.traits, settleMs: 1000 };
    wonDeal(system);
    const plan = await approved(world);
    const marker = `hub:${plan.operations[0]?.handoffId ?? ""}`;
    system.faults.set(0, { after: () => void system.add("projects", { name: "Copy" }, HUB_ACCOUNT, marker, "copy") });
    const { apply } = await world.apply(plan);
    expect(apply.outcomes[0]?.problem).toMatchObject({ code: "HUB-2626", message: expect.stringContaining("copy") });
    expect(apply.outcomes[0]?.targetKey).not.toContain("copy");
  });

  test("does not come about twice when it was sent and the search lags behind", async () => {
    const { system } = world;
    system.traits = { ...system.traits, settleMs: 30_000 };
    wonDeal(system);
    const plan = await approved(world);
    system.faults.set(0, { after: lost });
    expect(states(await world.apply(plan))).toEqual([["confirmed", undefined]]);
    expect([system.projects().length, world.slept[0]]).toEqual([1, 30_000]);
    expect(world.told).toContainEqual({
      kind: "wait",
      step: "apply",
      connection: "fake-main",
      what: "waiting for Fake's search",
      seconds: 30,
    });
  });

  test("is sent again when it surely did not arrive", async () => {
    const { system } = world;
    wonDeal(system);
    const plan = await approved(world);
    system.faults.set(0, { before: lost });
    expect(states(await world.apply(plan))).toEqual([["confirmed", undefined]]);
    expect([system.projects().length, system.writes]).toEqual([1, 2]);
  });

  test("is not begun where the target's system could not be read in full (HUB-2615)", async () => {
    wonDeal(world.system);
    const plan = await approved(world);
    world.system.broken = true;
    expect(states(await world.apply(plan))).toEqual([["held", "HUB-2615"]]);
  });
});

test("what was made after the moment that is asked about is not proposed again while it stands", async () => {
  wonDeal(world.system);
  const before = world.system.now;
  const plan = await approved(world);
  await world.apply(plan);
  world.system.now = before;
  expect((await world.plan()).operations).toEqual([]);
  const [made] = world.system.projects();
  if (made !== undefined) made.archived = true;
  expect((await world.plan()).operations).toMatchObject([{ action: "create" }]);
});
