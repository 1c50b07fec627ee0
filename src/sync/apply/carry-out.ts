import { isStale, isUnknown } from "../../connectors/kit/index.ts";
import type { WriteReceipt } from "../../connectors/kit/index.ts";
import { HubError, MINUTE, OPEN_STATES, SECOND, toProblem } from "../../model/index.ts";
import type { Instant, OutboxEntry } from "../../model/index.ts";
import { begin, ConnectionStop, createCommand, hold, lookFor, noteAnswer, settle } from "./carriage.ts";
import type { Carriage, Outcome, Settled, Work } from "./carriage.ts";
import { commandOf, idempotencyKey, recordOf } from "./commands.ts";
import type { Command } from "./commands.ts";
import type { Seen } from "./doors.ts";
import type { Due } from "./due.ts";
import type { Sighting } from "./sight.ts";
import { nobodyKnows, ranOut, staleNow } from "./told.ts";
import { shown } from "./values.ts";
import { verifyCreation } from "./verify-creation.ts";
import { lostBeneath, verifyUpdate } from "./verify-update.ts";

/** No call is under way for longer. */
const LONGEST_CALL_MS = 2 * MINUTE;

/** How often one operation is sent in one run at most. */
const MOST_SENDS = 2;
/** How many changes of one record are waited out before it is written to all the same. */
const MOST_WAITS = 5;

/**
 * Carries out one operation of the outbox: looks first, sends only what is not there, and believes only what it reads
 * back. What was sent and is in doubt is looked for until the system surely shows it, before it is sent again.
 */
export async function carryOut(work: Work, due: Due): Promise<Outcome> {
  const { context } = work;
  const { operation } = due;
  const entries = await context.store.outbox.entries({ handoffId: operation.handoffId });
  const entry = entries.find(({ operationId }) => operationId === operation.id);
  if (entry === undefined) throw new TypeError(`The outbox does not hold ${operation.id}.`);
  const sentBefore = work.tally.sent;
  const outcome = await begun(work, due, entry, entries);
  return { ...outcome, wrote: work.tally.sent > sentBefore };
}

async function begun(work: Work, due: Due, entry: OutboxEntry, entries: readonly OutboxEntry[]): Promise<Settled> {
  const { context, door } = work;
  const { operation } = due;
  let command: Command;
  try {
    command =
      operation.action === "retire" ? NOTHING_TO_SET(operation.targetKey) : commandOf(context.configuration, operation);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return settle(
      { ...work, due, command: NOTHING_TO_SET(null), entry, entries },
      { state: "failed", problem: toProblem(error) },
    );
  }
  const id = operation.targetKey === null ? null : recordOf(operation.targetKey).id;
  const shownNow = { ...command, fields: await door.inShownWords(command, id) };
  return proceed({ ...work, due, command: shownNow, entry, entries });
}

const NOTHING_TO_SET = (targetKey: string | null): Command => ({
  stream: targetKey === null ? "" : recordOf(targetKey).stream,
  fields: {},
  attributes: [],
  template: null,
});

async function proceed(carriage: Carriage): Promise<Settled> {
  const { context, due, entry } = carriage;
  const { operation, approval } = due;
  const open = OPEN_STATES.some((state) => state === entry.state);
  let seen = await lookFor(carriage, open ? endOfSend(entry) : null);
  let before: Seen | null = null;
  const waitedFor = new Set<Instant>();
  for (let sends = 0; ; sends += 1) {
    if (seen.kind === "changed") {
      // What may have been sent may have gone over something, too.
      const lost = open || sends > 0 ? await lostBeneath(carriage, before, seen.seen) : null;
      return settle(carriage, { state: "stale", problem: lost ?? staleNow(operation, shown(seen.now)) });
    }
    if (seen.kind === "gone") return settle(carriage, { state: "stale", problem: staleNow(operation, "gone") });
    if (seen.kind === "done") {
      return finish(carriage, seen, before, null, sends > 0 || mayBeOurs(entry));
    }
    if (approval.until <= context.dependencies.clock.now()) {
      const problem = ranOut(operation, approval.until);
      return open || sends > 0 ? settle(carriage, { state: "failed", problem }) : hold(carriage, problem);
    }
    if (sends === MOST_SENDS) {
      const problem = nobodyKnows(operation, `it was sent ${String(MOST_SENDS)} times and is not there.`);
      return settle(carriage, { state: "unknown", problem });
    }
    const quiet = await lookOnceQuiet(carriage, seen, waitedFor);
    if (quiet !== seen) {
      seen = quiet;
      sends -= 1;
      continue;
    }
    if (!(await begin(carriage))) return hold(carriage, null);
    before = seen.seen;
    try {
      const receipt = await send(carriage, before);
      await noteAnswer(carriage, receipt);
      return await orUnknown(carriage, () => finish(carriage, answered(receipt), before, receipt, true));
    } catch (error) {
      const after = await settleError(carriage, error);
      if ("state" in after) return after;
      seen = after;
    }
  }
}

/**
 * Conditions are told by the second: what changes within the second of the last change is not refused. So a record that
 * has only just changed is looked at again in the next one.
 * @param waitedFor the changes that were waited for already: a clock may stand still, and a record may never come to rest
 */
async function lookOnceQuiet(
  carriage: Carriage,
  seen: Extract<Sighting, { kind: "not done" }>,
  waitedFor: Set<Instant>,
): Promise<Sighting> {
  const { context, door, due } = carriage;
  const changedAt = seen.seen?.modifiedAt ?? null;
  if (!door.write.traits.conditional || due.operation.action === "create" || changedAt === null) return seen;
  const left = (Math.floor(changedAt / SECOND) + 1) * SECOND - context.dependencies.clock.now();
  if (left <= 0 || left > SECOND || waitedFor.has(changedAt) || waitedFor.size === MOST_WAITS) return seen;
  waitedFor.add(changedAt);
  await context.dependencies.sleep(left, context.signal);
  return lookFor(carriage, null);
}

/** What was sent and then cannot be looked at is in doubt. */
async function orUnknown<Result>(carriage: Carriage, look: () => Promise<Result>): Promise<Result | Settled> {
  try {
    return await look();
  } catch (error) {
    carriage.context.signal.throwIfAborted();
    if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
    return settle(carriage, { state: "unknown", problem: nobodyKnows(carriage.due.operation, error.message) });
  }
}

/** A crash does not stop a call that is under way. */
function endOfSend({ sentAt, settledAt }: OutboxEntry): Instant | null {
  return settledAt ?? (sentAt === null ? null : sentAt + LONGEST_CALL_MS);
}

/** Whether a record found for a creation comes from a send of ours that nobody saw the end of. */
function mayBeOurs({ state, attempts, nativeId }: OutboxEntry): boolean {
  return OPEN_STATES.some((open) => open === state) || (attempts > 0 && nativeId === null);
}

function answered(receipt: WriteReceipt): Extract<Sighting, { kind: "done" }> {
  return { kind: "done", id: receipt.id, seen: null, others: [] };
}

async function send(carriage: Carriage, before: Seen | null): Promise<WriteReceipt> {
  const { context, door, due, command } = carriage;
  const { operation, approval } = due;
  const { signal } = context;
  const key = idempotencyKey(operation, approval);
  if (operation.action === "create") return door.write.create(createCommand(carriage), signal);
  const { stream, id } = recordOf(operation.targetKey ?? "");
  if (operation.action === "retire") {
    const tag = `taken back by the hub: handoff ${operation.handoffId.slice(0, 10)}`;
    return door.write.retire({ stream, id, tag, idempotencyKey: key }, signal);
  }
  const since = before?.modifiedAt ?? null;
  return door.write.update(
    { stream, id, fields: command.fields, idempotencyKey: key, ...(since === null ? {} : { unmodifiedSince: since }) },
    signal,
  );
}

/** What a send that failed came to, or what is seen of it where nobody knows. */
async function settleError(carriage: Carriage, error: unknown): Promise<Settled | Sighting> {
  const { context, due, tally } = carriage;
  context.signal.throwIfAborted();
  if (error instanceof HubError && error.code.startsWith("HUB-30")) throw error;
  if (isStale(error)) return settle(carriage, { state: "stale", problem: toProblem(error) });
  if (isUnknown(error)) {
    tally.errors += 1;
    const cause = error instanceof Error ? error.message : String(error);
    await settle(carriage, { state: "unknown", problem: nobodyKnows(due.operation, cause) });
    return orUnknown(carriage, () => lookFor(carriage, context.dependencies.clock.now()));
  }
  if (error instanceof HubError && error.disposition === "retry-later") {
    await settle(carriage, { state: "planned", problem: toProblem(error) });
    throw new ConnectionStop(toProblem(error));
  }
  tally.errors += 1;
  return settle(carriage, { state: "failed", problem: toProblem(error) });
}

/** What was done, or found done, is read back through pull's own door. */
async function finish(
  carriage: Carriage,
  seen: Extract<Sighting, { kind: "done" }>,
  before: Seen | null,
  receipt: WriteReceipt | null,
  ours: boolean,
): Promise<Settled> {
  switch (carriage.due.operation.action) {
    case "create":
      return verifyCreation(carriage, seen, receipt, ours);
    case "update":
      return verifyUpdate(carriage, seen, before, receipt);
    default: {
      if (receipt === null) return settle(carriage, { state: "confirmed" });
      const now = await lookFor(carriage, null);
      if (now.kind === "done" || isAltered(before, now)) return settle(carriage, { state: "confirmed" });
      // What an earlier send of it has done, another one that is taken alters no more.
      if (carriage.entry.attempts > 0) return settle(carriage, { state: "confirmed" });
      const again = await lookFor(carriage, carriage.context.dependencies.clock.now());
      if (again.kind === "done" || isAltered(before, again)) return settle(carriage, { state: "confirmed" });
      return settle(carriage, {
        state: "unknown",
        problem: nobodyKnows(carriage.due.operation, "it is still there as it was."),
      });
    }
  }
}

/** Where a system archives nothing, being tagged is all that shows. */
function isAltered(before: Seen | null, now: Sighting): boolean {
  return now.kind === "not done" && now.seen !== null && now.seen.versions > (before?.versions ?? 0);
}
