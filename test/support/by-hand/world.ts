import type { Handoff, StorePort } from "../../../src/model/index.ts";
import type { KpiResult } from "../../../src/kpis/index.ts";
import type { Truth } from "../../../src/sandbox/index.ts";
import { loadLinkedModel, measureStep } from "../../../src/sync/index.ts";
import type { LinkedModel } from "../../../src/sync/index.ts";
import { AS_OF, hubOn, startCompany } from "../e2e.ts";
import { startOfDay } from "./calendar.ts";
import { journeysOf } from "./journeys.ts";
import type { Journey } from "./journeys.ts";
import { sprintsOf } from "./sprints.ts";
import type { Sprint } from "./sprints.ts";

/** Counts on both sides of every KPI; large enough for medians. */
const SCALE = 0.3;

/** What customers are told apart by. */
export interface Account {
  readonly segment: string | null;
  readonly region: string | null;
}

/** The company as its sources have it, before anything is measured. */
export interface World {
  readonly asOf: number;
  readonly journeys: readonly Journey[];
  readonly handoffs: readonly Handoff[];
  readonly truth: Truth;
  /** By lead: when persons called or wrote, in time order. */
  readonly touches: ReadonlyMap<string, readonly number[]>;
  readonly sprints: readonly Sprint[];
  readonly accounts: ReadonlyMap<string, Account>;
}

/** What was measured of the company with a seed, and the world it was measured of. */
export async function measuredWorld(
  seed: number,
): Promise<{ readonly results: readonly KpiResult[]; readonly world: World }> {
  const company = await startCompany({ seed, scale: SCALE });
  const hub = await hubOn(company);
  try {
    await hub.sync();
    const handoffs = await hub.reconcile();
    const { result } = await hub.hub.run("measure", async (context) => {
      const measured = await measureStep(context);
      measured.star.close();
      const world = await worldOf(context.store, handoffs, company.sandbox.truth, AS_OF);
      return { answer: { results: measured.results, world }, complete: true, summary: null };
    });
    return result.answer;
  } finally {
    await hub.close();
    await company.close();
  }
}

/** The company as a store has it at an instant. */
export async function worldOf(
  store: StorePort,
  handoffs: readonly Handoff[],
  truth: Truth,
  asOf: number,
): Promise<World> {
  const model = await loadLinkedModel(store, new AbortController().signal);
  return {
    asOf,
    handoffs,
    truth,
    journeys: await journeysOf(model, handoffs, startOfDay, asOf),
    touches: await touchesOf(model),
    sprints: await sprintsOf(model, asOf),
    accounts: await accountsOf(model),
  };
}

/** When persons turned to each lead; what a service account logged is no touch (reference §2.2, lead response). */
async function touchesOf(model: LinkedModel): Promise<ReadonlyMap<string, readonly number[]>> {
  const touches = new Map<string, number[]>();
  for await (const { object, references, events } of model.objects("touch")) {
    const { lead } = references;
    if (lead === undefined) continue;
    const account = object.key.split("/").slice(0, 2).join("/");
    for (const { by, occurredAt } of events) {
      if (by.person === null || model.actorOf(`${account}/${by.person}`)?.kind !== "human") continue;
      touches.set(
        lead,
        [...(touches.get(lead) ?? []), occurredAt].sort((a, b) => a - b),
      );
    }
  }
  return touches;
}

async function accountsOf(model: LinkedModel): Promise<ReadonlyMap<string, Account>> {
  const accounts = new Map<string, Account>();
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  for await (const { id, object } of model.objects("account")) {
    const { segment, region } = object.attributes;
    accounts.set(id, { segment: text(segment), region: text(region) });
  }
  return accounts;
}
