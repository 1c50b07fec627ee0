import { formatPlace, HubError, toProblem } from "../model/index.ts";
import type { Problem } from "../model/index.ts";

/** Where a command writes. Standard output holds the answer; everything else goes to standard error. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when a person watches standard error, so that a line may be redrawn. */
  readonly live: boolean;
  readonly columns: number;
}

/** What every command gets from the machine; nothing below `cli` reads any of it by itself. */
export interface Machine {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** Epoch milliseconds. */
  readonly wallNow: () => number;
  /** Waits; rejects with the signal's reason when aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Aborted on Ctrl-C and SIGTERM; its reason names the signal. */
  readonly signal: AbortSignal;
}

/** One problem in up to three lines: code and what, where, what to do. */
export function formatProblem(problem: Problem): string {
  const place = formatPlace(problem.place);
  return [
    `${problem.code} ${problem.message}`,
    ...(place === "" ? [] : [`    at ${place}`]),
    ...(problem.remedy === undefined ? [] : [`    → ${problem.remedy}`]),
  ].join("\n");
}

/** Prints whatever ended a command. An unexpected error shows its stack, because nobody has explained it yet. */
export function printError(terminal: Terminal, error: unknown): void {
  const problems = problemsOf(error);
  for (const problem of problems) terminal.err(`${formatProblem(problem)}\n`);
  if (problems[0]?.code === "HUB-1000" && error instanceof Error && error.stack !== undefined)
    terminal.err(`${error.stack}\n`);
}

/** Every problem of an error: a configuration's has many at once. */
export function problemsOf(error: unknown): readonly Problem[] {
  return error instanceof HubError && hasProblems(error) ? error.problems : [toProblem(error)];
}

function hasProblems(error: HubError): error is HubError & { readonly problems: readonly Problem[] } {
  return "problems" in error && Array.isArray(error.problems);
}
