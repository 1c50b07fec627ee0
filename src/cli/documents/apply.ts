import { z } from "zod";
import { toIso } from "../../model/index.ts";
import type { Approval, Instant, OutboxEntry, WritePause } from "../../model/index.ts";
import type { Applied, Outcome } from "../../sync/index.ts";
import { instantText, isoOrNull, jsonValue, plainJson, problemPart } from "./parts.ts";
import { refusedPart, toRefusedPart } from "./plan.ts";

const OUTBOX_STATES = ["planned", "sent", "confirmed", "failed", "unknown", "stale", "half_done"] as const;
const ACTIONS = ["create", "update", "link", "retire"] as const;

/** `hub approve HASH --json`. */
export const approveDocument = z.strictObject({
  id: z.string(),
  plan: z.string(),
  operations: z.array(z.string()).describe("What the approval covers, in whichever plan it stands."),
  by: z.string(),
  at: instantText,
  until: instantText,
});

export function toApproveDocument({
  id,
  planHash,
  operationIds,
  by,
  at,
  until,
}: Approval): z.infer<typeof approveDocument> {
  return { id, plan: planHash, operations: [...operationIds], by, at: toIso(at), until: toIso(until) };
}

/** What one operation came to. */
export const outcomePart = z.strictObject({
  operation: z.string(),
  handoff: z.string(),
  action: z.enum(ACTIONS),
  objectType: z.string(),
  target: z.string().nullable(),
  field: z.string().nullable(),
  state: z.enum([...OUTBOX_STATES, "held"]).describe("`held` was not begun and stays planned."),
  approvedBy: z.string(),
  problem: problemPart.nullable(),
});

export const applyPart = z.strictObject({
  complete: z.boolean(),
  outcomes: z.array(outcomePart),
  stops: z.array(problemPart).describe("What ended writes early, for a connection or for the run."),
  refused: refusedPart,
});

/** `hub apply HASH --json`. */
export const applyDocument = z.strictObject({
  asOf: instantText,
  plan: z.string(),
  ...applyPart.shape,
  next: z.strictObject({ hash: z.string(), operations: z.int() }).describe("What is proposed afterwards."),
});

function toOutcomePart({ operation, approval, state, problem, targetKey }: Outcome): z.infer<typeof outcomePart> {
  return {
    operation: operation.id,
    handoff: operation.handoffId,
    action: operation.action,
    objectType: operation.objectType,
    target: targetKey,
    field: operation.field,
    state,
    approvedBy: approval.by,
    problem,
  };
}

export function toApplyPart({
  apply,
  complete,
  refused,
}: Pick<Applied, "apply" | "complete" | "refused">): z.infer<typeof applyPart> {
  const { outcomes, stops } = apply;
  return { complete, outcomes: outcomes.map(toOutcomePart), stops: [...stops], refused: toRefusedPart(refused) };
}

export function toApplyDocument(applied: Applied, plan: string, asOf: Instant): z.infer<typeof applyDocument> {
  const next = { hash: applied.plan.hash, operations: applied.plan.operations.length };
  return { asOf: toIso(asOf), plan, ...toApplyPart(applied), next };
}

const pausePart = z.strictObject({
  connection: z.string(),
  paused: z.boolean(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
  since: instantText.nullable(),
});

/** `hub writes --json`. */
export const writesDocument = z.strictObject({
  connections: z.array(pausePart),
  entries: z.array(
    z.strictObject({
      operation: z.string(),
      plan: z.string(),
      handoff: z.string(),
      connection: z.string(),
      action: z.enum(ACTIONS),
      target: z.string().nullable(),
      field: z.string().nullable(),
      state: z.enum(OUTBOX_STATES),
      attempts: z.int(),
      sentAt: instantText.nullable(),
      settledAt: instantText.nullable(),
      request: z.string().nullable().describe("The system's own name of the call."),
      before: jsonValue,
      after: jsonValue,
      problem: problemPart.nullable(),
    }),
  ),
});

/** `hub writes pause|resume --json`. */
export const pauseDocument = z.strictObject({
  connection: z.string().nullable().describe("Null for all."),
  kind: z.enum(["pause", "resume"]),
  by: z.string(),
  reason: z.string(),
  at: instantText,
});

export interface ConnectionPause {
  readonly connection: string;
  readonly pause: WritePause | null;
}

export function toWritesDocument(
  connections: readonly ConnectionPause[],
  entries: readonly OutboxEntry[],
): z.infer<typeof writesDocument> {
  return {
    connections: connections.map(({ connection, pause }) => ({
      connection,
      paused: pause !== null,
      by: pause?.by ?? null,
      reason: pause?.reason ?? null,
      since: pause === null || pause.at === 0 ? null : toIso(pause.at),
    })),
    entries: entries.map((entry) => ({
      operation: entry.operationId,
      plan: entry.planHash,
      handoff: entry.handoffId,
      connection: entry.connection,
      action: entry.action,
      target: entry.targetKey,
      field: entry.field,
      state: entry.state,
      attempts: entry.attempts,
      sentAt: isoOrNull(entry.sentAt),
      settledAt: isoOrNull(entry.settledAt),
      request: entry.requestId,
      before: plainJson(entry.before),
      after: plainJson(entry.after),
      problem: entry.problem,
    })),
  };
}
