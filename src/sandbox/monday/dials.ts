import type { FaultName } from "../kit/fault.ts";
import type { Failure } from "../kit/system.ts";
import { plainRoute } from "../kit/wire.ts";
import { json, refused } from "./answers.ts";
import type { GraphQLEngine } from "./engine.ts";
import { parseCall } from "./transport.ts";

/** The faults monday.com plays itself. */
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
  "webhook-duplicate",
  "webhook-reorder",
];

/** `query boards` or `mutation create_item`, one for each root field; the plain route for what is no GraphQL call. */
export async function routes(engine: GraphQLEngine, request: Request): Promise<readonly string[]> {
  if (request.method !== "POST") return [plainRoute(request)];
  const call = parseCall(await request.clone().text());
  if (call === null) return [plainRoute(request)];
  const checked = engine.check(call.query);
  const fields = engine.rootFields(checked, call.operationName);
  if (fields.length === 0) return [plainRoute(request)];
  const kind = engine.isMutation(checked, call.operationName) ? "mutation" : "query";
  return fields.map((field) => `${kind} ${field}`);
}

/** A failure outside of GraphQL, as monday.com tells it (reference monday.md §3). */
export function failure(told: Failure, requestId: string): Response {
  switch (told.kind) {
    case "quota":
      return refused(
        { code: "DAILY_LIMIT_EXCEEDED", message: "Daily limit exceeded", retryInSeconds: told.retryAfter },
        requestId,
        {},
      );
    case "throttle": {
      const code = told.code ?? "RATE_LIMIT_EXCEEDED";
      const message = told.message ?? "Minute limit rate exceeded";
      if (told.retryAfter !== null) return refused({ code, message, retryInSeconds: told.retryAfter }, requestId, {});
      return json(told.status, { errors: [{ message, extensions: { code } }], extensions: { request_id: requestId } });
    }
    case "error":
      return broken(told.status, told.message, told.code, requestId);
    default:
      return told satisfies never;
  }
}

function broken(status: number, message: string | undefined, code: string | undefined, requestId: string): Response {
  if (status === 423) {
    const locked = message ?? "Resource is currently locked, please try again later";
    return json(423, { errors: [{ message: locked }], extensions: { request_id: requestId } });
  }
  if (status === 401) {
    return json(401, { errors: [{ message: "Not authenticated", extensions: { code: "NOT_AUTHENTICATED" } }] });
  }
  const told = message ?? (status === 503 ? "Service Unavailable" : "Internal server error");
  return json(status, {
    status_code: status,
    error_message: told,
    error_code: code ?? "INTERNAL_SERVER_ERROR",
    errors: [{ message: told }],
  });
}
