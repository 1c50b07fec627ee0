import { assertNever, toIso } from "../../model/index.ts";
import type { FieldComparison, Handoff, Instant } from "../../model/index.ts";
import { isOpenConflict } from "../merge/compare.ts";
import type { Contract } from "../contract/contract.ts";
import { sayLength } from "../contract/durations.ts";
import type { Party } from "../input.ts";

/** What a sentence is made of. */
export interface Story {
  readonly contract: Contract;
  readonly source: Party;
  readonly stage: string;
  readonly target: Party | null;
  readonly state: Pick<
    Handoff,
    | "link"
    | "timeliness"
    | "triggeredAt"
    | "dueAt"
    | "graceUntil"
    | "createdAt"
    | "revokedAt"
    | "acceptedAt"
    | "rejectedAt"
  >;
  readonly evidence: Handoff["evidence"];
  readonly comparisons: readonly FieldComparison[];
  /** Attributes of the source that the contract needs and that are empty. */
  readonly lacks: readonly string[];
  readonly rejection: Handoff["rejection"] | null;
  readonly returnedAt: Instant | null;
  readonly escalation: Handoff["escalation"] | null;
}

/** One plain sentence: what is so and why. */
export function becauseOf(story: Story): string {
  if (story.state.link === "orphan") return "";
  // Joined, a text holds its own characters and not the pieces it was made of: there are as many as handoffs.
  return [linkOf(story), lacking(story), escalated(story), "."].join("");
}

function linkOf(story: Story): string {
  const { contract, source, stage, state } = story;
  const trigger = `"${source.name}" entered ${stage} on ${say(state.triggeredAt)}`;
  const itself = contract.presentOnce !== null;
  const [due, graceEnd] = [say(state.dueAt), say(state.graceUntil)];
  switch (state.link) {
    case "revoked": {
      const left =
        story.target === null || itself ? "" : `; the ${contract.targetType} "${story.target.name}" is left as it is`;
      return `${trigger} and was taken back on ${say(state.revokedAt)}, so nothing is expected any more${left}`;
    }
    case "missing":
      return itself
        ? `${trigger}; no person took it by ${due}, and the grace ended on ${graceEnd}`
        : `${trigger}; no ${contract.targetType} came by ${due}, and the grace ended on ${graceEnd}`;
    case "expected": {
      const expected = itself ? "a person is to take it" : `its ${contract.targetType} is due`;
      const missing = state.timeliness === "late" ? `; it counts as missing from ${graceEnd} on` : "";
      return `${trigger}; ${expected} by ${due}${missing}`;
    }
    case "ambiguous":
      return `${trigger}; ${unsure(story)}`;
    case "duplicate":
      return `${trigger}, and ${story.evidence.length} ${contract.targetType}s say they are for it; the oldest linked one, "${story.target?.name ?? ""}", counts`;
    case "matched":
      return `${trigger}; ${matched(story)}${decision(story)}${drift(story.comparisons)}`;
    case "orphan":
      // Orphans have no source to tell of; see orphanBecause.
      return "";
    default:
      return assertNever(state.link);
  }
}

/** What the source does not bring along, and whether that holds up the creation. */
function lacking({ lacks, contract, state }: Story): string {
  if (lacks.length === 0) return "";
  const missing = new Set(lacks);
  const held = contract.needs.some(({ attribute, holds }) => holds && missing.has(attribute));
  const waits = state.link === "missing" && held && contract.createFrom !== null;
  return `; the ${contract.sourceType} lacks ${lacks.join(" and ")}${waits ? ", and nothing is created before it is there" : ""}`;
}

function escalated({ escalation }: Story): string {
  return escalation == null ? "" : `; escalated to ${escalation.to} on ${say(escalation.since)}`;
}

export function orphanBecause(contract: Contract, target: Party, links: readonly string[]): string {
  const broken = links.length === 0 ? "it names none" : `it names ${links.join(" and ")}, which is not there`;
  return `"${target.name}" was made on ${say(target.createdAt)}, but no ${contract.sourceType} is behind it: ${broken}, and none fits by key or name.`;
}

export function historicalBecause(contract: Contract, source: Party, stage: string, at: Instant): string {
  return `"${source.name}" entered ${stage} on ${say(at)}, before this contract began on ${say(contract.since)}.`;
}

function matched({ contract, target, state, evidence }: Story): string {
  const { createdAt, triggeredAt } = state;
  if (contract.presentOnce !== null) {
    return createdAt === triggeredAt
      ? `its ${contract.presentOnce} was a person already`
      : `a person took it ${after(triggeredAt, createdAt)}${late(state)}`;
  }
  const when =
    createdAt !== null && triggeredAt !== null && createdAt < triggeredAt
      ? "was there before"
      : `came ${after(triggeredAt, createdAt)}`;
  const known = `known by ${rungText(evidence[0])}: ${evidence[0]?.why ?? ""}`;
  return `the ${contract.targetType} "${target?.name ?? ""}" ${when}${late(state)}, ${known}`;
}

function decision({ state: { rejectedAt, acceptedAt }, rejection, returnedAt }: Story): string {
  if (rejectedAt !== null && (acceptedAt === null || rejectedAt < acceptedAt))
    return `; it was rejected on ${say(rejectedAt)}${reason(rejection)}`;
  const back =
    returnedAt !== null && acceptedAt !== null && returnedAt > acceptedAt
      ? ` and given back on ${say(returnedAt)}`
      : "";
  return acceptedAt === null ? "" : `; it was accepted on ${say(acceptedAt)}${back}`;
}

function reason(rejection: Story["rejection"]): string {
  if (rejection == null) return "";
  if (rejection.known) return `: ${rejection.reason ?? ""}`;
  return rejection.reason === null
    ? " without a reason"
    : `, but "${rejection.reason}" is none of the reasons that count`;
}

function drift(comparisons: readonly FieldComparison[]): string {
  const say = (fields: readonly FieldComparison[], one: string, more: string): string =>
    fields.length === 0 ? "" : `; ${fields.map(({ field }) => field).join(", ")} ${fields.length === 1 ? one : more}`;
  const open = comparisons.filter(isOpenConflict);
  const differing = comparisons.filter((comparison) => !comparison.equal && !isOpenConflict(comparison));
  const both = "changed on both sides, and somebody has to say which holds";
  return `${say(open, `was ${both}`, `were ${both}`)}${say(differing, "differs", "differ")}`;
}

function late({ timeliness, dueAt, createdAt }: Story["state"]): string {
  return timeliness === "late" && dueAt !== null && createdAt !== null ? `, ${sayLength(createdAt - dueAt)} late` : "";
}

function after(from: Instant | null, to: Instant | null): string {
  return from === null || to === null ? "at an unknown time" : `${sayLength(to - from)} later`;
}

function rungText(evidence: Handoff["evidence"][number] | undefined): string {
  if (evidence?.rung !== 3) return evidence?.rung === 2 ? "key" : "link";
  const tie = evidence.tieBreak === undefined ? "" : `, before others as likely for its ${evidence.tieBreak}`;
  return `likeness (${Math.round(evidence.confidence * 100)} %${tie})`;
}

function unsure({ contract, evidence }: Story): string {
  const [first] = evidence;
  const many = `${evidence.length} ${contract.targetType}s may be it`;
  if (first?.rung === 2) {
    return evidence.length === 1
      ? `one ${contract.targetType} has its key, but so has another ${contract.sourceType}`
      : `${many}: they share its key`;
  }
  const likely = `${Math.round((first?.confidence ?? 0) * 100)} %`;
  return evidence.length === 1
    ? `one ${contract.targetType} may be it (${likely} likely): ${first?.why ?? "it looks alike"}, but nothing links the two`
    : `${many}, the likeliest by ${likely}, but nothing links any of them to it`;
}

/** `2026-03-02 17:00 UTC`. */
function say(at: Instant | null): string {
  return at === null ? "an unknown day" : `${toIso(at).slice(0, 16).replace("T", " ")} UTC`;
}
