import { Connection as JsforceConnection } from "jsforce/lib/core.js";
import { HubError } from "../../model/index.ts";
import { abortable } from "../kit/index.ts";
import type { ConnectOptions } from "../kit/index.ts";
import { classify } from "./failures.ts";
import { WholeBodyTransport } from "./http.ts";
import type { Exchange, ObserveAnswer } from "./http.ts";
import type { SalesforceSettings } from "./settings.ts";
import { grantFor } from "./sign-in.ts";
import { refusalOf } from "./sign-in-refusal.ts";

const SIGN_IN_TIMEOUT_MS = 60_000;
const SIGN_IN_TRIES = 5;
const BASE_DELAY_MS = 500;
const LONGEST_WAIT_MS = 5 * 60_000;
const MOST_REFRESHES_IN_A_ROW = 2;
const OPERATION = "POST /services/oauth2/token";

/** One request as jsforce takes it; the path starts at the version root or at `/services/`. */
export interface RawRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Owns the signed-in jsforce connection: one sign-in at a time, a bounded number of renewals, and moves of the org. */
export class SalesforceSession {
  readonly #options: ConnectOptions<SalesforceSettings>;
  readonly #connection: JsforceConnection;
  #signingIn: { readonly outcome: Promise<void>; readonly signal: AbortSignal } | undefined;
  #signInExchange: Exchange = { signal: AbortSignal.timeout(SIGN_IN_TIMEOUT_MS) };
  /** Of the request sent last: jsforce renews sessions without saying for which. */
  #lastSignal: AbortSignal = new AbortController().signal;
  #refreshesInARow = 0;
  #refreshFailure: unknown;

  constructor(options: ConnectOptions<SalesforceSettings>, loginUrl: string, observe: ObserveAnswer) {
    this.#options = options;
    const { credentials, settings } = options;
    const clientSecret = credentials["CLIENT_SECRET"];
    this.#connection = new JsforceConnection({
      loginUrl,
      version: settings.apiVersion,
      callOptions: { client: "process-hub" },
      oauth2: {
        loginUrl,
        clientId: credentials["CLIENT_ID"] ?? "",
        // A JWT is proof enough, and some apps refuse a secret beside it.
        ...(clientSecret === undefined || settings.login === "jwt" ? {} : { clientSecret }),
      },
      refreshFn: (_connection, done) => {
        void handOver(this.#refresh(this.#lastSignal), done);
      },
    });
    const whole = new WholeBodyTransport(observe, () => this.#signInExchange);
    this.#connection._transport = whole;
    this.#connection.oauth2._transport = whole;
  }

  get instanceUrl(): string {
    return this.#connection.instanceUrl;
  }

  get apiVersion(): string {
    return this.#connection.version;
  }

  /** What a renewal failed with during the last request, which jsforce would hide behind its own error. */
  get refreshFailure(): unknown {
    return this.#refreshFailure;
  }

  /** @throws HubError HUB-1301 when the sign-in is refused, HUB-1202 or HUB-1304 when it cannot be had now. */
  async signIn(signal: AbortSignal): Promise<void> {
    while (this.#connection.accessToken === undefined || this.#connection.accessToken === null) {
      const { outcome, signal: owner } = (this.#signingIn ??= this.#begin(signal));
      try {
        await abortable(() => outcome, signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        // Somebody else's sign-in was stopped with them; this caller still wants one.
        if (!owner.aborted) throw error;
      }
    }
  }

  #begin(signal: AbortSignal): { readonly outcome: Promise<void>; readonly signal: AbortSignal } {
    const outcome = this.#authorize(signal).finally(() => {
      this.#signingIn = undefined;
    });
    return { outcome, signal };
  }

  /** Sends one request; an expired session is renewed once and the request sent again. */
  async send(request: RawRequest, exchange: Exchange): Promise<unknown> {
    this.#refreshFailure = undefined;
    this.#lastSignal = exchange.signal;
    const hasBody = request.body !== undefined;
    const answer: unknown = await this.#connection.request(
      {
        method: request.method,
        url: request.path,
        headers: { ...(hasBody ? { "content-type": "application/json" } : {}), ...request.headers },
        ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
      },
      { exchange, noContentResponse: null },
    );
    this.#refreshesInARow = 0;
    return answer;
  }

  /** jsforce asks for tokens outside the shared transport, so what may pass is tried again here. */
  async #authorize(signal: AbortSignal): Promise<void> {
    const { credentials, dependencies, settings } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const exchange: Exchange = { signal: AbortSignal.any([signal, AbortSignal.timeout(SIGN_IN_TIMEOUT_MS)]) };
      this.#signInExchange = exchange;
      const grant = await grantFor(settings.login, credentials, dependencies.wallNow);
      try {
        await this.#connection.authorize(grant);
        return;
      } catch (cause) {
        signal.throwIfAborted();
        const failure = this.#signInFailure(cause, exchange);
        const delay = exchange.retryAfterMs ?? dependencies.random() * BASE_DELAY_MS * 2 ** (attempt - 1);
        if (failure.disposition !== "retry-now" || attempt >= SIGN_IN_TRIES || delay > LONGEST_WAIT_MS) throw failure;
        await dependencies.sleep(Math.round(delay), signal);
      }
    }
  }

  #signInFailure(cause: unknown, exchange: Exchange): HubError {
    const asked = { operation: OPERATION, exchange, now: this.#options.dependencies.clock.now() };
    const status = exchange.status ?? 0;
    const { quota, said } = refusalOf(exchange);
    if (quota !== null) return classify(quota, asked).error;
    const refused = [400, 401, 403, 404].includes(status);
    if (!refused || !(cause instanceof Error)) {
      const thrown =
        status >= 400 && cause instanceof Error ? { errorCode: `ERROR_HTTP_${status}`, message: said } : cause;
      return classify(thrown, asked).error;
    }
    return new HubError("HUB-1301", `Salesforce refuses the sign-in: ${said}.`, {
      cause,
      disposition: "operator",
      place: { system: "salesforce", connection: this.#options.name },
      remedy:
        "Check LOGIN_URL, CLIENT_ID and CLIENT_SECRET (or USERNAME and PRIVATE_KEY_FILE) and the app's run-as user.",
    });
  }

  /** jsforce would sign in again without end when a fresh session is refused, too (reference salesforce.md §2.3 trap 3). */
  async #refresh(signal: AbortSignal): Promise<string> {
    const formerUrl = this.#connection.instanceUrl;
    try {
      this.#refreshesInARow += 1;
      if (this.#refreshesInARow > MOST_REFRESHES_IN_A_ROW) {
        throw new HubError("HUB-1302", "Salesforce does not accept the sessions it gives.", {
          disposition: "operator",
          place: { system: "salesforce", connection: this.#options.name },
          remedy: "Check the connected app's policies (IP relaxation, permitted users) and the run-as user.",
        });
      }
      await this.#authorize(signal);
      if (this.#connection.instanceUrl !== formerUrl) {
        // jsforce would send the request to the old address again (reference §2.3 trap 3).
        throw new HubError("HUB-1304", "The org has moved to another address.", { disposition: "retry-now" });
      }
      return this.#connection.accessToken ?? "";
    } catch (error) {
      this.#refreshFailure = error;
      throw error;
    }
  }
}

/** Tells a promise's outcome the way jsforce wants to hear it. */
async function handOver(token: Promise<string>, done: (error: Error | null, token?: string) => void): Promise<void> {
  let given: string;
  try {
    given = await token;
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done(null, given);
}
