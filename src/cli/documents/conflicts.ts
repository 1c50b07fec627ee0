import { z } from "zod";
import { instantText, jsonValue } from "./parts.ts";

const sidePart = z.strictObject({
  record: z.string().describe("`system/tenant/stream/id`."),
  value: jsonValue,
  shown: z.string().describe("The value as a person reads it."),
  changedAt: instantText.nullable(),
  changedBy: z.string().nullable(),
});

/** `hub conflicts --json`: fields whose sides differ and for which no rule and nobody has said which holds. */
export const conflictsDocument = z.strictObject({
  asOf: instantText,
  conflicts: z.array(
    z.strictObject({
      handoff: z.string(),
      contract: z.string(),
      name: z.string().describe("The company, or what the source is called."),
      field: z.string(),
      kind: z.enum(["conflict", "first_sync"]).describe("Both changed since they agreed, or they never did."),
      agreed: jsonValue.describe("What both held when they last agreed; null when they never did."),
      source: sidePart,
      target: sidePart,
      decide: z.string().describe("The command that decides it, with the side to choose."),
    }),
  ),
});

/** `hub conflicts decide HANDOFF FIELD --json`. */
export const conflictsDecideDocument = z.strictObject({
  handoff: z.string(),
  field: z.string(),
  take: z.enum(["source", "target"]),
  by: z.string(),
  reason: z.string(),
  rule: z
    .strictObject({
      contract: z.string(),
      line: z.string(),
      written: z.string().nullable().describe("With --write: the contract's file, which says so now."),
    })
    .nullable()
    .describe("With --always or --write: the line of `fields:` that decides it so from now on."),
});
