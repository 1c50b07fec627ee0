import { z } from "zod";
import { historyOf } from "../../handoffs/index.ts";
import { HANDOFF_LABELS, toIso } from "../../model/index.ts";
import type { Handoff, ValueChange } from "../../model/index.ts";
import { operationPart } from "./plan.ts";
import { instantText, isoOrNull, jsonValue, plainJson } from "./parts.ts";

export { plainJson };

export const PLAIN_STATES = ["fine", "waiting", "late or missing", "needs your decision", "ignored"] as const;

const moneyPart = z.strictObject({ amount: z.number(), currency: z.string(), corporate: z.number().nullable() });

const LINKS = ["expected", "matched", "missing", "ambiguous", "duplicate", "orphan", "revoked"] as const;
const TIMELINESS = ["pending", "on_time", "late"] as const;
const CONTENTS = ["in_sync", "drifted", "conflict", "unknown"] as const;
const DECISIONS = ["none", "accepted", "rejected", "returned"] as const;
const side = z.enum(["source", "target"]);
const changedPart = z
  .strictObject({ at: instantText.nullable(), by: z.string().nullable() })
  .describe("When that side came to hold its value, and by whom, where its system tells.");

const evidencePart = z.strictObject({
  target: z.string(),
  rung: z.int().min(1).max(3),
  why: z.string(),
  confidence: z.number(),
  createdAt: instantText.optional().describe("When that target came to be there."),
  breakdown: z
    .array(z.strictObject({ field: z.string(), level: z.string(), weight: z.number() }))
    .optional()
    .describe("Of likeness: what each field added to it, in bits."),
  tieBreak: z.string().optional().describe("What decided between candidates that are as likely."),
});

const comparisonPart = z.strictObject({
  field: z.string(),
  source: jsonValue,
  target: jsonValue,
  equal: z.boolean(),
  owner: z.string(),
  base: jsonValue.optional().describe("What both sides held when they last agreed; absent when they never did."),
  change: z
    .enum(["in_sync", "source_changed", "target_changed", "convergent", "conflict", "first_sync"])
    .optional()
    .describe("What happened since; absent while nothing did."),
  sourceChanged: changedPart.optional(),
  targetChanged: changedPart.optional(),
  resolution: side.nullable().optional().describe("The side that holds from now on; null while that is open."),
});

const historyPart = z.array(
  z.strictObject({
    at: instantText,
    link: z.enum(LINKS).optional(),
    timeliness: z.enum(TIMELINESS).optional(),
    content: z.enum(CONTENTS).optional(),
    decision: z.enum(DECISIONS).optional(),
    label: z.enum(HANDOFF_LABELS),
    because: z.string(),
  }),
);

/** One handoff with its state and why it is so. */
export const handoffPart = z.strictObject({
  id: z.string(),
  contract: z.string(),
  occurrence: z.int(),
  name: z.string().describe("What the source is called, for an orphan the target."),
  company: z.string().nullable(),
  source: z.string().nullable().describe("`system/tenant/stream/id`; null for an orphan."),
  target: z.string().nullable(),
  claimed: z.array(z.string()).describe("Every target that was considered."),
  historical: z.boolean().describe("From before the contract's `since`: counted, no state computed."),
  link: z.enum(LINKS),
  timeliness: z.enum(TIMELINESS),
  content: z.enum(CONTENTS),
  decision: z.enum(DECISIONS),
  label: z.enum(HANDOFF_LABELS),
  state: z.enum(PLAIN_STATES).describe("The state in plain words."),
  because: z.string(),
  triggeredAt: instantText.nullable(),
  dueAt: instantText.nullable(),
  createdAt: instantText.nullable(),
  acceptedAt: instantText.nullable(),
  rejectedAt: instantText.nullable(),
  returnedAt: instantText.nullable(),
  revokedAt: instantText.nullable(),
  rejection: z
    .strictObject({ reason: z.string().nullable(), known: z.boolean() })
    .nullable()
    .describe("Null where nothing was rejected, or the contract lists no reasons."),
  lacks: z.array(z.string()).describe("Attributes of the source that the contract needs and that are empty."),
  escalation: z
    .strictObject({ to: z.string(), since: instantText })
    .nullable()
    .describe("Who was to be told of a missed deadline."),
  evidence: z.array(evidencePart),
  comparisons: z.array(comparisonPart),
  history: historyPart.describe("Which of the four fields changed at which instants, and why."),
  money: moneyPart.nullable(),
  waiver: z.strictObject({ reason: z.string(), by: z.string(), until: instantText.nullable() }).nullable(),
});

/** `hub handoffs --json`. */
export const handoffsDocument = z.strictObject({ asOf: instantText, handoffs: z.array(handoffPart) });

/** `hub handoffs waive|snooze|resume ID --json`. */
export const handoffsWordDocument = z.strictObject({
  id: z.string(),
  kind: z.enum(["waive", "snooze", "resume"]),
  reason: z.string(),
  by: z.string(),
  until: instantText.nullable(),
});

/** `hub handoffs try ID --json`: a stored handoff beside what the contract as it is written now makes of it. */
export const handoffsTryDocument = z.strictObject({
  asOf: instantText.describe("Of the run that decided the stored one."),
  before: handoffPart,
  after: handoffPart.nullable().describe("Null when nothing is expected there any more."),
  proposed: z.strictObject({ before: z.array(operationPart), after: z.array(operationPart) }),
});

export function toHandoffPart(handoff: Handoff): z.infer<typeof handoffPart> {
  return {
    id: handoff.id,
    contract: handoff.contract,
    occurrence: handoff.occurrence,
    name: handoff.name ?? "",
    company: handoff.company ?? null,
    source: handoff.sourceKey,
    target: handoff.targetKey,
    claimed: [...handoff.claimedKeys],
    historical: handoff.historical,
    link: handoff.link,
    timeliness: handoff.timeliness,
    content: handoff.content,
    decision: handoff.decision,
    label: handoff.label,
    state: handoff.plain,
    because: handoff.because,
    triggeredAt: isoOrNull(handoff.triggeredAt),
    dueAt: isoOrNull(handoff.dueAt),
    createdAt: isoOrNull(handoff.createdAt),
    acceptedAt: isoOrNull(handoff.acceptedAt),
    rejectedAt: isoOrNull(handoff.rejectedAt),
    returnedAt: isoOrNull(handoff.returnedAt ?? null),
    revokedAt: isoOrNull(handoff.revokedAt),
    rejection: handoff.rejection ?? null,
    lacks: [...(handoff.lacks ?? [])],
    escalation:
      handoff.escalation === undefined ? null : { to: handoff.escalation.to, since: toIso(handoff.escalation.since) },
    evidence: handoff.evidence.map(toEvidencePart),
    comparisons: handoff.comparisons.map(toComparisonPart),
    history: historyOf(handoff).map(({ at, ...change }) => ({ at: toIso(at), ...change })),
    money: handoff.money,
    waiver:
      handoff.waiver === null
        ? null
        : { reason: handoff.waiver.reason, by: handoff.waiver.by, until: isoOrNull(handoff.waiver.until) },
  };
}

function toEvidencePart(evidence: Handoff["evidence"][number]): z.infer<typeof evidencePart> {
  const { targetKey, rung, why, confidence, createdAt, breakdown, tieBreak } = evidence;
  return {
    target: targetKey,
    rung,
    why,
    confidence,
    ...(createdAt === undefined ? {} : { createdAt: toIso(createdAt) }),
    ...(breakdown === undefined ? {} : { breakdown: breakdown.map((weight) => ({ ...weight })) }),
    ...(tieBreak === undefined ? {} : { tieBreak }),
  };
}

function toComparisonPart(comparison: Handoff["comparisons"][number]): z.infer<typeof comparisonPart> {
  const { field, source, target, equal, owner, base, change, sourceChanged, targetChanged, resolution } = comparison;
  return {
    field,
    source: plainJson(source),
    target: plainJson(target),
    equal,
    owner,
    ...(base === undefined ? {} : { base: plainJson(base) }),
    ...(change === undefined ? {} : { change }),
    ...(sourceChanged === undefined ? {} : { sourceChanged: toChangedPart(sourceChanged) }),
    ...(targetChanged === undefined ? {} : { targetChanged: toChangedPart(targetChanged) }),
    ...(resolution === undefined ? {} : { resolution }),
  };
}

function toChangedPart({ at, by }: ValueChange): z.infer<typeof changedPart> {
  return { at: isoOrNull(at), by };
}
