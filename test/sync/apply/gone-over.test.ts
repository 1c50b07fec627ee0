import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Plan } from "../../../src/model/index.ts";
import type { Applied } from "../../../src/sync/index.ts";
import { createWorld, driftedPair, wonDeal } from "./world.ts";
import type { World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

async function approved(): Promise<Plan> {
  const plan = await world.plan();
  await world.approve(plan);
  return plan;
}
const told = ({ apply }: Applied): readonly unknown[] =>
  apply.outcomes.map(({ state, problem }) => [state, problem?.code, problem?.message]);

describe("what the hub's write went over", () => {
  test("is told although somebody wrote again after it (HUB-2627)", async () => {
    const { system } = world;
    const { project } = driftedPair(system);
    const plan = await approved();
    system.faults.set(0, {
      before: () => system.set(project, "amount", 95),
      after: () => system.set(project, "amount", 96),
    });
    const lost = expect.stringContaining("overwrote 95");
    expect(told(await world.apply(plan))).toEqual([["failed", "HUB-2627", lost]]);
    expect(system.need(project).fields["amount"]).toBe(96);
  });

  test("is told by its author where the system does not say what it was (HUB-2627)", async () => {
    const { system } = world;
    driftedPair(system);
    const plan = await approved();
    const call = system.call.bind(system);
    system.call = (name, work) =>
      call(name, () => {
        const answer = work();
        return name === "update" ? { ...answer, overlooked: [{ by: "u-kim", at: system.now }] } : answer;
      });
    const unseen = expect.stringContaining("what the account u-kim wrote there");
    expect(told(await world.apply(plan))).toEqual([["confirmed", "HUB-2627", unseen]]);
  });
});

test("a new record that somebody put away before it was ever read is told as gone, and not waited for", async () => {
  const { system } = world;
  wonDeal(system);
  const plan = await approved();
  system.faults.set(0, {
    after: () => {
      for (const project of system.projects()) project.archived = true;
    },
  });
  const gone = expect.stringContaining("the record is gone again");
  expect(told(await world.apply(plan))).toEqual([["failed", "HUB-2623", gone]]);
});
