import type { Readable } from "node:stream";
import type { AxiosInstance } from "axios";
import type { z } from "zod";
import { HubError } from "../../model/index.ts";
import { Shared, Transport } from "../kit/index.ts";
import type { ConnectOptions } from "../kit/index.ts";
import { listedAnswer, parseAnswer } from "./answers.ts";
import { signedToken } from "./connected-app.ts";
import { classify } from "./failures.ts";
import { createHttp, send, sendForBytes } from "./http.ts";
import type { HttpRequest } from "./http.ts";
import { Logins } from "./logins.ts";
import type { RequestBody } from "./multipart.ts";
import type { TableauSettings } from "./settings.ts";
import { signIn, signOut, versionToSpeak } from "./sign-in.ts";
import type { Session, SignInRequest } from "./sign-in.ts";
import { TokenTurn } from "./token-turn.ts";

const CALL_TIMEOUT_MS = 2 * 60_000;
/** The official SDK's timeout of one request (reference tableau.md §1.7). */
export const TRANSFER_TIMEOUT_MS = 30 * 60_000;
const CONCURRENCY = 4;
const PAGE_SIZE = 1000;

/** One request to the site; the path starts below it (`/datasources?…`). */
export interface ClientRequest<T> {
  readonly method: HttpRequest["method"];
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /** For messages, without the query. */
  readonly operation: string;
  readonly body?: RequestBody;
  readonly headers?: HttpRequest["headers"];
  /** GET is; anything else only when it says so. */
  readonly idempotent?: boolean;
  readonly timeoutMs?: number;
}

/** Signs in to one site and speaks to it over the shared transport, with the one login that its credential has. */
export class TableauClient {
  readonly #options: ConnectOptions<TableauSettings>;
  readonly #transport: Transport;
  readonly #http: AxiosInstance = createHttp();
  readonly #baseUrl: string;
  readonly #credential: string;
  readonly #logins: Logins;
  readonly #turn: TokenTurn;
  #version: string | undefined;
  #held = false;
  #last: Session | undefined;

  constructor(options: ConnectOptions<TableauSettings>) {
    const { credentials, dependencies } = options;
    this.#options = options;
    this.#baseUrl = validUrl(credentials["BASE_URL"] ?? "");
    const { SITE = "", TOKEN_NAME, APP_CLIENT_ID = "", USERNAME = "" } = credentials;
    const credential = `tableau ${SITE} ${TOKEN_NAME ?? `${APP_CLIENT_ID} ${USERNAME}`}`;
    this.#credential = `${this.#baseUrl} ${credential}`;
    this.#logins = (dependencies.shared ?? new Shared()).of(Logins);
    this.#turn = new TokenTurn(this.#baseUrl, TOKEN_NAME, dependencies);
    this.#transport = new Transport({
      credential,
      concurrency: CONCURRENCY,
      dependencies,
    });
  }

  get calls(): number {
    return this.#transport.calls;
  }

  get apiVersion(): string {
    return this.#last?.version ?? "";
  }

  /** The live login; signs in when there is none. Everybody who asks meanwhile shares it. */
  async session(signal: AbortSignal): Promise<Session> {
    if (!this.#held) this.#logins.hold(this.#credential);
    this.#held = true;
    await this.#turn.take(signal);
    const session = await this.#logins.session(this.#credential, () => this.#signIn(signal));
    this.#last = session;
    return session;
  }

  async request<T>(request: ClientRequest<T>, signal: AbortSignal): Promise<T> {
    const { method, operation, body, headers } = request;
    return this.#onSite(signal, (session) =>
      this.#call(operation, request.idempotent ?? method === "GET", request.timeoutMs, signal, async (limited) => {
        const url = this.#siteUrl(session, request.path);
        const sent = {
          method,
          url,
          token: session.token,
          signal: limited,
          ...(body === undefined ? {} : { body }),
          ...(headers === undefined ? {} : { headers }),
        };
        return parseAnswer(request.schema, (await send(this.#http, sent)).body, operation);
      }),
    );
  }

  /** Fetches bytes; `consume` may be called again from the start when a try breaks off. */
  async bytes(
    path: string,
    operation: string,
    consume: (bytes: Readable) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#onSite(signal, (session) =>
      this.#call(operation, true, TRANSFER_TIMEOUT_MS, signal, (limited) =>
        sendForBytes(
          this.#http,
          { method: "GET", url: this.#siteUrl(session, path), token: session.token, signal: limited },
          consume,
        ),
      ),
    );
  }

  /** All items of a paged collection. @param filter such as `name:eq:KPI`. */
  async list<T>(
    collection: string,
    item: string,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    filter?: string,
  ): Promise<readonly T[]> {
    const items: T[] = [];
    const filtered = filter === undefined ? "" : `&filter=${encodeURIComponent(filter)}`;
    for (let page = 1; ; page += 1) {
      const listed = await this.request(
        {
          method: "GET",
          path: `/${collection}?pageSize=${PAGE_SIZE}&pageNumber=${page}${filtered}`,
          schema: listedAnswer(collection, item, schema),
          operation: `GET /${collection}`,
        },
        signal,
      );
      items.push(...listed.items);
      if (page * PAGE_SIZE >= listed.total) return items;
    }
  }

  /** Signs out when signed in and nobody else uses the login. Failing at it harms nobody: the login ends by itself. */
  async close(): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    const { last, session } = await this.#logins.release(this.#credential);
    try {
      if (session !== undefined) await signOut(this.#http, session, AbortSignal.timeout(CALL_TIMEOUT_MS));
    } catch (error) {
      const failure = classify(error, "POST /auth/signout", (text) => this.#scrub(text)).error;
      this.#options.dependencies.log("debug", failure.message, { code: failure.code });
    } finally {
      await this.#turn.end(last);
    }
  }

  /** Runs with the live login and, when that turns out to be dead, once more with a fresh one. */
  async #onSite<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.session(signal);
    try {
      return await work(session);
    } catch (error) {
      if (!(error instanceof HubError && error.code === "HUB-5102")) throw error;
      await this.#logins.forget(this.#credential, session);
      return work(await this.session(signal));
    }
  }

  async #signIn(signal: AbortSignal): Promise<Session> {
    const { credentials } = this.#options;
    const version = (this.#version ??= await this.#call("GET /serverinfo", true, undefined, signal, (limited) =>
      versionToSpeak(this.#http, this.#baseUrl, limited),
    ));
    const request = { baseUrl: this.#baseUrl, version, site: credentials["SITE"] ?? "" };
    // Signed anew for each try: a token serves one sign-in.
    return this.#call("POST /auth/signin", true, undefined, signal, (limited) =>
      signIn(this.#http, { ...request, by: this.#proof() }, limited),
    );
  }

  #proof(): SignInRequest["by"] {
    const { credentials, dependencies } = this.#options;
    const { TOKEN_NAME: tokenName, TOKEN_SECRET: tokenSecret = "" } = credentials;
    if (tokenName !== undefined) return { tokenName, tokenSecret };
    const { APP_CLIENT_ID = "", APP_SECRET_ID = "", APP_SECRET = "", USERNAME = "" } = credentials;
    const app = { clientId: APP_CLIENT_ID, secretId: APP_SECRET_ID, secret: APP_SECRET, userName: USERNAME };
    return { jwt: signedToken(app, dependencies.wallNow()) };
  }

  async #call<T>(
    operation: string,
    idempotent: boolean,
    timeoutMs: number | undefined,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#transport.call({
      operation,
      idempotent,
      timeoutMs: timeoutMs ?? CALL_TIMEOUT_MS,
      signal,
      send: work,
      classify: (thrown) => classify(thrown, operation, (text) => this.#scrub(text)),
    });
  }

  #siteUrl(session: Session, path: string): string {
    return `${session.baseUrl}/api/${session.version}/sites/${session.siteId}${path}`;
  }

  /** A server that repeats our secrets in an error text must not get them into a log. */
  #scrub(text: string): string {
    const { TOKEN_SECRET = "", APP_SECRET = "" } = this.#options.credentials;
    const secrets = [TOKEN_SECRET, APP_SECRET, this.#last?.token ?? ""].filter((secret) => secret !== "");
    return secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, "***"), text);
  }
}

function validUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/u.test(text)) return text.replace(/\/+$/u, "");
  throw new HubError("HUB-5101", `BASE_URL is not an address: "${text}".`, {
    disposition: "operator",
    place: { system: "tableau", path: "BASE_URL" },
    remedy: "Set it to https://<pod>.online.tableau.com.",
  });
}
