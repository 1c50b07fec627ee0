import { handoffKind } from "../../configuration/index.ts";
import type { Configuration } from "../../configuration/index.ts";
import { isEmpty } from "../../handoffs/index.ts";
import type { Contract } from "../../handoffs/index.ts";
import { canonicalJson, DAY, hashText } from "../../model/index.ts";
import type { Approval, Handoff, Instant, Operation, Plan, StorePort } from "../../model/index.ts";

/** How long an approval holds unless it says otherwise (reference §3.5). */
export const APPROVAL_MS = DAY;
/** Below it nothing is approved by a contract alone. */
const LEAST_CONFIDENCE = 0.95;

/** An operation that may be carried out, and by whose word. */
export interface Due {
  readonly operation: Operation;
  readonly approval: Approval;
}

export interface DueOperations {
  readonly due: readonly Due[];
  /** Approved, but no longer what the hub would do: reality has moved. */
  readonly lapsed: readonly Due[];
}

/** An approval's own name: the same word at the same time is one approval. */
export function nameApproval(approval: Omit<Approval, "id">): Approval {
  const { planHash, operationIds, by, at, until, kind } = approval;
  return { id: hashText(canonicalJson([planHash, [...operationIds].sort(), by, at, until, kind])), ...approval };
}

/** The newest approval that is in force for each operation. */
export function approvalsInForce(approvals: readonly Approval[], now: Instant): ReadonlyMap<string, Approval> {
  return new Map(
    approvals
      .filter(({ until }) => until > now)
      .flatMap((approval) => approval.operationIds.map((id) => [id, approval] as const)),
  );
}

/**
 * What may be carried out now: approved operations that the hub would still propose, and approved inverses; with a plan
 * only what that plan holds. What is approved and would no longer be done has lapsed.
 */
export async function dueOperations(
  store: StorePort,
  current: readonly Operation[],
  plan: Plan | null,
  now: Instant,
): Promise<DueOperations> {
  const approvals = await store.outbox.approvals();
  const inForce = approvalsInForce(approvals, now);
  const proposed = new Set(current.map(({ id }) => id));
  const operations = plan === null ? [...current, ...(await planned(store, [...inForce.values()]))] : plan.operations;
  const approved = [...new Map(operations.map((operation) => [operation.id, operation])).values()].flatMap(
    (operation): readonly Due[] => {
      const approval = inForce.get(operation.id);
      return approval === undefined ? [] : [{ operation, approval }];
    },
  );
  const stillDue = ({ operation }: Due): boolean => operation.undoes !== undefined || proposed.has(operation.id);
  return { due: approved.filter(stillDue), lapsed: approved.filter((each) => !stillDue(each)) };
}

/** What the plans hold that approvals were given on: inverses, which no reconciling proposes again, and what has lapsed. */
async function planned(store: StorePort, approvals: readonly Approval[]): Promise<readonly Operation[]> {
  const hashes = [...new Set(approvals.map(({ planHash }) => planHash))];
  const plans = await Promise.all(hashes.map((hash) => store.handoffs.plan(hash)));
  return plans.flatMap((plan) => plan?.operations ?? []);
}

/**
 * The approvals that contracts of `mode: auto` give by themselves (reference §3.5): storing a link, and filling what is
 * empty and the source owns, where the match is as good as certain. What was done once is never approved again: it was
 * taken back, or somebody emptied the field on purpose.
 */
export async function contractApprovals(
  configuration: Configuration,
  store: StorePort,
  plan: Plan,
  handoffs: ReadonlyMap<string, Handoff>,
  now: Instant,
): Promise<readonly Approval[]> {
  const contracts = configuration.compiled(handoffKind).filter(({ mode }) => mode === "auto");
  if (contracts.length === 0) return [];
  const inForce = approvalsInForce(await store.outbox.approvals(), now);
  const done = new Set((await store.outbox.entries({ states: ["confirmed"] })).map(({ operationId }) => operationId));
  return contracts.flatMap((contract): readonly Approval[] => {
    const operationIds = plan.operations
      .filter((operation) => handoffs.get(operation.handoffId)?.contract === contract.name)
      .filter((operation) => isHarmless(operation, contract) && !inForce.has(operation.id) && !done.has(operation.id))
      .map(({ id }) => id);
    if (operationIds.length === 0) return [];
    const until = now + APPROVAL_MS;
    return [nameApproval({ planHash: plan.hash, operationIds, by: contract.name, at: now, until, kind: "contract" })];
  });
}

function isHarmless({ action, field, before, confidence, objectType }: Operation, contract: Contract): boolean {
  if (confidence < LEAST_CONFIDENCE) return false;
  if (action === "link") return true;
  if (action !== "update" || objectType !== contract.targetType || !isEmpty(before)) return false;
  return contract.fields.some(({ theirs, owner }) => theirs === field && owner === "source");
}
