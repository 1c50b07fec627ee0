import type { z } from "zod";
import { TruthSchema } from "../../sandbox/index.ts";
import { checkDocument } from "./check.ts";
import { sandboxDocument } from "./sandbox.ts";

/**
 * Every document the command line writes, by the name of its schema under docs/cli/: the verb's words joined by a
 * hyphen. `truth` is the file of `hub sandbox --truth`.
 */
export const CLI_DOCUMENTS: Readonly<Record<string, { readonly title: string; readonly schema: z.ZodType }>> = {
  check: { title: "hub check --json", schema: checkDocument },
  sandbox: { title: "First line of hub sandbox --json", schema: sandboxDocument },
  truth: { title: "hub sandbox --truth FILE", schema: TruthSchema },
};
