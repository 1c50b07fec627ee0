import { createHash } from "node:crypto";
import { unauthorized } from "./errors.ts";

export interface Credential {
  readonly token: string;
  readonly userGid: string;
  /** The OAuth client, null for a personal access token. */
  readonly app: string | null;
}

interface Grant {
  readonly userGid: string;
  readonly kind: "code" | "refresh";
}

/** Personal tokens and the OAuth code grant (reference asana.md §3). */
export class Authority {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly personalToken: string;
  readonly #tokens = new Map<string, Credential>();
  readonly #grants = new Map<string, Grant>();
  readonly #userGid: string;
  #issued = 0;

  constructor(userGid: string) {
    const hash = createHash("sha256").update(`asana:${userGid}`).digest("hex");
    this.#userGid = userGid;
    this.clientId = `12${userGid.slice(-8).padStart(14, "0")}`;
    this.clientSecret = hash.slice(32);
    this.personalToken = `2/${userGid}/${this.clientId}:${hash.slice(0, 32)}`;
    this.#tokens.set(this.personalToken, { token: this.personalToken, userGid, app: null });
  }

  /** A further personal token of a user. */
  issue(userGid: string): string {
    const token = this.#next("2/", userGid);
    this.#tokens.set(token, { token, userGid, app: null });
    return token;
  }

  revoke(token: string): boolean {
    return this.#tokens.delete(token);
  }

  /** Errors: 401 without a known bearer token. */
  authenticate(header: string | null): Credential {
    const match = /^Bearer\s+(.+)$/iu.exec(header ?? "");
    const credential = this.#tokens.get(match?.[1] ?? "");
    if (credential === undefined) throw unauthorized();
    return credential;
  }

  /** The consent page, answered at once as the token's user: a redirect with a code. */
  authorize(query: URLSearchParams): Response {
    const redirect = query.get("redirect_uri") ?? "";
    if (query.get("client_id") !== this.clientId || redirect === "")
      return oauthError("invalid_request", "The `client_id` provided was invalid.");
    const code = this.#next("1/", this.#userGid);
    this.#grants.set(code, { userGid: this.#userGid, kind: "code" });
    const target = new URL(redirect);
    target.searchParams.set("code", code);
    const state = query.get("state");
    if (state !== null) target.searchParams.set("state", state);
    return new Response(null, { status: 302, headers: { location: target.href } });
  }

  /** POST /-/oauth_token, form-encoded. `user` describes the grant's user. */
  exchange(form: URLSearchParams, user: (gid: string) => Readonly<Record<string, unknown>>): Response {
    const kind = form.get("grant_type");
    if (kind !== "authorization_code" && kind !== "refresh_token")
      return oauthError("unsupported_grant_type", "The `grant_type` provided was invalid.");
    if (form.get("client_id") !== this.clientId || form.get("client_secret") !== this.clientSecret)
      return oauthError("invalid_client", "The `client_id` or `client_secret` provided was invalid.");
    const name = kind === "refresh_token" ? "refresh_token" : "code";
    const value = form.get(name) ?? "";
    const grant = this.#grants.get(value);
    if (grant === undefined || grant.kind !== (kind === "refresh_token" ? "refresh" : "code"))
      return oauthError("invalid_grant", `The \`${name}\` provided was invalid.`);
    const token = this.#next("1/", grant.userGid);
    this.#tokens.set(token, { token, userGid: grant.userGid, app: this.clientId });
    const body: Record<string, unknown> = {
      access_token: token,
      expires_in: 3600,
      token_type: "bearer",
      data: user(grant.userGid),
    };
    if (kind === "authorization_code") {
      this.#grants.delete(value);
      const refresh = this.#next("1/", grant.userGid);
      this.#grants.set(refresh, { userGid: grant.userGid, kind: "refresh" });
      body["refresh_token"] = refresh;
    }
    return json(200, body);
  }

  /** POST /-/oauth_revoke: 200 also for an unknown refresh token. */
  revokeGrant(form: URLSearchParams): Response {
    const token = form.get("token") ?? "";
    if (token === "" || this.#tokens.has(token))
      return oauthError("invalid_request", "The `token` provided was invalid.");
    this.#grants.delete(token);
    return json(200, {});
  }

  #next(prefix: string, userGid: string): string {
    this.#issued += 1;
    const hash = createHash("sha256").update(`${this.clientSecret}:${this.#issued}`).digest("hex");
    return `${prefix}${userGid}:${hash.slice(0, 32)}`;
  }
}

/** Asana's JSON answer with its exact content type. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, "content-type": "application/json; charset=UTF-8" },
  });
}

function oauthError(error: string, description: string): Response {
  return json(400, {
    error,
    error_uri: "https://asana.com/developers/documentation/getting-started/authentication",
    error_description: description,
  });
}
