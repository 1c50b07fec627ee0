import { createHmac } from "node:crypto";
import type { Row } from "../schema/index.ts";
import type { Org } from "../state/org.ts";
import type { Credentials } from "./credentials.ts";
import type { Session, Sessions } from "./sessions.ts";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** What the OAuth endpoints work on. */
export interface OAuthState {
  readonly org: Org;
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  /** The user client credentials run as. */
  readonly runAsUserId: string;
  readonly wallNow: () => number;
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-cache, no-store" } });
}

function refuse(error: string, description: string): Response {
  return json(400, { error, error_description: description });
}

/** Client id and secret from the form or the Basic header. */
function client(form: URLSearchParams, authorization: string | null): { id: string | null; secret: string | null } {
  const basic = /^Basic (.+)$/iu.exec(authorization ?? "")?.[1];
  if (basic === undefined) return { id: form.get("client_id"), secret: form.get("client_secret") };
  const [id = "", ...rest] = Buffer.from(basic, "base64").toString("utf8").split(":");
  return { id: decodeURIComponent(id), secret: decodeURIComponent(rest.join(":")) };
}

function tokenReply(
  state: OAuthState,
  session: Session,
  origin: string,
  extra: Readonly<Record<string, string>> = {},
): Response {
  const id = `${origin}/id/${state.org.id}/${session.userId}`;
  const issuedAt = String(state.wallNow());
  const signature = createHmac("sha256", state.credentials.clientSecret)
    .update(id + issuedAt)
    .digest("base64");
  return json(200, {
    access_token: session.token,
    signature,
    scope: "id api",
    instance_url: origin,
    id,
    token_type: "Bearer",
    issued_at: issuedAt,
    ...extra,
  });
}

/** `POST /services/oauth2/token` (reference salesforce.md §3). */
export function grantToken(
  state: OAuthState,
  form: URLSearchParams,
  authorization: string | null,
  origin: string,
): Response {
  const { sessions, credentials } = state;
  const grant = form.get("grant_type");
  if (grant === JWT_BEARER) {
    const verdict = credentials.checkJwt(form.get("assertion") ?? "", origin, state.wallNow());
    if ("refused" in verdict) return refuse("invalid_grant", verdict.refused);
    return tokenReply(state, sessions.open(verdict.user.Id), origin);
  }
  if (grant !== "client_credentials" && grant !== "password" && grant !== "refresh_token") {
    return refuse("unsupported_grant_type", "grant type not supported");
  }
  const app = client(form, authorization);
  if (app.id === null) return refuse("invalid_client_id", "client identifier invalid");
  if (app.id !== credentials.clientId) return refuse("invalid_client_id", "client identifier invalid");
  const secretNeeded = grant !== "refresh_token" || app.secret !== null;
  if (secretNeeded && app.secret !== credentials.clientSecret) {
    return refuse("invalid_client", "invalid client credentials");
  }
  if (grant === "client_credentials") return tokenReply(state, sessions.open(state.runAsUserId), origin);
  if (grant === "refresh_token") {
    const refreshed = sessions.refresh(form.get("refresh_token") ?? "");
    if (refreshed === undefined) return refuse("invalid_grant", "expired access/refresh token");
    const { session, rotated } = refreshed;
    return tokenReply(state, session, origin, rotated === null ? {} : { refresh_token: rotated });
  }
  const user = credentials.user(form.get("username") ?? "");
  if (user === undefined || form.get("password") !== credentials.password + credentials.securityToken) {
    return refuse("invalid_grant", "authentication failure");
  }
  return tokenReply(state, sessions.open(user.Id), origin);
}

/** `POST|GET /services/oauth2/revoke`. */
export function revokeToken(state: OAuthState, token: string | null): Response {
  if (token === null || !state.sessions.revoke(token)) {
    return refuse("unsupported_token_type", "this token type is not supported");
  }
  return new Response(null, { status: 200 });
}

function nameOf(user: Row): string {
  const parts = [user["FirstName"], user["LastName"]].filter((each) => typeof each === "string");
  return typeof user["Name"] === "string" ? user["Name"] : parts.join(" ");
}

/** `GET /services/oauth2/userinfo`. */
export function userInfo(state: OAuthState, session: Session, origin: string): Response {
  const user = state.org.tableNamed("User").get(session.userId);
  if (user === undefined) return new Response("Bad_OAuth_Token", { status: 403 });
  return json(200, {
    sub: `${origin}/id/${state.org.id}/${user.Id}`,
    user_id: user.Id,
    organization_id: state.org.id,
    preferred_username: state.credentials.username(user),
    nickname: user["Alias"] ?? null,
    name: nameOf(user),
    email: user["Email"] ?? null,
    email_verified: true,
    given_name: user["FirstName"] ?? null,
    family_name: user["LastName"] ?? null,
    zoneinfo: user["TimeZoneSidKey"] ?? state.org.timeZone,
    active: user["IsActive"] ?? true,
    user_type: "STANDARD",
    urls: serviceUrls(origin, state.org.id, user.Id),
  });
}

function serviceUrls(origin: string, orgId: string, userId: string): Record<string, string> {
  return {
    rest: `${origin}/services/data/v{version}/`,
    query: `${origin}/services/data/v{version}/query/`,
    sobjects: `${origin}/services/data/v{version}/sobjects/`,
    partner: `${origin}/services/Soap/u/{version}/${orgId.slice(0, 15)}`,
    profile: `${origin}/${userId}`,
  };
}

/** `GET /id/{org}/{user}`. */
export function identity(state: OAuthState, session: Session, userId: string, origin: string): Response {
  const user = state.org.tableNamed("User").get(userId);
  if (user === undefined || session.userId !== userId) return new Response("Missing_OAuth_Token", { status: 403 });
  return json(200, {
    id: `${origin}/id/${state.org.id}/${user.Id}`,
    asserted_user: true,
    user_id: user.Id,
    organization_id: state.org.id,
    username: state.credentials.username(user),
    nick_name: user["Alias"] ?? null,
    display_name: nameOf(user),
    email: user["Email"] ?? null,
    first_name: user["FirstName"] ?? null,
    last_name: user["LastName"] ?? null,
    timezone: user["TimeZoneSidKey"] ?? state.org.timeZone,
    active: user["IsActive"] ?? true,
    user_type: "STANDARD",
    language: "en_US",
    locale: "en_US",
    urls: serviceUrls(origin, state.org.id, user.Id),
  });
}
