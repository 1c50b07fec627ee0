import type { Journey } from "./journeys.ts";

/** The stages of the processes in their order, as docs/techflow.md names them; where a stage has no events of its own, the step that closes it. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  "lead-to-opportunity": ["New", "Working", "MQL", "SAL", "SQL", "Recycled"],
  opportunity: ["Discovery", "Qualification", "Solution Fit", "Proposal", "Negotiation"],
  expansion: ["Idea", "Identified"],
  "account-quarter": ["To schedule", "Scheduled"],
  "contract-term": ["Discovery", "Qualification", "Solution Fit", "Proposal", "Negotiation"],
  "feature-delivery": ["Discovery", "Planning", "Committed", "Development", "Testing"],
  "monthly-close": ["Open", "Reconcile", "Accruals", "Review"],
  hiring: ["Offer accepted", "Contract signed", "Equipment", "Accounts ready"],
  "contract-review": ["Requested", "Redlines", "Approved"],
  incident: ["Detected", "Acknowledged", "Mitigated"],
};
/** Each lasts until its step is done (config/processes/customer-onboarding.yaml). */
const PHASES: readonly (readonly [stage: string, until: string])[] = [
  ["Handoff", "Accept handoff"],
  ["Kickoff", "Kickoff call"],
  ["Import", "Data import"],
  ["Adoption", "First value"],
  ["Go-live", "Go-live sign-off"],
];
const MINUTE = 60_000;

/** One stay in one stage. */
export interface Stay {
  readonly stage: string;
  readonly order: number;
  readonly from: number;
  /** Null while it lasts. */
  readonly to: number | null;
  /** Left within a minute between stages that are no neighbours: the noise of a bulk edit (reference §2.2). */
  readonly isNoise: boolean;
  /** Of those of its stage, noise included. */
  readonly nth: number;
  /** Entered from a later stage or from an end. */
  readonly isBack: boolean;
}

/** A stage, or an end (which has no place among them), from when on. */
interface Entered {
  readonly stage: string;
  readonly order: number | null;
  readonly from: number;
}

/** The stays of a case in time order; in an end it stays nowhere. What was cancelled left its stage then. */
export function staysOf(journey: Journey): readonly Stay[] {
  const over = journey.end ?? journey.goneAt;
  const entered = journey.process === "customer-onboarding" ? phasesOf(journey) : stagesOf(journey);
  const counts = new Map<string, number>();
  return entered.flatMap(({ stage, order, from }, index) => {
    if (order === null) return [];
    const nth = (counts.get(stage) ?? 0) + 1;
    counts.set(stage, nth);
    const [before, after] = [entered[index - 1], entered[index + 1]];
    const to = after?.from ?? (over === null ? null : Math.max(over, from));
    const isBetween = before != null && after != null && before.order !== null && after.order !== null;
    const isNoise =
      to !== null && to - from < MINUTE && isBetween && Math.abs((before.order ?? 0) - (after.order ?? 0)) !== 1;
    const isBack = before !== undefined && (before.order === null || before.order > order);
    return [{ stage, order, from, to, isNoise, nth, isBack }];
  });
}

function stagesOf({ process, moments }: Journey): readonly Entered[] {
  const entered = moments.filter(({ isStage }) => isStage);
  return entered
    .filter(({ what }, index) => entered[index - 1]?.what !== what)
    .map(({ what, at }) => {
      const order = STAGES[process]?.indexOf(what) ?? -1;
      return { stage: what, order: order === -1 ? null : order, from: at };
    });
}

function phasesOf({ moments, start }: Journey): readonly Entered[] {
  const closed = (step: string): number | null =>
    moments.find(({ what, undone }) => what === step && !undone)?.at ?? null;
  const phases: Entered[] = [];
  let from = start;
  for (const [order, [stage, until]] of PHASES.entries()) {
    const at = closed(until);
    const isSkipped = at === null && PHASES.slice(order + 1).some(([, later]) => closed(later) !== null);
    // What was closed before the stage ahead of it took no time.
    if (isSkipped || (at !== null && at < from)) continue;
    phases.push({ stage, order, from });
    if (at === null) return phases;
    from = at;
  }
  return [...phases, { stage: "Go-live sign-off", order: null, from }];
}

/** Stays in a stage that had been left before; what bulk edits brought about is none. */
export function returnsOf(stays: readonly Stay[]): readonly Stay[] {
  return stays.filter(({ nth, isNoise }, index) => nth > 1 && !isNoise && stays[index - 1]?.isNoise !== true);
}

/** Whether it went back to an earlier stage; what bulk edits brought about does not count. */
export function wentBack(stays: readonly Stay[]): boolean {
  return stays.some(({ isBack, isNoise }, index) => isBack && !isNoise && stays[index - 1]?.isNoise !== true);
}
