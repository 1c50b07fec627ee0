import type { BusinessCalendar, Handoff, Instant } from "../../model/index.ts";
import type { ContractInfo } from "../input.ts";
import type { DimensionKeys } from "./dimension-keys.ts";
import type { Star } from "./star.ts";

const METHODS = { 1: "explicit link", 2: "deterministic key", 3: "name" } as const;
const flag = (value: boolean): 0 | 1 => (value ? 1 : 0);

/** What a handoff's row takes from elsewhere. */
export interface HandoffSurroundings {
  readonly asOf: Instant;
  readonly contract: ContractInfo;
  readonly calendar: BusinessCalendar;
  /** The case an object is, if a process follows its type. */
  readonly caseOf: (type: string, objectId: string | null) => string | null;
  readonly accountId: string | null;
  readonly segment: string | null;
  readonly region: string | null;
  /** When persons turned to whom the source is about, in order. */
  readonly touches: readonly Instant[];
  /** One side is a person (a lead, a hire), whom extracts show by the record's id. */
  readonly personal: boolean;
}

/** Writes one handoff. Rows of before the contract's start are marked and carry no state. */
export function appendHandoff(star: Star, handoff: Handoff, around: HandoffSurroundings, keys: DimensionKeys): void {
  const { asOf, contract, calendar } = around;
  const real = !handoff.historical;
  const expected = real && handoff.link !== "orphan" && handoff.link !== "revoked";
  const best = handoff.evidence.find((evidence) => evidence.targetKey === handoff.targetKey) ?? null;
  const since = (from: Instant | null, to: Instant | null): number | null =>
    from === null || to === null ? null : Math.round((to - from) / 1000);
  const latency = since(handoff.triggeredAt, handoff.createdAt);
  const human = handoff.acceptedAt ?? handoff.firstWorkAt;
  const business = (from: Instant | null, to: Instant | null): number | null =>
    from === null || to === null ? null : Math.max(0, Math.round(calendar.elapsed(from, to) / 1000));
  const { triggeredAt } = handoff;
  const touchedAt = triggeredAt === null ? null : (around.touches.find((at) => at >= triggeredAt) ?? null);
  const decided = (at: Instant | null): boolean => real && at !== null;
  star.append("fact_handoffs", {
    handoff_key: handoff.id,
    contract_key: contract.name,
    from_team_key: keys.team(contract.fromTeam),
    to_team_key: keys.team(contract.toTeam),
    account_key: around.accountId,
    segment_key: keys.segment(around.segment),
    region: around.region,
    source_case_key: around.caseOf(contract.sourceType, handoff.sourceKey),
    target_case_key: around.caseOf(contract.targetType, handoff.targetKey),
    source_key: handoff.sourceKey,
    target_key: handoff.targetKey,
    occurrence: handoff.occurrence,
    link_state: real ? handoff.link : null,
    timeliness: real ? handoff.timeliness : null,
    content_state: real ? handoff.content : null,
    decision: real ? handoff.decision : null,
    label: real ? handoff.label : "historical",
    plain_state: handoff.plain,
    // The sentence calls a person by name; label and times say the same without.
    because: around.personal ? null : handoff.because,
    triggered_at: handoff.triggeredAt,
    created_at: handoff.createdAt,
    assigned_at: handoff.assignedAt,
    accepted_at: handoff.acceptedAt,
    rejected_at: handoff.rejectedAt,
    first_work_at: handoff.firstWorkAt,
    due_at: handoff.dueAt,
    accept_due_at: handoff.acceptDueAt,
    first_touch_at: touchedAt,
    grace_until: handoff.graceUntil,
    // A target that was there before its trigger waited for nobody.
    latency_sec: latency === null ? null : Math.max(0, latency),
    latency_bus_sec: business(triggeredAt, handoff.createdAt),
    system_delay_sec: positive(since(handoff.triggeredAt, handoff.assignedAt)),
    human_delay_sec: positive(since(handoff.assignedAt, human)),
    first_touch_bus_sec: business(triggeredAt, touchedAt),
    response_bus_sec: business(handoff.assignedAt, touchedAt),
    decision_bus_sec: business(triggeredAt, handoff.acceptedAt ?? handoff.rejectedAt),
    is_pretouched: flag(triggeredAt !== null && around.touches.some((at) => at < triggeredAt)),
    n_bounces: real ? (handoff.returns ?? 0) : 0,
    is_historical: flag(handoff.historical),
    is_waived: flag(handoff.waiver !== null && (handoff.waiver.until === null || handoff.waiver.until > asOf)),
    waiver_reason: handoff.waiver?.reason ?? null,
    is_expected: flag(expected),
    is_due: flag(expected && handoff.dueAt !== null && handoff.dueAt <= asOf),
    is_on_time: flag(expected && handoff.timeliness === "on_time"),
    is_missing: flag(expected && handoff.link === "missing"),
    is_late: flag(expected && handoff.timeliness === "late"),
    is_duplicate: flag(expected && handoff.link === "duplicate"),
    is_ambiguous: flag(expected && handoff.link === "ambiguous"),
    is_orphan: flag(real && handoff.link === "orphan"),
    is_drifted: flag(expected && (handoff.content === "drifted" || handoff.content === "conflict")),
    is_accepted: flag(decided(handoff.acceptedAt) && handoff.decision === "accepted"),
    is_rejected: flag(real && handoff.decision === "rejected"),
    is_revoked: flag(real && handoff.link === "revoked"),
    match_method: best === null ? null : METHODS[best.rung],
    match_confidence: best?.confidence ?? null,
    amount: handoff.money?.amount ?? null,
    currency: handoff.money?.currency ?? null,
    amount_corporate: handoff.money?.corporate ?? null,
  });
}

function positive(value: number | null): number | null {
  return value === null ? null : Math.max(0, value);
}
