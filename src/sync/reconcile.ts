import { handoffKind } from "../configuration/index.ts";
import { advancedBases, conflictKey, planHash, proposeOperations, reconcile } from "../handoffs/index.ts";
import type { ConflictDecision, Contract, Waiver } from "../handoffs/index.ts";
import type {
  Canonical,
  ChildJoin,
  Handoff,
  HandoffBase,
  LinkedObject,
  Operation,
  Plan,
  StorePort,
} from "../model/index.ts";
import { breathe } from "./breath.ts";
import type { RunContext } from "./context.ts";
import { loadLinkedModel } from "./linked-model.ts";
import type { LinkedModel } from "./linked-model.ts";

/** The handoffs of all contracts as of the run's as-of, and the writes that would repair them. */
export interface Reconciliation {
  readonly handoffs: readonly Handoff[];
  readonly operations: readonly Operation[];
}

/**
 * Decides every contract anew from what link found and stores the states and what both sides now agree on; proposes
 * repairs but stores no plan.
 */
export async function reconcileStep(context: RunContext): Promise<Reconciliation> {
  const { configuration, store, fence, asOf, progress } = context;
  progress({ kind: "step", step: "reconcile", state: "started" });
  const model = await loadLinkedModel(store, context.signal);
  const recorded = await recordedWords(store, asOf);
  const connections = await pinnedConnections(store);
  const handoffs: Handoff[] = [];
  const operations: Operation[] = [];
  const advanced: HandoffBase[] = [];
  for (const contract of configuration.compiled(handoffKind)) {
    await breathe(context.signal);
    const { sources, targets } = await bothSides(context, contract, model);
    const decided = reconcile(contract, {
      asOf,
      calendar: configuration.calendar,
      sources,
      targets,
      actors: model.actors,
      related: await relatedAttributes(store, [...sources, ...targets]),
      ...recorded,
    });
    for (const handoff of decided) handoffs.push(handoff);
    const objects = new Map([...sources, ...targets].map((object) => [object.id, object]));
    const { calendar } = configuration;
    for (const operation of proposeOperations(contract, {
      handoffs: decided,
      objects,
      actors: model.actors,
      connections,
      calendar,
    })) {
      operations.push(operation);
    }
    for (const base of advancedBases(contract, { handoffs: decided, objects, ...recorded })) advanced.push(base);
  }
  await store.handoffs.replaceHandoffs(fence, handoffs);
  if (advanced.length > 0) await store.handoffs.saveBases(fence, advanced, asOf);
  const current = handoffs.filter((handoff) => !handoff.historical);
  progress({
    kind: "step",
    step: "reconcile",
    state: "done",
    detail: `${current.length.toLocaleString("en-US")} handoffs, ${(handoffs.length - current.length).toLocaleString("en-US")} historical`,
  });
  return { handoffs, operations };
}

/** Stores the proposed writes as an immutable plan; the same operations are the same plan. */
export async function planStep(context: RunContext, operations: readonly Operation[]): Promise<Plan> {
  const { store, fence, asOf, dependencies, progress } = context;
  progress({ kind: "step", step: "plan", state: "started" });
  const plan: Plan = { hash: planHash(operations), asOf, createdAt: dependencies.clock.now(), operations };
  await store.handoffs.savePlan(fence, plan);
  progress({
    kind: "step",
    step: "plan",
    state: "done",
    detail: `${operations.length} operations proposed, none sent; plan ${plan.hash.slice(0, 12)}`,
  });
  return plan;
}

async function bothSides(
  context: RunContext,
  contract: Contract,
  model: LinkedModel,
): Promise<{ readonly sources: readonly LinkedObject[]; readonly targets: readonly LinkedObject[] }> {
  const sources = await collect(model, contract.sourceType, childrenOf(context, contract.sourceType));
  if (contract.targetType === contract.sourceType) return { sources, targets: [] };
  return { sources, targets: await collect(model, contract.targetType, childrenOf(context, contract.targetType)) };
}

async function collect(
  model: LinkedModel,
  type: string,
  joins: readonly ChildJoin[],
): Promise<readonly LinkedObject[]> {
  const found: LinkedObject[] = [];
  for await (const object of model.objects(type, joins)) found.push(object);
  return found;
}

/** A type is a child of the type that one of its references is named after (`onboarding-step.onboarding`). */
function childrenOf({ configuration }: RunContext, parent: string): readonly ChildJoin[] {
  return [...configuration.vocabulary.values()]
    .filter(({ type, references }) => type.startsWith(`${parent}-`) && references.includes(parent))
    .map(({ type }) => ({ type, reference: parent }));
}

/** Attributes of what the objects refer to, by object id. */
async function relatedAttributes(
  store: StorePort,
  objects: readonly LinkedObject[],
): Promise<ReadonlyMap<string, Readonly<Record<string, Canonical>>>> {
  const wanted = new Set(objects.flatMap((object) => Object.values(object.references)));
  const found = new Map<string, Readonly<Record<string, Canonical>>>();
  if (wanted.size === 0) return found;
  for await (const page of store.model.objects()) {
    for (const { key, attributes } of page) if (wanted.has(key)) found.set(key, attributes);
  }
  return found;
}

/** What persons said and what was agreed on, as far as it still counts. */
async function recordedWords(store: StorePort, asOf: number) {
  const { handoffs } = store;
  const conflictDecisions = new Map<string, ConflictDecision>();
  for (const { handoffId, field, take, by, at, reason } of await handoffs.conflictDecisions()) {
    conflictDecisions.set(conflictKey(handoffId, field), { take, by, at, reason });
  }
  return {
    waivers: await currentWaivers(store, asOf),
    bases: await handoffs.bases(),
    matchDecisions: await handoffs.matchDecisions(),
    confirmedLinks: new Map(
      (await handoffs.confirmedLinks()).map(({ targetKey, sourceKey }) => [targetKey, sourceKey]),
    ),
    conflictDecisions,
  };
}

/** The last word on each handoff counts, until it expires. */
async function currentWaivers(store: StorePort, asOf: number): Promise<ReadonlyMap<string, Waiver>> {
  const waivers = new Map<string, Waiver>();
  for (const { handoffId, kind, reason, by, until } of await store.handoffs.decisions()) {
    if (kind !== "resume" && (until === null || until > asOf)) waivers.set(handoffId, { reason, by, until });
    else waivers.delete(handoffId);
  }
  return waivers;
}

async function pinnedConnections(
  store: StorePort,
): Promise<ReadonlyMap<string, { readonly system: string; readonly tenant: string }>> {
  return new Map(
    (await store.records.pins()).map(({ connection, system, tenant }) => [connection, { system, tenant }]),
  );
}
