import type { Handoff, HandoffDecision, Operation, StorePort } from "../model/index.ts";

/** A handoff as last reconciled, what people said about it and what the latest plan would do. */
export interface HandoffStory {
  readonly handoff: Handoff;
  readonly decisions: readonly HandoffDecision[];
  readonly proposed: readonly Operation[];
}

/** Handoffs for which `concerns` holds. */
export async function tellHandoffs(
  store: StorePort,
  concerns: (handoff: Handoff) => boolean,
): Promise<readonly HandoffStory[]> {
  const handoffs = (await store.handoffs.handoffs()).filter(concerns);
  if (handoffs.length === 0) return [];
  const decisions = await store.handoffs.decisions();
  const operations = (await store.handoffs.latestPlan())?.operations ?? [];
  return handoffs.map((handoff) => ({
    handoff,
    decisions: decisions.filter((decision) => decision.handoffId === handoff.id),
    proposed: operations.filter((operation) => operation.handoffId === handoff.id),
  }));
}
