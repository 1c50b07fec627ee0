import { createHash } from "node:crypto";
import { unauthorized } from "./errors.ts";
import type { View } from "./view.ts";

export interface Credential {
  readonly token: string;
  readonly userGid: string;
  /** The OAuth client, null for a personal access token. */
  readonly app: string | null;
  /** Granted scopes, null for everything. */
  readonly scopes: ReadonlySet<string> | null;
  /** Real instant of expiry, epoch milliseconds; null for personal tokens. */
  readonly expiresAt: number | null;
}

/** Whose eyes a credential's answers are for. */
export function viewOf(credential: Credential, plan: View["plan"]): View {
  return { viewerGid: credential.userGid, app: credential.app, plan, scopes: credential.scopes };
}

/** A registered app. */
export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Code {
  readonly app: string;
  readonly userGid: string;
  readonly scopes: ReadonlySet<string> | null;
  readonly redirect: string;
  readonly challenge: string | null;
  readonly expiresAt: number;
}

interface Grant {
  readonly app: string;
  readonly userGid: string;
  readonly scopes: ReadonlySet<string> | null;
  readonly tokens: string[];
}

type Describe = (gid: string) => Readonly<Record<string, unknown>>;

const TOKEN_SECONDS = 3600;
const CODE_MS = 5 * 60_000;
const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";
const SCOPE = /^(?:default|openid|email|profile|[a-z_]+:(?:read|write|delete|export))$/u;
const RESPONSE_TYPES = new Set(["code", "id_token", "code id_token"]);

/** Personal tokens and the OAuth code grant with PKCE and scopes (reference asana.md §3). */
export class Authority {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly personalToken: string;
  readonly #tokens = new Map<string, Credential>();
  readonly #plans = new Map<string, View["plan"]>();
  readonly #apps = new Map<string, string>();
  readonly #codes = new Map<string, Code>();
  readonly #grants = new Map<string, Grant>();
  readonly #userGid: string;
  readonly #wallNow: () => number;
  /** The plan of tokens that were not given one of their own. */
  plan: View["plan"] = "paid";
  #issued = 0;

  /** @param wallNow real time: credentials do not expire by business time */
  constructor(userGid: string, wallNow: () => number) {
    const hash = createHash("sha256").update(`asana:${userGid}`).digest("hex");
    this.#userGid = userGid;
    this.#wallNow = wallNow;
    this.clientId = `12${userGid.slice(-8).padStart(14, "0")}`;
    this.clientSecret = hash.slice(32);
    this.#apps.set(this.clientId, this.clientSecret);
    this.personalToken = `2/${userGid}/${this.clientId}:${hash.slice(0, 32)}`;
    this.#tokens.set(this.personalToken, personal(this.personalToken, userGid));
  }

  /** A further personal token of a user. */
  issue(userGid: string): string {
    const token = this.#next("2/", userGid);
    this.#tokens.set(token, personal(token, userGid));
    return token;
  }

  /** A further app. */
  register(): App {
    this.#issued += 1;
    const clientId = String(Number(this.clientId) + this.#issued);
    const clientSecret = createHash("sha256").update(`app:${clientId}`).digest("hex").slice(32);
    this.#apps.set(clientId, clientSecret);
    return { clientId, clientSecret };
  }

  revoke(token: string): boolean {
    return this.#tokens.delete(token);
  }

  setPlan(token: string, plan: View["plan"]): void {
    this.#plans.set(token, plan);
  }

  planOf(token: string): View["plan"] {
    return this.#plans.get(token) ?? this.plan;
  }

  /** Errors: 401 without a known, unexpired bearer token. */
  authenticate(header: string | null): Credential {
    const match = /^Bearer\s+(.+)$/iu.exec(header ?? "");
    const credential = this.#tokens.get(match?.[1] ?? "");
    if (credential === undefined) throw unauthorized();
    if (credential.expiresAt !== null && this.#wallNow() >= credential.expiresAt) throw unauthorized();
    return credential;
  }

  /** The consent page, answered at once as the token's user: a redirect with a code. */
  authorize(query: URLSearchParams): Response {
    const app = query.get("client_id") ?? "";
    const redirect = query.get("redirect_uri") ?? "";
    if (!this.#apps.has(app)) return oauthError("invalid_request", "The `client_id` provided was invalid.");
    if (!acceptable(redirect)) return oauthError("invalid_request", "The `redirect_uri` provided was invalid.");
    const back = (answer: Readonly<Record<string, string>>): Response => {
      const state = query.get("state");
      return redirectTo(redirect, state === null ? answer : { ...answer, state });
    };
    const kind = query.get("response_type") ?? "";
    if (!RESPONSE_TYPES.has(kind)) return back({ error: "unsupported_response_type" });
    const scopes = scopesOf(query.get("scope"));
    if (scopes === undefined) return back({ error: "invalid_scope" });
    const challenge = query.get("code_challenge");
    if (challenge !== null && (query.get("code_challenge_method") ?? "plain") !== "S256")
      return back({ error: "invalid_request" });
    const answer: Record<string, string> = {};
    if (kind.includes("id_token")) answer["id_token"] = this.#idToken(app, this.#userGid);
    if (kind.startsWith("code")) {
      const code = this.#next("1/", this.#userGid);
      const expiresAt = this.#wallNow() + CODE_MS;
      this.#codes.set(code, { app, userGid: this.#userGid, scopes, redirect, challenge, expiresAt });
      answer["code"] = code;
    }
    return back(answer);
  }

  /** POST /-/oauth_token, form-encoded. `user` describes the grant's user. */
  exchange(form: URLSearchParams, user: Describe): Response {
    const kind = form.get("grant_type");
    if (kind !== "authorization_code" && kind !== "refresh_token")
      return oauthError("unsupported_grant_type", "The `grant_type` provided was invalid.");
    const app = form.get("client_id") ?? "";
    const secret = this.#apps.get(app);
    if (secret === undefined || form.get("client_secret") !== secret)
      return oauthError("invalid_client", "The `client_id` or `client_secret` provided was invalid.");
    return kind === "refresh_token" ? this.#refreshed(app, form, user) : this.#granted(app, form, user);
  }

  #refreshed(app: string, form: URLSearchParams, user: Describe): Response {
    const grant = this.#grants.get(form.get("refresh_token") ?? "");
    if (grant === undefined || grant.app !== app) return invalidGrant("refresh_token");
    return json(200, this.#tokenFor(grant, user));
  }

  #granted(app: string, form: URLSearchParams, user: Describe): Response {
    const value = form.get("code") ?? "";
    const code = this.#codes.get(value);
    this.#codes.delete(value);
    if (code === undefined || code.app !== app || this.#wallNow() >= code.expiresAt) return invalidGrant("code");
    if (form.get("redirect_uri") !== code.redirect) return invalidGrant("redirect_uri");
    if (code.challenge !== null) {
      const verifier = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      if (verifier !== code.challenge) return invalidGrant("code_verifier");
    }
    const grant: Grant = { app, userGid: code.userGid, scopes: code.scopes, tokens: [] };
    const refresh = this.#next("1/", grant.userGid);
    this.#grants.set(refresh, grant);
    const idToken = code.scopes?.has("openid") === true ? { id_token: this.#idToken(app, grant.userGid) } : {};
    return json(200, { ...this.#tokenFor(grant, user), refresh_token: refresh, ...idToken });
  }

  #tokenFor(grant: Grant, user: Describe): Record<string, unknown> {
    const { userGid, app, scopes } = grant;
    const token = this.#next("1/", userGid);
    const expiresAt = this.#wallNow() + TOKEN_SECONDS * 1000;
    this.#tokens.set(token, { token, userGid, app, scopes, expiresAt });
    grant.tokens.push(token);
    return { access_token: token, expires_in: TOKEN_SECONDS, token_type: "bearer", data: user(userGid) };
  }

  /** POST /-/oauth_revoke: 200 also for an unknown refresh token; its access tokens end with it. */
  revokeGrant(form: URLSearchParams): Response {
    const token = form.get("token") ?? "";
    if (token === "" || this.#tokens.has(token))
      return oauthError("invalid_request", "The `token` provided was invalid.");
    for (const access of this.#grants.get(token)?.tokens ?? []) this.#tokens.delete(access);
    this.#grants.delete(token);
    return json(200, {});
  }

  #idToken(app: string, userGid: string): string {
    const iat = Math.floor(this.#wallNow() / 1000);
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const body = `${part({ alg: "HS256", typ: "JWT" })}.${part({ iss: "https://app.asana.com/api/1.0", aud: app, sub: userGid, iat, exp: iat + TOKEN_SECONDS })}`;
    return `${body}.${createHash("sha256").update(`${this.clientSecret}.${body}`).digest("base64url")}`;
  }

  #next(prefix: string, userGid: string): string {
    this.#issued += 1;
    const hash = createHash("sha256").update(`${this.clientSecret}:${this.#issued}`).digest("hex");
    return `${prefix}${userGid}:${hash.slice(0, 32)}`;
  }
}

function personal(token: string, userGid: string): Credential {
  return { token, userGid, app: null, scopes: null, expiresAt: null };
}

/** https, out of band, or this machine as native apps use it. */
function acceptable(redirect: string): boolean {
  return redirect === OUT_OF_BAND || /^https:\/\/.|^http:\/\/(?:localhost|127\.0\.0\.1)(?:[:/]|$)/u.test(redirect);
}

/** The scopes asked for; null for everything, undefined when one is unknown. */
function scopesOf(text: string | null): ReadonlySet<string> | null | undefined {
  const scopes = (text ?? "").split(" ").filter((one) => one !== "");
  if (scopes.some((one) => !SCOPE.test(one))) return undefined;
  return scopes.length === 0 || scopes.includes("default") ? null : new Set(scopes);
}

function redirectTo(redirect: string, answer: Readonly<Record<string, string>>): Response {
  if (redirect === OUT_OF_BAND)
    return new Response(`<html><body><code>${answer["code"] ?? answer["error"] ?? ""}</code></body></html>`, {
      headers: { "content-type": "text/html; charset=UTF-8" },
    });
  const target = new URL(redirect);
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  return new Response(null, { status: 302, headers: { location: target.href } });
}

/** Asana's JSON answer with its exact content type. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  pretty = false,
): Response {
  return new Response(pretty ? JSON.stringify(body, null, 2) : JSON.stringify(body), {
    status,
    headers: { ...headers, "content-type": "application/json; charset=UTF-8" },
  });
}

function invalidGrant(name: string): Response {
  return oauthError("invalid_grant", `The \`${name}\` provided was invalid.`);
}

function oauthError(error: string, description: string): Response {
  return json(400, {
    error,
    error_uri: "https://asana.com/developers/documentation/getting-started/authentication",
    error_description: description,
  });
}
