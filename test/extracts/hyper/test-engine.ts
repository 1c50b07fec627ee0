import { fileURLToPath } from "node:url";
import { hyperDirectory, installHyper } from "../../../src/extracts/hyper/index.ts";
import { HubError } from "../../../src/model/index.ts";

/**
 * The Hyper engine for tests: `HUB_HYPERD`, or fetched once into the project's `.hub`. Undefined, with a word on
 * standard error, where there is none; tests that need it are then skipped.
 */
export async function engineForTests(): Promise<string | undefined> {
  try {
    return await installHyper({
      directory: hyperDirectory(fileURLToPath(new URL("../../..", import.meta.url))),
      environment: process.env,
      signal: AbortSignal.timeout(120_000),
    });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    process.stderr.write(`${error.code} ${error.message} Tests that need the Hyper engine are skipped.\n`);
    return undefined;
  }
}
