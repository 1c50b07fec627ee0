import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { Machine } from "../terminal.ts";

/** Adds commands to the program; each loads its verb only when it runs, so that `hub --help` stays fast. */
export type Register = (program: Command, machine: Machine, done: (exitCode: number) => void) => void;

/** The options every verb takes (design §9). */
export function globalOptions(command: Command): Command {
  return command
    .option("--config <dir>", "configuration directory", "config")
    .option("--db <url>", "the store", ".hub/hub.sqlite")
    .option("--env-file <file>", "environment variables (default: .env where there is one)")
    .option("--as-of <instant>", "answer as of this instant")
    .option("--json", "one JSON document on standard output", false)
    .option("--quiet", "problems only", false);
}

export function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("a whole number is wanted");
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number above 0 is wanted");
  return value;
}
