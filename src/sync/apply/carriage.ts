import type { CreateCommand, WriteReceipt } from "../../connectors/kit/index.ts";
import type { Instant, OutboxEntry, OutboxState, Problem, Settlement } from "../../model/index.ts";
import type { RunContext } from "../context.ts";
import type { Tally } from "./brakes.ts";
import type { Command } from "./commands.ts";
import type { Door } from "./doors.ts";
import type { Due } from "./due.ts";
import { waitUntilShown } from "./settling.ts";
import { markerOfCreation, sight } from "./sight.ts";
import type { Sighting } from "./sight.ts";

/** What one operation came to. `held` was not begun and stays planned. */
export interface Outcome extends Due {
  readonly state: OutboxState | "held";
  readonly problem: Problem | null;
  readonly targetKey: string | null;
  /** True when something was written. */
  readonly wrote: boolean;
}

export type Settled = Omit<Outcome, "wrote">;

/** What carrying out works with. */
export interface Work {
  readonly context: RunContext;
  readonly door: Door;
  readonly tally: Tally;
}

/** One operation on its way. */
export interface Carriage extends Work {
  readonly due: Due;
  readonly command: Command;
  readonly entry: OutboxEntry;
  /** Everything the outbox holds on the handoff, as of the beginning. */
  readonly entries: readonly OutboxEntry[];
}

/** Ends the writes of a connection: its system asks to wait longer than a run can. */
export class ConnectionStop extends Error {
  override readonly name = "ConnectionStop";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * @param endedAt when a send ended, at the latest: what is not there is looked for again once the system surely shows
 *   it. Null when it was not sent.
 */
export async function lookFor(carriage: Carriage, endedAt: Instant | null): Promise<Sighting> {
  const { context, door, command, due, entries } = carriage;
  const { dependencies, signal, configuration } = context;
  const input = { door, operation: due.operation, command, calendar: configuration.calendar, entries, signal };
  const first = await sight(input);
  if (endedAt === null || first.kind !== "not done") return first;
  const { settleMs } = door.write.traits;
  const left = endedAt + settleMs - dependencies.clock.now();
  if (left <= 0) return first;
  await waitUntilShown(context, door, left);
  return sight(input);
}

/** Commits that it is sent now; false when writes are paused. */
export async function begin({ context, door, due, tally }: Carriage): Promise<boolean> {
  const at = context.dependencies.clock.now();
  const may = await context.store.outbox.markSent(context.fence, due.operation.id, door.account, at);
  if (may) tally.sent += 1;
  return may;
}

export function createCommand({ due, command, entries }: Pick<Carriage, "due" | "command" | "entries">): CreateCommand {
  return {
    stream: command.stream,
    marker: markerOfCreation({ operation: due.operation, entries }),
    fields: command.fields,
    ...(command.template === null ? {} : { template: command.template }),
  };
}

export async function noteAnswer({ context, due }: Carriage, receipt: WriteReceipt): Promise<void> {
  const { id, requestId, complete, missing } = receipt;
  await context.store.outbox.note(context.fence, {
    operationId: due.operation.id,
    at: context.dependencies.clock.now(),
    event: "answered",
    requestId,
    nativeId: id,
    detail: complete ? null : `missing: ${missing.join(", ")}`,
  });
}

/** Records what an operation came to, and tells it. */
export async function settle(carriage: Carriage, settlement: Omit<Settlement, "at">): Promise<Settled> {
  const { context, due } = carriage;
  const { store, fence, dependencies } = context;
  await store.outbox.settle(fence, due.operation.id, { ...settlement, at: dependencies.clock.now() });
  return {
    ...due,
    state: settlement.state,
    problem: settlement.problem ?? null,
    targetKey: settlement.targetKey ?? due.operation.targetKey,
  };
}

export function hold({ due }: Pick<Carriage, "due">, problem: Problem | null): Settled {
  return { ...due, state: "held", problem, targetKey: due.operation.targetKey };
}
