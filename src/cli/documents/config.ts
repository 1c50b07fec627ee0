import { z } from "zod";
import { jsonValue, problemPart } from "./parts.ts";

/** `hub config check --json`. */
export const configCheckDocument = z.strictObject({
  directory: z.string(),
  ok: z.boolean(),
  hash: z
    .string()
    .nullable()
    .describe("Changes exactly when a value changes; null when the files do not fit together."),
  problems: z.array(problemPart).describe("All of them, in the order of the files and their lines."),
  explanation: z.array(z.string()).describe("The configuration in plain sentences; empty while it has problems."),
});

/** `hub config schema --json`. */
export const configSchemaDocument = z.strictObject({
  schemas: z.record(z.string(), jsonValue).describe("JSON Schema by kind of file."),
  files: z.array(z.string()).describe("Files written, with --out."),
});
