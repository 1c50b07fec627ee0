import { z } from "zod";
import { toIso } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { ConnectionEstimate } from "../../sync/index.ts";
import { instantText, isoOrNull, problemPart } from "./parts.ts";

/** `hub sync --estimate --json`. */
export const estimateDocument = z.strictObject({
  asOf: instantText,
  connections: z.array(
    z.strictObject({
      connection: z.string(),
      calls: z.int().describe("Calls that the sync would take."),
      shareOfDay: z
        .number()
        .nullable()
        .describe("Of the day's calls, 1 for all of them; null where no limit is known."),
      callsNow: z.int().describe("Calls that can be made before it has to wait."),
      waitsUntil: instantText.nullable().describe("When it would have to wait until; null when it need not."),
      endsAt: instantText.describe("When it would be done."),
      spent: z.int().describe("Calls that this estimate took."),
      streams: z.array(
        z.strictObject({
          stream: z.string(),
          partitions: z.int(),
          calls: z.int(),
          records: z.int().nullable(),
          exact: z.boolean(),
        }),
      ),
      problems: z.array(problemPart),
    }),
  ),
});

export function toEstimateDocument(
  asOf: Instant,
  estimates: readonly ConnectionEstimate[],
): z.infer<typeof estimateDocument> {
  return {
    asOf: toIso(asOf),
    connections: estimates.map(({ connection, calls, forecast, spent, streams, problems }) => ({
      connection,
      calls,
      shareOfDay: forecast.shareOfDay,
      callsNow: forecast.callsNow,
      waitsUntil: isoOrNull(forecast.waitsUntil),
      endsAt: toIso(Math.round(forecast.endsAt)),
      spent,
      streams: streams.map((stream) => ({ ...stream })),
      problems: [...problems],
    })),
  };
}
