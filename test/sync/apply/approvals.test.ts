import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Operation } from "../../../src/model/index.ts";
import { createDoors } from "../../../src/sync/apply/doors.ts";
import { applyStep } from "../../../src/sync/index.ts";
import { approved, contract, createWorld, driftedPair, lost, START, states, wonDeal } from "./world.ts";
import type { World } from "./world.ts";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(() => world.close());

describe("an approval", () => {
  test("given on one plan holds for a later one with the same operations", async () => {
    driftedPair(world.system);
    await approved(world);
    wonDeal(world.system, 300);
    const applied = await world.night();
    expect(states(applied)).toEqual([["confirmed", undefined]]);
    expect(applied.plan.operations).toMatchObject([{ action: "create" }]);
  });

  test("that ran out lets nothing be sent; what was sent under it is still looked into (HUB-2628)", async () => {
    const { system } = world;
    driftedPair(system);
    const plan = await approved(world);
    system.faults.set(0, { before: lost }).set(1, { before: lost });
    await world.apply(plan);
    system.now += 2 * 24 * 60 * 60_000;
    expect(states(await world.night())).toEqual([["failed", "HUB-2628"]]);
    expect([(await world.night()).apply.outcomes, system.writes]).toEqual([[], 2]);
  });

  test("of nothing leaves `hub apply` nothing to do (HUB-2606)", async () => {
    driftedPair(world.system);
    await expect(world.apply(await world.plan())).rejects.toMatchObject({ code: "HUB-2606" });
  });

  test("is given by an auto contract to filling what is empty and the source owns, and to nothing else", async () => {
    const auto = await createWorld({ files: contract((text) => text.replace("mode: propose", "mode: auto")) });
    const { system } = auto;
    const empty = driftedPair(system, 100, null);
    const other = driftedPair(system, 200, 190);
    wonDeal(system, 300);
    const { apply } = await auto.night();
    expect(apply.outcomes).toMatchObject([
      { state: "confirmed", approval: { kind: "contract", by: "won-to-project" } },
    ]);
    expect(system.need(empty.project).fields["amount"]).toBe(100);
    expect(system.need(other.project).fields["amount"]).toBe(190);
    // Somebody empties it on purpose: the contract does not fight them.
    system.set(empty.project, "amount", null);
    expect((await auto.night()).apply.outcomes).toEqual([]);
    await auto.close();
  });
});

test("a link is kept by the hub alone: an auto contract stores it where it is sure, also while writes are paused", async () => {
  const auto = await createWorld({
    files: contract((text) => text.replace("mode: propose", "mode: auto")),
    paused: true,
  });
  const { deal, project } = driftedPair(auto.system, 100, 100);
  await auto.plan();
  const handoffs = await auto.handoffs();
  const link = (id: string, confidence: number): Operation => ({
    id,
    handoffId: handoffs[0]?.id ?? "",
    connection: "fake-main",
    system: "fake",
    action: "link",
    objectType: "project",
    targetKey: `fake/t1/projects/${project}`,
    field: null,
    before: null,
    after: null,
    precondition: "both are there",
    reason: "They are alike.",
    rule: "alike",
    confidence,
    risk: "low",
    calls: 0,
  });
  const current = {
    hash: "links",
    asOf: START,
    createdAt: START,
    operations: [link("sure", 0.97), link("guess", 0.9)],
  };
  const { outcomes } = await auto.run((context) => {
    const doors = createDoors(context);
    return applyStep(context, {
      current,
      refused: [],
      doors,
      handoffs: async () => handoffs,
      only: null,
      unread: new Set(),
    });
  });
  expect(outcomes.map(({ operation, state, approval }) => [operation.id, state, approval.kind])).toEqual([
    ["sure", "confirmed", "contract"],
  ]);
  expect(await auto.store.handoffs.confirmedLinks()).toMatchObject([
    { sourceKey: `fake/t1/deals/${deal}`, targetKey: `fake/t1/projects/${project}`, operationId: "sure" },
  ]);
  expect(auto.system.writes).toBe(0);
  await auto.close();
});

describe("pauses", () => {
  test("keep a new installation from writing: `hub apply` refuses (HUB-2605), a night tells what waits", async () => {
    const fresh = await createWorld({ paused: true });
    driftedPair(fresh.system);
    const plan = await fresh.plan();
    await fresh.approve(plan);
    await expect(fresh.apply(plan)).rejects.toMatchObject({ code: "HUB-2605" });
    const night = await fresh.night();
    expect([states(night), night.complete, fresh.system.writes]).toEqual([[["held", "HUB-2605"]], true, 0]);
    await fresh.close();
  });
});

test("a pause in the middle of a run stops it before the next write", async () => {
  const { system, store } = world;
  for (let amount = 1; amount <= 3; amount += 1) driftedPair(system, amount, 0);
  const plan = await approved(world);
  const pause = { connection: "fake-main", kind: "pause", by: "Dana Ortiz", at: START, reason: "audit" } as const;
  system.faults.set(0, { after: () => void store.outbox.recordPause(pause) });
  expect(states(await world.apply(plan))).toEqual([
    ["confirmed", undefined],
    ["held", "HUB-2605"],
    ["held", "HUB-2605"],
  ]);
  expect(system.writes).toBe(1);
});
