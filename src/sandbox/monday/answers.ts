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

/** A failure a test can order for the next call. */
export type Fault =
  | "internal_200"
  | "internal_500"
  | "html_502"
  | "truncated_json"
  | "locked_423"
  | "blocked_200"
  | "legacy_complexity_200"
  | "cursor_expired_200"
  | "minute_429";

export const FAULTS: readonly Fault[] = [
  "internal_200",
  "internal_500",
  "html_502",
  "truncated_json",
  "locked_423",
  "blocked_200",
  "legacy_complexity_200",
  "cursor_expired_200",
  "minute_429",
];

/** The answer of an ordered failure. */
export function faultAnswer(fault: Fault, requestId: string, headers: Readonly<Record<string, string>>): Response {
  const extensions = { request_id: requestId };
  switch (fault) {
    case "internal_200":
      return json(
        200,
        {
          data: null,
          errors: [
            {
              message: "Internal server error",
              path: [],
              extensions: { status_code: 500, error_code: "INTERNAL_SERVER_ERROR", service: "monolith" },
            },
          ],
          extensions,
        },
        headers,
      );
    case "internal_500":
      return json(
        500,
        {
          status_code: 500,
          error_message: "Internal server error",
          error_code: "INTERNAL_SERVER_ERROR",
          errors: [{ message: "Internal server error" }],
        },
        headers,
      );
    case "html_502":
      return new Response("<html><body><h1>502 Bad Gateway</h1></body></html>", {
        status: 502,
        headers: { "content-type": "text/html" },
      });
    case "truncated_json":
      return new Response('{"data":{"boards":[{"id":"1', {
        status: 200,
        headers: { "content-type": "application/json", ...headers },
      });
    case "locked_423":
      return json(
        423,
        { errors: [{ message: "Resource is currently locked, please try again later" }], extensions },
        headers,
      );
    case "blocked_200":
      return json(
        200,
        {
          errors: [{ message: "API temporarily blocked", extensions: { code: "API_TEMPORARILY_BLOCKED" } }],
          extensions,
        },
        headers,
      );
    case "legacy_complexity_200":
      return json(
        200,
        {
          error_code: "ComplexityException",
          error_message:
            "Complexity budget exhausted, query cost 30001 budget remaining 19986 out of 1000000 reset in 3 seconds",
          error_data: {},
          status_code: 429,
        },
        headers,
      );
    case "cursor_expired_200":
      return json(
        200,
        {
          data: null,
          errors: [{ message: "CursorExpiredError: refresh", extensions: { code: "CursorException" } }],
          extensions,
        },
        headers,
      );
    default:
      return refused(
        { code: "RATE_LIMIT_EXCEEDED", message: "Minute limit rate exceeded", retryInSeconds: 7 },
        requestId,
        headers,
      );
  }
}
