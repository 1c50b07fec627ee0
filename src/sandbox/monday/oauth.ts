import { createHash } from "node:crypto";
import { z } from "zod";
import { json } from "./answers.ts";
import { SANDBOX_APP } from "./apps.ts";
import type { App } from "./apps.ts";
import { signJwt } from "./jwt.ts";
import type { MondayState } from "./state.ts";
import type { Tokens } from "./tokens.ts";

const CODE_LIFE = 10 * 60_000;
const TOKEN_LIFE_S = 3600;
const ALL_SCOPES =
  "me:read boards:read boards:write workspaces:read workspaces:write users:read users:write teams:read teams:write "
  + "account:read updates:read updates:write assets:read tags:read docs:read notifications:write webhooks:read "
  + "webhooks:write";

interface Code {
  readonly userId: string;
  readonly app: App;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly expiresAt: number;
}

interface Refresh {
  readonly userId: string;
  readonly app: App;
  readonly scopes: readonly string[];
  readonly accessToken: string;
}

const body = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  redirect_uri: z.string().optional(),
  code: z.string().optional(),
  code_verifier: z.string().optional(),
  refresh_token: z.string().optional(),
  token: z.string().optional(),
});
type Body = z.infer<typeof body>;

const refused = (status: number, error: string, description: string): Response =>
  json(status, { error, error_description: description });

/**
 * The account's sign-in (reference monday.md §11), at the paths auth.monday.com has: the legacy flow with tokens that
 * never expire, and OAuth 2.1 with PKCE, tokens of an hour and refresh tokens that change with every use.
 */
export class OAuth {
  readonly #state: MondayState;
  readonly #tokens: Tokens;
  readonly #userId: string;
  readonly #codes = new Map<string, Code>();
  readonly #refresh = new Map<string, Refresh>();

  constructor(state: MondayState, tokens: Tokens, userId: string) {
    this.#state = state;
    this.#tokens = tokens;
    this.#userId = userId;
  }

  /** Answers a sign-in request, null for any other path. */
  async answer(request: Request): Promise<Response | null> {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/oauth2/authorize":
        return this.#authorize(url.searchParams);
      case "/oauth2/token":
        return request.method === "POST" ? this.#legacyToken(await bodyOf(request)) : json(405, {});
      case "/oauth_ms/oauth/token":
        return request.method === "POST" ? this.#token(await bodyOf(request)) : json(405, {});
      case "/oauth_ms/oauth/revoke":
        return this.#revoke(await bodyOf(request));
      case "/oauth_ms/.well-known/oauth-authorization-server":
        return json(200, {
          issuer: `${url.origin}/oauth_ms`,
          authorization_endpoint: `${url.origin}/oauth2/authorize`,
          token_endpoint: `${url.origin}/oauth_ms/oauth/token`,
          revocation_endpoint: `${url.origin}/oauth_ms/oauth/revoke`,
          response_types_supported: ["code"],
          grant_types_supported: ["authorization_code", "refresh_token"],
          code_challenge_methods_supported: ["S256"],
          scopes_supported: ALL_SCOPES.split(" "),
        });
      default:
        return null;
    }
  }

  /** The user consents at once. */
  #authorize(query: URLSearchParams): Response {
    const redirectUri = query.get("redirect_uri");
    if (query.get("client_id") !== SANDBOX_APP.clientId) return refused(400, "invalid_client", "Unknown client_id");
    if (redirectUri === null || !URL.canParse(redirectUri)) {
      return refused(400, "invalid_request", "redirect_uri is required");
    }
    const code = this.#state.newUuid().replaceAll("-", "");
    this.#codes.set(code, {
      userId: this.#userId,
      app: SANDBOX_APP,
      scopes: (query.get("scope") ?? ALL_SCOPES).split(/\s+/u).filter((scope) => scope !== ""),
      redirectUri,
      challenge: query.get("code_challenge_method") === "S256" ? query.get("code_challenge") : null,
      expiresAt: this.#state.environment.clock.wallNow() + CODE_LIFE,
    });
    const target = new URL(redirectUri);
    target.searchParams.set("code", code);
    const wanted = query.get("state");
    if (wanted !== null) target.searchParams.set("state", wanted);
    return new Response(null, { status: 302, headers: { location: target.toString() } });
  }

  #spend(args: Body): Code | null {
    const code = this.#codes.get(args.code ?? "");
    this.#codes.delete(args.code ?? "");
    const late = code === undefined || code.expiresAt <= this.#state.environment.clock.wallNow();
    return late || (args.redirect_uri !== undefined && args.redirect_uri !== code.redirectUri) ? null : code;
  }

  #legacyToken(args: Body): Response {
    if (!isClient(args)) return refused(401, "invalid_client", "Client authentication failed");
    const code = this.#spend(args);
    if (code === null) return refused(400, "invalid_grant", "The code is not valid");
    const accessToken = signJwt(
      { tid: Number(this.#state.newId()), uid: Number(code.userId) },
      SANDBOX_APP.clientSecret,
    );
    this.#tokens.addForApp(accessToken, code.userId, code.app, { scopes: code.scopes, expiresAt: null });
    return json(200, { access_token: accessToken, token_type: "Bearer", scope: code.scopes.join(" ") });
  }

  #token(args: Body): Response {
    if (args.client_id !== SANDBOX_APP.clientId) return refused(401, "invalid_client", "Unknown client_id");
    if (args.grant_type === "refresh_token") {
      const known = this.#refresh.get(args.refresh_token ?? "");
      if (known === undefined) return refused(400, "invalid_grant", "The refresh token is not valid");
      this.#refresh.delete(args.refresh_token ?? "");
      this.#tokens.revoke(known.accessToken);
      return this.#issue(known.userId, known.app, known.scopes);
    }
    if (args.grant_type !== "authorization_code") return refused(400, "unsupported_grant_type", "Unknown grant_type");
    const code = this.#spend(args);
    if (code?.challenge == null) return refused(400, "invalid_grant", "The code is not valid, or without PKCE");
    const made = createHash("sha256")
      .update(args.code_verifier ?? "")
      .digest("base64url");
    if (made !== code.challenge) return refused(400, "invalid_grant", "The code_verifier is wrong");
    return this.#issue(code.userId, code.app, code.scopes);
  }

  #issue(userId: string, app: App, scopes: readonly string[]): Response {
    const now = this.#state.environment.clock.wallNow();
    const iat = Math.floor(now / 1000);
    const claims = { sub: userId, jti: this.#state.newUuid(), iat, exp: iat + TOKEN_LIFE_S, scope: scopes.join(" ") };
    const accessToken = signJwt(claims, app.clientSecret);
    const refreshToken = this.#state.newUuid().replaceAll("-", "");
    this.#tokens.addForApp(accessToken, userId, app, { scopes, expiresAt: now + TOKEN_LIFE_S * 1000 });
    this.#refresh.set(refreshToken, { userId, app, scopes, accessToken });
    return json(200, {
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: TOKEN_LIFE_S,
      refresh_token: refreshToken,
      scope: scopes.join(" "),
    });
  }

  #revoke(args: Body): Response {
    const token = args.token ?? "";
    const known = this.#refresh.get(token);
    if (known !== undefined) this.#tokens.revoke(known.accessToken);
    this.#refresh.delete(token);
    this.#tokens.revoke(token);
    return json(200, {});
  }
}

const isClient = (args: Body): boolean =>
  args.client_id === SANDBOX_APP.clientId && args.client_secret === SANDBOX_APP.clientSecret;

/** The body as JSON or as a form; empty when it is neither. */
async function bodyOf(request: Request): Promise<Body> {
  const text = await request.text();
  let given: unknown = Object.fromEntries(new URLSearchParams(text));
  if (text.trimStart().startsWith("{")) {
    try {
      given = JSON.parse(text) as unknown;
    } catch {
      given = {};
    }
  }
  const parsed = body.safeParse(given);
  return parsed.success ? parsed.data : {};
}
