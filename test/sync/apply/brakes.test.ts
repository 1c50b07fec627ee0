import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { approved, contract, createWorld, driftedPair, refused, START, states, wonDeal } from "./world.ts";
import type { World } from "./world.ts";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(() => world.close());

describe("brakes", () => {
  const hubFile = (writes: string) => ({
    "hub.yaml": `company: Acme\ntime: { zone: UTC, calendar: office }\nmoney: { corporate: EUR }\nconnections: { fake-main: { system: fake } }\nwrites: ${writes}\n`,
  });

  test("let only as many be created in a run as the contract says; the rest waits (HUB-2611)", async () => {
    const few = await createWorld({ files: contract((text) => `${text}limits: { creates_per_run: 2 }\n`) });
    for (const amount of [1, 2, 3]) wonDeal(few.system, amount);
    const plan = await few.plan();
    await few.approve(plan);
    const applied = await few.apply(plan);
    expect(states(applied)).toEqual([
      ["held", "HUB-2611"],
      ["confirmed", undefined],
      ["confirmed", undefined],
    ]);
    expect([applied.complete, few.system.projects().length]).toEqual([false, 2]);
    expect(states(await few.night())).toEqual([["confirmed", undefined]]);
    await few.close();
  });

  test("begin nothing when more is due than a run should do (HUB-2610)", async () => {
    const small = await createWorld({ files: hubFile("{ most_operations: 1 }") });
    driftedPair(small.system);
    driftedPair(small.system, 200);
    const plan = await small.plan();
    await small.approve(plan);
    expect(states(await small.apply(plan))).toEqual([
      ["held", "HUB-2610"],
      ["held", "HUB-2610"],
    ]);
    await small.close();
  });

  test("change none of a contract's records when it would be more than a tenth of them (HUB-2612)", async () => {
    for (let amount = 1; amount <= 11; amount += 1) driftedPair(world.system, amount, 0);
    expect(new Set(states(await world.apply(await approved(world))).map(([, code]) => code))).toEqual(
      new Set(["HUB-2612"]),
    );
    expect(world.system.writes).toBe(0);
  });

  test("end a run whose writes go wrong again and again (HUB-2613)", async () => {
    const { system } = world;
    for (let amount = 1; amount <= 6; amount += 1) driftedPair(system, amount, 0);
    const plan = await approved(world);
    for (let call = 0; call < 6; call += 1) system.faults.set(call, { before: refused });
    const applied = await world.apply(plan);
    expect(states(applied).map(([, code]) => code)).toEqual([
      "HUB-1298",
      "HUB-1298",
      "HUB-1298",
      "HUB-2613",
      "HUB-2613",
      "HUB-2613",
    ]);
    expect(applied.apply.stops).toMatchObject([{ code: "HUB-2613" }]);
  });

  test("write nothing to a stream whose fields have changed (HUB-2614)", async () => {
    driftedPair(world.system);
    const plan = await approved(world);
    const key = { system: "fake", tenant: "t1", stream: "projects" };
    const quarantine = { code: "HUB-1231", message: "Projects have changed.", place: {} };
    await world.run(async ({ store, fence }) => {
      await store.shapes.accept(fence, key, {}, START);
      await store.shapes.hold(fence, key, { changes: [], frozen: null, quarantine });
    });
    expect(states(await world.apply(plan))).toEqual([["held", "HUB-2614"]]);
  });
});
