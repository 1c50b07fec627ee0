import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { reconcileStep, surveyPlan } from "../../../src/sync/index.ts";
import type { Sorted } from "../../../src/sync/index.ts";
import { approved, createWorld, driftedPair, states, wonDeal } from "./world.ts";
import type { World } from "./world.ts";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(() => world.close());

const survey = (): Promise<Sorted> =>
  world.run(async (context) => surveyPlan(context, (await reconcileStep(context)).operations));

describe("a template that the system does not have", () => {
  test("keeps the creation out of the plan, with the contract's line and the names there are", async () => {
    const { system } = world;
    wonDeal(system);
    wonDeal(system, 200);
    driftedPair(system, 300);
    system.templates = ["Other", "Third"];
    expect((await world.plan()).operations.map(({ action }) => action)).toEqual(["update"]);
    const { refused } = await survey();
    expect(refused.map(({ operation }) => operation.action)).toEqual(["create", "create"]);
    expect(refused[0]?.problem).toMatchObject({
      code: "HUB-1196",
      place: { file: expect.stringMatching(/won-to-project\.yaml$/u), line: 5, column: 37, path: "to.create_from" },
      remedy: "There are: Other, Third.",
    });
    expect(system.writes).toBe(0);
  });

  test("is looked up once in a run, however many creations name it", async () => {
    wonDeal(world.system);
    wonDeal(world.system, 200);
    await world.night();
    expect(world.system.surveys).toBe(1);
  });

  test("that went after the approval holds the creation back, and nothing is sent; back again it is made", async () => {
    const { system } = world;
    wonDeal(system);
    driftedPair(system, 300);
    const plan = await approved(world);
    system.templates = [];
    const held = await world.night();
    expect(new Map(states(held))).toEqual(
      new Map([
        ["confirmed", undefined],
        ["held", "HUB-1196"],
      ]),
    );
    expect([held.complete, held.refused.length]).toEqual([false, 1]);
    expect(system.projects()).toHaveLength(1);
    system.templates = ["Standard"];
    expect(states(await world.apply(plan))).toEqual([["confirmed", undefined]]);
    expect(system.projects()).toHaveLength(2);
  });
});

test("a plan says what each creation costs as its system tells it", async () => {
  wonDeal(world.system);
  const [creation] = (await world.plan()).operations;
  expect(creation).toMatchObject({ action: "create", calls: 7 });
});

test("what cannot be looked up now stays planned", async () => {
  wonDeal(world.system);
  await world.plan();
  world.system.readOnly = true;
  const { operations, refused } = await survey();
  expect([operations.map(({ action }) => action), refused]).toEqual([["create"], []]);
});
