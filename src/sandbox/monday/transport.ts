import type { SystemDials } from "../kit/dials.ts";
import { badRequest, json, notAuthenticated, refused } from "./answers.ts";
import type { CallCounter } from "./call-counter.ts";
import { errorIn200 } from "./errors-in-200.ts";
import type { GraphQLCall, GraphQLEngine } from "./engine.ts";
import type { IdempotencyCache, StoredAnswer } from "./idempotency.ts";
import { schemaText } from "./schema.ts";
import type { CheckedDocument } from "./schema.ts";
import type { Token, Tokens } from "./tokens.ts";
import { servedVersion } from "./versions.ts";
import type { ApiVersion } from "./versions.ts";

export interface TransportParts {
  readonly engine: GraphQLEngine;
  readonly tokens: Tokens;
  readonly calls: CallCounter;
  readonly idempotency: IdempotencyCache;
  readonly dials: SystemDials;
  readonly newRequestId: () => string;
}

/** `POST /v2` and `GET /v2/get_schema` (reference monday.md §1–§4). */
export async function answer(parts: TransportParts, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method === "GET" && pathname === "/v2/get_schema") {
    if (searchParams.get("format") !== "sdl") return badRequest("InvalidArgumentException", "format must be sdl", "");
    return new Response(schemaText(), { headers: { "content-type": "text/plain; charset=utf-8" } });
  }
  if (pathname !== "/v2") return json(404, { error: "Not found" });
  if (request.method !== "POST") return json(405, { error: "Method not allowed" });
  const token = parts.tokens.fromHeader(request.headers.get("authorization"));
  if (token === undefined) return notAuthenticated();
  const requestId = parts.newRequestId();
  const refusal = token.budget.enter();
  const headers = (): Record<string, string> => ({ "x-request-id": requestId, ...token.budget.headers() });
  if (refusal !== null) {
    parts.calls.note(["(refused)"]);
    return refused(refusal, requestId, headers());
  }
  try {
    return await admitted(parts, request, token, requestId, headers);
  } finally {
    token.budget.leave();
  }
}

async function admitted(
  parts: TransportParts,
  request: Request,
  token: Token,
  requestId: string,
  headers: () => Record<string, string>,
): Promise<Response> {
  const call = parseCall(await request.text());
  if (call === null) {
    parts.calls.note(["(unparsable)"]);
    return badRequest("JsonParseException", "The request body is not a GraphQL request", requestId);
  }
  const checked = parts.engine.check(call.query);
  parts.calls.note(parts.engine.rootFields(checked, call.operationName));
  const version = servedVersion(request.headers.get("api-version"));
  if (version === null) return badRequest("InvalidVersionException", "The API version is not valid", requestId);
  const fault = parts.dials.take("error-in-200");
  if (fault !== null) return errorIn200(fault, requestId, { ...headers(), "api-version": version.value });
  if (checked.document === null) {
    return json(200, { errors: checked.errors, extensions: { request_id: requestId } }, headers());
  }
  const exhausted = token.budget.checkComplexity(parts.engine.leastCost(checked));
  if (exhausted !== null) return refused(exhausted, requestId, { ...headers(), "api-version": version.value });
  const key = parts.engine.isMutation(checked, call.operationName) ? request.headers.get("idempotency-key") : null;
  const run = (): Promise<StoredAnswer> => execute(parts, checked, call, token, version, requestId);
  const extra = { "content-type": "application/json", "api-version": version.value };
  if (key === null || key === "") {
    const { status, body } = await run();
    return new Response(body, { status, headers: { ...extra, ...headers() } });
  }
  return idempotent(parts, `${token.userId} ${key}`, run, () => ({ ...extra, ...headers() }), requestId);
}

async function execute(
  parts: TransportParts,
  checked: CheckedDocument,
  call: GraphQLCall,
  token: Token,
  version: ApiVersion,
  requestId: string,
): Promise<StoredAnswer> {
  const { userId, budget } = token;
  const { result, cost } = await parts.engine.run(checked, call, { userId, version, budget });
  budget.charge(cost);
  return { status: 200, body: JSON.stringify({ ...result, extensions: { request_id: requestId } }) };
}

async function idempotent(
  parts: TransportParts,
  key: string,
  run: () => Promise<StoredAnswer>,
  headers: () => Record<string, string>,
  requestId: string,
): Promise<Response> {
  const known = parts.idempotency.begin(key);
  if (known === "running") {
    const error = { message: "A request with this key is in flight", extensions: { code: "IDEMPOTENCY_CONFLICT" } };
    return json(409, { errors: [error], extensions: { request_id: requestId } }, { ...headers(), "Retry-After": "1" });
  }
  if (known !== null) {
    return new Response(known.body, {
      status: known.status,
      headers: { ...headers(), "Idempotency-Replayed": "true" },
    });
  }
  let stored: StoredAnswer | null = null;
  try {
    stored = await run();
    return new Response(stored.body, { status: stored.status, headers: headers() });
  } finally {
    parts.idempotency.end(key, stored);
  }
}

/** The JSON body of a GraphQL request, null when it is none. */
export function parseCall(text: string): GraphQLCall | null {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof body !== "object" || body === null || !("query" in body) || typeof body.query !== "string") return null;
  const variables = "variables" in body && typeof body.variables === "object" ? body.variables : null;
  const operationName = "operationName" in body && typeof body.operationName === "string" ? body.operationName : null;
  return { query: body.query, variables: variables === null ? null : { ...variables }, operationName };
}
