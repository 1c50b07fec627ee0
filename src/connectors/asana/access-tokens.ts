import { z } from "zod";
import { HubError, SECOND } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { ConnectorDependencies } from "../kit/index.ts";

/** What calls are authorised with. */
export interface AccessTokens {
  /** Names the credential in the quota ledger, without telling it. */
  readonly identity: string;
  /** True for tokens of an app: only they may read and write external ids. */
  readonly ofApp: boolean;
  /** A token that should be good for a call that starts now. Errors: HUB-1401, HUB-1409, HUB-1410, HUB-1202. */
  current(signal: AbortSignal): Promise<string>;
  /** Drops a token that was refused; false when there is no way to another one. */
  drop(token: string): boolean;
}

/** The ways to sign in, as the connection's variables give them. */
export interface SignIn {
  readonly token?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly refreshToken?: string;
}

/** A token is not used any more this long before it ends: calls take time, clocks differ. */
const MARGIN_MS = 60 * SECOND;
const TIMEOUT_MS = 30 * SECOND;
const TRIES = 3;
const PAUSE_MS = SECOND;

const grantedSchema = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** @throws HubError HUB-1101 when no way to sign in is given in full, HUB-1421 for two at once. */
export function accessTokens(
  signIn: SignIn,
  baseUrl: string,
  dependencies: Pick<ConnectorDependencies, "wallNow" | "sleep">,
): AccessTokens {
  const { token, clientId, clientSecret, refreshToken } = signIn;
  const app = [clientId, clientSecret, refreshToken];
  if (token !== undefined && app.every((part) => part === undefined)) return personal(token);
  if (token === undefined && clientId !== undefined && clientSecret !== undefined && refreshToken !== undefined)
    return new AppTokens({ url: tokenUrl(baseUrl), clientId, clientSecret, refreshToken, ...dependencies });
  throw new HubError(
    token === undefined ? "HUB-1101" : "HUB-1421",
    token === undefined
      ? "The Asana connection lacks TOKEN, or all of CLIENT_ID, CLIENT_SECRET and REFRESH_TOKEN."
      : "The Asana connection is given two ways to sign in.",
    {
      disposition: "operator",
      place: { system: "asana" },
      remedy: "Set either TOKEN, or CLIENT_ID, CLIENT_SECRET and REFRESH_TOKEN together.",
    },
  );
}

/** The page beside the API that gives out tokens (reference asana.md §3). */
function tokenUrl(baseUrl: string): string {
  return `${baseUrl.replace(/\/api\/1\.0$/u, "")}/-/oauth_token`;
}

function personal(token: string): AccessTokens {
  return { identity: token, ofApp: false, current: () => Promise.resolve(token), drop: () => false };
}

interface AppOptions extends Pick<ConnectorDependencies, "wallNow" | "sleep"> {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

/** Access tokens of an app, an hour each, from a refresh token that stays the same. One request at a time. */
class AppTokens implements AccessTokens {
  readonly ofApp = true;
  readonly #options: AppOptions;
  #held: { readonly token: string; readonly endsAt: Instant } | null = null;
  #pending: Promise<string> | null = null;

  constructor(options: AppOptions) {
    this.#options = options;
  }

  get identity(): string {
    return `${this.#options.clientId} ${this.#options.refreshToken}`;
  }

  current(signal: AbortSignal): Promise<string> {
    const held = this.#held;
    if (held !== null && held.endsAt - MARGIN_MS > this.#options.wallNow()) return Promise.resolve(held.token);
    this.#pending ??= this.#renew(signal).finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  drop(token: string): boolean {
    if (this.#held?.token === token) this.#held = null;
    return true;
  }

  async #renew(signal: AbortSignal): Promise<string> {
    const { sleep, wallNow } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const askedAt = wallNow();
      try {
        const { access_token: token, expires_in: seconds } = await this.#ask(signal);
        this.#held = { token, endsAt: askedAt + seconds * SECOND };
        return token;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof HubError) || error.disposition !== "retry-now" || attempt >= TRIES) throw error;
        await sleep(PAUSE_MS * attempt, signal);
      }
    }
  }

  async #ask(signal: AbortSignal): Promise<z.output<typeof grantedSchema>> {
    const { url, clientId, clientSecret, refreshToken } = this.#options;
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(url, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "refresh_token",
          client_id: clientId,
          client_secret: clientSecret,
          refresh_token: refreshToken,
        }),
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      body = parsed(await response.text());
    } catch (error) {
      signal.throwIfAborted();
      throw failed("HUB-1202", `Asana's sign-in could not be reached (${causeOf(error)}).`, "retry-now");
    }
    if (response.status >= 500 || response.status === 429)
      throw failed("HUB-1409", `Asana's sign-in failed with status ${response.status}.`, "retry-now");
    if (!response.ok) throw refused(body);
    const granted = grantedSchema.safeParse(body);
    if (!granted.success) throw failed("HUB-1410", "Asana's sign-in gave no access token.", "retry-now");
    return granted.data;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The system's own word for a failed connection; a text might hold what was sent. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string")
    return cause.code;
  return error instanceof Error ? error.name : "no answer";
}

function refused(body: unknown): HubError {
  const said = z.looseObject({ error: z.string().regex(/^\w+$/u) }).safeParse(body);
  const why = said.success ? said.data.error : "no reason given";
  return new HubError("HUB-1401", `Asana does not accept the app or its refresh token (${why}).`, {
    disposition: "operator",
    place: { system: "asana", request: "POST /-/oauth_token" },
    remedy: "Check CLIENT_ID and CLIENT_SECRET; authorise the app again and set the new REFRESH_TOKEN.",
  });
}

function failed(code: string, text: string, disposition: "retry-now"): HubError {
  return new HubError(code, text, {
    disposition,
    place: { system: "asana", request: "POST /-/oauth_token" },
    remedy: "See https://status.asana.com and BASE_URL; the next run goes on from the last stored page.",
  });
}
