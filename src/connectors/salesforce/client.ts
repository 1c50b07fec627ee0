import type { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { Instant, JsonObject } from "../../model/index.ts";
import { Transport } from "../kit/index.ts";
import type { ConnectOptions } from "../kit/index.ts";
import {
  aggregateAnswer,
  compositeAnswer,
  deletedAnswer,
  globalAnswer,
  parseAnswer,
  queryAnswer,
  recordCountAnswer,
  userInfoAnswer,
} from "./answers.ts";
import type { CompositeAnswer, QueryAnswer } from "./answers.ts";
import { classify } from "./failures.ts";
import type { Exchange } from "./http.ts";
import { SalesforceSession } from "./session.ts";
import type { RawRequest } from "./session.ts";
import { reserveShare } from "./settings.ts";
import type { SalesforceSettings } from "./settings.ts";
import { renderSoql } from "./soql.ts";
import type { Soql } from "./soql.ts";

const CALL_TIMEOUT_MS = 60_000;
/** Salesforce itself gives a query up after about 120 s. */
const QUERY_TIMEOUT_MS = 150_000;
/** Calls under way at once; of those that may take long an org allows few (reference salesforce.md §12). */
const MOST_CALLS = 8;
const MOST_LONG_CALLS = 3;

/** One request; the path starts at the version root (`/query?…`) or at `/services/`. */
export interface ClientRequest<T> extends RawRequest {
  readonly schema: z.ZodType<T>;
  /** For messages, without the query string. */
  readonly operation: string;
  readonly object?: string;
  readonly idempotent?: boolean;
  readonly timeoutMs?: number;
  /** True for queries and results, whose number at once an org limits. */
  readonly long?: boolean;
  /** False for the OAuth endpoints, which the org does not count. */
  readonly counted?: boolean;
}

/** One part of a composite request; the path starts at the version root. */
export interface SubRequest {
  readonly method: "GET" | "PATCH";
  readonly path: string;
  readonly referenceId: string;
  readonly body?: unknown;
  readonly httpHeaders?: Readonly<Record<string, string>>;
}

/** Speaks to one org over the shared transport. */
export class SalesforceClient {
  readonly #options: ConnectOptions<SalesforceSettings>;
  readonly #transport: Transport;
  readonly #session: SalesforceSession;
  readonly #credential: string;
  #objects: Promise<ReadonlyMap<string, string | null>> | undefined;
  #presentObjects: ReadonlyMap<string, string | null> | undefined;

  constructor(options: ConnectOptions<SalesforceSettings>) {
    const { credentials, dependencies, settings } = options;
    this.#options = options;
    const loginUrl = validUrl(credentials["LOGIN_URL"] ?? "");
    const clientId = credentials["CLIENT_ID"] ?? "";
    this.#credential = `salesforce ${new URL(loginUrl).host} …${clientId.slice(-6)}`;
    this.#transport = new Transport({
      credential: this.#credential,
      concurrency: MOST_CALLS,
      lanes: { short: MOST_CALLS, long: MOST_LONG_CALLS },
      dependencies,
    });
    if (settings.reserve !== undefined) dependencies.ledger.reserve(this.#credential, reserveShare(settings.reserve));
    this.#session = new SalesforceSession(options, loginUrl, (headers) => this.#observe(headers));
  }

  get calls(): number {
    return this.#transport.calls;
  }

  get instanceUrl(): string {
    return this.#session.instanceUrl;
  }

  get apiVersion(): string {
    return this.#session.apiVersion;
  }

  /** The org's clock, in whole seconds like its stamps. */
  serverNow(): Instant {
    return Math.floor(this.#transport.serverNow() / 1000) * 1000;
  }

  /** How far the org's clock is ahead of the hub's, in milliseconds. */
  clockOffset(): number {
    return this.serverNow() - this.#options.dependencies.clock.now();
  }

  async pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#options.dependencies.sleep(ms, signal);
  }

  /** A wait before another try, with full jitter. */
  async backOff(attempt: number, signal: AbortSignal): Promise<void> {
    await this.pause(Math.round(this.#options.dependencies.random() * 500 * 2 ** (attempt - 1)), signal);
  }

  log(level: "debug" | "info" | "warn", message: string, fields?: JsonObject): void {
    this.#options.dependencies.log(level, message, fields);
  }

  async signIn(signal: AbortSignal): Promise<void> {
    await this.#session.signIn(signal);
  }

  async request<T>(request: ClientRequest<T>, signal: AbortSignal): Promise<T> {
    return this.exchange(request, {}, (answer) => parseAnswer(request.schema, answer, request.operation), signal);
  }

  /** A request whose headers or streamed body matter: `read` is given the parsed body and the exchange. */
  async exchange<T>(
    request: Omit<ClientRequest<T>, "schema">,
    how: { readonly streamed?: boolean },
    read: (answer: unknown, exchange: Exchange) => T,
    signal: AbortSignal,
  ): Promise<T> {
    await this.#session.signIn(signal);
    const { operation, object } = request;
    const idempotent = request.idempotent ?? request.method === "GET";
    let exchange: Exchange = { signal };
    return this.#transport.call({
      operation,
      cost: request.counted === false ? 0 : 1,
      lane: request.long === true ? "long" : "short",
      idempotent,
      // What may not be sent twice is what changes something.
      writes: !idempotent,
      timeoutMs: request.timeoutMs ?? CALL_TIMEOUT_MS,
      signal,
      send: async (limited) => {
        exchange = { signal: limited, ...how };
        return read(await this.#session.send(request, exchange), exchange);
      },
      classify: (thrown) =>
        classify(this.#session.refreshFailure ?? thrown, {
          operation,
          exchange,
          now: this.#options.dependencies.clock.now(),
          ...(object === undefined ? {} : { object }),
        }),
    });
  }

  /** First page of a query; `all` includes the recycle bin and archived activities. */
  async query(query: Soql, all: boolean, signal: AbortSignal): Promise<QueryAnswer> {
    const verb = all ? "queryAll" : "query";
    return this.#page(`/${verb}?q=${encodeURIComponent(renderSoql(query))}`, query.object, verb, queryAnswer, signal);
  }

  /** The page a former one pointed to. */
  async queryMore(nextRecordsUrl: string, object: string, signal: AbortSignal): Promise<QueryAnswer> {
    return this.#page(nextRecordsUrl, object, "query/…", queryAnswer, signal);
  }

  /** A counting query, whose rows are no records. */
  async aggregate(
    soql: string,
    object: string,
    all: boolean,
    signal: AbortSignal,
  ): Promise<z.output<typeof aggregateAnswer>> {
    const verb = all ? "queryAll" : "query";
    return this.#page(`/${verb}?q=${encodeURIComponent(soql)}`, object, verb, aggregateAnswer, signal);
  }

  async #page<T>(path: string, object: string, verb: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const operation = `GET /${verb} ${object}`;
    return this.request(
      { method: "GET", path, schema, operation, object, timeoutMs: QUERY_TIMEOUT_MS, long: true },
      signal,
    );
  }

  /** Up to 25 requests in one that counts as one call (reference salesforce.md §7). */
  async composite(
    parts: readonly SubRequest[],
    idempotent: boolean,
    signal: AbortSignal,
  ): Promise<CompositeAnswer["compositeResponse"]> {
    const root = `/services/data/v${this.apiVersion}`;
    const { compositeResponse } = await this.request(
      {
        method: "POST",
        path: "/composite",
        schema: compositeAnswer,
        operation: "POST /composite",
        body: {
          allOrNone: false,
          compositeRequest: parts.map((part) => ({ ...part, path: undefined, url: root + part.path })),
        },
        idempotent,
        timeoutMs: QUERY_TIMEOUT_MS,
        long: true,
      },
      signal,
    );
    return compositeResponse;
  }

  /** Names (with key prefixes) of all objects the user may query; asked once per connection. */
  async objects(signal: AbortSignal): Promise<ReadonlyMap<string, string | null>> {
    this.#objects ??= this.request(
      { method: "GET", path: "/sobjects", schema: globalAnswer, operation: "GET /sobjects" },
      signal,
    ).then(
      ({ sobjects }) =>
        new Map(sobjects.filter((object) => object.queryable).map((object) => [object.name, object.keyPrefix])),
    );
    try {
      this.#presentObjects = await this.#objects;
      return this.#presentObjects;
    } catch (error) {
      this.#objects = undefined;
      throw error;
    }
  }

  /** What {@link objects} has already told; nothing is asked. */
  get presentObjects(): ReadonlyMap<string, string | null> | undefined {
    return this.#presentObjects;
  }

  /** Approximate numbers of rows, deleted ones included; objects that are unknown or empty are left out. */
  async recordCounts(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const { sObjects } = await this.request(
      {
        method: "GET",
        path: `/limits/recordCount?sObjects=${encodeURIComponent(names.join(","))}`,
        schema: recordCountAnswer,
        operation: "GET /limits/recordCount",
      },
      signal,
    );
    return new Map(sObjects.map(({ name, count }) => [name, count]));
  }

  /** The delete log between two instants, at most 15 days back (reference salesforce.md §9). */
  async deleted(object: string, from: Instant, to: Instant, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const time = (instant: Instant): string =>
      encodeURIComponent(new Date(instant).toISOString().replace(/\.\d+Z$/u, "+00:00"));
    const { deletedRecords } = await this.request(
      {
        method: "GET",
        path: `/sobjects/${object}/deleted?start=${time(from)}&end=${time(to)}`,
        schema: deletedAnswer,
        operation: `GET /sobjects/${object}/deleted`,
        object,
      },
      signal,
    );
    return new Map(deletedRecords.map((record) => [record.id, record.deletedDate]));
  }

  async userInfo(signal: AbortSignal): Promise<z.output<typeof userInfoAnswer>> {
    return this.request(
      {
        method: "GET",
        path: "/services/oauth2/userinfo",
        schema: userInfoAnswer,
        operation: "GET /services/oauth2/userinfo",
        counted: false,
      },
      signal,
    );
  }

  #observe(headers: Headers): void {
    this.#transport.observeDate(headers.get("date"));
    const usage = /api-usage=(\d+)\/(\d+)/u.exec(headers.get("sforce-limit-info") ?? "");
    if (usage === null) return;
    this.#options.dependencies.ledger.observe(this.#credential, {
      used: Number(usage[1]),
      limit: Number(usage[2]),
      resetsAt: null,
    });
  }
}

function validUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/u.test(text)) return text.replace(/\/+$/u, "");
  throw new HubError("HUB-1301", `LOGIN_URL is not an address: "${text}".`, {
    disposition: "operator",
    place: { system: "salesforce", path: "LOGIN_URL" },
    remedy: "Set it to https://<domain>.my.salesforce.com.",
  });
}
