import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { salesforce } from "../../../src/connectors/salesforce/index.ts";
import type { SalesforceSettings } from "../../../src/connectors/salesforce/index.ts";
import type { Connection, ReadContext } from "../../../src/connectors/kit/index.ts";
import { Listings } from "../../support/listings.ts";
import { HubError } from "../../../src/model/index.ts";
import type { Page, Position, QuotaState } from "../../../src/model/index.ts";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly soql: string | null;
  readonly locator: string | null;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Answer = (seen: Seen, response: ServerResponse) => void;

export interface StubOrg {
  readonly origin: string;
  readonly seen: Seen[];
  /** Answers for the data API, one call each; the last one stays. */
  readonly script: Answer[];
  /** Answers for sign-ins, one each; the last one stays. Without any, a new token is given. */
  readonly tokens: Answer[];
  /** Answers to descriptions of objects by name, neither seen nor scripted; those of others are. */
  readonly descriptions: Map<string, Answer>;
  close(): Promise<void>;
}

export const ORG_TIME = "Mon, 02 Nov 2026 11:00:00 GMT";

/** A scripted stand-in for single conversations, faults included; whole reads are tested against the sandbox. */
export async function stubOrg(): Promise<StubOrg> {
  const seen: Seen[] = [];
  const script: Answer[] = [];
  const tokens: Answer[] = [];
  const descriptions = new Map<string, Answer>();
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://stub");
      const call = {
        method: request.method ?? "",
        path: url.pathname,
        soql: url.searchParams.get("q"),
        locator: url.searchParams.get("locator"),
        headers: request.headers,
        body,
      };
      const described = /\/sobjects\/(\w+)\/describe$/u.exec(call.path)?.[1];
      const description = described === undefined ? undefined : descriptions.get(described);
      if (description !== undefined) {
        description(call, response);
        return;
      }
      seen.push(call);
      response.setHeader("Date", ORG_TIME);
      if (url.pathname === "/services/oauth2/token") {
        const scripted = tokens.length > 1 ? tokens.shift() : tokens[0];
        if (scripted !== undefined) {
          scripted(call, response);
          return;
        }
        json(200, {
          access_token: `token-${seen.length}`,
          instance_url: `http://${request.headers.host}`,
          id: "http://x/id/00D5e000000000AEAA/0055e0000000001AAA",
          token_type: "Bearer",
        })(call, response);
        return;
      }
      const answer = script.length > 1 ? script.shift() : script[0];
      response.setHeader(
        "Sforce-Limit-Info",
        "api-bursts=1/750; api-usage=18/5000; per-app-api-usage=17/250(appName=x)",
      );
      (answer ?? json(404, [{ errorCode: "NOT_FOUND", message: "The requested resource does not exist" }]))(
        call,
        response,
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    script,
    tokens,
    descriptions,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(status: number, body: unknown): Answer {
  return (_seen, response) => {
    response.writeHead(status, { "content-type": "application/json;charset=UTF-8" }).end(JSON.stringify(body));
  };
}

export function rows(
  records: readonly unknown[],
  more: { readonly totalSize?: number; readonly next?: string } = {},
): Answer {
  return json(200, {
    totalSize: more.totalSize ?? records.length,
    done: more.next === undefined,
    ...(more.next === undefined ? {} : { nextRecordsUrl: more.next }),
    records,
  });
}

/** An answer that ends in the middle of its body. */
export const cutMidBody: Answer = (_seen, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"totalSize":1,"done":true,"records":[{"Id":"0065');
  setImmediate(() => response.destroy());
};

export function describeOf(name: string, fields: Readonly<Record<string, string>>): Answer {
  return json(200, {
    name,
    label: name,
    keyPrefix: "006",
    fields: Object.entries(fields).map(([field, type]) => ({
      name: field,
      label: field,
      type,
      referenceTo: [],
      relationshipName: null,
    })),
  });
}

/** What a promise is rejected with; it has to be an error of the hub's own. */
export async function failureOf(promise: Promise<unknown>): Promise<HubError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

export interface Session {
  readonly connection: Connection;
  readonly quota: QuotaState[];
  readonly waits: number[];
  /** Everything that was logged, as text. */
  readonly logged: string[];
}

/** A connection whose waits take no time; unless said its clock stands an hour behind the org's. */
export async function connect(
  origin: string,
  settings: Partial<SalesforceSettings> = {},
  credentials: Readonly<Record<string, string>> = { CLIENT_SECRET: "secret" },
  now: () => number = () => Date.parse("2026-11-02T10:00:00Z"),
): Promise<Session> {
  const quota: QuotaState[] = [];
  const waits: number[] = [];
  const logged: string[] = [];
  const connection = await salesforce.connect({
    name: "salesforce-prod",
    settings: { login: "client-credentials", apiVersion: "64.0", ...settings },
    credentials: { LOGIN_URL: origin, CLIENT_ID: "app", ...credentials },
    dependencies: {
      clock: { now },
      wallNow: () => Date.now(),
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
      random: () => 0.5,
      ledger: {
        take: () => Promise.resolve(true),
        observe: (_credential, state) => {
          quota.push(state);
        },
        state: () => Promise.resolve({ used: 0, limit: null, resetsAt: null }),
        reserve: () => {},
      },
      log: (level, message, fields) => {
        logged.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
      },
    },
  });
  return { connection, quota, waits, logged };
}

export function context(
  selection: ReadContext["selection"],
  mode: ReadContext["mode"] = "incremental",
  known: readonly string[] = [],
): ReadContext & { readonly listings: Listings } {
  const listings = new Listings();
  return {
    mode,
    selection,
    listings,
    known: listings.known(async function* () {
      await Promise.resolve();
      if (known.length > 0) yield known.map((id) => ({ id, content: {}, partition: "x" }));
    }),
    signal: new AbortController().signal,
  };
}

export async function readAll(
  session: Session,
  stream: string,
  position: Position | null,
  reading: ReadContext & { readonly listings?: Listings },
  id = stream,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  const partition = { stream, id, title: stream };
  for await (const page of session.connection.read?.read(partition, position, reading) ?? []) {
    pages.push(page);
    reading.listings?.take(stream, id, page.listing);
  }
  return pages;
}
