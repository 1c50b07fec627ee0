import { assertNever, toIso } from "../model/index.ts";
import type { FieldComparison, Handoff, Instant } from "../model/index.ts";
import type { Contract } from "./contract.ts";
import { sayLength } from "./durations.ts";
import type { Party } from "./input.ts";

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
}

/** One plain sentence: what is so and why. */
export function becauseOf(story: Story): string {
  const { contract, source, stage, state, evidence } = story;
  const trigger = `"${source.name}" entered ${stage} on ${say(state.triggeredAt)}`;
  const thing = contract.presentOnce === null ? contract.targetType : `${contract.presentOnce} who is a person`;
  const due = `due by ${say(state.dueAt)}`;
  switch (state.link) {
    case "revoked":
      return `${trigger} and was taken back on ${say(state.revokedAt)}, so nothing is expected any more${story.target === null ? "" : `; the ${contract.targetType} "${story.target.name}" is left as it is`}.`;
    case "missing":
      return `${trigger}; the ${thing} ${due} did not come, and the grace ended on ${say(state.graceUntil)}.`;
    case "expected":
      return state.timeliness === "late"
        ? `${trigger}; the ${thing} was ${due} and counts as missing from ${say(state.graceUntil)} on.`
        : `${trigger}; the ${thing} is ${due}.`;
    case "ambiguous":
      return `${trigger}; ${evidence.length === 1 ? "one" : String(evidence.length)} ${contract.targetType}${evidence.length === 1 ? " may be it, but" : "s may be it:"} ${whyUnsure(story)}.`;
    case "duplicate":
      return `${trigger}, and ${evidence.length} ${contract.targetType}s say they are for it; the oldest, "${story.target?.name ?? ""}", counts.`;
    case "matched":
      return `${trigger}; ${matched(story)}${decision(story)}${drift(story.comparisons)}.`;
    case "orphan":
      return "";
    default:
      return assertNever(state.link);
  }
}

export function orphanBecause(contract: Contract, target: Party, links: readonly string[]): string {
  const broken = links.length === 0 ? "it names none" : `it names ${links.join(" and ")}, which is not there`;
  return `"${target.name}" was made on ${say(target.createdAt)}, but no ${contract.sourceType} is behind it: ${broken}, and none fits by key or name.`;
}

export function historicalBecause(contract: Contract, source: Party, stage: string, at: Instant): string {
  return `"${source.name}" entered ${stage} on ${say(at)}, before this contract began on ${say(contract.since)}.`;
}

function matched({ contract, target, state, evidence }: Story): string {
  const { createdAt, triggeredAt, dueAt } = state;
  if (contract.presentOnce !== null) {
    return createdAt === triggeredAt
      ? `its ${contract.presentOnce} was a person already`
      : `a person took it ${after(triggeredAt, createdAt)}${late(state.timeliness, dueAt, createdAt)}`;
  }
  const name = `the ${contract.targetType} "${target?.name ?? ""}"`;
  const when =
    createdAt !== null && triggeredAt !== null && createdAt < triggeredAt
      ? "was there before"
      : `came ${after(triggeredAt, createdAt)}`;
  return `${name} ${when}${late(state.timeliness, dueAt, createdAt)} and is known by ${evidence[0]?.rung === 1 ? "link" : "key"}: ${evidence[0]?.why ?? ""}`;
}

function decision({ state: { rejectedAt, acceptedAt } }: Story): string {
  if (rejectedAt !== null && (acceptedAt === null || rejectedAt < acceptedAt))
    return `; it was rejected on ${say(rejectedAt)}`;
  return acceptedAt === null ? "" : `; it was accepted on ${say(acceptedAt)}`;
}

function drift(comparisons: readonly FieldComparison[]): string {
  const differing = comparisons.filter(({ equal }) => !equal).map(({ field }) => field);
  return differing.length === 0 ? "" : `; ${differing.join(", ")} ${differing.length === 1 ? "differs" : "differ"}`;
}

function late(timeliness: Handoff["timeliness"], dueAt: Instant | null, at: Instant | null): string {
  return timeliness === "late" && dueAt !== null && at !== null ? `, ${sayLength(at - dueAt)} late,` : "";
}

function after(from: Instant | null, to: Instant | null): string {
  return from === null || to === null ? "at an unknown time" : `${sayLength(to - from)} later`;
}

function whyUnsure({ evidence }: Story): string {
  const [first] = evidence;
  if (first?.rung === 2) {
    return evidence.length === 1 ? "others claim it by the same key, too" : "they share its key";
  }
  return evidence.length === 1
    ? `${first?.why ?? "it looks alike"}, and nothing links the two`
    : "nothing but their names speaks for them";
}

/** `2026-03-02 17:00 UTC`. */
function say(at: Instant | null): string {
  return at === null ? "an unknown day" : `${toIso(at).slice(0, 16).replace("T", " ")} UTC`;
}
