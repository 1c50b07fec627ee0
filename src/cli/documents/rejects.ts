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

/** `hub rejects replay --json`. */
export const rejectsReplayDocument = z.strictObject({
  tried: z.int(),
  accepted: z.int(),
  remaining: z.array(rejectPart).describe("Still refused, or refused anew."),
  problems: z.array(problemPart).describe("What kept records from being read again."),
});

export type RejectPart = z.infer<typeof rejectPart>;
