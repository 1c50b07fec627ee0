import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../src/model/index.ts";
import { isBroken } from "../../src/sandbox/kit/broken.ts";
import { SandboxClock } from "../../src/sandbox/kit/clock.ts";
import { createControl } from "../../src/sandbox/kit/control.ts";
import { Dials } from "../../src/sandbox/kit/dials.ts";
import { mulberry32 } from "../../src/sandbox/kit/random.ts";
import { listen } from "../../src/sandbox/kit/server.ts";
import type { SandboxEnvironment, SandboxSystem } from "../../src/sandbox/kit/system.ts";
import { withDials } from "../../src/sandbox/kit/wire.ts";
import type { Dial } from "./harness.ts";

/** One sandbox system of this process, spoken to over HTTP; its clock stands still unless it is moved. */
export interface ServedSystem {
  readonly clock: SandboxClock;
  /** What the system tells of itself to those who connect. */
  readonly description: Readonly<Record<string, string>>;
  /** What the hub needs to connect, by credential key. */
  readonly credentials: Readonly<Record<string, string>>;
  /** One JSON call; null for an empty answer. @throws Error with status and text for an answer of 400 or more. */
  call(method: string, url: string, headers?: Readonly<Record<string, string>>, body?: unknown): Promise<unknown>;
  /** One call of the control server; a path below `/systems/<name>` unless it starts with two slashes. */
  readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Sets faults of this system; false (and none set) when the system does not have one of them. */
  dial(...dials: readonly Dial[]): Promise<boolean>;
  /** Takes all of them off. */
  undial(): Promise<void>;
  /** A change of the organisation: `{do: …}`. */
  organise(change: { readonly do: string; readonly [detail: string]: unknown }): Promise<unknown>;
  /** Calls that are being served now, and how many hang. */
  readonly open: () => { readonly serving: number; readonly hanging: number };
  /** Closes the sockets of those that hang. */
  hangUp(): void;
  /** Is told of each call that reaches the system before it is answered. */
  watch(listener: ((call: number, request: Request) => void) | null): void;
  close(): Promise<void>;
}

export interface ServedSystemOptions {
  readonly system: string;
  readonly create: (environment: SandboxEnvironment) => SandboxSystem;
  readonly asOf: number;
  /** Shared with other systems; a clock of its own when left out. */
  readonly clock?: SandboxClock;
  readonly seed: number;
  readonly limits?: "demo" | "real";
  /** Makes the pages that are asked for smaller, so that few records fill several. */
  readonly bend?: (request: Request) => Request | Promise<Request>;
  /** Asks the control server without a socket in between. */
  readonly quick?: boolean;
}

/** An answer that says no. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

export async function serveSystem(options: ServedSystemOptions): Promise<ServedSystem> {
  const { asOf, seed, limits = "demo", bend, quick = false } = options;
  const clock = options.clock ?? new SandboxClock(asOf, () => asOf);
  clock.freeze(true);
  const directory = mkdtempSync(join(tmpdir(), "hub-world-"));
  const dials = new Dials(seed, clock);
  const random = mulberry32(seed);
  const name = options.system;
  const system = options.create({ clock, random, directory, limits, dials: dials.of(name) });
  const answer = withDials(system, dials, clock);
  let calls = 0;
  let listener: ((call: number, request: Request) => void) | null = null;
  let serving = 0;
  const hanging = new Set<() => void>();
  const server = await listen(
    async (request) => {
      calls += 1;
      listener?.(calls, request);
      serving += 1;
      try {
        const given = await answer(bend === undefined ? request : await bend(request));
        if (!isBroken(given) || given.broken !== "hang") return given;
        return { ...given, until: new Promise<void>((close) => hanging.add(close)) };
      } finally {
        serving -= 1;
      }
    },
    0,
    clock,
  );
  const description = system.describe(server.origin);
  const steer = createControl({ clock, dials, systems: [system], describe: () => description });
  const control = quick ? null : await listen(steer, 0, clock);
  const exchange = async (
    send: (request: Request) => Response | Promise<Response>,
    request: Request,
  ): Promise<unknown> => {
    const response = await send(request);
    const text = await response.text();
    if (response.status >= 400) {
      throw new Refused(response.status, `${request.method} ${request.url}: ${response.status} ${text}`);
    }
    return text === "" ? null : JSON.parse(text);
  };
  const call: ServedSystem["call"] = (method, url, headers = {}, body) =>
    exchange(fetch, jsonRequest(method, url, headers, body));
  const controlCall: ServedSystem["control"] = (method, path, body) => {
    const url =
      (control?.origin ?? "http://control") + (path.startsWith("//") ? path.slice(1) : `/systems/${name}${path}`);
    return exchange(control === null ? steer : fetch, jsonRequest(method, url, {}, body));
  };
  return {
    clock,
    description,
    credentials: Object.fromEntries(
      Object.entries(system.environment(server.origin)).map(([name, value]) => [
        name.replace(/^[A-Z]+_[A-Z]+_/u, ""),
        value,
      ]),
    ),
    call,
    control: controlCall,
    dial: async (...given) => {
      try {
        await controlCall("POST", "//dials", { seed, dials: given.map((dial) => ({ system: name, ...dial })) });
        return true;
      } catch (error) {
        if (error instanceof Refused && /has no fault/u.test(error.message)) return false;
        throw error;
      }
    },
    undial: async () => {
      await controlCall("DELETE", "//dials");
    },
    organise: async (change) =>
      fieldsOf(await controlCall("POST", "//organisation", { system: name, ...change }))["changed"],
    open: () => ({ serving, hanging: hanging.size }),
    hangUp: () => {
      for (const close of hanging) close();
      hanging.clear();
    },
    watch: (given) => {
      calls = 0;
      listener = given;
    },
    close: async () => {
      await Promise.all([server.close(), control?.close()]);
      await system.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The members of a JSON value that must be an object. */
export function fieldsOf(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("not a JSON object");
  return value as JsonObject;
}

/** An id or other scalar as text. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TypeError("not a scalar");
}

function jsonRequest(method: string, url: string, headers: Readonly<Record<string, string>>, body: unknown): Request {
  return new Request(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
