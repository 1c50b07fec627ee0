import { createHmac } from "node:crypto";
import type { Row } from "../schema/index.ts";
import type { Org } from "../state/org.ts";
import { verifies } from "./authorizations.ts";
import type { Authorizations } from "./authorizations.ts";
import type { IdTokens } from "./id-tokens.ts";
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
  readonly authorizations: Authorizations;
  readonly idTokens: IdTokens;
}

/** The hosts that only sign people in (`login.`, `test.`); the org's own address is the rest of the name. */
const LOGIN_HOST = /^(https?:\/\/)(?:login|test)\./u;

/** The org's own address for an answer to a request that came in under `origin`. */
function instanceOf(origin: string): string {
  return origin.replace(LOGIN_HOST, "$1");
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
  const instance = instanceOf(origin);
  const id = `${instance}/id/${state.org.id}/${session.userId}`;
  const issuedAt = String(state.wallNow());
  const signature = createHmac("sha256", state.credentials.clientSecret)
    .update(id + issuedAt)
    .digest("base64");
  return json(200, {
    access_token: session.token,
    signature,
    scope: session.scope,
    instance_url: instance,
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
    const { token: access_token, scope, userId } = sessions.open(verdict.user.Id);
    const instance = instanceOf(origin);
    const id = `${instance}/id/${state.org.id}/${userId}`;
    return json(200, { access_token, scope, instance_url: instance, id, token_type: "Bearer" });
  }
  if (grant === "authorization_code") return redeemCode(state, form, authorization, origin);
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
  if (grant === "client_credentials") {
    if (LOGIN_HOST.test(origin)) return refuse("invalid_grant", "request not supported on this domain");
    return tokenReply(state, sessions.open(state.runAsUserId), origin);
  }
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

function redeemCode(state: OAuthState, form: URLSearchParams, authorization: string | null, origin: string): Response {
  const { sessions, credentials } = state;
  const app = client(form, authorization);
  if (app.id !== credentials.clientId) return refuse("invalid_client_id", "client identifier invalid");
  if (app.secret !== null && app.secret !== credentials.clientSecret) {
    return refuse("invalid_client", "invalid client credentials");
  }
  const consent = state.authorizations.redeem(form.get("code") ?? "");
  if (consent === undefined) return refuse("invalid_grant", "expired authorization code");
  if (form.get("redirect_uri") !== consent.redirectUri) {
    return refuse("redirect_uri_mismatch", "redirect_uri must match configuration");
  }
  // A client that cannot keep a secret proves itself with the verifier alone.
  if (app.secret === null && consent.challenge === null) return refuse("invalid_client", "invalid client credentials");
  if (!verifies(consent, form.get("code_verifier"))) return refuse("invalid_grant", "invalid code verifier");
  const { scope, userId } = consent;
  const scopes = scope.split(" ");
  const session = sessions.open(userId, false, scope);
  const extra: Record<string, string> = {};
  if (scopes.includes("refresh_token") || scopes.includes("offline_access")) {
    extra["refresh_token"] = sessions.grantRefresh(userId, scope);
  }
  if (scopes.includes("openid")) {
    const now = Math.floor(state.wallNow() / 1000);
    const instance = instanceOf(origin);
    extra["id_token"] = state.idTokens.sign({
      iss: instance,
      sub: `${instance}/id/${state.org.id}/${userId}`,
      aud: app.id,
      iat: now,
      exp: now + 120,
    });
  }
  return tokenReply(state, session, origin, extra);
}

/**
 * `GET /services/oauth2/authorize`: the person agrees at once (the one named by `login_hint`, or the integration user)
 * and is sent back with a code.
 */
export function authorize(state: OAuthState, query: URLSearchParams): Response {
  const { credentials } = state;
  const redirectUri = query.get("redirect_uri") ?? "";
  if (query.get("client_id") !== credentials.clientId) {
    return new Response("error=invalid_client_id&error_description=client%20identifier%20invalid", { status: 400 });
  }
  if (!URL.canParse(redirectUri)) {
    return new Response("error=redirect_uri_missing&error_description=missing%20required%20redirect%20uri", {
      status: 400,
    });
  }
  const back = (values: Readonly<Record<string, string>>): Response => {
    const target = new URL(redirectUri);
    for (const [name, value] of Object.entries(values)) target.searchParams.set(name, value);
    const given = query.get("state");
    if (given !== null) target.searchParams.set("state", given);
    return new Response(null, { status: 302, headers: { location: target.href } });
  };
  if (query.get("response_type") !== "code") {
    return back({ error: "unsupported_response_type", error_description: "response type not supported" });
  }
  const hint = query.get("login_hint");
  const user = hint === null ? state.org.tableNamed("User").get(state.runAsUserId) : credentials.user(hint);
  if (user === undefined) return back({ error: "access_denied", error_description: "end-user denied authorization" });
  const code = state.authorizations.issue({
    clientId: credentials.clientId,
    userId: user.Id,
    redirectUri,
    scope: query.get("scope") ?? "id api refresh_token",
    challenge: query.get("code_challenge"),
    challengeMethod: query.get("code_challenge_method") === "plain" ? "plain" : "S256",
  });
  return back({ code });
}

/** `POST /services/oauth2/introspect`. */
export function introspect(state: OAuthState, form: URLSearchParams, authorization: string | null): Response {
  const { sessions, credentials } = state;
  const app = client(form, authorization);
  if (app.id !== credentials.clientId || app.secret !== credentials.clientSecret) {
    return json(401, { error: "invalid_client", error_description: "invalid client credentials" });
  }
  const token = form.get("token") ?? "";
  const session = sessions.find(token);
  const owner = session ?? sessions.refreshOwner(token);
  const user = owner === undefined ? undefined : state.org.tableNamed("User").get(owner.userId);
  if (owner === undefined || user === undefined) return json(200, { active: false });
  const issued = session === undefined ? null : Math.floor(session.issuedAt / 1000);
  return json(200, {
    active: true,
    scope: owner.scope,
    client_id: app.id,
    username: credentials.username(user),
    sub: `https://login.salesforce.com/id/${state.org.id}/${user.Id}`,
    token_type: session === undefined ? "refresh_token" : "access_token",
    ...(issued === null ? {} : { iat: issued, nbf: issued, exp: issued + sessions.timeoutSeconds }),
  });
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
