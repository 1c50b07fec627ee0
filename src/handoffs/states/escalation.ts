import type { BusinessCalendar, Handoff, Instant } from "../../model/index.ts";
import type { Contract } from "../contract/contract.ts";
import { addSpan } from "../contract/durations.ts";

/** The times and fields that say whether somebody is still owed something. */
export type Owed = Pick<Handoff, "link" | "decision" | "createdAt" | "dueAt" | "acceptDueAt">;

/**
 * The last step of a contract's escalation that a handoff has come to: so long after the deadline for the target, or
 * after that for the acceptance. Null while nothing is overdue, and for what was decided, revoked or is another's to decide.
 */
export function escalationOf(
  contract: Contract,
  owed: Owed,
  asOf: Instant,
  calendar: BusinessCalendar,
): NonNullable<Handoff["escalation"]> | null {
  const missed = missedAt(owed);
  if (missed === null || missed >= asOf) return null;
  let last: NonNullable<Handoff["escalation"]> | null = null;
  for (const { after, to } of contract.escalation) {
    const since = addSpan(missed, after, calendar);
    if (since <= asOf && (last === null || since >= last.since)) last = { to, since };
  }
  return last;
}

function missedAt({ link, decision, createdAt, dueAt, acceptDueAt }: Owed): Instant | null {
  if (link === "expected" || link === "missing") return createdAt === null ? dueAt : null;
  return link === "matched" && decision === "none" ? acceptDueAt : null;
}
