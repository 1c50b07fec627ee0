import { z } from "zod";
import { instantText } from "./parts.ts";

/** The first line of `hub sandbox --json`. */
export const sandboxDocument = z.strictObject({
  control: z.url().describe("The control API: clock, faults, state."),
  seed: z.int(),
  scale: z.number(),
  asOf: instantText,
  limits: z.enum(["demo", "real"]),
  systems: z
    .record(z.string(), z.record(z.string(), z.string()))
    .describe("By system: where it listens and the credentials it takes."),
});

export type SandboxDocument = z.infer<typeof sandboxDocument>;
