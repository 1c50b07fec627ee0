import {
  advancedBases,
  conflictKey,
  decideEach,
  essentialsOf,
  essentialsOfRelated,
  KeptBases,
  KeptObjects,
  objectsOf,
  proposeOperations,
} from "../handoffs/index.ts";
import type { ConflictDecision, Contract, Decided, Objects, Waiver } from "../handoffs/index.ts";
import type { SkippedBlock } from "../matching/index.ts";
import type {
  Canonical,
  ChildJoin,
  Handoff,
  HandoffBase,
  Instant,
  LinkedObject,
  Operation,
  StorePort,
} from "../model/index.ts";
import type { RunContext } from "./context.ts";
import { loadLinkedModel } from "./linked-model.ts";
import type { LinkedModel } from "./linked-model.ts";

/** What the store knows that every contract is decided on. */
export interface Deciding {
  readonly configuration: RunContext["configuration"];
  readonly store: StorePort;
  readonly asOf: Instant;
  readonly model: LinkedModel;
  readonly recorded: Awaited<ReturnType<typeof recordedWords>>;
  readonly connections: Awaited<ReturnType<typeof pinnedConnections>>;
}

/** Reads what all contracts are decided on as of an instant. */
export async function readDeciding(
  { configuration, store, signal }: Pick<RunContext, "configuration" | "store" | "signal">,
  asOf: Instant,
): Promise<Deciding> {
  return {
    configuration,
    store,
    asOf,
    model: await loadLinkedModel(store, signal),
    recorded: await recordedWords(store, asOf),
    connections: await pinnedConnections(store),
  };
}

/** A contract with both sides at hand; nothing is decided and nothing stored yet. */
export interface ContractRun {
  /** Decides one handoff after the other; may be gone through once. What follows is complete when it was. */
  handoffs(): Iterable<Handoff>;
  readonly operations: readonly Operation[];
  /** What both sides now agree on. */
  readonly advanced: Iterable<HandoffBase>;
  /** Names that too many share to be compared for likeness. */
  readonly skipped: readonly SkippedBlock[];
}

/** Handoffs whose repairs are thought about together. */
const BATCH = 20;

/** Reads both sides of a contract to decide its handoffs and propose their repairs. */
export async function openContract(deciding: Deciding, contract: Contract): Promise<ContractRun> {
  const { configuration, store, asOf, model, recorded, connections } = deciding;
  const { calendar } = configuration;
  const { actors } = model;
  const { sources, targets, relatedIds } = await bothSides(deciding, contract);
  const related = await relatedAttributes(store, relatedIds, contract);
  const operations: Operation[] = [];
  const advanced = new KeptBases();
  const skipped: SkippedBlock[] = [];
  const conclude = (batch: readonly Decided[]): void => {
    const handoffs = batch.map(({ handoff }) => handoff);
    const objects = objectsOf(batch);
    for (const operation of proposeOperations(contract, { handoffs, objects, actors, connections, calendar })) {
      operations.push(operation);
    }
    for (const base of advancedBases(contract, { ...recorded, handoffs, objects })) advanced.add(base);
  };
  return {
    operations,
    advanced,
    skipped,
    *handoffs() {
      const tellSkipped = (blocks: readonly SkippedBlock[]): void => void skipped.push(...blocks);
      const { aliases } = configuration.matching;
      const input = { asOf, calendar, sources, targets, actors, related, ...recorded, aliases, tellSkipped };
      let batch: Decided[] = [];
      for (const decided of decideEach(contract, input)) {
        yield decided.handoff;
        batch.push(decided);
        if (batch.length < BATCH) continue;
        conclude(batch);
        batch = [];
      }
      conclude(batch);
      operations.sort((left, right) => (left.id < right.id ? -1 : 1));
    },
  };
}

async function bothSides(
  { configuration, model }: Deciding,
  contract: Contract,
): Promise<{ readonly sources: Objects; readonly targets: Objects; readonly relatedIds: ReadonlySet<string> }> {
  const { sourceType, targetType, targetWhere } = contract;
  const read = async (
    side: "source" | "target",
    look: (object: LinkedObject) => void = () => undefined,
  ): Promise<Objects> => {
    const type = side === "source" ? sourceType : targetType;
    const essentials = essentialsOf(contract, side);
    const kept = new KeptObjects(model.actors);
    for await (const object of model.objects(type, childrenOf(configuration, type))) {
      if (side === "target" && targetWhere?.holds(object) === false) continue;
      const essential = essentials(object);
      look(essential);
      kept.add(essential);
    }
    return kept;
  };
  const relatedIds = new Set<string>();
  const sources = await read("source", ({ references }) => {
    for (const id of Object.values(references)) relatedIds.add(id);
  });
  return { sources, targets: targetType === sourceType ? [] : await read("target"), relatedIds };
}

/** A type is a child of the type that one of its references is named after (`onboarding-step.onboarding`). */
function childrenOf(configuration: Deciding["configuration"], parent: string): readonly ChildJoin[] {
  return [...configuration.vocabulary.values()]
    .filter(({ type, references }) => type.startsWith(`${parent}-`) && references.includes(parent))
    .map(({ type }) => ({ type, reference: parent }));
}

/** How many objects are asked for at once. */
const PAGE = 1000;

/** What the contract may want to know of the objects that its sources refer to, by object id. */
async function relatedAttributes(
  store: StorePort,
  ids: ReadonlySet<string>,
  contract: Contract,
): Promise<ReadonlyMap<string, Readonly<Record<string, Canonical>>>> {
  const essentials = essentialsOfRelated(contract);
  const found = new Map<string, Readonly<Record<string, Canonical>>>();
  const wanted = [...ids];
  for (let from = 0; from < wanted.length; from += PAGE) {
    for (const { object } of await store.model.objectsAt(wanted.slice(from, from + PAGE))) {
      found.set(object.key, essentials(object.attributes));
    }
  }
  return found;
}

/** What persons said and what was agreed on, as far as it still counts. */
export async function recordedWords(store: StorePort, asOf: number) {
  const { handoffs } = store;
  const conflictDecisions = new Map<string, ConflictDecision>();
  for (const { handoffId, field, take, by, at, reason } of await handoffs.conflictDecisions()) {
    conflictDecisions.set(conflictKey(handoffId, field), { take, by, at, reason });
  }
  const bases = new KeptBases();
  for await (const page of handoffs.bases()) for (const base of page) bases.add(base);
  return {
    waivers: await currentWaivers(store, asOf),
    bases,
    matchDecisions: await handoffs.matchDecisions(),
    confirmedLinks: new Map(
      (await handoffs.confirmedLinks()).map(({ targetKey, sourceKey }) => [targetKey, sourceKey]),
    ),
    conflictDecisions,
  };
}

/** The last word on each handoff counts, until it expires. */
export async function currentWaivers(store: StorePort, asOf: number): Promise<ReadonlyMap<string, Waiver>> {
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
