import { z } from "zod";
import { SandboxClock } from "../../src/sandbox/kit/clock.ts";
import { createMonday } from "../../src/sandbox/monday/index.ts";
import type { MondaySeed } from "../../src/sandbox/seeds.ts";
import { startDialled } from "./dialled-system.ts";
import type { DialledSystem } from "./dialled-system.ts";

export interface MondayAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON body, read loosely by tests. */
  readonly body: MondayBody;
}

const bodySchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.unknown()).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});
type MondayBody = z.infer<typeof bodySchema>;

export interface MondayServer extends Pick<DialledSystem, "dial" | "undial" | "given" | "organise"> {
  readonly endpoint: string;
  readonly token: string;
  readonly clock: SandboxClock;
  call(query: string, variables?: object, headers?: Record<string, string>): Promise<MondayAnswer>;
  /** `data` of a call that must succeed, as T by the test's own knowledge of its query. */
  data<T>(query: string, variables?: object): Promise<T>;
  control(method: string, path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** A stand-in on a free port of the loopback, its clock stopped at an instant. */
export async function startMonday(
  seed: MondaySeed,
  asOf = Date.UTC(2026, 10, 23, 9),
  limits: "demo" | "real" = "real",
): Promise<MondayServer> {
  const clock = new SandboxClock(asOf, () => 0);
  clock.freeze(true);
  let last = 7;
  const random = (): number => {
    last = (last * 48_271) % 2_147_483_647;
    return last / 2_147_483_647;
  };
  const dialled = await startDialled(clock, (dials) =>
    createMonday(seed, { clock, random, directory: "", limits, dials: dials("monday") }),
  );
  const { system, dial, undial, given, organise } = dialled;
  const { endpoint = "", token = "" } = system.describe(dialled.origin);
  const call: MondayServer["call"] = async (query, variables = {}, headers = {}) => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: token, "api-version": "2026-10", ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, headers: response.headers, body: bodySchema.parse(await response.json()) };
  };
  return {
    endpoint,
    token,
    clock,
    dial,
    undial,
    given,
    organise,
    call,
    async data<T>(query: string, variables: object = {}): Promise<T> {
      const { body } = await call(query, variables);
      if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
      return body.data as T;
    },
    async control(method, path, body) {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const response = await system.control(new Request(`http://control/systems/monday${path}`, init));
      return response.json();
    },
    stop: () => dialled.close(),
  };
}
