import { describe, expect, test } from "@jest/globals";
import type { Applied } from "../../../src/sync/index.ts";
import { HUB_ACCOUNT, PERSON } from "./fake-system.ts";
import { Doom, Killed, mortal } from "./mortal.ts";
import { createWorld, driftedPair, lost, refused, wait, wonDeal } from "./world.ts";
import type { World } from "./world.ts";

const SEEDS = 500;
/** Seeds in one test, so that what fails is found and nothing runs for long. */
const AT_ONCE = 50;
/** Runs after which everything must be settled: the first, one per fault, and the last that finds nothing to do. */
const MOST_RUNS = 8;

/** Numbers from 0 on, the same for the same seed (mulberry32). */
function drawFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Edit {
  readonly project: string;
  readonly value: number;
}

interface Trial {
  readonly world: World;
  readonly projects: readonly string[];
  readonly deals: readonly string[];
  readonly edits: Edit[];
  readonly told: Set<string>;
  readonly lostValues: string[];
}

/** A world with handoffs to repair and, drawn from the seed, what goes wrong while they are. */
async function trialOf(seed: number): Promise<Trial> {
  const draw = drawFrom(seed);
  const world = await createWorld();
  const { system } = world;
  system.traits = {
    conditional: draw(2) === 0,
    uniqueMarker: draw(3) === 0,
    settleMs: [0, 1000, 30_000][draw(3)] ?? 0,
  };
  system.halves = [0, 0, 0, 1, 2][draw(5)] ?? 0;
  const deals = Array.from({ length: 1 + draw(2) }, (_, index) => wonDeal(system, 10 + index));
  const pairs = Array.from({ length: 1 + draw(2) }, (_, index) => driftedPair(system, 50 + index, 40));
  const plan = await world.plan();
  await world.approve(plan);
  const trial: Trial = {
    world,
    deals,
    projects: pairs.map(({ project }) => project),
    edits: [],
    told: new Set(),
    lostValues: [],
  };
  const edit = (): void => {
    const project = trial.projects[draw(trial.projects.length)] ?? "";
    const value = 1000 + trial.edits.length;
    trial.edits.push({ project, value });
    system.set(project, "amount", value);
  };
  for (let faults = draw(3); faults > 0; faults -= 1) {
    const what = [lost, wait, refused, edit][draw(4)] ?? lost;
    system.faults.set(draw(6), draw(2) === 0 ? { before: what } : { after: what === edit ? edit : lost });
  }
  const doom = new Doom(draw(4) === 0 ? Number.POSITIVE_INFINITY : 1 + draw(220));
  world.guard = (store) => mortal(store, doom);
  const call = system.call.bind(system);
  system.call = (name, work) => {
    doom.tick();
    const answer = call(name, work);
    doom.tick();
    return answer;
  };
  try {
    heard(trial, await world.night());
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  system.call = call;
  world.guard = (same) => same;
  return trial;
}

function heard({ told, lostValues }: Trial, { apply }: Applied): void {
  for (const { state, operation, problem } of apply.outcomes) {
    if (state !== "confirmed") told.add(`${operation.action} ${operation.targetKey ?? operation.handoffId}`);
    if (problem?.code === "HUB-2627") lostValues.push(problem.message);
  }
}

/** Runs, undisturbed, until nothing is left to carry out. */
async function settled(trial: Trial): Promise<void> {
  for (let runs = 0; runs < MOST_RUNS; runs += 1) {
    const applied = await trial.world.night();
    heard(trial, applied);
    if (applied.apply.outcomes.length === 0) return;
  }
  throw new Error(`After ${String(MOST_RUNS)} runs there still is something to carry out.`);
}

async function problemsOf(trial: Trial): Promise<readonly string[]> {
  const { world, deals, projects, edits } = trial;
  const { system } = world;
  const problems: string[] = [];
  for (const deal of deals) {
    const made = system.projects().filter(({ fields }) => fields["deal_id"] === deal);
    if (made.length !== 1) problems.push(`${String(made.length)} projects for ${deal}`);
    if (made[0]?.fields["tasks"] !== "all") problems.push(`the project of ${deal} is half`);
  }
  for (const project of projects) {
    const { fields, history } = system.need(project);
    const wanted = system.need(String(fields["deal_id"])).fields["amount"];
    const ours = history.filter(({ field, by }) => field === "amount" && by === HUB_ACCOUNT);
    if (ours.length > 1) problems.push(`${project} was written ${String(ours.length)} times`);
    const touched = edits.some((each) => each.project === project);
    if (fields["amount"] !== wanted && !touched) problems.push(`${project} is ${String(fields["amount"])}`);
    if (ours.length === 0 && touched && !(await isTold(trial, project)))
      problems.push(`${project} was skipped silently`);
    const at = history.findIndex(({ by }) => by === HUB_ACCOUNT);
    const under = history[at - 1];
    if (at > 0 && under?.by === PERSON && under.from !== null) {
      if (system.traits.conditional)
        problems.push(`${project}: an edit was overwritten in spite of conditional writes`);
      else if (!(await isLossTold(trial, String(under.to)))) {
        problems.push(`${project}: ${String(under.to)} was lost silently`);
      }
    }
  }
  const open = await world.store.outbox.entries({ states: ["sent", "unknown", "half_done"] });
  if (open.length > 0) problems.push(`${String(open.length)} are not settled`);
  return problems;
}

/** In a run's report, or by the outbox where the run was killed before it could report. */
async function isTold({ told, world }: Trial, project: string): Promise<boolean> {
  if ([...told].some((text) => text.endsWith(`/${project}`))) return true;
  const entries = await world.store.outbox.entries({ states: ["stale", "failed"] });
  return entries.some(({ targetKey, problem }) => problem !== null && targetKey?.endsWith(`/${project}`) === true);
}

async function isLossTold({ lostValues, world }: Trial, value: string): Promise<boolean> {
  const entries = await world.store.outbox.entries({ states: ["confirmed"] });
  const kept = entries.flatMap(({ problem }) => (problem?.code === "HUB-2627" ? [problem.message] : []));
  return [...lostValues, ...kept].some((text) => text.includes(value));
}

describe.each(Array.from({ length: SEEDS / AT_ONCE }, (_, part) => part * AT_ONCE))(
  "with a crash, a lost answer, a refusal, a wait or a person's edit anywhere (seeds from %d)",
  (from) => {
    test("each planned change is done once or told, nothing is made twice, and no edit is lost silently", async () => {
      for (let seed = from; seed < from + AT_ONCE; seed += 1) {
        const trial = await trialOf(seed);
        await settled(trial);
        expect({ seed, problems: await problemsOf(trial) }).toEqual({ seed, problems: [] });
        await trial.world.close();
      }
    });
  },
);
