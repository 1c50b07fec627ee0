import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { HubError } from "../../../src/model/index.ts";
import type { Plan } from "../../../src/model/index.ts";
import { applyPlan, inversePlan } from "../../../src/sync/index.ts";
import type { Applied } from "../../../src/sync/index.ts";
import { HUB_ACCOUNT, PERSON } from "./fake-system.ts";
import { contract, createWorld, driftedPair, START, wonDeal } from "./world.ts";
import type { World } from "./world.ts";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(() => world.close());

const states = ({ apply }: Applied): readonly (readonly [string, string | undefined])[] =>
  apply.outcomes.map(({ state, problem }) => [state, problem?.code] as const);

async function approved(): Promise<Plan> {
  const plan = await world.plan();
  await world.approve(plan);
  return plan;
}

const lost = (): never => {
  throw new HubError("HUB-1299", "The answer was cut.", { disposition: "retry-now", fate: "unknown" });
};
const refused = (): never => {
  throw new HubError("HUB-1298", "The value does not fit.", { disposition: "skip-record" });
};
const wait = (): never => {
  throw new HubError("HUB-1297", "Too many calls.", { disposition: "retry-later", retryAt: START });
};

describe("an approved creation", () => {
  test("makes the target once, links it, and leaves nothing to plan", async () => {
    const deal = wonDeal(world.system);
    const applied = await world.apply(await approved());
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
    expect(states(await world.apply(await approved()))).toEqual([["confirmed", undefined]]);
    expect(world.system.projects()).toMatchObject([{ fields: { tasks: "all" } }]);
  });

  test("that stays half is told in every run until it is whole (HUB-2625)", async () => {
    world.system.halves = 5;
    wonDeal(world.system);
    expect(states(await world.apply(await approved()))).toEqual([["half_done", "HUB-2625"]]);
    expect(states(await world.night())).toEqual([["half_done", "HUB-2625"]]);
    expect(states(await world.night())).toEqual([["confirmed", undefined]]);
    expect(world.system.projects()).toHaveLength(1);
  });

  test("adopts what carries its marker already, and makes no second one", async () => {
    wonDeal(world.system);
    const plan = await approved();
    const [operation] = plan.operations;
    world.system.add("projects", { name: "Ours", amount: 100 }, HUB_ACCOUNT, `hub:${operation?.handoffId ?? ""}`);
    expect(states(await world.apply(plan))).toEqual([["confirmed", undefined]]);
    expect([world.system.projects().length, world.system.writes]).toEqual([1, 0]);
  });

  test("beside which somebody made another is told in the same run, and neither is touched (HUB-2626)", async () => {
    const { system } = world;
    const deal = wonDeal(system);
    const plan = await approved();
    system.faults.set(0, { after: () => void system.add("projects", { name: "Theirs", deal_id: deal, amount: 100 }) });
    expect(states(await world.apply(plan))).toEqual([["confirmed", "HUB-2626"]]);
    expect(system.projects()).toHaveLength(2);
  });

  test("beside which a copy with the marker turns up late is told as well, and which one is ours", async () => {
    const { system } = world;
    system.traits = { ...system.traits, settleMs: 1000 };
    wonDeal(system);
    const plan = await approved();
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
    const plan = await approved();
    system.faults.set(0, { after: lost });
    expect(states(await world.apply(plan))).toEqual([["confirmed", undefined]]);
    expect([system.projects().length, world.slept[0]]).toEqual([1, 30_000]);
  });

  test("is sent again when it surely did not arrive", async () => {
    const { system } = world;
    wonDeal(system);
    const plan = await approved();
    system.faults.set(0, { before: lost });
    expect(states(await world.apply(plan))).toEqual([["confirmed", undefined]]);
    expect([system.projects().length, system.writes]).toEqual([1, 2]);
  });

  test("is not begun where the target's system could not be read in full (HUB-2615)", async () => {
    wonDeal(world.system);
    const plan = await approved();
    world.system.broken = true;
    expect(states(await world.apply(plan))).toEqual([["held", "HUB-2615"]]);
  });
});

describe("an approved update", () => {
  test("sets the field and nothing else", async () => {
    const { project } = driftedPair(world.system);
    const { apply, plan } = await world.apply(await approved());
    expect(apply.outcomes).toMatchObject([{ state: "confirmed", problem: null }]);
    expect(world.system.need(project).fields).toMatchObject({ amount: 100, name: "Project" });
    expect(plan.operations).toEqual([]);
  });

  test("of what changed after the plan is not sent, and told (HUB-2621)", async () => {
    const { project } = driftedPair(world.system);
    const plan = await approved();
    world.system.set(project, "amount", 95);
    expect(states(await world.apply(plan))).toEqual([["stale", "HUB-2621"]]);
    expect([world.system.need(project).fields["amount"], world.system.writes]).toEqual([95, 0]);
  });

  test("of what changes while the run goes on is not sent, and told (HUB-2620)", async () => {
    const first = driftedPair(world.system);
    const second = driftedPair(world.system, 200, 190);
    const plan = await approved();
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
    const plan = await approved();
    system.faults.set(0, { before: () => system.set(project, "amount", 95) });
    expect(states(await world.apply(plan))).toEqual([["stale", "HUB-1198"]]);
    expect(system.need(project).fields["amount"]).toBe(95);
  });

  test("that overwrote somebody unseen tells the lost value and the plan that puts it back (HUB-2627)", async () => {
    const { system } = world;
    const { project } = driftedPair(system);
    const plan = await approved();
    system.faults.set(0, { before: () => system.set(project, "amount", 95) });
    const { apply } = await world.apply(plan);
    expect(states({ apply } as Applied)).toEqual([["confirmed", "HUB-2627"]]);
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
    const plan = await approved();
    system.faults.set(0, { after: () => system.set(project, "amount", 7) });
    expect(states(await world.apply(plan))).toEqual([["failed", "HUB-2623"]]);
  });

  test("whose answer is lost again and again stays in doubt, and is looked for in the next run (HUB-2624)", async () => {
    const { system } = world;
    const { project } = driftedPair(system);
    const plan = await approved();
    system.faults.set(0, { before: lost }).set(1, { before: lost });
    const applied = await world.apply(plan);
    expect([states(applied), applied.complete]).toEqual([[["unknown", "HUB-2624"]], false]);
    expect(states(await world.night())).toEqual([["confirmed", undefined]]);
    expect(system.need(project).fields["amount"]).toBe(100);
  });

  test("that the system refuses is told with its words, and tried again while it is approved", async () => {
    const { system } = world;
    driftedPair(system);
    const plan = await approved();
    system.faults.set(0, { before: refused });
    expect(states(await world.apply(plan))).toEqual([["failed", "HUB-1298"]]);
    expect(states(await world.night())).toEqual([["confirmed", undefined]]);
  });

  test("waits for the next run where the system asks to wait, with all others of its connection", async () => {
    const { system } = world;
    driftedPair(system);
    driftedPair(system, 200);
    const plan = await approved();
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

describe("an approval", () => {
  test("given on one plan holds for a later one with the same operations", async () => {
    driftedPair(world.system);
    await approved();
    wonDeal(world.system, 300);
    const applied = await world.night();
    expect(states(applied)).toEqual([["confirmed", undefined]]);
    expect(applied.plan.operations).toMatchObject([{ action: "create" }]);
  });

  test("that ran out lets nothing be sent; what was sent under it is still looked into (HUB-2628)", async () => {
    const { system } = world;
    driftedPair(system);
    const plan = await approved();
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
  const plan = await approved();
  const pause = { connection: "fake-main", kind: "pause", by: "Dana Ortiz", at: START, reason: "audit" } as const;
  system.faults.set(0, { after: () => void store.outbox.recordPause(pause) });
  expect(states(await world.apply(plan))).toEqual([
    ["confirmed", undefined],
    ["held", "HUB-2605"],
    ["held", "HUB-2605"],
  ]);
  expect(system.writes).toBe(1);
});

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
    expect(new Set(states(await world.apply(await approved())).map(([, code]) => code))).toEqual(new Set(["HUB-2612"]));
    expect(world.system.writes).toBe(0);
  });

  test("end a run whose writes go wrong again and again (HUB-2613)", async () => {
    const { system } = world;
    for (let amount = 1; amount <= 6; amount += 1) driftedPair(system, amount, 0);
    const plan = await approved();
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
    const plan = await approved();
    const key = { system: "fake", tenant: "t1", stream: "projects" };
    const quarantine = { code: "HUB-1231", message: "Projects have changed.", place: {} };
    await world.run(async ({ store, fence }) => {
      await store.shapes.accept(fence, key, {}, START);
      await store.shapes.hold(fence, key, { changes: [], frozen: null, quarantine });
    });
    expect(states(await world.apply(plan))).toEqual([["held", "HUB-2614"]]);
  });
});

describe("taking back", () => {
  test("an update writes what was there before, once that is approved", async () => {
    const { project } = driftedPair(world.system);
    const plan = await approved();
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
    const plan = await approved();
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
    const plan = await approved();
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

describe("the hub's own write that comes back", () => {
  test("is no word of a person, whoever's account it was written under", async () => {
    driftedPair(world.system, 100, null);
    await world.apply(await approved());
    const [mine] = await world.handoffs();
    expect(mine?.acceptedAt).toBeNull();
    const { project } = driftedPair(world.system, 200, null);
    world.system.set(project, "amount", 200, HUB_ACCOUNT);
    await world.night();
    const theirs = (await world.handoffs()).find(({ targetKey }) => targetKey?.endsWith(project) === true);
    expect(theirs?.acceptedAt).not.toBeNull();
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
  const plan = await approved();
  world.system.readOnly = true;
  expect(states(await world.apply(plan))).toEqual([["held", "HUB-2629"]]);
});

test("what was made after the moment that is asked about is not proposed again while it stands", async () => {
  wonDeal(world.system);
  const before = world.system.now;
  const plan = await approved();
  await world.apply(plan);
  world.system.now = before;
  expect((await world.plan()).operations).toEqual([]);
  const [made] = world.system.projects();
  if (made !== undefined) made.archived = true;
  expect((await world.plan()).operations).toMatchObject([{ action: "create" }]);
});

describe("two hubs on one store", () => {
  test("do not both write: the one that lost the lease stops before it sends (HUB-3003)", async () => {
    const { system } = world;
    for (let amount = 1; amount <= 4; amount += 1) driftedPair(system, amount, 0);
    const plan = await approved();
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
