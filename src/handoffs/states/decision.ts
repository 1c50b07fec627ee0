import type { Decision, Handoff, Instant } from "../../model/index.ts";
import type { Contract } from "../contract/contract.ts";
import type { Party } from "../input.ts";
import { firstOccasion } from "./occasions.ts";
import type { Window } from "./occasions.ts";
import { ownEvents, textOf } from "../parties.ts";
import type { People } from "../parties.ts";
import { foldText } from "../../matching/index.ts";

/** What the other team decided, with the times that tell of it. */
export interface Verdict {
  readonly decision: Decision;
  readonly acceptedAt: Instant | null;
  readonly rejectedAt: Instant | null;
  /** When it was last given back after an acceptance. */
  readonly returnedAt: Instant | null;
  /** How often it was given back. */
  readonly returns: number;
  /** Null where the contract lists no reasons, or nothing was rejected. */
  readonly rejection: NonNullable<Handoff["rejection"]> | null;
}

export const NO_VERDICT: Verdict = {
  decision: "none",
  acceptedAt: null,
  rejectedAt: null,
  returnedAt: null,
  returns: 0,
  rejection: null,
};

/** The decision that stands at the end of a window: what was accepted may be given back, and accepted again. */
export function verdictOn(contract: Contract, target: Party, window: Window, people: People): Verdict {
  const acceptedAt = firstOccasion(contract.acceptedWhen, target, window, people);
  const rejectedAt = firstOccasion(contract.rejectedWhen, target, window, people);
  if (rejectedAt !== null && (acceptedAt === null || rejectedAt < acceptedAt)) {
    const rejection = contract.rejection === null ? null : reasonOf(contract.rejection, target, rejectedAt);
    return { ...NO_VERDICT, decision: "rejected", rejectedAt, rejection };
  }
  if (acceptedAt === null) return NO_VERDICT;
  return { ...NO_VERDICT, ...standing(contract, target, { ...window, from: acceptedAt }, people) };
}

function standing(
  contract: Contract,
  target: Party,
  { from, to }: Window,
  people: People,
): Pick<Verdict, "decision" | "acceptedAt" | "returnedAt" | "returns"> {
  let acceptedAt = from;
  let returnedAt: Instant | null = null;
  for (let returns = 0; ; returns += 1) {
    const back = firstOccasion(contract.returnedWhen, target, { from: acceptedAt + 1, to }, people);
    if (back === null) return { decision: "accepted", acceptedAt, returnedAt, returns };
    returnedAt = back;
    const again = firstOccasion(contract.acceptedWhen, target, { from: back + 1, to }, people);
    if (again === null) return { decision: "returned", acceptedAt, returnedAt, returns: returns + 1 };
    acceptedAt = again;
  }
}

function reasonOf(
  { known, attribute }: NonNullable<Contract["rejection"]>,
  target: Party,
  rejectedAt: Instant,
): NonNullable<Verdict["rejection"]> {
  const reason =
    attribute === null
      ? (ownEvents(target.linked, rejectedAt).findLast((event) => event.stage !== null)?.stage ?? null)
      : textOf(target.linked.object.attributes[attribute]);
  return { reason, known: reason !== null && known.some((each) => foldText(each) === foldText(reason)) };
}
