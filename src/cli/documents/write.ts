import type { z } from "zod";
import type { Terminal } from "../terminal.ts";

/** Writes the one document of `--json`. The schema names the shape for the compiler; the schemas' tests check real output. */
export function writeDocument<Schema extends z.ZodType>(
  terminal: Terminal,
  _schema: Schema,
  document: z.output<Schema>,
): void {
  terminal.out(`${JSON.stringify(document)}\n`);
}
