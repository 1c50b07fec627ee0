import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readConfiguration, STANDARD_KINDS } from "../../../src/configuration/index.ts";
import type { Configuration } from "../../../src/configuration/index.ts";
import { HubError } from "../../../src/model/index.ts";
import type { Approval, Fence, HubErrorOptions, Handoff, Plan, StorePort } from "../../../src/model/index.ts";
import { openStore } from "../../../src/store/index.ts";
import {
  applyAndReconcile,
  applyPlan,
  approvalOf,
  mapAndLink,
  pullStep,
  reconcileStep,
} from "../../../src/sync/index.ts";
import type { Applied, Progress, RunContext } from "../../../src/sync/index.ts";
import { begin } from "../../support/store.ts";
import { FakeSystem } from "./fake-system.ts";

export const START = Date.parse("2026-11-02T11:00:00Z");
const DAY = 24 * 60 * 60_000;

const FILES: Readonly<Record<string, string>> = {
  "hub.yaml": `company: Acme
time: { zone: UTC, calendar: office }
money: { corporate: EUR }
connections: { fake-main: { system: fake } }
`,
  "people.yaml": `- { name: Dana Ortiz, ids: { fake-main: u-dana } }
- { name: Kim Lee, ids: { fake-main: u-kim } }
- { name: Hub, ids: { fake-main: u-hub } }
- { name: Inbox, queue: true, ids: {} }
`,
  "calendars/office.yaml": "calendar: office\nzone: UTC\nopen: { Mon-Sun: 00:00-24:00 }\nholidays: {}\n",
  "mappings/deal.yaml": `mapping: deal
from: fake-main.deals
fields: { name: name, amount: { number: amount }, due: due }
stage: { from: stage, values: [Open, Won] }
events: { deal created: created }
`,
  "mappings/project.yaml": `mapping: project
from: fake-main.projects
fields: { name: name, deal_id: deal_id, amount: { number: amount }, due: due, tasks: tasks, owner: { person: owner } }
events: { project created: created }
`,
  "handoffs/won-to-project.yaml": `handoff: won-to-project
since: 2026-01-01T00:00:00Z
mode: propose
from: { when: deal enters Won }
to: { expect: project, create_from: fake-main/Standard }
due: { created: 1h, grace: 1h }
match: [{ link: deal_id }]
accepted_when: amount set by a person
fields: { amount: source, due: source }
`,
};

/** A hub over a fake system, with a clock that moves when anybody sleeps. */
export interface World {
  readonly system: FakeSystem;
  readonly store: StorePort;
  readonly configuration: Configuration;
  readonly slept: number[];
  readonly told: Progress[];
  /** Stands between the steps and the store from the next run on. */
  guard: (store: StorePort) => StorePort;
  /** Begins a run of its own, as a process that took over from a dead one. */
  context(): Promise<RunContext>;
  run<Answer>(work: (context: RunContext) => Promise<Answer>): Promise<Answer>;
  /** Reads, decides and plans. */
  plan(): Promise<Plan>;
  handoffs(): Promise<readonly Handoff[]>;
  approve(plan: Plan, only?: readonly string[]): Promise<Approval>;
  apply(plan: Plan): Promise<Applied>;
  /** A whole night without anybody: what is approved is carried out. */
  night(): Promise<Applied>;
  close(): Promise<void>;
}

const compiled = new Map<string, Promise<string>>();

/** The directory of a configuration; made once for each set of changes. */
function directoryOf(changes: Readonly<Record<string, string>>): Promise<string> {
  const name = JSON.stringify(changes);
  const known = compiled.get(name) ?? writeFiles({ ...FILES, ...changes });
  compiled.set(name, known);
  return known;
}

async function writeFiles(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "hub-apply-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

export interface WorldOptions {
  /** Files of the configuration that differ. */
  readonly files?: Readonly<Record<string, string>>;
  readonly paused?: boolean;
  readonly system?: FakeSystem;
  readonly store?: StorePort;
}

/** The text of the contract, changed. */
export function contract(change: (text: string) => string): Readonly<Record<string, string>> {
  const name = "handoffs/won-to-project.yaml";
  return { [name]: change(FILES[name] ?? "") };
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const system = options.system ?? new FakeSystem(START);
  const clock = { now: () => system.now };
  const store = options.store ?? openStore(":memory:", clock);
  const directory = await directoryOf(options.files ?? {});
  const configuration = await readConfiguration(directory, { connectors: [system.connector()], kinds: STANDARD_KINDS });
  const slept: number[] = [];
  const told: Progress[] = [];
  const world: World = {
    system,
    store,
    configuration,
    slept,
    told,
    guard: (same) => same,
    context: async () => {
      const fence: Fence = await begin(
        store,
        "host:1",
        () => false,
        () => system.now,
      );
      return {
        configuration,
        store: world.guard(store),
        fence,
        asOf: system.now,
        dependencies: {
          clock,
          wallNow: clock.now,
          sleep: async (ms) => {
            slept.push(ms);
            system.now += ms;
          },
          random: () => 0,
          ledger: store.ledger,
          log: () => undefined,
        },
        environment: {},
        readText: async () => "",
        progress: (progress) => void told.push(progress),
        signal: new AbortController().signal,
      };
    },
    run: async (work) => {
      const context = await world.context();
      const answer = await work(context);
      await context.store.runs.end(context.fence, { outcome: "complete", endedAt: system.now, summary: null });
      return answer;
    },
    plan: () =>
      world.run(async (context) => {
        const pull = await pullStep(context, { mode: "incremental" });
        await mapAndLink(context);
        const reconciled = await reconcileStep(context);
        const { plan } = await applyAndReconcile(context, reconciled, pull, NOTHING_OF(START));
        return plan;
      }),
    handoffs: () => store.handoffs.handoffs(),
    approve: (plan, only) =>
      world.run(async (context) => {
        const operations = plan.operations.filter(({ id }) => only?.includes(id) !== false);
        const times = { now: system.now, until: system.now + DAY };
        const approval = approvalOf(plan, operations, "Dana Ortiz", times);
        await context.store.outbox.approve(context.fence, approval);
        return approval;
      }),
    apply: (plan) => world.run((context) => applyPlan(context, plan)),
    night: () =>
      world.run(async (context) => {
        const pull = await pullStep(context, { mode: "incremental" });
        await mapAndLink(context);
        return applyAndReconcile(context, await reconcileStep(context), pull, null);
      }),
    close: () => store.close(),
  };
  if (options.store === undefined) {
    system.add("users", { name: "Dana Ortiz" }, PERSON_IDS[0], null, "u-dana");
    system.add("users", { name: "Hub" }, PERSON_IDS[0], null, "u-hub");
    if (options.paused !== true) await resume(world);
  }
  return world;
}

const PERSON_IDS = ["u-dana"] as const;

/** A plan without operations: applying it carries out nothing. */
const NOTHING_OF = (at: number): Plan => ({ hash: "none", asOf: at, createdAt: at, operations: [] });

export async function resume(world: World): Promise<void> {
  const word = { connection: null, kind: "resume", by: "Dana Ortiz", at: START, reason: "tested" } as const;
  await world.store.outbox.recordPause(word);
}

/** A deal that was won two days ago, so that its project is missing by now. */
export function wonDeal(system: FakeSystem, amount = 100): string {
  const now = system.now;
  system.now = now - 2 * DAY;
  const deal = system.add("deals", { name: `Deal ${String(amount)}`, amount, due: null, stage: "Open" });
  system.set(deal.id, "stage", "Won");
  system.now = now;
  return deal.id;
}

/** A won deal with its project, which holds another amount. */
export function driftedPair(
  system: FakeSystem,
  amount = 100,
  held: number | null = 90,
): { deal: string; project: string } {
  const deal = wonDeal(system, amount);
  const now = system.now;
  system.now = now - DAY;
  const project = system.add("projects", { name: "Project", deal_id: deal, amount: held, due: null, tasks: "all" });
  system.now = now;
  return { deal, project: project.id };
}

/** A plan of what is to be repaired, all of it approved. */
export async function approved(world: World): Promise<Plan> {
  const plan = await world.plan();
  await world.approve(plan);
  return plan;
}

/** What each operation came to, with the code of what there is to say of it. */
export const states = ({ apply }: Pick<Applied, "apply">): readonly (readonly [string, string | undefined])[] =>
  apply.outcomes.map(({ state, problem }) => [state, problem?.code] as const);

const fault = (code: string, options: HubErrorOptions) => (): never => {
  throw new HubError(code, "It went wrong.", options);
};
/** Nobody knows whether it was done. */
export const lost = fault("HUB-1299", { disposition: "retry-now", fate: "unknown" });
/** Certainly not done. */
export const refused = fault("HUB-1298", { disposition: "skip-record" });
/** Certainly not done, and all others are to wait. */
export const wait = fault("HUB-1297", { disposition: "retry-later", retryAt: START });
