import { HubError, OPEN_STATES, pauseOf, toProblem } from "../../model/index.ts";
import type { Handoff, Plan, Problem, WritePause } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import { brake, errorBrake } from "./brakes.ts";
import type { Tally } from "./brakes.ts";
import { ConnectionStop } from "./carriage.ts";
import type { Outcome, Work } from "./carriage.ts";
import { carryOut } from "./carry-out.ts";
import type { Doors } from "./doors.ts";
import { contractApprovals, dueOperations } from "./due.ts";
import type { Due } from "./due.ts";
import { lateDuplicates } from "./duplicates.ts";
import { endUndone, keepLink, openOperations, takeUp } from "./line.ts";
import type { Refused } from "./surveyor.ts";
import { noLongerProposed, nobodyKnows, paused } from "./told.ts";

/** What there is to carry out, and what is known around it. */
export interface ApplyInput {
  /** What the hub would do now. */
  readonly current: Plan;
  /** What it would do, too, if what it names were there: held back where it is approved. */
  readonly refused: readonly Refused[];
  /** Whoever opened them closes them. */
  readonly doors: Doors;
  readonly handoffs: () => Promise<readonly Handoff[]>;
  /** Only operations of this plan; all that are approved when null. */
  readonly only: Plan | null;
  /** Connections that this run could not read in full. */
  readonly unread: ReadonlySet<string>;
}

export interface ApplyReport {
  readonly outcomes: readonly Outcome[];
  /** Ended early: a connection whose system asks to wait, or writes that go wrong too often. */
  readonly stops: readonly Problem[];
  /** True when a system to write to asks to wait longer than a run can. */
  readonly waits: boolean;
  /** True when the store knows more than before: what is derived is to be derived again. */
  readonly changed: boolean;
}

/**
 * Carries out what is approved, by persons or by contracts, and never waits for anybody. What earlier runs left open is
 * looked into first. What is held back stays planned and is told.
 */
export async function applyStep(context: RunContext, input: ApplyInput): Promise<ApplyReport> {
  const { configuration, store, fence, dependencies, progress } = context;
  const now = dependencies.clock.now();
  const handoffs = new Map((await input.handoffs()).map((handoff) => [handoff.id, handoff]));
  for (const approval of await contractApprovals(configuration, store, autoScope(input), handoffs, now)) {
    await store.outbox.approve(fence, approval);
  }
  const wanted = [...input.current.operations, ...input.refused.map(({ operation }) => operation)];
  const dueNow = await dueOperations(store, wanted, input.only, now);
  const open = await openOperations(context);
  const entries = await store.outbox.entries({ states: ["confirmed", "stale"] });
  const known = new Map(entries.map((entry) => [entry.operationId, entry]));
  const isOpen = ({ operation }: Due): boolean => open.some((each) => each.operation.id === operation.id);
  const isDone = ({ operation, approval }: Due): boolean => {
    const entry = known.get(operation.id);
    return entry?.state === "confirmed" && entry.approvalId === approval.id;
  };
  // What was taken back since is nothing the same approval may make again.
  const isTakenBack = ({ operation, approval }: Due): boolean =>
    operation.action === "create"
    && entries.some(
      ({ action, handoffId, settledAt }) =>
        action === "retire" && handoffId === operation.handoffId && (settledAt ?? 0) > approval.at,
    );
  // No reconciling proposes an inverse anew: one that reality has overtaken waits for another word.
  const isOvertaken = ({ operation, approval }: Due): boolean => {
    const entry = known.get(operation.id);
    return operation.undoes !== undefined && entry?.state === "stale" && entry.approvalId === approval.id;
  };
  const taken = dueNow.due.filter((each) => !isDone(each) && !isOpen(each) && !isTakenBack(each) && !isOvertaken(each));
  // What was confirmed is no longer proposed because it is done; that something has lapsed is told once.
  const lapsed = dueNow.lapsed.filter((each) => !known.has(each.operation.id) && !isOpen(each));
  if (open.length + taken.length + lapsed.length === 0) return NOTHING;
  progress({ kind: "step", step: "apply", state: "started" });
  await takeUp(context, [...taken, ...lapsed]);
  const report = await carryOutAll(context, input, { open, taken, lapsed, handoffs });
  progress({ kind: "step", step: "apply", state: "done", detail: detailOf(report) });
  return report;
}

/** Of the plan that is applied, what the hub would still do. */
function autoScope({ current, only }: ApplyInput): Plan {
  if (only === null) return current;
  const proposed = new Set(current.operations.map(({ id }) => id));
  return { ...only, operations: only.operations.filter(({ id }) => proposed.has(id)) };
}

const NOTHING: ApplyReport = { outcomes: [], stops: [], waits: false, changed: false };

interface Load {
  readonly open: readonly Due[];
  readonly taken: readonly Due[];
  readonly lapsed: readonly Due[];
  readonly handoffs: ReadonlyMap<string, Handoff>;
}

async function carryOutAll(context: RunContext, input: ApplyInput, load: Load): Promise<ApplyReport> {
  const { configuration, store, fence, dependencies } = context;
  const outcomes: Outcome[] = [];
  const stops = new Map<string, Problem>();
  const tally: Tally = { sent: 0, errors: 0 };
  const pauses = await store.outbox.pauses();
  const waiting = { any: false };
  for (const each of load.lapsed) {
    const problem = noLongerProposed(each.operation);
    await store.outbox.settle(fence, each.operation.id, { state: "stale", at: dependencies.clock.now(), problem });
    outcomes.push({ ...each, state: "stale", problem, targetKey: each.operation.targetKey, wrote: false });
  }
  const all = load.open.length + load.taken.length;
  const one = async (due: Due): Promise<void> => {
    const outcome = await attempt(context, input.doors, tally, due, stops, waiting);
    outcomes.push(
      outcome.state === "held"
        ? { ...outcome, problem: outcome.problem ?? pausedNow(due, await store.outbox.pauses()) }
        : outcome,
    );
    if (outcome.state === "confirmed") await keepLink(context, outcome, load.handoffs);
    if (outcome.state === "confirmed") await endUndone(context, outcome);
    const done = outcomes.length - load.lapsed.length;
    context.progress({ kind: "count", step: "apply", done, of: all, unit: "operations" });
  };
  for (const due of load.open) await one(due);
  const unsettled = new Set(
    outcomes
      .filter(({ state }) => OPEN_STATES.some((open) => open === state))
      .map(({ operation }) => operation.handoffId),
  );
  const tenants = new Map((await store.records.pins()).map(({ connection, tenant }) => [connection, tenant]));
  const { free, held } = await brake(load.taken, {
    configuration,
    store,
    handoffs: load.handoffs,
    unread: input.unread,
    refused: new Map(input.refused.map(({ operation, problem }) => [operation.id, problem])),
    tenantOf: (connection) => tenants.get(connection) ?? null,
  });
  for (const each of held) outcomes.push(heldBack(each, each.problem));
  for (const due of free) {
    const { connection, handoffId, action } = due.operation;
    const braked = errorBrake(tally, configuration);
    if (braked !== null) stops.set("", braked);
    const reason = stops.get("") ?? stops.get(connection) ?? pausedNow(due, pauses);
    if (reason !== null) outcomes.push(heldBack(due, reason));
    else if (action === "create" && unsettled.has(handoffId)) {
      outcomes.push(
        heldBack(due, nobodyKnows(due.operation, "an earlier creation for the handoff is not settled yet.")),
      );
    } else await one(due);
  }
  const told = await lateDuplicates(context, input.doors, outcomes);
  return {
    outcomes: told,
    stops: [...stops.values()],
    waits: waiting.any,
    changed: told.some(({ wrote, state }) => wrote || state === "confirmed"),
  };
}

async function attempt(
  context: RunContext,
  doors: Doors,
  tally: Tally,
  due: Due,
  stops: Map<string, Problem>,
  waiting: { any: boolean },
): Promise<Outcome> {
  const { connection, action } = due.operation;
  const stopped = stops.get(connection);
  if (stopped !== undefined) return heldBack(due, stopped);
  if (action === "link") return link(context, due);
  try {
    const work: Work = { context, door: await doors.open(connection), tally };
    return await carryOut(work, due);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ConnectionStop) {
      stops.set(connection, error.problem);
      waiting.any = true;
      return heldBack(due, error.problem);
    }
    // What cannot be looked at is not written to; the operation stays as it is.
    if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
    const problem = toProblem(error);
    if (error.disposition === "operator" || error.disposition === "retry-later") stops.set(connection, problem);
    if (error.disposition === "retry-later") waiting.any = true;
    return heldBack(due, problem);
  }
}

/** Kept by the hub alone: nothing is sent. */
async function link({ store, fence, dependencies }: RunContext, due: Due): Promise<Outcome> {
  const { id, targetKey } = due.operation;
  await store.outbox.settle(fence, id, { state: "confirmed", at: dependencies.clock.now() });
  return { ...due, state: "confirmed", problem: null, targetKey, wrote: false };
}

function pausedNow({ operation }: Due, words: readonly WritePause[]): Problem | null {
  const pause = pauseOf(words, operation.connection);
  return pause === null || operation.action === "link" ? null : paused(operation, pause.by, pause.reason);
}

function heldBack(due: Due, problem: Problem): Outcome {
  return { ...due, state: "held", problem, targetKey: due.operation.targetKey, wrote: false };
}

function detailOf({ outcomes }: ApplyReport): string {
  const counts = new Map<string, number>();
  for (const { state } of outcomes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${String(count)} ${state.replace("_", " ")}`).join(", ");
}

/** Whether everything that was to be done is done. What is paused on purpose is not missing. */
export function isComplete({ outcomes, stops }: ApplyReport): boolean {
  return (
    stops.length === 0 && outcomes.every(({ state, problem }) => state === "confirmed" || problem?.code === "HUB-2605")
  );
}
