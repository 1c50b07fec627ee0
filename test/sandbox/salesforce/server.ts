import { z } from "zod";
import { SandboxClock } from "../../../src/sandbox/kit/clock.ts";
import { createSalesforce } from "../../../src/sandbox/salesforce/index.ts";
import type { SalesforceSeed } from "../../../src/sandbox/seeds.ts";
import { startDialled } from "../../support/dialled-system.ts";
import type { DialledSystem } from "../../support/dialled-system.ts";
import { AS_OF } from "../../support/salesforce-seed.ts";

const PAGE = z.object({
  totalSize: z.number(),
  done: z.boolean(),
  nextRecordsUrl: z.string().optional(),
  records: z.array(z.record(z.string(), z.unknown())),
});

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A stand-in listening on loopback, with a frozen clock, and short ways to speak to it. */
export class SalesforceServer {
  readonly origin: string;
  readonly clock: SandboxClock;
  readonly connect: Readonly<Record<string, string>>;
  readonly dialled: DialledSystem;

  constructor(dialled: DialledSystem, clock: SandboxClock) {
    this.dialled = dialled;
    this.origin = dialled.origin;
    this.clock = clock;
    this.connect = dialled.system.describe(dialled.origin);
  }

  get token(): string {
    return this.connect["accessToken"] ?? "";
  }

  /** Calls a resource below `/services/data/v64.0`, or an absolute path. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const target = path.startsWith("/services") ? path : `/services/data/v64.0/${path}`;
    const response = await fetch(this.origin + target, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : text,
    };
  }

  /** Runs a query and returns its first page. */
  async query(soql: string, resource = "query", headers: Record<string, string> = {}): Promise<z.output<typeof PAGE>> {
    const answer = await this.call("GET", `${resource}?q=${encodeURIComponent(soql)}`, undefined, headers);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return PAGE.parse(answer.body);
  }

  /** Runs a query that must fail; returns its status and first error. */
  async queryError(soql: string): Promise<{ status: number; errorCode: string; message: string }> {
    const answer = await this.call("GET", `query?q=${encodeURIComponent(soql)}`);
    const [error] = z.array(z.object({ errorCode: z.string(), message: z.string() })).parse(answer.body);
    return { status: answer.status, errorCode: error?.errorCode ?? "", message: error?.message ?? "" };
  }

  /** Creates a record and returns its id. */
  async create(object: string, fields: Readonly<Record<string, unknown>>): Promise<string> {
    const answer = await this.call("POST", `sobjects/${object}`, fields);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return z.object({ id: z.string() }).parse(answer.body).id;
  }

  /** Calls one of the sandbox's own routes. */
  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await this.dialled.system.control(new Request(`http://control/${path}`, init));
    return response.json();
  }

  close(): Promise<void> {
    return this.dialled.close();
  }
}

/** Starts a stand-in over a seed; the clock stands still at the tests' business instant. */
export async function startSalesforce(
  seed: SalesforceSeed,
  limits: "demo" | "real" = "demo",
): Promise<SalesforceServer> {
  const clock = new SandboxClock(AS_OF, () => Date.now());
  clock.freeze(true);
  let state = 42;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const dialled = await startDialled(clock, (dials) =>
    createSalesforce(seed, { clock, random, directory: "", limits, dials: dials("salesforce") }),
  );
  return new SalesforceServer(dialled, clock);
}
