import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { HUB_ACCOUNT, PERSON } from "./fake-system.ts";
import { approved, contract, createWorld, driftedPair, lost, refused, states, wait } from "./world.ts";
import type { World } from "./world.ts";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(() => world.close());

describe("an approved update", () => {
  test("sets the field and nothing else", async () => {
    const { project } = driftedPair(world.system);
    const { apply, plan } = await world.apply(await approved(world));
    expect(apply.outcomes).toMatchObject([{ state: "confirmed", problem: null }]);
    expect(world.system.need(project).fields).toMatchObject({ amount: 100, name: "Project" });
    expect(plan.operations).toEqual([]);
  });

  test("of what changed after the plan is not sent, and told (HUB-2621)", async () => {
    const { project } = driftedPair(world.system);
    const plan = await approved(world);
    world.system.set(project, "amount", 95);
    expect(states(await world.apply(plan))).toEqual([["stale", "HUB-2621"]]);
    expect([world.system.need(project).fields["amount"], world.system.writes]).toEqual([95, 0]);
  });

  test("of what changes while the run goes on is not sent, and told (HUB-2620)", async () => {
    const first = driftedPair(world.system);
    const second = driftedPair(world.system, 200, 190);
    const plan = await approved(world);
    const { system } = world;
    system.faults.set(0, {
      after: () => {
        for (const { project } of [first, second]) {
          if (system.need(project).history.length === 0) system.set(project, "amount", 77);
        }
      },
    });
    expect(new Map(states(await world.apply(plan)))).toEqual(
      new Map([
        ["confirmed", undefined],
        ["stale", "HUB-2620"],
      ]),
    );
  });

  test("is refused by a system with conditional writes when somebody was quicker: nothing is lost", async () => {
    const { system } = world;
    system.traits = { ...system.traits, conditional: true };
    const { project } = driftedPair(system);
    const plan = await approved(world);
    system.faults.set(0, { before: () => system.set(project, "amount", 95) });
    expect(states(await world.apply(plan))).toEqual([["stale", "HUB-1198"]]);
    expect(system.need(project).fields["amount"]).toBe(95);
  });

  test("that overwrote somebody unseen tells the lost value and the plan that puts it back (HUB-2627)", async () => {
    const { system } = world;
    const { project } = driftedPair(system);
    const plan = await approved(world);
    system.faults.set(0, { before: () => system.set(project, "amount", 95) });
    const { apply } = await world.apply(plan);
    expect(states({ apply })).toEqual([["confirmed", "HUB-2627"]]);
    expect(apply.outcomes[0]?.problem?.message).toContain(`95 by the account ${PERSON}`);
    const hash = /hub approve (\w+)/u.exec(apply.outcomes[0]?.problem?.remedy ?? "")?.[1] ?? "";
    const [inverse] = await world.store.handoffs.plansLike(hash);
    expect(inverse?.operations).toMatchObject([{ action: "update", before: 100, after: 95 }]);
    if (inverse === undefined) throw new Error("The plan is not stored.");
    await world.approve(inverse);
    expect(states(await world.apply(inverse))).toEqual([["confirmed", undefined]]);
    expect(system.need(project).fields["amount"]).toBe(95);
  });

  test("that does not stand when it is read back is not confirmed (HUB-2623)", async () => {
    const { system } = world;
    const { project } = driftedPair(system);
    const plan = await approved(world);
    system.faults.set(0, { after: () => system.set(project, "amount", 7) });
    expect(states(await world.apply(plan))).toEqual([["failed", "HUB-2623"]]);
  });

  test("whose answer is lost again and again stays in doubt, and is looked for in the next run (HUB-2624)", async () => {
    const { system } = world;
    const { project } = driftedPair(system);
    const plan = await approved(world);
    system.faults.set(0, { before: lost }).set(1, { before: lost });
    const applied = await world.apply(plan);
    expect([states(applied), applied.complete]).toEqual([[["unknown", "HUB-2624"]], false]);
    expect(states(await world.night())).toEqual([["confirmed", undefined]]);
    expect(system.need(project).fields["amount"]).toBe(100);
  });

  test("that the system refuses is told with its words, and tried again while it is approved", async () => {
    const { system } = world;
    driftedPair(system);
    const plan = await approved(world);
    system.faults.set(0, { before: refused });
    expect(states(await world.apply(plan))).toEqual([["failed", "HUB-1298"]]);
    expect(states(await world.night())).toEqual([["confirmed", undefined]]);
  });

  test("waits for the next run where the system asks to wait, with all others of its connection", async () => {
    const { system } = world;
    driftedPair(system);
    driftedPair(system, 200);
    const plan = await approved(world);
    system.faults.set(0, { before: wait });
    const { apply } = await world.apply(plan);
    expect(apply.outcomes.map(({ state, problem }) => [state, problem?.code])).toEqual([
      ["held", "HUB-1297"],
      ["held", "HUB-1297"],
    ]);
    expect([apply.waits, system.writes]).toEqual([true, 1]);
    expect(states(await world.night())).toEqual([
      ["confirmed", undefined],
      ["confirmed", undefined],
    ]);
  });
});

describe("the hub's own write that comes back", () => {
  test("is no word of a person, whoever's account it was written under", async () => {
    driftedPair(world.system, 100, null);
    await world.apply(await approved(world));
    const [mine] = await world.handoffs();
    expect(mine?.acceptedAt).toBeNull();
    const { project } = driftedPair(world.system, 200, null);
    world.system.set(project, "amount", 200, HUB_ACCOUNT);
    await world.night();
    const theirs = (await world.handoffs()).find(({ targetKey }) => targetKey?.endsWith(project) === true);
    expect(theirs?.acceptedAt).toEqual(expect.any(Number));
  });
});

describe("what cannot be written", () => {
  test("is told before anything is sent: an attribute that no field is read into (HUB-2622)", async () => {
    const other = await createWorld({
      files: {
        "mappings/project.yaml": `mapping: project
from: fake-main.projects
fields: { name: name, deal_id: deal_id, amount: { number: amount }, due: { text: due, values: { later: soon } }, tasks: tasks }
events: { project created: created }
`,
        ...contract((text) => text.replace("accepted_when: amount set by a person\n", "")),
      },
    });
    const { deal } = driftedPair(other.system, 100, 100);
    other.system.set(deal, "due", "never");
    const plan = await other.plan();
    await other.approve(plan);
    expect(states(await other.apply(plan))).toEqual([["failed", "HUB-2622"]]);
    expect(other.system.writes).toBe(0);
    await other.close();
  });
});

test("a connection that cannot be written to is told, and what needs it waits (HUB-2629)", async () => {
  driftedPair(world.system);
  const plan = await approved(world);
  world.system.readOnly = true;
  expect(states(await world.apply(plan))).toEqual([["held", "HUB-2629"]]);
});
