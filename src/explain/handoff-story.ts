import type {
  Approval,
  Canonical,
  Handoff,
  HandoffDecision,
  Instant,
  MatchDecision,
  Operation,
  OutboxEntry,
  OutboxReceipt,
  Plan,
  StoredConflictDecision,
  StorePort,
} from "../model/index.ts";

/** A plan that held operations of the handoff. */
export interface PlanStory {
  readonly hash: string;
  readonly createdAt: Instant;
  readonly operations: readonly Operation[];
}

/** What became of one operation that was taken up, and every step of it. */
export interface WriteStory {
  readonly entry: OutboxEntry;
  readonly receipts: readonly OutboxReceipt[];
}

/** A handoff as last reconciled, what persons said about it, what was planned, approved and written for it. */
export interface HandoffStory {
  readonly handoff: Handoff;
  readonly decisions: readonly HandoffDecision[];
  readonly matchDecisions: readonly MatchDecision[];
  readonly conflictDecisions: readonly StoredConflictDecision[];
  /** What both sides held when they last agreed, by field; null when they never did as far as the hub knows. */
  readonly base: Readonly<Record<string, Canonical>> | null;
  /** Operations of the latest plan. */
  readonly proposed: readonly Operation[];
  /** Oldest first; one whose operations are those of the plan before is left out. */
  readonly plans: readonly PlanStory[];
  readonly approvals: readonly Approval[];
  readonly writes: readonly WriteStory[];
}

/** Handoffs for which `concerns` holds. */
export async function tellHandoffs(
  store: StorePort,
  concerns: (handoff: Handoff) => boolean,
): Promise<readonly HandoffStory[]> {
  const handoffs = (await store.handoffs.handoffs()).filter(concerns);
  if (handoffs.length === 0) return [];
  const decisions = await store.handoffs.decisions();
  const matchDecisions = await store.handoffs.matchDecisions();
  const conflictDecisions = await store.handoffs.conflictDecisions();
  const plans = (await store.handoffs.plansLike("")).toReversed();
  const approvals = await store.outbox.approvals();
  const latest = (await store.handoffs.latestPlan())?.operations ?? [];
  const stories: HandoffStory[] = [];
  for (const handoff of handoffs) {
    const { id } = handoff;
    const own = plansOf(plans, id);
    const operations = new Set(own.flatMap((plan) => plan.operations.map((operation) => operation.id)));
    stories.push({
      handoff,
      decisions: decisions.filter(({ handoffId }) => handoffId === id),
      matchDecisions: matchDecisions.filter((decision) => isAbout(decision, handoff)),
      conflictDecisions: conflictDecisions.filter(({ handoffId }) => handoffId === id),
      base: await store.handoffs.baseOf(id),
      proposed: latest.filter(({ handoffId }) => handoffId === id),
      plans: own,
      approvals: approvals.filter(({ operationIds }) => operationIds.some((operation) => operations.has(operation))),
      writes: await writesOf(store, id),
    });
  }
  return stories;
}

function plansOf(plans: readonly Plan[], handoffId: string): readonly PlanStory[] {
  const own: PlanStory[] = [];
  let before = "";
  for (const { hash, createdAt, operations: all } of plans) {
    const operations = all.filter((operation) => operation.handoffId === handoffId);
    const ids = operations.map(({ id }) => id).join(" ");
    if (ids !== before && operations.length > 0) own.push({ hash, createdAt, operations });
    before = ids;
  }
  return own;
}

function isAbout({ contract, a, b }: MatchDecision, handoff: Handoff): boolean {
  if (contract !== null && contract !== handoff.contract) return false;
  const sides = [handoff.sourceKey, handoff.targetKey, ...handoff.claimedKeys];
  return sides.includes(a) && sides.includes(b);
}

async function writesOf(store: StorePort, handoffId: string): Promise<readonly WriteStory[]> {
  const entries = await store.outbox.entries({ handoffId });
  if (entries.length === 0) return [];
  const receipts = await store.outbox.receipts(entries.map(({ operationId }) => operationId));
  return entries.map((entry) => ({
    entry,
    receipts: receipts.filter(({ operationId }) => operationId === entry.operationId),
  }));
}
