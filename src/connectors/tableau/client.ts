import type { Readable } from "node:stream";
import type { AxiosInstance } from "axios";
import type { z } from "zod";
import { HubError } from "../../model/index.ts";
import { Transport } from "../kit/index.ts";
import type { ConnectOptions } from "../kit/index.ts";
import { listedAnswer, parseAnswer } from "./answers.ts";
import { classify } from "./failures.ts";
import { createHttp, send, sendForBytes } from "./http.ts";
import type { HttpRequest } from "./http.ts";
import type { RequestBody } from "./multipart.ts";
import type { TableauSettings } from "./settings.ts";
import { signIn, signOut, versionToSpeak } from "./sign-in.ts";
import type { Session } from "./sign-in.ts";

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

/** Signs in to one site and speaks to it over the shared transport. One login at a time: a second would end the first. */
export class TableauClient {
  readonly #options: ConnectOptions<TableauSettings>;
  readonly #transport: Transport;
  readonly #http: AxiosInstance = createHttp();
  readonly #baseUrl: string;
  #version: string | undefined;
  #session: Promise<Session> | undefined;
  #lastToken = "";

  constructor(options: ConnectOptions<TableauSettings>) {
    const { credentials, dependencies } = options;
    this.#options = options;
    this.#baseUrl = validUrl(credentials["BASE_URL"] ?? "");
    this.#transport = new Transport({
      credential: `tableau ${credentials["SITE"] ?? ""} ${credentials["TOKEN_NAME"] ?? ""}`,
      concurrency: CONCURRENCY,
      dependencies,
    });
  }

  get calls(): number {
    return this.#transport.calls;
  }

  get apiVersion(): string {
    return this.#version ?? "";
  }

  /** The live login; signs in when there is none. Everybody who asks meanwhile shares it. */
  async session(signal: AbortSignal): Promise<Session> {
    this.#session ??= this.#signIn(signal);
    const pending = this.#session;
    try {
      return await pending;
    } catch (error) {
      if (this.#session === pending) this.#session = undefined;
      throw error;
    }
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

  /** Signs out when signed in. Failing at it harms nobody: the login ends by itself. */
  async close(): Promise<void> {
    const pending = this.#session;
    this.#session = undefined;
    if (pending === undefined) return;
    try {
      await signOut(this.#http, await pending, this.apiVersion, AbortSignal.timeout(CALL_TIMEOUT_MS));
    } catch (error) {
      const failure = classify(error, "POST /auth/signout", (text) => this.#scrub(text)).error;
      this.#options.dependencies.log("debug", failure.message, { code: failure.code });
    }
  }

  /** Runs with the live login and, when that turns out to be dead, once more with a fresh one. */
  async #onSite<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.session(signal);
    try {
      return await work(session);
    } catch (error) {
      if (!(error instanceof HubError && error.code === "HUB-5102")) throw error;
      await this.#forget(session);
      return work(await this.session(signal));
    }
  }

  /** Drops a dead login unless somebody has replaced it already. */
  async #forget(dead: Session): Promise<void> {
    const current = this.#session;
    if (current !== undefined && (await current).token === dead.token && this.#session === current) {
      this.#session = undefined;
    }
  }

  async #signIn(signal: AbortSignal): Promise<Session> {
    const { credentials } = this.#options;
    const version = (this.#version ??= await this.#call("GET /serverinfo", true, undefined, signal, (limited) =>
      versionToSpeak(this.#http, this.#baseUrl, limited),
    ));
    const request = {
      baseUrl: this.#baseUrl,
      version,
      site: credentials["SITE"] ?? "",
      tokenName: credentials["TOKEN_NAME"] ?? "",
      tokenSecret: credentials["TOKEN_SECRET"] ?? "",
    };
    const session = await this.#call("POST /auth/signin", true, undefined, signal, (limited) =>
      signIn(this.#http, request, limited),
    );
    this.#lastToken = session.token;
    return session;
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
    return `${session.baseUrl}/api/${this.apiVersion}/sites/${session.siteId}${path}`;
  }

  /** A server that repeats our secrets in an error text must not get them into a log. */
  #scrub(text: string): string {
    const secrets = [this.#options.credentials["TOKEN_SECRET"] ?? "", this.#lastToken].filter(
      (secret) => secret !== "",
    );
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
