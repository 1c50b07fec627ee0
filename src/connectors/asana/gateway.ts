import { createHash } from "node:crypto";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { ApiClient } from "asana";
import { z } from "zod";
import type { Instant } from "../../model/index.ts";
import { Transport } from "../kit/index.ts";
import type { ConnectOptions } from "../kit/index.ts";
import { accessTokens } from "./access-tokens.ts";
import type { AccessTokens, SignIn } from "./access-tokens.ts";
import { FailedAction, classify, refusalBehind, refusalOf, unexpectedAnswer } from "./failures.ts";
import { DEFAULT_BASE_URL, shareOf } from "./settings.ts";
import type { BatchAction, BatchResult, BatchWrite, ListPage, Params, Query, Request } from "./requests.ts";
import type { AsanaSettings } from "./settings.ts";

export type * from "./requests.ts";

/** Most actions of one batch (reference asana.md §15). */
export const BATCH_SIZE = 10;

const TIMEOUT_MS = 60_000;
const PAGE_SIZE = 100;
const LISTING_RESTARTS = 3;
const TRIES = 8;
/** What Asana allows a token at once, and at the least a minute: the free plan's (reference asana.md §7). */
const MOST_READS = 50;
const MOST_WRITES = 15;
const LEAST_PER_MINUTE = 150;

const responseSchema = z.looseObject({
  data: z.unknown(),
  response: z.looseObject({ headers: z.record(z.string(), z.unknown()) }),
});
const envelopeSchema = z.looseObject({ data: z.looseObject({}) });
const listSchema = z.looseObject({
  data: z.array(z.unknown()),
  next_page: z.looseObject({ offset: z.string() }).nullish(),
});
const batchSchema = z.looseObject({
  data: z.array(z.looseObject({ status_code: z.number(), body: z.unknown() })),
});

/**
 * The one door to Asana: the official client for the bytes, the kit's transport for pace, quota, time limits and
 * retries. The client itself neither retries nor keeps connections open, so both are done here (reference asana.md §2).
 */
export class AsanaGateway {
  readonly #client: ApiClient;
  readonly #tokens: AccessTokens;
  readonly #agent: HttpAgent;
  readonly #transport: Transport;
  readonly #log: ConnectOptions<AsanaSettings>["dependencies"]["log"];
  readonly #sleep: ConnectOptions<AsanaSettings>["dependencies"]["sleep"];

  /** Errors: HUB-1101, HUB-1421. */
  constructor(options: ConnectOptions<AsanaSettings>) {
    const { credentials, settings, dependencies } = options;
    const baseUrl = (credentials["BASE_URL"] ?? DEFAULT_BASE_URL).replace(/\/+$/u, "");
    this.#tokens = accessTokens(signInOf(credentials), baseUrl, dependencies);
    const pool = { keepAlive: true, maxSockets: dependencies.limits?.concurrency ?? settings.concurrency };
    this.#agent = baseUrl.startsWith("https:") ? new HttpsAgent(pool) : new HttpAgent(pool);
    this.#client = new ApiClient();
    this.#client.basePath = baseUrl;
    this.#client.RETURN_COLLECTION = false;
    this.#client.timeout = TIMEOUT_MS;
    this.#client.requestAgent = this.#agent;
    this.#log = dependencies.log;
    this.#sleep = dependencies.sleep;
    const credential = `asana ${createHash("sha256").update(this.#tokens.identity).digest("hex").slice(0, 8)}`;
    if (settings.reserve !== undefined) dependencies.ledger.reserve(credential, shareOf(settings.reserve));
    this.#transport = new Transport({
      credential,
      concurrency: settings.concurrency,
      lanes: { read: MOST_READS, write: MOST_WRITES },
      leastPerMinute: LEAST_PER_MINUTE,
      tries: TRIES,
      dependencies,
    });
  }

  /** Whether the token may read and write external ids. */
  get ofApp(): boolean {
    return this.#tokens.ofApp;
  }

  get calls(): number {
    return this.#transport.calls;
  }

  /** The service's clock. */
  now(): Instant {
    return this.#transport.serverNow();
  }

  /** Waits, in the time everything here is reckoned in. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#sleep(ms, signal);
  }

  /** Keeps to so many calls a minute. */
  pace(perMinute: number): void {
    this.#transport.observeRate({ limit: perMinute });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The JSON body of one answer; a write is done once it is answered with an envelope. Errors: HUB-1201 to 1203 and HUB-14xx. */
  async call(request: Request, signal: AbortSignal): Promise<unknown> {
    const body = await this.#send(request, signal, (answer) => answer);
    if (!writes(request)) return body;
    const parsed = envelopeSchema.safeParse(body);
    if (!parsed.success) throw unexpectedAnswer(nameOf(request), parsed.error, true);
    return body;
  }

  /** One call whose `data` has a known shape. */
  async read<T>(request: Request, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const body = await this.call(request, signal);
    const parsed = z.looseObject({ data: schema }).safeParse(body);
    if (!parsed.success) throw unexpectedAnswer(nameOf(request), parsed.error, writes(request));
    return parsed.data.data;
  }

  /**
   * A listing, page after page, back to back. When the service lets the offset expire the listing starts again and
   * rows may come twice: callers go by gid.
   */
  async *list(path: string, params: Params, query: Query, signal: AbortSignal): AsyncGenerator<ListPage> {
    let restarts = 0;
    let offset: string | null = null;
    for (;;) {
      const asked: Query = offset === null ? query : { ...query, offset };
      const request: Request = { method: "GET", path, params, query: { ...asked, limit: PAGE_SIZE } };
      let body: unknown;
      try {
        body = await this.call(request, signal);
      } catch (error) {
        const expired = refusalBehind(error)?.message.startsWith("offset: Your pagination token") === true;
        if (!expired || restarts >= LISTING_RESTARTS) throw error;
        restarts += 1;
        offset = null;
        continue;
      }
      const parsed = listSchema.safeParse(body);
      if (!parsed.success) throw unexpectedAnswer(nameOf(request), parsed.error);
      offset = parsed.data.next_page?.offset ?? null;
      yield { rows: parsed.data.data, last: offset === null };
      if (offset === null) return;
    }
  }

  /** Reads many paths, ten to a call; results in the order of the actions. */
  async readMany(actions: readonly BatchAction[], signal: AbortSignal): Promise<readonly BatchResult[]> {
    const chunks: (readonly BatchAction[])[] = [];
    for (let at = 0; at < actions.length; at += BATCH_SIZE) chunks.push(actions.slice(at, at + BATCH_SIZE));
    const results = await Promise.all(chunks.map((chunk) => this.#batch(chunk, signal)));
    return results.flat();
  }

  /** Sends up to ten writes in one call; each has its own outcome, in their order. A batch is never sent twice. */
  async writeMany(writes: readonly BatchWrite[], signal: AbortSignal): Promise<readonly BatchResult[]> {
    const request: Request = {
      method: "POST",
      path: "/batch",
      data: {
        actions: writes.map(({ path, fields, data }) => ({
          method: "post",
          relative_path: path,
          data,
          options: { fields: fields.split(",") },
        })),
      },
      cost: writes.length,
    };
    return this.#send(request, signal, (body) => resultsIn(body, writes.length, true));
  }

  async #batch(actions: readonly BatchAction[], signal: AbortSignal): Promise<readonly BatchResult[]> {
    const request: Request = {
      method: "POST",
      path: "/batch",
      data: {
        actions: actions.map(({ relativePath, fields, limit }) => ({
          method: "get",
          relative_path: relativePath,
          options: { fields: fields.split(","), ...(limit === undefined ? {} : { limit }) },
        })),
      },
      idempotent: true,
      writes: false,
      cost: actions.length,
    };
    return this.#send(request, signal, (body) => {
      const results = resultsIn(body, actions.length, false);
      const bad = results.find(({ status }) => status === 429 || status >= 500);
      if (bad !== undefined)
        throw new FailedAction({ status: bad.status, message: "", sync: undefined, retryAfterMs: undefined });
      return results;
    });
  }

  async #send<T>(request: Request, signal: AbortSignal, take: (body: unknown) => T): Promise<T> {
    const operation = nameOf(request);
    return this.#transport.call({
      operation,
      cost: request.cost ?? 1,
      lane: request.method === "GET" ? "read" : "write",
      idempotent: request.idempotent ?? request.method !== "POST",
      writes: writes(request),
      timeoutMs: TIMEOUT_MS,
      signal,
      send: async (attempt) => {
        const { data, response } = responseSchema.parse(await this.#authorised(request, attempt));
        const { date, "asana-change": change } = response.headers;
        this.#transport.observeDate(typeof date === "string" ? date : null);
        if (typeof change === "string" && change.includes("affected=true"))
          this.#log("warn", "Asana announces a change that affects this request", { operation, change });
        return take(data);
      },
      classify: (thrown) => classify(thrown, operation),
    });
  }

  /** A token may end before its time; then the call is made once more with another one. */
  async #authorised(request: Request, signal: AbortSignal): Promise<unknown> {
    const token = await this.#tokens.current(signal);
    try {
      return await this.#ask(token, request);
    } catch (error) {
      if (refusalOf(error)?.status !== 401 || !this.#tokens.drop(token)) throw error;
      return await this.#ask(await this.#tokens.current(signal), request);
    }
  }

  /** The client writes into the objects it is given, so each call gets fresh ones; its token is read as the call starts. */
  async #ask(token: string, { method, path, params, query, data }: Request): Promise<unknown> {
    this.#client.authentications = { token: { type: "personalAccessToken", accessToken: token } };
    const json = ["application/json; charset=UTF-8"];
    return this.#client.callApi(
      path,
      method,
      { ...params },
      { ...query },
      {},
      {},
      data === undefined ? null : { data: { ...data } },
      ["token"],
      data === undefined ? [] : json,
      json,
      "Blob",
    );
  }
}

function resultsIn(body: unknown, count: number, wrote: boolean): readonly BatchResult[] {
  const parsed = batchSchema.safeParse(body);
  if (!parsed.success || parsed.data.data.length !== count)
    throw unexpectedAnswer("POST /batch", parsed.error ?? body, wrote);
  return parsed.data.data.map((one) => ({ status: one.status_code, body: one.body }));
}

function writes(request: Request): boolean {
  return request.writes ?? request.method !== "GET";
}

function nameOf({ method, path }: Request): string {
  return `${method} ${path}`;
}

function signInOf(credentials: Readonly<Record<string, string>>): SignIn {
  const given = {
    token: credentials["TOKEN"],
    clientId: credentials["CLIENT_ID"],
    clientSecret: credentials["CLIENT_SECRET"],
    refreshToken: credentials["REFRESH_TOKEN"],
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ""));
}
