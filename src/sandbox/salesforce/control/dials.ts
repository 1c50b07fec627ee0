import { plainRoute } from "../../kit/wire.ts";
import type { FaultName } from "../../kit/fault.ts";
import type { Failure } from "../../kit/system.ts";

/** The faults Salesforce plays itself. */
export const FAULTS: readonly FaultName[] = [
  "quota",
  "error-in-200",
  "expire-token",
  "expire-cursor",
  "late-commit",
  "reorder",
  "retired-version",
  "schema",
  "meanwhile",
];

const VERSION = /^\/+services\/+data\/+v\d+\.\d(?=\/)/u;

/** `GET /query?q=SELECT …`: the version is left out of the path. */
export function routes(request: Request): readonly string[] {
  return [plainRoute(request, VERSION)];
}

/** The code and message that go with a status when a dial names none (reference salesforce.md §4). */
const USUAL: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ["UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"],
  401: ["INVALID_SESSION_ID", "Session expired or invalid"],
  403: ["REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."],
  404: ["NOT_FOUND", "The requested resource does not exist"],
  410: ["UNSUPPORTED_API_VERSION", "This API version has been retired"],
  429: ["REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."],
  500: ["UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support: 1"],
  503: ["SERVER_UNAVAILABLE", "Server too busy"],
};

/** A failure as Salesforce tells it: an array of one error. */
export function failure(told: Failure): Response {
  if (told.kind === "quota") return errors(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  const [code, message] = USUAL[told.status] ?? ["UNKNOWN_EXCEPTION", "An unexpected error occurred."];
  const wait: Record<string, string> =
    told.kind === "throttle" && told.retryAfter !== null ? { "retry-after": String(told.retryAfter) } : {};
  return errors(told.status, told.code ?? code, told.message ?? message, wait);
}

function errors(
  status: number,
  errorCode: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify([{ message, errorCode }]), {
    status,
    headers: { "content-type": "application/json;charset=UTF-8", ...headers },
  });
}
