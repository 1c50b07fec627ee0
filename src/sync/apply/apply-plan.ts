import { handoffKind } from "../../configuration/index.ts";
import { HubError, pauseOf } from "../../model/index.ts";
import type { Handoff, Plan, StorePort } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import type { PullReport } from "../pull/index.ts";
import { mapAndLink, pullStep } from "../read-all.ts";
import { planStep, reconcileStep } from "../reconcile.ts";
import type { Reconciliation } from "../reconcile.ts";
import { recordOf } from "./commands.ts";
import { createDoors } from "./doors.ts";
import type { Doors } from "./doors.ts";
import { approvalsInForce } from "./due.ts";
import { duplicatesIn } from "./duplicates.ts";
import { applyStep, isComplete } from "./step.ts";
import type { ApplyReport } from "./step.ts";
import { createSurveyor } from "./surveyor.ts";
import type { Refused } from "./surveyor.ts";

/** What applying came to, with the handoffs and the plan as they are afterwards. */
export interface Applied {
  readonly apply: ApplyReport;
  readonly handoffs: readonly Handoff[];
  readonly plan: Plan;
  /** Creations that are missing in the plan: they cannot be made. */
  readonly refused: readonly Refused[];
  readonly complete: boolean;
}

/**
 * Carries out what is approved and derives anew what that changed. Where something was created its connection is read
 * once more: what somebody else made meanwhile is told in the same run.
 * @param only operations of this plan; all that are approved when null
 */
export async function applyAndReconcile(
  context: RunContext,
  before: Reconciliation,
  pull: PullReport,
  only: Plan | null,
): Promise<Applied> {
  const doors = createDoors(context);
  try {
    return await applyThrough(context, before, { doors, pull, only });
  } finally {
    await doors.close();
  }
}

async function applyThrough(
  context: RunContext,
  before: Reconciliation,
  { doors, pull, only }: { readonly doors: Doors; readonly pull: PullReport; readonly only: Plan | null },
): Promise<Applied> {
  const survey = createSurveyor(context, doors);
  const { operations, refused } = await survey(before.operations);
  const current = await planStep(context, operations);
  const { handoffs: decided } = before;
  const report = await applyStep(context, { current, refused, handoffs: decided, only, unread: unreadIn(pull), doors });
  if (!report.changed) {
    return {
      apply: report,
      handoffs: await decided(),
      plan: current,
      refused,
      complete: isComplete(report) && refused.length === 0,
    };
  }
  const { connections, streams } = placesOf(report);
  const again =
    connections.length > 0 ? await pullStep(context, { connections, streams, mode: "incremental", again: true }) : null;
  await mapAndLink(context);
  // What was made just now came after the moment the run began with.
  const later = { ...context, asOf: Math.max(context.asOf, context.dependencies.clock.now()) };
  const after = await reconcileStep(later);
  const handoffs = await after.handoffs();
  const next = await survey(after.operations);
  const plan = await planStep(later, next.operations);
  const apply = { ...report, outcomes: duplicatesIn(report.outcomes, handoffs) };
  // What could not be read again may hide that somebody made the same.
  const complete = isComplete(apply) && next.refused.length === 0 && again?.complete !== false;
  return { apply, handoffs, plan, refused: next.refused, complete };
}

/**
 * `hub apply`: reads what is new, and carries out what is approved of one plan as far as it would still be proposed.
 * @throws HubError HUB-2605 while every connection of it is paused, HUB-2606 when nothing of it is approved.
 */
export async function applyPlan(context: RunContext, plan: Plan): Promise<Applied> {
  await assertMayApply(context, plan);
  const pull = await pullStep(context, { mode: "incremental" });
  await mapAndLink(context);
  return applyAndReconcile(context, await reconcileStep(context), pull, plan);
}

async function assertMayApply({ store, dependencies, configuration }: RunContext, plan: Plan): Promise<void> {
  const words = await store.outbox.pauses();
  const connections = [...new Set(plan.operations.map(({ connection }) => connection))];
  const pauses = connections.map((connection) => pauseOf(words, connection));
  const [first] = pauses;
  if (first != null && pauses.every((pause) => pause !== null)) {
    throw new HubError("HUB-2605", `Writes are paused by ${first.by}: ${first.reason}`, {
      disposition: "operator",
      remedy: "`hub writes resume --by NAME --reason R` lets them go on.",
    });
  }
  const inForce = approvalsInForce(await store.outbox.approvals(), dependencies.clock.now());
  const auto = await hasAuto(store, configuration, plan);
  if (!auto && !plan.operations.some(({ id }) => inForce.has(id))) {
    throw new HubError("HUB-2606", `Nothing of plan ${plan.hash.slice(0, 12)} is approved now.`, {
      disposition: "operator",
      remedy: `\`hub approve ${plan.hash.slice(0, 12)} --by NAME\` agrees to it.`,
    });
  }
}

/** A contract may approve some of it by itself; which is decided when it is applied. */
async function hasAuto(store: StorePort, configuration: RunContext["configuration"], plan: Plan): Promise<boolean> {
  const auto = new Set(
    configuration
      .compiled(handoffKind)
      .filter(({ mode }) => mode === "auto")
      .map(({ name }) => name),
  );
  if (auto.size === 0) return false;
  const own = new Set(plan.operations.map(({ handoffId }) => handoffId));
  return (await store.handoffs.handoffs()).some(({ id, contract }) => own.has(id) && auto.has(contract));
}

/** Where something was created. */
function placesOf({ outcomes }: ApplyReport): {
  readonly connections: readonly string[];
  readonly streams: readonly string[];
} {
  const made = outcomes.filter(({ wrote, operation }) => wrote && operation.action === "create");
  const streams = made.flatMap(({ targetKey }) => (targetKey === null ? [] : [recordOf(targetKey).stream]));
  return {
    connections: streams.length === 0 ? [] : [...new Set(made.map(({ operation }) => operation.connection))],
    streams: [...new Set(streams)],
  };
}

/** Connections and what of them is not stored in full. */
function unreadIn({ connections }: PullReport): ReadonlySet<string> {
  return new Set(
    connections
      .filter(({ problem, certificates }) => problem !== null || certificates.some(({ complete }) => !complete))
      .map(({ connection }) => connection),
  );
}
