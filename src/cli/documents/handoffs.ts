import { z } from "zod";
import { HANDOFF_LABELS } from "../../model/index.ts";
import type { Handoff } from "../../model/index.ts";
import { instantText, isoOrNull, jsonValue } from "./parts.ts";

export const PLAIN_STATES = ["fine", "waiting", "late or missing", "needs your decision", "ignored"] as const;

const moneyPart = z.strictObject({ amount: z.number(), currency: z.string(), corporate: z.number().nullable() });

/** One handoff with its state and why it is so. */
export const handoffPart = z.strictObject({
  id: z.string(),
  contract: z.string(),
  occurrence: z.int(),
  source: z.string().nullable().describe("`system/tenant/stream/id`; null for an orphan."),
  target: z.string().nullable(),
  claimed: z.array(z.string()).describe("Every target that was considered."),
  historical: z.boolean().describe("From before the contract's `since`: counted, no state computed."),
  link: z.enum(["expected", "matched", "missing", "ambiguous", "duplicate", "orphan", "revoked"]),
  timeliness: z.enum(["pending", "on_time", "late"]),
  content: z.enum(["in_sync", "drifted", "conflict", "unknown"]),
  decision: z.enum(["none", "accepted", "rejected", "returned"]),
  label: z.enum(HANDOFF_LABELS),
  state: z.enum(PLAIN_STATES).describe("The state in plain words."),
  because: z.string(),
  triggeredAt: instantText.nullable(),
  dueAt: instantText.nullable(),
  createdAt: instantText.nullable(),
  acceptedAt: instantText.nullable(),
  rejectedAt: instantText.nullable(),
  revokedAt: instantText.nullable(),
  evidence: z.array(
    z.strictObject({ target: z.string(), rung: z.int().min(1).max(3), why: z.string(), confidence: z.number() }),
  ),
  comparisons: z.array(
    z.strictObject({ field: z.string(), source: jsonValue, target: jsonValue, equal: z.boolean(), owner: z.string() }),
  ),
  money: moneyPart.nullable(),
  waiver: z.strictObject({ reason: z.string(), by: z.string(), until: instantText.nullable() }).nullable(),
});

/** `hub handoffs --json`. */
export const handoffsDocument = z.strictObject({ asOf: instantText, handoffs: z.array(handoffPart) });

/** `hub handoffs waive ID --json`. */
export const handoffsWaiveDocument = z.strictObject({
  id: z.string(),
  reason: z.string(),
  by: z.string(),
  until: instantText.nullable(),
});

export function toHandoffPart(handoff: Handoff): z.infer<typeof handoffPart> {
  return {
    id: handoff.id,
    contract: handoff.contract,
    occurrence: handoff.occurrence,
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
    revokedAt: isoOrNull(handoff.revokedAt),
    evidence: handoff.evidence.map(({ targetKey, ...rest }) => ({ target: targetKey, ...rest })),
    comparisons: handoff.comparisons.map(({ field, source, target, equal, owner }) => ({
      field,
      source: plainJson(source),
      target: plainJson(target),
      equal,
      owner,
    })),
    money: handoff.money,
    waiver:
      handoff.waiver === null
        ? null
        : { reason: handoff.waiver.reason, by: handoff.waiver.by, until: isoOrNull(handoff.waiver.until) },
  };
}

/** Canonical values are plain data already; the round trip says so to the compiler. */
export function plainJson(value: unknown): z.infer<typeof jsonValue> {
  return jsonValue.parse(JSON.parse(JSON.stringify(value ?? null)));
}
