import { OPEN_STATES } from "../../model/index.ts";
import type { Handoff, Plan } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import type { Outcome } from "./carriage.ts";
import { idempotencyKey } from "./commands.ts";
import type { Due } from "./due.ts";

/** From now on the pair is known, whatever becomes of the words it was found by. */
export async function keepLink(
  { store, fence, dependencies }: RunContext,
  { operation, targetKey }: Outcome,
  handoffs: ReadonlyMap<string, Handoff>,
): Promise<void> {
  const handoff = handoffs.get(operation.handoffId);
  const stored = ["create", "link"].includes(operation.action);
  if (!stored || handoff === undefined || handoff.sourceKey === null || targetKey === null) return;
  const { id: handoffId, contract, sourceKey } = handoff;
  const at = dependencies.clock.now();
  await store.handoffs.saveConfirmedLinks(fence, [
    { handoffId, contract, sourceKey, targetKey, operationId: operation.id, at },
  ]);
}

/** A creation that was put away half done has nothing left to complete. */
export async function endUndone({ store, fence, dependencies }: RunContext, { operation }: Outcome): Promise<void> {
  const { undoes, action } = operation;
  if (undoes === undefined || action !== "retire") return;
  const [undone] = await store.outbox.entries({ operationIds: [undoes], states: OPEN_STATES });
  if (undone !== undefined) {
    await store.outbox.settle(fence, undoes, { state: "failed", at: dependencies.clock.now() });
  }
}

/** Entries of earlier runs that nobody saw the end of, with the operations they are about. */
export async function openOperations({ store }: RunContext): Promise<readonly Due[]> {
  const entries = await store.outbox.entries({ states: OPEN_STATES });
  const approvals = await store.outbox.approvals();
  const plans = new Map<string, Plan | null>();
  const found: Due[] = [];
  for (const { operationId, planHash, approvalId } of entries) {
    if (!plans.has(planHash)) plans.set(planHash, await store.handoffs.plan(planHash));
    const operation = plans.get(planHash)?.operations.find(({ id }) => id === operationId);
    // A newer word on the same operation counts for what is left to do.
    const approval =
      approvals.findLast(({ operationIds }) => operationIds.includes(operationId))
      ?? approvals.find(({ id }) => id === approvalId);
    if (operation !== undefined && approval !== undefined) found.push({ operation, approval });
  }
  return found;
}

/** Puts operations in line, under the word that lets them be carried out. */
export async function takeUp({ store, fence }: RunContext, due: readonly Due[]): Promise<void> {
  await store.outbox.take(
    fence,
    due.map(({ operation, approval }) => ({
      operationId: operation.id,
      planHash: approval.planHash,
      approvalId: approval.id,
      handoffId: operation.handoffId,
      action: operation.action,
      field: operation.field,
      connection: operation.connection,
      idempotencyKey: idempotencyKey(operation, approval),
      targetKey: operation.targetKey,
      before: operation.before,
      after: operation.after,
    })),
  );
}
