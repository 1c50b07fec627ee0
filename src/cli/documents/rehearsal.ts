import { z } from "zod";
import { toIso } from "../../model/index.ts";
import { compareHandoffs } from "../../sync/index.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { handoffMovePart } from "./handoff-preview.ts";
import { instantText } from "./parts.ts";

/** `hub plan --rehearse --json`: the plan carried out in a sandbox that holds what the hub has stored. */
export const rehearsalDocument = z.strictObject({
  hash: z.string(),
  asOf: instantText,
  complete: z.boolean().describe("Everything came to what was planned."),
  operations: z.array(
    z.strictObject({
      id: z.string(),
      handoff: z.string(),
      connection: z.string(),
      action: z.string(),
      field: z.string().nullable(),
      state: z
        .enum(["planned", "sent", "confirmed", "failed", "unknown", "stale", "half_done", "held"])
        .describe("`held` was not begun."),
      target: z.string().nullable(),
      problem: z.string().nullable(),
    }),
  ),
  handoffs: z.strictObject({ unchanged: z.int(), moves: z.array(handoffMovePart) }),
  left: z
    .record(z.string(), z.record(z.string(), z.record(z.string(), z.number())))
    .describe("By system, stream and reason: stored records that the stand-ins do not hold."),
});

export function toRehearsalDocument({ plan, applied, before, left }: Rehearsal): z.infer<typeof rehearsalDocument> {
  const { unchanged, moves } = compareHandoffs(before, applied.handoffs);
  return {
    hash: plan.hash,
    asOf: toIso(plan.asOf),
    complete: applied.complete,
    operations: applied.apply.outcomes.map(({ operation, state, problem, targetKey }) => ({
      id: operation.id,
      handoff: operation.handoffId,
      connection: operation.connection,
      action: operation.action,
      field: operation.field,
      state,
      target: targetKey,
      problem: problem === null ? null : `${problem.code} ${problem.message}`,
    })),
    handoffs: { unchanged, moves: moves.map((move) => ({ ...move })) },
    left: Object.fromEntries(
      Object.entries(left).map(([system, streams]) => [
        system,
        Object.fromEntries(Object.entries(streams).map(([stream, reasons]) => [stream, { ...reasons }])),
      ]),
    ),
  };
}
