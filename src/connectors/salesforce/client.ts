import { Connection as JsforceConnection } from "jsforce/lib/core.js";
import type { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import { Transport } from "../kit/index.ts";
import type { ConnectOptions } from "../kit/index.ts";
import { deletedAnswer, describeAnswer, globalAnswer, parseAnswer, queryAnswer, userInfoAnswer } from "./answers.ts";
import type { Describe, QueryAnswer } from "./answers.ts";
import { classify } from "./failures.ts";
import { WholeBodyTransport } from "./http.ts";
import type { Exchange } from "./http.ts";
import { reserveShare } from "./settings.ts";
import type { SalesforceSettings } from "./settings.ts";
import { grantFor } from "./sign-in.ts";
import { renderSoql } from "./soql.ts";
import type { Soql } from "./soql.ts";

const CALL_TIMEOUT_MS = 60_000;
/** Salesforce itself gives a query up after about 120 s. */
const QUERY_TIMEOUT_MS = 150_000;
const CONCURRENCY = 4;
const MOST_REFRESHES_IN_A_ROW = 2;

/** One request; the path starts at the version root (`/query?…`) or at `/services/`. */
export interface ClientRequest<T> {
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /** For messages, without the query string. */
  readonly operation: string;
  readonly object?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotent?: boolean;
  readonly timeoutMs?: number;
  /** False for the OAuth endpoints, which the org does not count. */
  readonly counted?: boolean;
}

/** Signs in and speaks to one org through jsforce, over the shared transport. */
export class SalesforceClient {
  readonly #options: ConnectOptions<SalesforceSettings>;
  readonly #transport: Transport;
  readonly #connection: JsforceConnection;
  readonly #credential: string;
  #signingIn: Promise<void> | undefined;
  #refreshesInARow = 0;
  #refreshFailure: unknown;
  #objects: Promise<ReadonlyMap<string, string | null>> | undefined;

  constructor(options: ConnectOptions<SalesforceSettings>) {
    const { credentials, dependencies, settings } = options;
    this.#options = options;
    const loginUrl = validUrl(credentials["LOGIN_URL"] ?? "");
    const clientId = credentials["CLIENT_ID"] ?? "";
    this.#credential = `salesforce ${new URL(loginUrl).host} …${clientId.slice(-6)}`;
    this.#transport = new Transport({ credential: this.#credential, concurrency: CONCURRENCY, dependencies });
    if (settings.reserve !== undefined) dependencies.ledger.reserve(this.#credential, reserveShare(settings.reserve));
    const clientSecret = credentials["CLIENT_SECRET"];
    this.#connection = new JsforceConnection({
      loginUrl,
      version: settings.apiVersion,
      callOptions: { client: "process-hub" },
      oauth2: {
        loginUrl,
        clientId,
        // A JWT is proof enough, and some apps refuse a secret beside it.
        ...(clientSecret === undefined || settings.login === "jwt" ? {} : { clientSecret }),
      },
      refreshFn: (_connection, done) => {
        void handOver(this.#refresh(), done);
      },
    });
    const whole = new WholeBodyTransport((headers) => this.#observe(headers));
    this.#connection._transport = whole;
    this.#connection.oauth2._transport = whole;
  }

  get calls(): number {
    return this.#transport.calls;
  }

  get instanceUrl(): string {
    return this.#connection.instanceUrl;
  }

  get apiVersion(): string {
    return this.#connection.version;
  }

  /** The org's clock, in whole seconds like its stamps. */
  serverNow(): Instant {
    return Math.floor(this.#transport.serverNow() / 1000) * 1000;
  }

  async signIn(): Promise<void> {
    if (this.#connection.accessToken !== undefined && this.#connection.accessToken !== null) return;
    this.#signingIn ??= this.#authorize().finally(() => {
      this.#signingIn = undefined;
    });
    await this.#signingIn;
  }

  async request<T>(request: ClientRequest<T>, signal: AbortSignal): Promise<T> {
    await this.signIn();
    const { operation, object } = request;
    let exchange: Exchange = { signal };
    return this.#transport.call({
      operation,
      cost: request.counted === false ? 0 : 1,
      idempotent: request.idempotent ?? request.method === "GET",
      timeoutMs: request.timeoutMs ?? CALL_TIMEOUT_MS,
      signal,
      send: async (limited) => {
        exchange = { signal: limited };
        this.#refreshFailure = undefined;
        const answer: unknown = await this.#connection.request(
          {
            method: request.method,
            url: request.path,
            headers: {
              ...(request.body === undefined ? {} : { "content-type": "application/json" }),
              ...request.headers,
            },
            ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
          },
          { exchange, noContentResponse: null },
        );
        this.#refreshesInARow = 0;
        return parseAnswer(request.schema, answer, operation);
      },
      classify: (thrown) =>
        classify(this.#refreshFailure ?? thrown, {
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
    return this.#page(`/${verb}?q=${encodeURIComponent(renderSoql(query))}`, query.object, verb, signal);
  }

  /** The page a former one pointed to. */
  async queryMore(nextRecordsUrl: string, object: string, signal: AbortSignal): Promise<QueryAnswer> {
    return this.#page(nextRecordsUrl, object, "query/…", signal);
  }

  async #page(path: string, object: string, verb: string, signal: AbortSignal): Promise<QueryAnswer> {
    const operation = `GET /${verb} ${object}`;
    return this.request(
      { method: "GET", path, schema: queryAnswer, operation, object, timeoutMs: QUERY_TIMEOUT_MS },
      signal,
    );
  }

  async describe(object: string, signal: AbortSignal): Promise<Describe> {
    return this.request(
      {
        method: "GET",
        path: `/sobjects/${object}/describe`,
        schema: describeAnswer,
        operation: `GET /sobjects/${object}/describe`,
        object,
      },
      signal,
    );
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
      return await this.#objects;
    } catch (error) {
      this.#objects = undefined;
      throw error;
    }
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

  async #authorize(): Promise<void> {
    const { credentials, dependencies, settings } = this.#options;
    const grant = await grantFor(settings.login, credentials, dependencies.wallNow);
    try {
      await this.#connection.authorize(grant);
    } catch (cause) {
      const refused =
        cause instanceof Error
        && /^(invalid|unsupported|unauthorized)_|failure|approved/u.test(`${cause.name} ${cause.message}`);
      if (!refused) {
        const operation = "POST /services/oauth2/token";
        throw classify(cause, { operation, exchange: {}, now: dependencies.clock.now() }).error;
      }
      throw new HubError("HUB-1301", `Salesforce refuses the sign-in: ${cause.name}: ${cause.message}.`, {
        cause,
        disposition: "operator",
        place: { system: "salesforce", connection: this.#options.name },
        remedy:
          "Check LOGIN_URL, CLIENT_ID and CLIENT_SECRET (or USERNAME and PRIVATE_KEY_FILE) and the app's run-as user.",
      });
    }
  }

  /** jsforce would sign in again without end when a fresh session is refused, too (reference salesforce.md §2.3 trap 3). */
  async #refresh(): Promise<string> {
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
      await this.#authorize();
      if (this.#connection.instanceUrl !== formerUrl) {
        throw new HubError("HUB-1304", "The org has moved to another address.", { disposition: "retry-now" });
      }
      return this.#connection.accessToken ?? "";
    } catch (error) {
      this.#refreshFailure = error;
      throw error;
    }
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
