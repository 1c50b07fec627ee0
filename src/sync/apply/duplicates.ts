import { HubError, toProblem } from "../../model/index.ts";
import type { Handoff } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import type { Outcome } from "./carriage.ts";
import { commandOf, recordOf } from "./commands.ts";
import type { Doors } from "./doors.ts";
import { waitUntilShown } from "./settling.ts";
import { markerOfCreation } from "./sight.ts";
import { duplicated } from "./told.ts";

/**
 * Looks once more for copies of what was created, when each system surely shows what was written: somebody may have
 * made another while ours was on its way. Ours is the one that our receipt names.
 */
export async function lateDuplicates(
  context: RunContext,
  doors: Doors,
  outcomes: readonly Outcome[],
): Promise<readonly Outcome[]> {
  const { dependencies, signal, store, configuration } = context;
  const created = outcomes.filter(
    ({ operation, wrote, state }) => operation.action === "create" && wrote && state === "confirmed",
  );
  const told = new Map<string, Outcome>();
  const waited = new Set<string>();
  for (const outcome of created) {
    const { operation, targetKey } = outcome;
    const door = await doors.open(operation.connection);
    const { write } = door;
    if (write.traits.uniqueMarker || targetKey === null || outcome.problem?.code === "HUB-2626") continue;
    if (!waited.has(operation.connection) && write.traits.settleMs > 0) {
      await waitUntilShown(context, door, write.traits.settleMs);
    }
    waited.add(operation.connection);
    const entries = await store.outbox.entries({ handoffId: operation.handoffId });
    const marker = markerOfCreation({ operation, entries });
    const { id } = recordOf(targetKey);
    const command = commandOf(configuration, operation);
    try {
      const others = (await write.find(command.stream, marker, signal, command))
        .map((hit) => hit.id)
        .filter((hit) => hit !== id);
      if (others.length > 0) told.set(operation.id, { ...outcome, problem: duplicated(operation, id, others) });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
      told.set(operation.id, { ...outcome, problem: outcome.problem ?? toProblem(error) });
    }
  }
  for (const { operation, problem, targetKey } of told.values()) {
    const at = dependencies.clock.now();
    await store.outbox.settle(context.fence, operation.id, { state: "confirmed", at, targetKey, problem });
  }
  return outcomes.map((outcome) => told.get(outcome.operation.id) ?? outcome);
}

/** Creations beside which the reconciling that followed found another target, made without our marker. */
export function duplicatesIn(outcomes: readonly Outcome[], handoffs: readonly Handoff[]): readonly Outcome[] {
  const byId = new Map(handoffs.map((handoff) => [handoff.id, handoff]));
  return outcomes.map((outcome) => {
    const { operation, targetKey, problem, state } = outcome;
    const handoff = byId.get(operation.handoffId);
    if (operation.action !== "create" || state !== "confirmed" || handoff?.link !== "duplicate") return outcome;
    const others = handoff.claimedKeys.filter((key) => key !== targetKey);
    return problem !== null || targetKey === null || others.length === 0
      ? outcome
      : { ...outcome, problem: duplicated(operation, targetKey, others) };
  });
}
