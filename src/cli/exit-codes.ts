import { HubError } from "../model/index.ts";
import type { PullReport } from "../sync/index.ts";

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

/** The code a reading of the systems stands for; when no system could be read at all, that of what stopped it. */
export function exitCodeOfPull({ connections, complete }: PullReport): number {
  if (complete) return EXIT.complete;
  const stops = connections.flatMap(({ stop }) => (stop === null ? [] : [stop]));
  const nothing =
    stops.length === connections.length && connections.every(({ certificates }) => certificates.length === 0);
  if (nothing) return exitCodeOf(stops.find(({ disposition }) => disposition === "operator") ?? stops[0]);
  return stops.some(({ disposition }) => disposition === "retry-later") ? EXIT.retryLater : EXIT.incomplete;
}
