import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Handoff } from "../../../src/model/index.ts";
import { approved, contract, createWorld, states, wonDeal } from "./world.ts";
import type { World } from "./world.ts";

/** A contract whose targets hold nothing of their source but the marker. */
const NOTHING_ELSE = {
  files: contract((text) => text.replace(/match: .*/u, "match: [{ alike: { text: name, within: 60 days } }]")),
};

let world: World;
let fresh: World | null = null;

beforeEach(async () => {
  world = await createWorld(NOTHING_ELSE);
  world.system.showsMarkers = true;
});

afterEach(async () => {
  await world.close();
  await fresh?.close();
  fresh = null;
});

/** Makes the projects of two won deals, and a hub that knows nothing of it. */
async function madeAndForgotten(): Promise<World> {
  wonDeal(world.system);
  wonDeal(world.system, 200);
  const plan = await approved(world);
  expect(states(await world.apply(plan))).toEqual([
    ["confirmed", undefined],
    ["confirmed", undefined],
  ]);
  fresh = await createWorld({ ...NOTHING_ELSE, system: world.system });
  return fresh;
}

const told = (handoffs: readonly Handoff[]): readonly unknown[] =>
  handoffs.map(({ id, link, targetKey, label }) => ({ id, link, targetKey, label }));

describe("a hub with a fresh store", () => {
  test("knows what it made by the marker alone, from the first run on, and plans nothing", async () => {
    const again = await madeAndForgotten();
    await world.plan();
    const { operations } = await again.plan();
    expect(operations).toEqual([]);
    expect(told(await again.handoffs())).toEqual(told(await world.handoffs()));
    expect((await again.handoffs()).map(({ link }) => link)).toEqual(["matched", "matched"]);
  });

  test("takes the oldest of several with one marker: the others are somebody's copies", async () => {
    const { system } = world;
    const again = await madeAndForgotten();
    const [made] = system.projects();
    system.now += 60_000;
    const copy = system.add("projects", { ...made?.fields }, "u-dana", made?.marker ?? null);
    await again.plan();
    const handoffs = await again.handoffs();
    expect(handoffs.map(({ targetKey }) => targetKey)).toContain(`fake/t1/projects/${made?.id ?? ""}`);
    expect(handoffs.map(({ targetKey }) => targetKey)).not.toContain(`fake/t1/projects/${copy.id}`);
  });

  test.each([
    ["of a handoff nobody knows", (marker: string) => marker.replace(/[0-9a-f]{8}$/u, "00000000")],
    ["that stands in the middle of other words", (marker: string) => `see ${marker} for more`],
    ["in another form", (marker: string) => marker.replace("hub:", "HUB-")],
  ])("believes no marker %s", async (_what, forge) => {
    const { system } = world;
    wonDeal(system);
    const plan = await approved(world);
    await world.apply(plan);
    const [made] = system.projects();
    system.records.delete(made?.id ?? "");
    system.add("projects", { name: "Somebody's" }, "u-dana", forge(made?.marker ?? ""));
    fresh = await createWorld({ ...NOTHING_ELSE, system });
    await fresh.plan();
    expect((await fresh.handoffs()).map(({ link, targetKey }) => [link, targetKey])).toEqual([["missing", null]]);
  });
});

test("what carries the marker of an approved creation is taken for it, and nothing is made", async () => {
  const { system } = world;
  wonDeal(system);
  const plan = await approved(world);
  const [operation] = plan.operations;
  system.add("projects", { name: "Ours", amount: 100 }, "u-hub", `hub:${operation?.handoffId ?? ""}`);
  expect(states(await world.apply(plan))).toEqual([["stale", "HUB-2621"]]);
  expect([system.projects().length, system.writes]).toEqual([1, 0]);
  expect((await world.handoffs()).map(({ link }) => link)).toEqual(["matched"]);
});
