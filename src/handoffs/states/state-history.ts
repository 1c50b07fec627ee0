import type { Handoff, HandoffLabel, Instant, StateChange } from "../../model/index.ts";
import { isOpenConflict } from "../merge/compare.ts";
import { labelOf } from "./labels.ts";
import type { State } from "./labels.ts";

interface Step {
  readonly at: Instant;
  readonly set: Partial<State>;
  readonly because: string;
}

const BEGINNING: State = { link: "expected", timeliness: "pending", content: "unknown", decision: "none" };

/**
 * At which instants which of a handoff's four fields changed, and why: from event times alone, so that it is the same
 * however often the hub ran. It ends with the state that the handoff has; what its systems keep no time of counts from
 * when the target came. Nothing for what is historical.
 */
export function historyOf(handoff: Handoff): readonly StateChange[] {
  if (handoff.historical) return [];
  const begins = handoff.triggeredAt ?? handoff.createdAt;
  if (begins === null) return [];
  const { link, timeliness, content, decision } = handoff;
  const steps = stepsOf(handoff)
    .map((step) => ({ ...step, at: Math.max(step.at, begins) }))
    .sort((left, right) => left.at - right.at);
  const found: Step = {
    at: steps.at(-1)?.at ?? begins,
    set: { link, timeliness, content, decision },
    because: "as found",
  };
  const changes: StateChange[] = [];
  let state = BEGINNING;
  let label: HandoffLabel = labelOf(state);
  if (handoff.link !== "orphan") {
    const { link: first, timeliness: open } = BEGINNING;
    changes.push({ at: begins, link: first, timeliness: open, label, because: "what it waits on began" });
  }
  for (const { at, set, because } of [...steps, found]) {
    const changed = differing(state, set);
    state = { ...state, ...set };
    label = labelOf(state);
    if (Object.keys(changed).length > 0) changes.push({ at, ...changed, label, because });
  }
  return changes;
}

function differing(state: State, set: Partial<State>): Partial<State> {
  return {
    ...(set.link === undefined || set.link === state.link ? {} : { link: set.link }),
    ...(set.timeliness === undefined || set.timeliness === state.timeliness ? {} : { timeliness: set.timeliness }),
    ...(set.content === undefined || set.content === state.content ? {} : { content: set.content }),
    ...(set.decision === undefined || set.decision === state.decision ? {} : { decision: set.decision }),
  };
}

function stepsOf(handoff: Handoff): readonly Step[] {
  if (handoff.link === "orphan") return orphanSteps(handoff);
  const steps = [...comingSteps(handoff), ...contentSteps(handoff), ...decisionSteps(handoff)];
  const { revokedAt, timeliness, content } = handoff;
  if (handoff.link !== "revoked" || revokedAt === null) return steps;
  return [
    // What was taken back waits for nothing: a grace that ends later is none of its business.
    ...steps.filter(({ at, set }) => at <= revokedAt || set.link === undefined),
    { at: revokedAt, set: { link: "revoked", timeliness, content }, because: "it was taken back" },
  ];
}

function orphanSteps({ createdAt, graceUntil, timeliness }: Handoff): readonly Step[] {
  const at = graceUntil ?? createdAt;
  return at === null
    ? []
    : [{ at, set: { link: "orphan", timeliness }, because: "nothing it could be for had come when its grace ended" }];
}

/** The coming of the target, or that it did not come. */
function comingSteps({ link, timeliness, dueAt, graceUntil, createdAt, evidence }: Handoff): readonly Step[] {
  const [first] = evidence;
  const came = createdAt ?? (link === "ambiguous" ? oldest(evidence) : null);
  const steps: Step[] = [];
  if (dueAt !== null && timeliness === "late") {
    steps.push({ at: dueAt, set: { timeliness: "late" }, because: "nothing had come when it was due" });
  }
  const missed = link === "missing" || (came !== null && graceUntil !== null && came > graceUntil);
  if (graceUntil !== null && missed) {
    steps.push({ at: graceUntil, set: { link: "missing" }, because: "nothing had come when the grace ended" });
  }
  if (came === null) return steps;
  if (link === "ambiguous") {
    return [...steps, { at: came, set: { link, timeliness }, because: first?.why ?? "what may be it came" }];
  }
  steps.push({ at: came, set: { link: "matched", timeliness }, because: first?.why ?? "it came" });
  if (link === "duplicate") {
    const at = Math.max(came, ...evidence.slice(1, 2).map((other) => other.createdAt ?? came));
    steps.push({ at, set: { link }, because: evidence[1]?.why ?? "another came that is for it, too" });
  }
  return steps;
}

function oldest(evidence: Handoff["evidence"]): Instant | null {
  const times = evidence.flatMap(({ createdAt }) => (createdAt === undefined ? [] : [createdAt]));
  return times.length === 0 ? null : Math.min(...times);
}

/** Content is what it is from the moment it last changed on either side. */
function contentSteps({ content, createdAt, comparisons }: Handoff): readonly Step[] {
  if (content === "unknown" || createdAt === null) return [];
  const told = comparisons.filter((comparison) =>
    content === "conflict" ? isOpenConflict(comparison) : !comparison.equal,
  );
  const agreed: Step = { at: createdAt, set: { content: "in_sync" }, because: "nothing differed as far as is known" };
  if (content === "in_sync") return [agreed];
  const times = told.flatMap(({ sourceChanged, targetChanged }) =>
    [sourceChanged?.at ?? null, targetChanged?.at ?? null].filter((at) => at !== null),
  );
  const fields = told.map(({ field }) => field).join(", ");
  const because = content === "conflict" ? `both sides changed ${fields}` : `the sides differ in ${fields}`;
  const at = Math.max(createdAt, ...times);
  return [...(at > createdAt ? [agreed] : []), { at, set: { content }, because }];
}

function decisionSteps({ decision, acceptedAt, rejectedAt, returnedAt, rejection }: Handoff): readonly Step[] {
  if (decision === "none") return [];
  const steps: Step[] = [];
  if (rejectedAt !== null) {
    const reason = rejection?.reason ?? null;
    const because = reason === null ? "it was rejected" : `it was rejected: ${reason}`;
    steps.push({ at: rejectedAt, set: { decision: "rejected" }, because });
  }
  // Given back and accepted again: the order of the times tells which stands.
  if (returnedAt !== undefined && returnedAt !== null) {
    steps.push({ at: returnedAt, set: { decision: "returned" }, because: "it was given back" });
  }
  if (acceptedAt !== null) steps.push({ at: acceptedAt, set: { decision: "accepted" }, because: "it was accepted" });
  return steps;
}
