import { Command, CommanderError } from "commander";
import { z } from "zod";
import { readFileSync } from "node:fs";
import { inspectionCommands } from "./commands/inspection.ts";
import { logCommands } from "./commands/log.ts";
import { matchCommands } from "./commands/match.ts";
import { riverCommands } from "./commands/river.ts";
import { sandboxCommands } from "./commands/sandbox.ts";
import { writeCommands } from "./commands/writes.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { realMachine } from "./machine.ts";
import type { CommandMachine } from "./machine.ts";
import { printError } from "./terminal.ts";

/** Runs the command line and returns its exit code. */
export async function main(argv: readonly string[], machine: CommandMachine = realMachine()): Promise<number> {
  let code: number = EXIT.complete;
  const program = new Command("hub")
    .description("Reads the customer lifecycle from its systems, reconciles the handoffs, publishes the KPIs.")
    .version(version())
    .exitOverride()
    .showSuggestionAfterError();
  for (const register of [
    sandboxCommands,
    riverCommands,
    writeCommands,
    inspectionCommands,
    matchCommands,
    logCommands,
  ]) {
    register(program, machine, (result) => {
      code = result;
    });
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return machine.signalExitCode() ?? code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.complete : EXIT.usage;
    const stopped = machine.signalExitCode();
    if (stopped !== undefined) return stopped;
    printError(machine.terminal, error);
    return exitCodeOf(error);
  }
}

/** The version of the package this file belongs to, from the source tree and from a build alike. */
function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}
