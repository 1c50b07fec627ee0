import { hyperDirectory, installHyper } from "../../extracts/hyper/index.ts";
import { hyperInstallDocument } from "../documents/hyper.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { readEnvironment } from "../hub.ts";
import type { Machine } from "../terminal.ts";

/** Fetches the Hyper engine once, into the project's `.hub/hyper`. */
export async function hyperInstallVerb(
  machine: Machine,
  options: Pick<GlobalOptions, "json" | "quiet" | "envFile">,
): Promise<number> {
  if (!options.quiet)
    machine.terminal.err("Looking for the Hyper engine; the first time it is fetched (about 100 MB).\n");
  const engine = await installHyper({
    directory: hyperDirectory(machine.directory),
    environment: await readEnvironment(machine, options),
    signal: machine.signal,
  });
  if (options.json) writeDocument(machine.terminal, hyperInstallDocument, { engine });
  else machine.terminal.out(`${engine}\n`);
  return EXIT.complete;
}
