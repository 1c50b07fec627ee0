import { z } from "zod";
import { toIso } from "../../model/index.ts";
import type { Plan } from "../../model/index.ts";
import { plainJson } from "./handoffs.ts";
import { instantText, jsonValue } from "./parts.ts";

/** `hub plan --json`: the writes the hub would make. Nothing is sent. */
export const planDocument = z.strictObject({
  hash: z.string().describe("Over what the operations would do; equal operations are an equal plan."),
  asOf: instantText,
  operations: z.array(
    z.strictObject({
      id: z.string(),
      handoff: z.string(),
      connection: z.string(),
      system: z.string(),
      action: z.enum(["create", "update", "link", "retire"]),
      objectType: z.string(),
      target: z.string().nullable(),
      field: z.string().nullable(),
      before: jsonValue,
      after: jsonValue,
      precondition: z.string(),
      reason: z.string(),
      rule: z.string(),
      confidence: z.number(),
      risk: z.enum(["low", "medium", "high"]),
      calls: z.int().describe("API calls it would cost."),
    }),
  ),
});

export function toPlanDocument(plan: Plan): z.infer<typeof planDocument> {
  return {
    hash: plan.hash,
    asOf: toIso(plan.asOf),
    operations: plan.operations.map(({ handoffId, targetKey, before, after, ...rest }) => ({
      ...rest,
      handoff: handoffId,
      target: targetKey,
      before: plainJson(before),
      after: plainJson(after),
    })),
  };
}
