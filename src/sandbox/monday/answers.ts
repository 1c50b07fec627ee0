/** The bodies and statuses of answers that are no GraphQL result (reference monday.md §3). */
import type { Refusal } from "./limits.ts";

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

export const notAuthenticated = (): Response =>
  json(401, { errors: [{ message: "Not authenticated", extensions: { code: "NOT_AUTHENTICATED" } }] });

export function refused(refusal: Refusal, requestId: string, headers: Readonly<Record<string, string>>): Response {
  return json(
    429,
    {
      errors: [
        { message: refusal.message, extensions: { code: refusal.code, retry_in_seconds: refusal.retryInSeconds } },
      ],
      extensions: { request_id: requestId },
    },
    { ...headers, "Retry-After": String(refusal.retryInSeconds) },
  );
}

export function badRequest(code: string, message: string, requestId: string): Response {
  return json(400, {
    errors: [{ message, extensions: { code, status_code: 400 } }],
    extensions: { request_id: requestId },
  });
}
