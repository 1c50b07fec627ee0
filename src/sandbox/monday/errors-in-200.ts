import { json } from "./answers.ts";

/** The failures that come as HTTP 200, by the code a dial names; the first is the usual one. */
const IN_200: Readonly<Record<string, (requestId: string) => object>> = {
  INTERNAL_SERVER_ERROR: (requestId) => ({
    data: null,
    errors: [
      {
        message: "Internal server error",
        path: [],
        extensions: { status_code: 500, error_code: "INTERNAL_SERVER_ERROR", service: "monolith" },
      },
    ],
    extensions: { request_id: requestId },
  }),
  API_TEMPORARILY_BLOCKED: (requestId) => ({
    errors: [{ message: "API temporarily blocked", extensions: { code: "API_TEMPORARILY_BLOCKED" } }],
    extensions: { request_id: requestId },
  }),
  ComplexityException: () => ({
    error_code: "ComplexityException",
    error_message:
      "Complexity budget exhausted, query cost 30001 budget remaining 19986 out of 1000000 reset in 3 seconds",
    error_data: {},
    status_code: 429,
  }),
};

/** An error inside an HTTP 200 answer. */
export function errorIn200(
  told: { readonly code?: string | undefined; readonly message?: string | undefined },
  requestId: string,
  headers: Readonly<Record<string, string>>,
): Response {
  const { code = "INTERNAL_SERVER_ERROR", message } = told;
  const known = message === undefined ? IN_200[code] : undefined;
  const body = known?.(requestId) ?? {
    data: null,
    errors: [{ message: message ?? code, path: [], extensions: { code, service: "monolith" } }],
    extensions: { request_id: requestId },
  };
  return json(200, body, headers);
}
