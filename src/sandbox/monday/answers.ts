/** The bodies and statuses of answers that are no GraphQL result (reference monday.md §3). */
import type { Refusal } from "./limits.ts";

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

export const notAuthenticated = (): Response =>
  json(401, { errors: [{ message: "Not authenticated", extensions: { code: "NOT_AUTHENTICATED" } }] });

export const accessDenied = (requestId: string): Response =>
  json(403, {
    errors: [{ message: "User access denied", extensions: { code: "USER_ACCESS_DENIED", status_code: 403 } }],
    extensions: { request_id: requestId },
  });

/** A 429; versions up to 2025-07 also tell how much complexity was asked and left. */
export function refused(
  refusal: Refusal,
  requestId: string,
  headers: Readonly<Record<string, string>>,
  version = "2026-10",
): Response {
  const { complexity } = refusal;
  const detail =
    complexity === undefined || version > "2025-07"
      ? {}
      : {
          complexity: complexity.query,
          complexity_budget_left: complexity.left,
          complexity_budget_limit: complexity.limit,
          status_code: 429,
        };
  const extensions = { code: refusal.code, retry_in_seconds: refusal.retryInSeconds, ...detail };
  return json(
    429,
    { errors: [{ message: refusal.message, extensions }], extensions: { request_id: requestId } },
    { ...headers, "Retry-After": String(refusal.retryInSeconds) },
  );
}

export function badRequest(code: string, message: string, requestId: string): Response {
  return json(400, {
    errors: [{ message, extensions: { code, status_code: 400 } }],
    extensions: { request_id: requestId },
  });
}
