import { deedOf, planHash } from "../../handoffs/index.ts";
import { hashText, MINUTE } from "../../model/index.ts";
import type { Overlooked, WriteReceipt } from "../../connectors/kit/index.ts";
import type { AttributeChange, BusinessCalendar, Canonical, Instant, Operation, Problem } from "../../model/index.ts";
import type { Carriage, Settled } from "./carriage.ts";
import { lookFor, settle } from "./carriage.ts";
import type { Seen } from "./doors.ts";
import { objectOf } from "./sight.ts";
import type { Sighting } from "./sight.ts";
import { notThere, overlooked, overwritten } from "./told.ts";
import { shown, stands, valueAt } from "./values.ts";

/** After a crash nobody remembers the look: what happened from the send on, on clocks that differ a little, counts. */
const CLOCKS_DIFFER_MS = MINUTE;

/**
 * Confirms an update only when the value stands. Where somebody wrote between our look and our write, the value we
 * overwrote is told, with the plan that puts it back.
 * @param before the record as it was looked at before it was sent; null when it was not sent just now
 * @param receipt what the system answered; null when it was not sent just now
 */
export async function verifyUpdate(
  carriage: Carriage,
  seen: Extract<Sighting, { kind: "done" }>,
  before: Seen | null,
  receipt: WriteReceipt | null,
): Promise<Settled> {
  const { context, due } = carriage;
  const { operation } = due;
  const now = receipt !== null ? await lookFor(carriage, context.dependencies.clock.now()) : seen;
  switch (now.kind) {
    case "done": {
      const lost = now.seen === null ? null : await lostBeneath(carriage, before, now.seen);
      const problem = lost ?? overlookedBy(operation, receipt?.overlooked?.at(-1));
      return settle(carriage, { state: "confirmed", problem, nativeId: now.id, targetKey: operation.targetKey });
    }
    case "not done":
      carriage.tally.errors += 1;
      return settle(carriage, {
        state: "failed",
        problem: notThere(operation, `it still is ${shown(operation.before)}`),
      });
    case "changed": {
      const lost = await lostBeneath(carriage, before, now.seen);
      return settle(carriage, {
        state: "failed",
        problem: lost ?? notThere(operation, `it is ${shown(now.now)} by now`),
      });
    }
    default:
      return settle(carriage, { state: "failed", problem: notThere(operation, "the record is gone") });
  }
}

/** What our write went over and nobody had seen, with the plan that puts it back; null when there is nothing. */
export async function lostBeneath(carriage: Carriage, before: Seen | null, now: Seen): Promise<Problem | null> {
  const { context, due, entry } = carriage;
  const since = (entry.sentAt ?? context.dependencies.clock.now()) - CLOCKS_DIFFER_MS;
  const lost = lostValue(due.operation, { before, since }, now, context.configuration.calendar);
  return lost === null ? null : tellLost(carriage, lost);
}

/** What the field held right before ours, if that is not what we looked at. */
function lostValue(
  operation: Operation,
  { before, since }: { readonly before: Seen | null; readonly since: Instant },
  now: Seen,
  calendar: BusinessCalendar,
): Lost | null {
  const after = operation.after as Canonical;
  const known = new Set(before === null ? [] : changesOf(operation, before).map(nameOf));
  const fresh = changesOf(operation, now).filter(
    (change) => !known.has(nameOf(change)) && (before !== null || change.validAt >= since),
  );
  const at = fresh.findLastIndex(({ value }) => stands(value, after, calendar));
  const ours = fresh[at];
  if (ours === undefined) return null;
  const object = objectOf(now, operation.targetKey);
  const current = object === null ? null : valueAt(object, operation.field ?? "");
  const isLost = ({ value }: AttributeChange): boolean =>
    !stands(value, after, calendar) && !stands(value, current, calendar);
  // Of one instant in whatever order: what is told after ours and does not stand happened before it.
  const last =
    fresh.slice(0, at).findLast(isLost)
    ?? fresh.slice(at).findLast((change) => change.validAt === ours.validAt && isLost(change));
  if (last === undefined || stands(last.value, operation.before, calendar)) return null;
  return { value: last.value, by: last.by?.person ?? null };
}

/** Where the system tells that somebody was there, and not what they wrote. */
function overlookedBy(operation: Operation, last: Overlooked | undefined): Problem | null {
  return last === undefined ? null : overlooked(operation, last.by, last.at);
}

interface Lost {
  readonly value: Canonical;
  readonly by: string | null;
}

function changesOf({ targetKey, field }: Operation, seen: Seen): readonly AttributeChange[] {
  return (objectOf(seen, targetKey)?.history ?? []).filter(
    ({ attribute, source }) => attribute === field && source === "history",
  );
}

function nameOf({ validAt, value }: AttributeChange): string {
  return JSON.stringify([validAt, value]);
}

/** Stores the inverse as a plan of its own, to be approved like any other. */
async function tellLost({ context, due }: Carriage, { value, by }: Lost) {
  const { operation } = due;
  const who = by === null ? "" : ` by the account ${by}`;
  const deed: Omit<Operation, "id"> = {
    ...operation,
    before: operation.after as Canonical,
    after: value,
    reason: `The hub overwrote it${who} unseen; this puts it back.`,
    rule: `undo of ${operation.id.slice(0, 10)}: restore what was overwritten`,
    confidence: 1,
    risk: "medium",
    undoes: operation.id,
  };
  const inverse: Operation = { ...deed, id: hashText(deedOf(deed)) };
  const { store, fence, asOf, dependencies } = context;
  const hash = planHash([inverse]);
  await store.handoffs.savePlan(fence, { hash, asOf, createdAt: dependencies.clock.now(), operations: [inverse] });
  return overwritten(operation, `${shown(value)}${who}`, hash);
}
