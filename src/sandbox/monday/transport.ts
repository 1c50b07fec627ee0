import { buildSchema, introspectionFromSchema } from "graphql";
import type { SystemDials } from "../kit/dials.ts";
import { accessDenied, badRequest, json, notAuthenticated, refused } from "./answers.ts";
import type { CallCounter } from "./call-counter.ts";
import { errorIn200 } from "./errors-in-200.ts";
import type { Executed, GraphQLCall, GraphQLEngine } from "./engine.ts";
import type { IdempotencyCache, StoredAnswer } from "./idempotency.ts";
import { parseForm } from "./multipart.ts";
import type { OAuth } from "./oauth.ts";
import { schemaTextOf } from "./schema-versions.ts";
import type { MondayState } from "./state.ts";
import type { Token, Tokens } from "./tokens.ts";
import { OLDEST, servedVersion } from "./versions.ts";
import type { ApiVersion } from "./versions.ts";

export interface TransportParts {
  readonly state: MondayState;
  readonly engine: GraphQLEngine;
  readonly tokens: Tokens;
  readonly oauth: OAuth;
  readonly calls: CallCounter;
  readonly idempotency: IdempotencyCache;
  readonly dials: SystemDials;
  readonly newRequestId: () => string;
}

/** `POST /v2`, `/v2/file`, `GET /v2/get_schema` and the sign-in (reference monday.md §1–§4, §11). */
export async function answer(parts: TransportParts, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method === "GET" && pathname === "/v2/get_schema") return schemaAnswer(searchParams);
  if (pathname !== "/v2" && pathname !== "/v2/file") {
    return (await parts.oauth.answer(request)) ?? json(404, { error: "Not found" });
  }
  if (request.method !== "POST") return json(405, { error: "Method not allowed" });
  const token = parts.tokens.fromHeader(request.headers.get("authorization"));
  if (token === undefined || parts.dials.take("expire-token") !== null) return notAuthenticated();
  const requestId = parts.newRequestId();
  if (mayNotCall(parts.state, token)) return accessDenied(requestId);
  const version =
    parts.dials.take("retired-version") === null ? servedVersion(request.headers.get("api-version")) : OLDEST;
  if (version === null) return badRequest("InvalidVersionException", "The API version is not valid", requestId);
  const refusal = token.budget.enter();
  const headers = (): Record<string, string> => ({ "x-request-id": requestId, ...token.budget.headers() });
  if (refusal !== null) {
    parts.calls.note(["(refused)"]);
    return refused(refusal, requestId, { ...headers(), "api-version": version.value }, version.value);
  }
  try {
    return await admitted(parts, request, { token, version, requestId }, headers);
  } finally {
    token.budget.leave();
  }
}

function schemaAnswer(query: URLSearchParams): Response {
  const text = schemaTextOf(servedVersion(query.get("version"))?.value ?? "dev");
  if (query.get("format") === "json") return json(200, { data: introspectionFromSchema(buildSchema(text)) });
  if (query.get("format") !== "sdl") return badRequest("InvalidArgumentException", "format must be sdl or json", "");
  return new Response(text, { headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** View-only people, and those switched off or not confirmed, may not use the API at all (reference monday.md §1). */
function mayNotCall(state: MondayState, token: Token): boolean {
  const user = state.users.get(token.userId);
  return user !== undefined && (!user.enabled || !user.emailConfirmed || user.kind === "view_only");
}

interface Admitted {
  readonly token: Token;
  readonly version: ApiVersion;
  readonly requestId: string;
}

async function admitted(
  parts: TransportParts,
  request: Request,
  by: Admitted,
  headers: () => Record<string, string>,
): Promise<Response> {
  const { token, version, requestId } = by;
  const form = request.headers.get("content-type")?.startsWith("multipart/form-data") === true;
  const call = form ? await parseForm(request) : parseCall(await request.text());
  if (call === null) {
    parts.calls.note(["(unparsable)"]);
    return badRequest("JsonParseException", "The request body is not a GraphQL request", requestId);
  }
  const checked = parts.engine.check(call.query, version.value);
  const fields = parts.engine.rootFields(checked, call.operationName);
  parts.calls.note(fields);
  if (fields.length > 0 && fields.every((field) => field === "complexity")) token.budget.discount();
  const served = (): Record<string, string> => ({ ...headers(), "api-version": version.value });
  const fault = parts.dials.take("error-in-200");
  if (fault !== null) return errorIn200(fault, requestId, served());
  if (checked.document === null) {
    return json(200, { errors: checked.errors, extensions: { request_id: requestId } }, headers());
  }
  const writes = parts.engine.isMutation(checked, call.operationName);
  const exhausted = token.budget.checkComplexity(parts.engine.leastCost(checked), writes);
  if (exhausted !== null) return refused(exhausted, requestId, served(), version.value);
  const key = writes ? request.headers.get("idempotency-key") : null;
  const run = async (): Promise<StoredAnswer> => {
    const late = writes ? parts.dials.take("late-commit") : null;
    const act = (): Promise<Executed> => parts.engine.run(checked, call, { ...token, version });
    const done = await (late === null ? act() : parts.state.lag.during(late.ms, act));
    token.budget.charge(done.cost, writes);
    return told(parts, done, by);
  };
  const all = (): Record<string, string> => ({ "content-type": "application/json", ...served() });
  if (key === null || key === "") {
    const stored = await run();
    return new Response(stored.body, { status: stored.status, headers: { ...all(), ...stored.headers } });
  }
  return idempotent(parts, `${token.app?.id ?? ""} ${token.userId} ${key}`, run, all, requestId);
}

/** The body of an execution; a locked board and a mutation's own cap also set the HTTP status. */
function told(parts: TransportParts, { result }: Executed, by: Admitted): StoredAnswer {
  const extensions = { request_id: by.requestId };
  const failures = result.errors?.map((error) => error.extensions) ?? [];
  const locked = result.errors?.find((error) => error.extensions["status_code"] === 423);
  if (locked !== undefined) {
    return { status: 423, body: JSON.stringify({ errors: [{ message: locked.message }], extensions }) };
  }
  const whole = result.errors?.find((error) => error.extensions["error_code"] === "INTERNAL_SERVER_ERROR");
  if (whole !== undefined) {
    const error = { message: whole.message, path: [], extensions: whole.extensions };
    return { status: 200, body: JSON.stringify({ data: null, errors: [error], extensions }) };
  }
  // Versions before 2025-07 told the account beside the data.
  const account = by.version.value < "2025-07" ? { account_id: Number(parts.state.account.id) } : {};
  const body = JSON.stringify({ ...result, ...account, extensions });
  const capped = failures.find((failure) => failure["status_code"] === 429);
  if (capped === undefined) return { status: 200, body };
  return { status: 429, body, headers: { "Retry-After": String(capped["retry_in_seconds"]) } };
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
    const done = await run();
    // What the limits or a lock refused did not happen, and may be sent again under the same key.
    stored = done.status === 200 ? done : null;
    return new Response(done.body, { status: done.status, headers: { ...headers(), ...done.headers } });
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
