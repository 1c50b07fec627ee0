import { z } from "zod";
import { instantText, jsonValue, problemPart } from "./parts.ts";

const rejectPart = z.strictObject({
  key: z.string().nullable().describe("system/tenant/stream/id of the record; null when it has no id."),
  system: z.string(),
  tenant: z.string(),
  stream: z.string(),
  problem: problemPart,
  firstSeenAt: instantText,
  run: z.string().describe("The run that met it first."),
});

/** `hub rejects --json`. */
export const rejectsDocument = z.strictObject({ rejects: z.array(rejectPart) });

/** `hub rejects show ID --json`. */
export const rejectsShowDocument = z.strictObject({
  rejects: z.array(
    z.strictObject({ ...rejectPart.shape, content: jsonValue.describe("The record as the system gave it.") }),
  ),
});

export type RejectPart = z.infer<typeof rejectPart>;
