import { plainRoute } from "../kit/wire.ts";
import type { FaultName } from "../kit/fault.ts";
import type { Failure } from "../kit/system.ts";
import { json } from "./auth.ts";
import { ApiFault, errorBody, tooManyRequests } from "./errors.ts";

/** The faults Asana plays itself. */
export const FAULTS: readonly FaultName[] = [
  "error-in-200",
  "expire-token",
  "expire-cursor",
  "expire-sync",
  "late-commit",
  "reorder",
  "schema",
  "meanwhile",
  "job",
  "webhook-duplicate",
  "webhook-reorder",
];

/** `GET /tasks?project=…`: `/api/1.0` is left out of the path. */
export function routes(request: Request): readonly string[] {
  return [plainRoute(request, /^\/api\/1\.0(?=\/)/u)];
}

const USUAL: Readonly<Record<number, string>> = {
  401: "Not Authorized",
  403: "You do not have access to this task.",
  404: "task: Unknown object: 0",
  500: "Server Error",
  503: "Service Unavailable",
};

/** A failure as Asana tells it (reference asana.md §6). */
export function failure(told: Failure): Response {
  if (told.kind === "error") {
    return json(
      told.status,
      errorBody(new ApiFault(told.status, told.message ?? USUAL[told.status] ?? "Server Error")),
    );
  }
  const fault = tooManyRequests(told.retryAfter ?? 0);
  return json(429, errorBody(fault), told.retryAfter === null ? {} : fault.headers);
}
