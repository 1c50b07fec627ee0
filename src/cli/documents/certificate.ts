import { z } from "zod";
import { toIso } from "../../model/index.ts";
import type { Certificate, RunRecord } from "../../model/index.ts";
import { instantText, isoOrNull, problemPart, shapeChangePart, toShapeChangePart } from "./parts.ts";

/** One line of a completeness certificate: what was read of one stream, and whether that is all there is. */
export const certificatePart = z.strictObject({
  connection: z.string(),
  system: z.string(),
  tenant: z.string(),
  stream: z.string(),
  asSeenBy: z.string().describe("The user whose sight the certificate speaks for."),
  complete: z.boolean(),
  covered: z
    .array(z.strictObject({ from: instantText, to: instantText }))
    .describe("Intervals that every partition has been read over, half-open."),
  partitions: z.int(),
  stored: z.int().describe("Live records in the store."),
  sourceCount: z.int().nullable().describe("What the source itself counts; null where it cannot."),
  sourceCountOf: z.string().nullable().describe("Over what the source counted."),
  inserted: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  removed: z.int(),
  outOfSight: z.int().describe("Of the removed ones, those that the user sees no more and that may live."),
  rejected: z.int(),
  repeated: z.int().describe("Ids that stood twice on one page with other contents; the later one is stored."),
  calls: z.int(),
  sweep: z.boolean(),
  problems: z.array(problemPart).describe("Why the stream is not complete."),
  drift: z.array(shapeChangePart).describe("How the stream's fields differ from those accepted before the run."),
});

export const runPart = z.strictObject({
  id: z.string(),
  kind: z.string(),
  startedAt: instantText,
  endedAt: instantText.nullable(),
  asOf: instantText,
  configurationHash: z.string(),
  outcome: z
    .enum(["complete", "incomplete", "failed", "stopped"])
    .nullable()
    .describe("null while it runs, or after a crash."),
});

/** `hub certificate --json`. */
export const certificateDocument = z.strictObject({
  run: runPart,
  complete: z.boolean().describe("True when every stream of the run was read in full."),
  certificates: z.array(certificatePart),
});

export type CertificatePart = z.infer<typeof certificatePart>;

export function toCertificatePart(certificate: Certificate): CertificatePart {
  const { runId: _, covered, problems, drift = [], outOfSight = 0, repeated = 0, ...rest } = certificate;
  return {
    ...rest,
    covered: covered.map(({ from, to }) => ({ from: toIso(from), to: toIso(to) })),
    problems: [...problems],
    outOfSight,
    repeated,
    drift: drift.map(toShapeChangePart),
  };
}

export function toRunPart(run: RunRecord): z.infer<typeof runPart> {
  const { id, kind, startedAt, endedAt, asOf, configurationHash, outcome } = run;
  return {
    id,
    kind,
    startedAt: toIso(startedAt),
    endedAt: isoOrNull(endedAt),
    asOf: toIso(asOf),
    configurationHash,
    outcome,
  };
}
