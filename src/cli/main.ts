import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { realMachine } from "./machine.ts";
import { printError } from "./terminal.ts";
import type { Machine } from "./terminal.ts";

/** Runs the command line and returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const machine = realMachine();
  let code: number = EXIT.complete;
  const program = buildProgram(machine, (result) => {
    code = result;
  });
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

function buildProgram(machine: Machine, done: (code: number) => void): Command {
  const program = new Command("hub")
    .description("Reads the customer lifecycle from its systems, reconciles the handoffs, publishes the KPIs.")
    .exitOverride()
    .showSuggestionAfterError();

  globalOptions(program.command("sync"))
    .description("pull, map and link")
    .option("--connection <name...>", "only these connections")
    .option("--stream <name...>", "only these streams and what they need")
    .option("--full", "read everything again", false)
    .option("--since <instant>", "on a first read, nothing that ended before")
    .option("--sweep", "look for what no increment tells: hard deletes, lost sight", false)
    .action(async (options) => {
      const { syncVerb } = await import("./verbs/sync.ts");
      done(await syncVerb(machine, options));
    });

  program
    .command("sandbox")
    .description("the systems alone, with the sample company, until stopped")
    .option("--seed <n>", "another seed, another company", integer, 7)
    .option("--scale <n>", "1 is about 3,000 leads", positive, 1)
    .option("--as-of <instant>", "the sandbox's business time at start")
    .option("--port <n>", "control API; the systems take the ports after it (0: any)", integer, 0)
    .addOption(new Option("--limits <kind>", "rate limits").choices(["demo", "real"]).default("demo"))
    .option("--truth <file>", "write what is true of the scenario, for tests")
    .option("--env-file <file>", "write the variables that point a hub here")
    .option("--json", "one JSON line that says where everything is", false)
    .action(async (options) => {
      const { sandboxVerb } = await import("./verbs/sandbox.ts");
      done(await sandboxVerb(machine, options));
    });

  return program;
}

function globalOptions(command: Command): Command {
  return command
    .option("--config <dir>", "configuration directory", "config")
    .option("--db <url>", "the store", ".hub/hub.sqlite")
    .option("--env-file <file>", "environment variables (default: .env where there is one)")
    .option("--as-of <instant>", "answer as of this instant")
    .option("--json", "one JSON document on standard output", false)
    .option("--quiet", "problems only", false);
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("a whole number is wanted");
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number above 0 is wanted");
  return value;
}
