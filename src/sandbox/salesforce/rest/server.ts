import { gunzipSync } from "node:zlib";
import { authorize, grantToken, introspect, identity, revokeToken, userInfo } from "../auth/oauth.ts";
import type { OAuthState } from "../auth/oauth.ts";
import { answerSoap } from "../auth/soap.ts";
import type { Session } from "../auth/sessions.ts";
import type { CallCounter } from "../control/calls.ts";
import { SalesforceError } from "../errors.ts";
import type { Call, Reply, RestState } from "./call.ts";
import { dispatch } from "./dispatch.ts";
import { operationName, splitPath } from "./paths.ts";

/** Everything a request may touch. */
export interface ServerState {
  readonly rest: RestState;
  readonly oauth: OAuthState;
  readonly calls: CallCounter;
  readonly settings: ServerSettings;
}

/** How answers are sent, as the sandbox's own routes set it. */
export interface ServerSettings {
  /** Whether answers are packed for clients that take them packed; off, as packing costs more than all else. */
  gzip: boolean;
}

/** Resources whose changes are transactions. */
const WRITES = new Set(["sobjects", "composite"]);
const OLDEST = 31;
const NEWEST = 68;
const MOST_BYTES = 16_384;
const KNOWN_TYPES = /^(?:application\/(?:json|xml)|text\/csv|multipart\/form-data)/iu;
const RELEASES = ["Spring", "Summer", "Winter"];

/** Three releases a year: 67.0 is Summer '26 (reference salesforce.md §1). */
function versionLabel(version: number): string {
  const index = version - 66;
  const year = 26 + Math.floor(index / 3) + (((index % 3) + 3) % 3 === 2 ? 1 : 0);
  return `${RELEASES[((index % 3) + 3) % 3] ?? ""} '${String(year)}`;
}

function versions(): Response {
  const list: unknown[] = [];
  for (let version = OLDEST; version <= NEWEST; version += 1) {
    const number = `${String(version)}.0`;
    list.push({ label: versionLabel(version), url: `/services/data/v${number}`, version: number });
  }
  return Response.json(list);
}

function oversized(request: Request): boolean {
  let bytes = request.url.length;
  if (bytes + 2048 < MOST_BYTES / 2) return false;
  for (const [name, value] of request.headers) bytes += name.length + value.length + 4;
  return bytes > MOST_BYTES;
}

function bearer(request: Request): string | null {
  return /^(?:Bearer|OAuth)\s+(\S+)$/iu.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}

function errorReply(error: SalesforceError): Reply {
  return { status: error.status, body: [error.element()] };
}

function respond(request: Request, reply: Reply, headers: Headers): Response {
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers.set(name, value);
  if (reply.text !== undefined) return new Response(reply.text, { status: reply.status, headers });
  if (reply.pieces !== undefined) return new Response(streamed(reply.pieces()), { status: reply.status, headers });
  if (reply.body === undefined) return new Response(null, { status: reply.status, headers });
  headers.set("content-type", "application/json;charset=UTF-8");
  const pretty = request.headers.get("x-prettyprint") === "1";
  return new Response(JSON.stringify(reply.body, null, pretty ? 2 : undefined), { status: reply.status, headers });
}

/** A body made while it is read. */
function streamed(pieces: Iterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: (controller) => {
      const piece = pieces.next();
      if (piece.done === true) controller.close();
      else controller.enqueue(encoder.encode(piece.value));
    },
  });
}

/** Packs an answer for a client that takes it packed. */
function compressed(request: Request, response: Response): Response {
  const wanted = request.headers.get("accept-encoding")?.includes("gzip") === true;
  if (!wanted || response.body === null) return response;
  const headers = new Headers(response.headers);
  headers.set("content-encoding", "gzip");
  headers.delete("content-length");
  const body = response.body.pipeThrough(new CompressionStream("gzip"));
  return new Response(body, { status: response.status, headers });
}

/** The body's text; compressed ones are unpacked. */
async function bodyText(request: Request): Promise<string> {
  if (request.headers.get("content-encoding")?.toLowerCase() !== "gzip") return request.text();
  return gunzipSync(Buffer.from(await request.arrayBuffer())).toString("utf8");
}

/** Answers one request to the instance: OAuth, identity or a REST resource. */
export async function serve(state: ServerState, request: Request): Promise<Response> {
  const plain = await route(state, request);
  const response = state.settings.gzip ? compressed(request, plain) : plain;
  // Clients bound their windows by the server's time, so it has to be the one the rows are stamped with.
  response.headers.set("date", new Date(state.rest.org.clock.now()).toUTCString());
  return response;
}

async function route(state: ServerState, request: Request): Promise<Response> {
  if (oversized(request)) return new Response("", { status: 431 });
  const url = new URL(request.url);
  const path = splitPath(url.pathname);
  if (path[0] === "id") return serveIdentity(state, request, url, path);
  if (path[0] !== "services") return new Response("", { status: 404 });
  if (path[1] === "oauth2") return serveOAuth(state, request, url, path[2] ?? "");
  if (path[1]?.toLowerCase() === "soap" && path[2] === "u" && request.method === "POST") {
    state.calls.count("POST Soap/u");
    const text = await bodyText(request);
    return answerSoap({ oauth: state.oauth, rest: state.rest }, text, path[3] ?? "", url.origin);
  }
  if (path[1] !== "data") return new Response("", { status: 404 });
  if (path.length === 2) return versions();
  return serveData(state, request, url, path);
}

async function serveOAuth(state: ServerState, request: Request, url: URL, name: string): Promise<Response> {
  const { oauth } = state;
  const form = new URLSearchParams(request.method === "POST" ? await request.text() : url.search);
  switch (name) {
    case "token":
      state.calls.count("POST oauth2/token");
      if (request.method !== "POST") return new Response("", { status: 405 });
      return grantToken(oauth, form, request.headers.get("authorization"), url.origin);
    case "authorize":
      return authorize(oauth, form);
    case "introspect":
      return introspect(oauth, form, request.headers.get("authorization"));
    case "revoke":
      return revokeToken(oauth, form.get("token"));
    case "userinfo": {
      const token = bearer(request) ?? form.get("access_token");
      const session = token === null ? undefined : oauth.sessions.find(token);
      return session === undefined
        ? new Response("Bad_OAuth_Token", { status: 403 })
        : userInfo(oauth, session, url.origin);
    }
    default:
      return new Response("", { status: 404 });
  }
}

function serveIdentity(state: ServerState, request: Request, url: URL, path: readonly string[]): Response {
  if (path[1] === "keys") return Response.json(state.oauth.idTokens.keys());
  const token = bearer(request) ?? url.searchParams.get("oauth_token");
  const session = token === null ? undefined : state.oauth.sessions.find(token);
  if (session === undefined) return new Response("Bad_OAuth_Token", { status: 403 });
  if (path[1] !== state.rest.org.id) return new Response("Wrong_Org", { status: 403 });
  return identity(state.oauth, session, path[2] ?? "", url.origin);
}

async function serveData(state: ServerState, request: Request, url: URL, path: readonly string[]): Promise<Response> {
  const { rest } = state;
  const version = /^v(\d+)\.0$/u.exec(path[2] ?? "")?.[1];
  const headers = new Headers();
  if (version === undefined || Number(version) > NEWEST) {
    const error = new SalesforceError(404, "NOT_FOUND", "The requested resource does not exist");
    return respond(request, errorReply(error), headers);
  }
  if (Number(version) < OLDEST || rest.dials.take("retired-version") !== null) {
    const error = new SalesforceError(410, "UNSUPPORTED_API_VERSION", `API version v${version}.0 has been retired`);
    return respond(request, errorReply(error), headers);
  }
  const token = bearer(request);
  if (token !== null && rest.dials.take("expire-token") !== null) state.oauth.sessions.revoke(token);
  const session = token === null ? undefined : state.oauth.sessions.find(token);
  if (session === undefined) {
    headers.set("www-authenticate", "Token");
    const error = new SalesforceError(401, "INVALID_SESSION_ID", "Session expired or invalid");
    return respond(request, errorReply(error), headers);
  }
  const text = request.method === "GET" || request.method === "HEAD" ? "" : await bodyText(request);
  const type = request.headers.get("content-type");
  if (text !== "" && type !== null && !KNOWN_TYPES.test(type)) {
    const error = new SalesforceError(415, "UNSUPPORTED_MEDIA_TYPE", `Content-Type '${type}' is not supported.`);
    return respond(request, errorReply(error), headers);
  }
  rest.staged.commitDue();
  const call: Call = {
    method: url.searchParams.get("_HttpMethod") ?? request.method,
    path: path.slice(3),
    search: url.searchParams,
    header: (name) => request.headers.get(name),
    text,
    version: `${version}.0`,
    session,
    origin: url.origin,
  };
  return answer(state, request, call, headers, session);
}

function answer(state: ServerState, request: Request, call: Call, headers: Headers, session: Session): Response {
  const { quota } = state.rest;
  const operation = operationName(call.method, call.path);
  state.calls.count(operation);
  const allowed = quota.spend(session.token);
  const { used, max } = quota.status(session.token);
  headers.set("Sforce-Limit-Info", `api-usage=${String(used)}/${String(max)}`);
  if (!allowed) {
    const error = new SalesforceError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    return respond(request, errorReply(error), headers);
  }
  return respond(request, served(state, call), headers);
}

function served(state: ServerState, call: Call): Reply {
  if (call.method === "GET" || !WRITES.has(call.path[0] ?? "")) return guarded(state, call);
  return state.rest.staged.run(
    () => guarded(state, call),
    ({ status }) => status < 400,
  );
}

function guarded(state: ServerState, call: Call): Reply {
  try {
    return state.rest.org.visibility.as(call.session.userId, () => dispatch(state.rest, call));
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error;
    return errorReply(error);
  }
}
