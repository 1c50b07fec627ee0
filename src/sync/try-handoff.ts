import { handoffKind } from "../configuration/index.ts";
import type { Configuration } from "../configuration/index.ts";
import { HubError } from "../model/index.ts";
import type { Handoff, Instant, Operation, StorePort } from "../model/index.ts";
import { openContract, readDeciding } from "./open-contract.ts";

/** A stored handoff beside what the contract as it is written now makes of the same records. */
export interface TriedHandoff {
  readonly before: Handoff;
  /** Null when the contract no longer expects anything there. */
  readonly after: Handoff | null;
  /** What the latest plan proposes for it, and what would be proposed. */
  readonly proposed: { readonly before: readonly Operation[]; readonly after: readonly Operation[] };
}

/**
 * Decides one handoff anew as of an instant, and stores nothing.
 * @throws HubError HUB-4013 when there is no contract of that name any more.
 */
export async function tryHandoff(
  context: { readonly configuration: Configuration; readonly store: StorePort; readonly signal: AbortSignal },
  before: Handoff,
  asOf: Instant,
): Promise<TriedHandoff> {
  const { configuration, store, signal } = context;
  const contract = configuration.compiled(handoffKind).find(({ name }) => name === before.contract);
  if (contract === undefined) {
    throw new HubError("HUB-4013", `There is no contract "${before.contract}" in the configuration.`, {
      disposition: "operator",
      remedy: "Name the directory that has it with --config DIR.",
    });
  }
  const deciding = await readDeciding({ configuration, store, signal }, asOf);
  const run = await openContract(deciding, contract);
  let after: Handoff | null = null;
  for (const handoff of run.handoffs()) if (handoff.id === before.id) after = handoff;
  const own = ({ handoffId }: Operation): boolean => handoffId === before.id;
  return {
    before,
    after,
    proposed: {
      before: ((await store.handoffs.latestPlan())?.operations ?? []).filter(own),
      after: run.operations.filter(own),
    },
  };
}
