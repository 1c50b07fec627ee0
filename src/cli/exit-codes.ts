import { HubError } from "../model/index.ts";

/** The contract of design §9: schedulers branch on these. Signals are 128 + n. */
export const EXIT = {
  complete: 0,
  nothingDone: 1,
  usage: 2,
  incomplete: 3,
  noRuntime: 69,
  retryLater: 75,
} as const;

/** The code an error that ended a command stands for. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof HubError)) return EXIT.nothingDone;
  if (error.disposition === "operator") return EXIT.usage;
  if (error.disposition === "retry-later") return EXIT.retryLater;
  return EXIT.nothingDone;
}
