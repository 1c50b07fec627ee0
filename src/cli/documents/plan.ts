import { z } from "zod";
import { toIso } from "../../model/index.ts";
import type { Handoff, Operation, Plan } from "../../model/index.ts";
import type { PlanCost } from "../plan-cost.ts";
import type { Refused } from "../../sync/index.ts";
import { nameOf, refusals } from "../plan-view.ts";
import { instantText, jsonValue, plainJson, problemPart } from "./parts.ts";

/** One write the hub would make. */
export const operationPart = z.strictObject({
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
  undoes: z.string().optional().describe("Of an inverse: the operation it takes back."),
});

export const refusedPart = z
  .array(
    z.strictObject({
      problem: problemPart,
      handoffs: z.array(z.string()).describe("Handoffs whose target is missing and cannot be created so."),
    }),
  )
  .describe("Creations that are not proposed: something that their contract names is not in the system.");

export function toRefusedPart(refused: readonly Refused[]): z.infer<typeof refusedPart> {
  return refusals(refused).map(({ problem, operations }) => ({
    problem,
    handoffs: operations.map(({ handoffId }) => handoffId),
  }));
}

/** `hub plan --json`: the writes the hub would make. Nothing is sent. */
export const planDocument = z.strictObject({
  hash: z.string().describe("Over what the operations would do; equal operations are an equal plan."),
  asOf: instantText,
  operations: z.array(
    operationPart.extend({ name: z.string().describe("The company, or what the source is called.") }),
  ),
  refused: refusedPart,
  costs: z.array(
    z.strictObject({
      connection: z.string(),
      operations: z.int(),
      calls: z.int(),
      share: z.number().nullable().describe("Of the day's calls, 0 to 1; null where no limit is known."),
      room: z
        .int()
        .nullable()
        .describe("Calls left today beside the reserve for people; null where no limit is known."),
    }),
  ),
});

export function toPlanDocument(
  plan: Plan,
  handoffs: readonly Handoff[],
  costs: readonly PlanCost[],
  refused: readonly Refused[] = [],
): z.infer<typeof planDocument> {
  const known = new Map(handoffs.map((handoff) => [handoff.id, handoff]));
  return {
    hash: plan.hash,
    asOf: toIso(plan.asOf),
    operations: plan.operations.map((operation) => ({
      ...toOperationPart(operation),
      name: nameOf(known.get(operation.handoffId)),
    })),
    refused: toRefusedPart(refused),
    costs: costs.map((cost) => ({ ...cost })),
  };
}

export function toOperationPart(operation: Operation): z.infer<typeof operationPart> {
  const { handoffId, targetKey, before, after, ...rest } = operation;
  return { ...rest, handoff: handoffId, target: targetKey, before: plainJson(before), after: plainJson(after) };
}
