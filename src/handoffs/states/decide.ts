import { hashText } from "../../model/index.ts";
import type { Handoff, Instant, LinkState, MatchEvidence, Money, Timeliness } from "../../model/index.ts";
import { becauseOf, historicalBecause } from "./because.ts";
import { compareFields, contentOf } from "../merge/compare.ts";
import type { Contract } from "../contract/contract.ts";
import { NO_VERDICT, verdictOn } from "./decision.ts";
import type { Verdict } from "./decision.ts";
import { addSpan } from "../contract/durations.ts";
import { escalationOf } from "./escalation.ts";
import type { Party, ReconcileInput } from "../input.ts";
import { labelOf, plainOf } from "./labels.ts";
import type { Occurrence } from "./occurrences.ts";
import { attributesOf, ownEvents, textOf } from "../parties.ts";
import type { People } from "../parties.ts";
import { isEmpty, isPerson } from "../merge/same-value.ts";

/** What was found for one occurrence before its state is derived. */
export interface Finding {
  readonly link: "matched" | "duplicate" | "ambiguous" | "none";
  /** The target that counts: its times decide. For `ambiguous` the likeliest, which is never told as the target. */
  readonly primary: Party | null;
  /** When the target came to be there. */
  readonly createdAt: Instant | null;
  readonly evidence: readonly MatchEvidence[];
}

export interface DecisionContext {
  readonly contract: Contract;
  readonly input: ReconcileInput;
  readonly people: People;
}

/** The handoff id: stable over runs, so that decisions of people stay with it (design §6). */
export function handoffId(contract: string, subject: string, occurrence: number | "orphan"): string {
  return hashText([contract, subject, String(occurrence)].join("\0"));
}

/** Derives the whole handoff of one occurrence (docs/techflow.md, "Rules of the states"). */
export function decide(
  context: DecisionContext,
  source: Party,
  occurrence: Occurrence,
  finding: Finding,
  latest: boolean,
): Handoff {
  const { contract, input } = context;
  const { asOf, calendar } = input;
  const id = handoffId(contract.name, source.id, occurrence.number);
  const { triggeredAt, revokedAt } = occurrence;
  const dueAt = addSpan(triggeredAt, contract.created, calendar);
  const graceUntil = addSpan(dueAt, contract.grace, calendar);
  const itself = contract.presentOnce !== null;
  // A target that an earlier occurrence had and a later one took still tells how the earlier one went.
  const own = latest || itself;
  const found = finding.link === "matched" || finding.link === "duplicate";
  const settled = finding.link === "none" || !own ? absent(asOf, graceUntil) : finding.link;
  const link: LinkState = revokedAt === null ? settled : "revoked";
  const told = link === "matched" || link === "duplicate" || (link === "revoked" && found);
  const target = told && own && found ? finding.primary : null;
  const counts = told || link === "ambiguous" ? finding.createdAt : null;
  const decision = told && found && own ? decisionOf(context, finding.primary, occurrence) : NO_VERDICT;
  const comparisons =
    link === "matched" && target !== null && !itself
      ? compareFields({
          handoffId: id,
          contract,
          source: source.linked,
          target: target.linked,
          input,
          people: context.people,
        })
      : [];
  const state = {
    link,
    timeliness: timelinessOf(counts, dueAt, asOf),
    content: link === "matched" ? contentOf(comparisons) : ("unknown" as const),
    decision: decision.decision,
  };
  const times = {
    triggeredAt,
    dueAt,
    graceUntil,
    acceptDueAt: contract.accepted === null ? null : addSpan(triggeredAt, contract.accepted, calendar),
    createdAt: told ? finding.createdAt : null,
    acceptedAt: decision.acceptedAt,
    rejectedAt: decision.rejectedAt,
    revokedAt,
  };
  const label = labelOf(state);
  const waiver = waiverOf(input, id);
  const { rejection, returnedAt, returns } = decision;
  const lacks = link === "revoked" ? [] : lackingOf(contract, source);
  const escalation = waiver === null ? escalationOf(contract, { ...times, ...state }, asOf, calendar) : null;
  return {
    id,
    contract: contract.name,
    occurrence: occurrence.number,
    sourceKey: source.id,
    targetKey: target?.id ?? null,
    claimedKeys: own ? finding.evidence.map(({ targetKey }) => targetKey) : [],
    historical: false,
    ...state,
    label,
    plain: plainOf(label, waiver !== null, rejection?.known !== false),
    because: becauseOf({
      contract,
      source,
      stage: occurrence.stage,
      target,
      state: { ...times, link: state.link, timeliness: state.timeliness },
      evidence: finding.evidence,
      comparisons,
      lacks,
      rejection,
      returnedAt,
      escalation,
    }),
    ...times,
    assignedAt: told ? assignedAt(contract, finding) : null,
    firstWorkAt: told && finding.primary !== null ? firstWorkAt(finding, asOf) : null,
    evidence: own ? finding.evidence : [],
    comparisons,
    money: moneyOf(contract, source),
    waiver,
    name: source.name,
    ...companyOf(context, source),
    ...(returnedAt === null ? {} : { returnedAt, returns }),
    ...(rejection === null ? {} : { rejection }),
    ...(lacks.length === 0 ? {} : { lacks }),
    ...(escalation === null ? {} : { escalation }),
  };
}

/** The reference by which the contract compares companies leads to it, else one called after what it is. */
function companyOf({ contract, input }: DecisionContext, { linked }: Party): { readonly company?: string } {
  const compared = contract.match.likenesses.find((likeness) => likeness.kind === "company");
  const reference = compared?.kind === "company" ? compared.ours.reference : null;
  const id = linked.references[reference ?? "account"] ?? linked.references["company"];
  const name = textOf(attributesOf(input, id)["name"]);
  return name === null ? {} : { company: name };
}

/** What the source was to bring along and does not. */
function lackingOf({ needs }: Contract, source: Party): readonly string[] {
  const { attributes } = source.linked.object;
  return needs.map(({ attribute }) => attribute).filter((attribute) => isEmpty(attributes[attribute] ?? null));
}

/** An occurrence from before the contract: counted, and nothing said of it. */
export function historical(context: DecisionContext, source: Party, occurrence: Occurrence): Handoff {
  const { contract, input } = context;
  const id = handoffId(contract.name, source.id, occurrence.number);
  return {
    ...EMPTY,
    id,
    contract: contract.name,
    occurrence: occurrence.number,
    sourceKey: source.id,
    historical: true,
    plain: plainOf("expected", true),
    because: historicalBecause(contract, source, occurrence.stage, occurrence.triggeredAt),
    triggeredAt: occurrence.triggeredAt,
    money: moneyOf(contract, source),
    waiver: waiverOf(input, id),
    name: source.name,
    ...companyOf(context, source),
  };
}

/** A handoff of which nothing is known yet. */
export const EMPTY = {
  targetKey: null,
  claimedKeys: [],
  link: "expected",
  timeliness: "pending",
  content: "unknown",
  decision: "none",
  label: "expected",
  triggeredAt: null,
  dueAt: null,
  graceUntil: null,
  acceptDueAt: null,
  createdAt: null,
  assignedAt: null,
  acceptedAt: null,
  rejectedAt: null,
  firstWorkAt: null,
  revokedAt: null,
  evidence: [],
  comparisons: [],
  money: null,
} as const satisfies Partial<Handoff>;

function absent(asOf: Instant, graceUntil: Instant): "expected" | "missing" {
  return asOf > graceUntil ? "missing" : "expected";
}

function timelinessOf(createdAt: Instant | null, dueAt: Instant, asOf: Instant): Timeliness {
  if (createdAt !== null) return createdAt <= dueAt ? "on_time" : "late";
  return asOf <= dueAt ? "pending" : "late";
}

/** A target of its own may have been at work before the trigger; a source that is its own target decides anew each time. */
function decisionOf(
  { contract, input, people }: DecisionContext,
  target: Party | null,
  occurrence: Occurrence,
): Verdict {
  if (target === null) return NO_VERDICT;
  const itself = contract.presentOnce !== null;
  const to = itself && occurrence.nextAt !== null ? Math.min(input.asOf, occurrence.nextAt - 1) : input.asOf;
  const window = { from: itself ? occurrence.triggeredAt : Number.NEGATIVE_INFINITY, to };
  return verdictOn(contract, target, window, people);
}

function assignedAt(contract: Contract, { primary, createdAt }: Finding): Instant | null {
  if (contract.presentOnce !== null || primary === null) return createdAt;
  const { object } = primary.linked;
  for (const { theirs } of contract.fields) {
    const value = object.attributes[theirs] ?? null;
    const first = object.history.find((change) => change.attribute === theirs && isPerson(change.value));
    if (first !== undefined) return first.validAt;
    if (isPerson(value)) return primary.createdAt;
  }
  return null;
}

function firstWorkAt({ primary, createdAt }: Finding, asOf: Instant): Instant | null {
  if (primary === null || createdAt === null) return null;
  const after = (at: Instant): boolean => at > createdAt && at <= asOf;
  const child = primary.linked.events.find(
    (event) => event.objectType !== primary.linked.object.type && after(event.occurredAt),
  );
  const own = ownEvents(primary.linked, asOf).find((event) => after(event.occurredAt));
  if (child === undefined || own === undefined) return child?.occurredAt ?? own?.occurredAt ?? null;
  return Math.min(child.occurredAt, own.occurredAt);
}

function moneyOf(contract: Contract, source: Party): Money | null {
  const value = contract.money === null ? null : (source.linked.object.attributes[contract.money] ?? null);
  return typeof value === "object" && value !== null && "amount" in value ? value : null;
}

export function waiverOf(input: ReconcileInput, id: string): Handoff["waiver"] {
  const waiver = input.waivers.get(id);
  return waiver === undefined || (waiver.until !== null && waiver.until <= input.asOf) ? null : waiver;
}
