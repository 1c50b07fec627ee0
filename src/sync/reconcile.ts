import { handoffKind } from "../configuration/index.ts";
import { planHash } from "../handoffs/index.ts";
import type { Contract } from "../handoffs/index.ts";
import type { Handoff, Operation, Plan } from "../model/index.ts";
import { takeUpLostLinks, watchUnlinked } from "./apply/lost-links.ts";
import { withoutMade } from "./apply/made.ts";
import { breathe } from "./breath.ts";
import type { RunContext } from "./context.ts";
import { openContract, readDeciding, recordedWords } from "./open-contract.ts";
import type { Deciding } from "./open-contract.ts";
import { skippedNames } from "./skipped-names.ts";

/** The handoffs of all contracts as of the run's as-of, and the writes that would repair them. */
export interface Reconciliation {
  /** Read from the store when asked for: there may be a hundred thousand. */
  readonly handoffs: () => Promise<readonly Handoff[]>;
  readonly operations: readonly Operation[];
}

/**
 * Decides every contract anew from what link found and stores the states and what both sides now agree on; proposes
 * repairs but stores no plan.
 */
export async function reconcileStep(context: RunContext): Promise<Reconciliation> {
  const { configuration, store, fence, asOf, progress } = context;
  progress({ kind: "step", step: "reconcile", state: "started" });
  const deciding = await readDeciding(context, asOf);
  const contracts = configuration.compiled(handoffKind);
  const operations: Operation[] = [];
  const count = { current: 0, historical: 0 };
  for (const contract of contracts) {
    await breathe(context.signal);
    for (const operation of await decideOne(context, deciding, contract, count)) operations.push(operation);
  }
  const names = contracts.map(({ name }) => name);
  await store.handoffs.keepHandoffsOf(fence, names);
  progress({
    kind: "step",
    step: "reconcile",
    state: "done",
    detail: `${count.current.toLocaleString("en-US")} handoffs, ${count.historical.toLocaleString("en-US")} historical`,
  });
  return { handoffs: () => store.handoffs.handoffs(), operations };
}

interface Count {
  current: number;
  historical: number;
}

function* counted(handoffs: Iterable<Handoff>, count: Count): Iterable<Handoff> {
  for (const handoff of handoffs) {
    if (handoff.historical) count.historical += 1;
    else count.current += 1;
    yield handoff;
  }
}

/** What was loaded for one contract is let go of with this call, before the next one is loaded. */
async function decideOne(
  context: RunContext,
  deciding: Deciding,
  contract: Contract,
  count: Count,
): Promise<readonly Operation[]> {
  const { store, fence, asOf, progress } = context;
  const unlinked = watchUnlinked(contract, deciding.model);
  const run = await openContract({ ...deciding, model: unlinked.model }, contract);
  const decided: Count = { current: 0, historical: 0 };
  const handoffs = counted(unlinked.through(run.handoffs()), decided);
  await store.handoffs.replaceHandoffs(fence, handoffs, contract.name);
  if (await takeUpLostLinks(context, contract, unlinked, deciding.recorded.confirmedLinks)) {
    return decideOne(context, { ...deciding, recorded: await recordedWords(store, asOf) }, contract, count);
  }
  count.current += decided.current;
  count.historical += decided.historical;
  await store.handoffs.saveBases(fence, run.advanced, asOf);
  for (const problem of skippedNames(contract.name, run.skipped)) progress({ kind: "problem", ...problem });
  return run.operations;
}

/** Stores the proposed writes as an immutable plan; the same operations are the same plan. */
export async function planStep(context: RunContext, operations: readonly Operation[]): Promise<Plan> {
  const { store, fence, asOf, dependencies, progress } = context;
  progress({ kind: "step", step: "plan", state: "started" });
  const open = await withoutMade(store, operations);
  const plan: Plan = { hash: planHash(open), asOf, createdAt: dependencies.clock.now(), operations: open };
  await store.handoffs.savePlan(fence, plan);
  progress({
    kind: "step",
    step: "plan",
    state: "done",
    detail: `${open.length} operations proposed, none sent; plan ${plan.hash.slice(0, 12)}`,
  });
  return plan;
}
