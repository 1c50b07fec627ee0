import { z } from "zod";
import { shapeChangePart } from "./parts.ts";

/** `hub discover CONNECTION [STREAM] --json`: the streams, and with a stream its fields. */
export const discoverDocument = z.strictObject({
  connection: z.string(),
  system: z.string(),
  streams: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      role: z.enum(["entity", "history", "reference"]),
      memberOf: z.string().nullable().describe("For a history: the stream whose records its rows tell about."),
      mappings: z.array(z.string()),
      read: z.boolean().describe("Whether a sync reads it: mapped, or needed by something mapped."),
      stored: z.strictObject({ live: z.int(), removed: z.int() }).nullable(),
    }),
  ),
  fields: z
    .array(
      z.strictObject({
        name: z.string().describe("As mappings write it."),
        label: z.string(),
        type: z.string(),
        asked: z.boolean().describe("Whether a mapping or its keep: list asks for it."),
      }),
    )
    .nullable()
    .describe("Of the named stream, as the system describes it now; null when none is named."),
  changes: z.array(shapeChangePart).describe("How the fields differ from those accepted last."),
  accepted: z.boolean().describe("Whether they were accepted now."),
});
