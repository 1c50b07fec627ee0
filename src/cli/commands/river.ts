import { globalOptions } from "./options.ts";
import type { Register } from "./options.ts";

/** The steps of the river. */
export const riverCommands: Register = (program, machine, done) => {
  globalOptions(program.command("sync"))
    .description("pull, map and link")
    .option("--connection <name...>", "only these connections")
    .option("--stream <name...>", "only these streams and what they need")
    .option("--full", "read everything again", false)
    .option("--since <instant>", "on a first read, nothing that ended before")
    .option("--sweep", "look for what no increment tells: hard deletes, lost sight", false)
    .action(async (options) => {
      const { syncVerb } = await import("../verbs/sync.ts");
      done(await syncVerb(machine, options));
    });
};
