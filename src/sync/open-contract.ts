import { advancedBases, conflictKey, decideEach, essentialsOf, proposeOperations } from "../handoffs/index.ts";
import type { ConflictDecision, Contract, Waiver } from "../handoffs/index.ts";
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

/** A contract with both sides at hand; nothing is decided and nothing stored yet. */
export interface ContractRun {
  /** Decides one handoff after the other; may be gone through once. What follows is complete when it was. */
  handoffs(): Iterable<Handoff>;
  readonly operations: readonly Operation[];
  /** What both sides now agree on. */
  readonly advanced: readonly HandoffBase[];
  /** Names that too many share to be compared for likeness. */
  readonly skipped: readonly SkippedBlock[];
}

/** Handoffs whose repairs are thought about together. */
const BATCH = 1000;

/** Loads both sides of a contract to decide its handoffs and propose their repairs. */
export async function openContract(deciding: Deciding, contract: Contract): Promise<ContractRun> {
  const { configuration, store, asOf, model, recorded, connections } = deciding;
  const { calendar } = configuration;
  const { sources, targets } = await bothSides(deciding, contract);
  const related = await relatedAttributes(store, [sources, targets]);
  const objects = new Map<string, LinkedObject>();
  for (const side of [sources, targets]) for (const object of side) objects.set(object.id, object);
  const operations: Operation[] = [];
  const advanced: HandoffBase[] = [];
  const skipped: SkippedBlock[] = [];
  const { actors } = model;
  const conclude = (handoffs: readonly Handoff[]): void => {
    const proposing = { handoffs, objects, actors, connections, calendar };
    operations.push(...proposeOperations(contract, proposing));
    advanced.push(...advancedBases(contract, { ...recorded, handoffs, objects }));
  };
  return {
    operations,
    advanced,
    skipped,
    *handoffs() {
      const tellSkipped = (blocks: readonly SkippedBlock[]): void => void skipped.push(...blocks);
      const { aliases } = configuration.matching;
      const input = { asOf, calendar, sources, targets, actors, related, ...recorded, aliases, tellSkipped };
      let batch: Handoff[] = [];
      for (const handoff of decideEach(contract, input)) {
        yield handoff;
        batch.push(handoff);
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
): Promise<{ readonly sources: readonly LinkedObject[]; readonly targets: readonly LinkedObject[] }> {
  const { sourceType, targetType } = contract;
  const load = (type: string, keep: (object: LinkedObject) => LinkedObject | null): Promise<readonly LinkedObject[]> =>
    collect(model, type, childrenOf(configuration, type), keep);
  const sources = await load(sourceType, essentialsOf(contract, "source"));
  if (targetType === sourceType) return { sources, targets: [] };
  const { targetWhere } = contract;
  const essentials = essentialsOf(contract, "target");
  const concerned = (object: LinkedObject): LinkedObject | null =>
    targetWhere?.holds(object) === false ? null : essentials(object);
  return { sources, targets: await load(targetType, concerned) };
}

async function collect(
  model: LinkedModel,
  type: string,
  joins: readonly ChildJoin[],
  keep: (object: LinkedObject) => LinkedObject | null,
): Promise<readonly LinkedObject[]> {
  const found: LinkedObject[] = [];
  for await (const object of model.objects(type, joins)) {
    const kept = keep(object);
    if (kept !== null) found.push(kept);
  }
  return found;
}

/** A type is a child of the type that one of its references is named after (`onboarding-step.onboarding`). */
function childrenOf(configuration: Deciding["configuration"], parent: string): readonly ChildJoin[] {
  return [...configuration.vocabulary.values()]
    .filter(({ type, references }) => type.startsWith(`${parent}-`) && references.includes(parent))
    .map(({ type }) => ({ type, reference: parent }));
}

/** Attributes of what the objects refer to, by object id. */
async function relatedAttributes(
  store: StorePort,
  sides: readonly (readonly LinkedObject[])[],
): Promise<ReadonlyMap<string, Readonly<Record<string, Canonical>>>> {
  const wanted = new Set<string>();
  for (const side of sides) {
    for (const { references } of side) for (const id of Object.values(references)) wanted.add(id);
  }
  const found = new Map<string, Readonly<Record<string, Canonical>>>();
  if (wanted.size === 0) return found;
  for await (const page of store.model.objects()) {
    for (const { key, attributes } of page) if (wanted.has(key)) found.set(key, attributes);
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
export async function currentWaivers(store: StorePort, asOf: number): Promise<ReadonlyMap<string, Waiver>> {
  const waivers = new Map<string, Waiver>();
  for (const { handoffId, kind, reason, by, until } of await store.handoffs.decisions()) {
    if (kind !== "resume" && (until === null || until > asOf)) waivers.set(handoffId, { reason, by, until });
    else waivers.delete(handoffId);
  }
  return waivers;
}

export async function pinnedConnections(
  store: StorePort,
): Promise<ReadonlyMap<string, { readonly system: string; readonly tenant: string }>> {
  return new Map(
    (await store.records.pins()).map(({ connection, system, tenant }) => [connection, { system, tenant }]),
  );
}
