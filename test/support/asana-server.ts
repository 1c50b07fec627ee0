import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SandboxClock } from "../../src/sandbox/kit/clock.ts";
import { createAsana } from "../../src/sandbox/asana/index.ts";
import type { AsanaSeed } from "../../src/sandbox/seeds.ts";
import { startDialled } from "./dialled-system.ts";
import type { DialledSystem } from "./dialled-system.ts";

/** A loose JSON object, as tests read answers. */
export type Loose = Record<string, unknown>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Loose;
  /** `body.data` as a list, for listings. */
  readonly rows: readonly Loose[];
  /** `body.data` as one object. */
  readonly data: Loose;
}

/** A running Asana stand-in on a free port of 127.0.0.1, with its clock frozen. */
export interface AsanaServer extends Pick<DialledSystem, "dial" | "undial" | "given" | "organise"> {
  readonly baseUrl: string;
  readonly token: string;
  readonly clock: SandboxClock;
  readonly description: Readonly<Record<string, string>>;
  call(method: string, path: string, data?: unknown, token?: string | null): Promise<Reply>;
  control(method: string, path: string, body?: unknown): Promise<Loose>;
  /** A change made by someone in the web app; null is a rule. */
  write(asUserGid: string | null, method: string, path: string, data?: unknown): Promise<Loose>;
  close(): Promise<void>;
}

export const ASANA_NOW = "2026-02-01T12:00:00.000Z";

export async function startAsana(seed: AsanaSeed, limits: "demo" | "real" = "real"): Promise<AsanaServer> {
  const clock = new SandboxClock(Date.parse(ASANA_NOW), () => 0);
  clock.freeze(true);
  const directory = mkdtempSync(join(tmpdir(), "asana-"));
  let draw = 0;
  const random = (): number => {
    draw = (draw * 16807 + 11) % 2147483647;
    return draw / 2147483647;
  };
  const dialled = await startDialled(clock, (dials) =>
    createAsana(seed, { clock, random, directory, limits, dials: dials("asana") }),
  );
  const { system, origin, dial, undial, given, organise } = dialled;
  const description = system.describe(origin);
  const token = description["token"] ?? "";
  const baseUrl = description["baseUrl"] ?? "";
  const controlCall = async (method: string, path: string, body?: unknown): Promise<Loose> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    return (await (await system.control(new Request(`http://control${path}`, init))).json()) as Loose;
  };
  return {
    baseUrl,
    token,
    clock,
    description,
    async call(method, path, data, as = token) {
      const response = await fetch(path.startsWith("/-/") ? `${origin}${path}` : `${baseUrl}${path}`, {
        method,
        headers: {
          ...(as === null ? {} : { authorization: `Bearer ${as}` }),
          ...(data === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(data === undefined ? {} : { body: JSON.stringify({ data }) }),
      });
      const body = (await response.json()) as Loose;
      const content = body["data"];
      return {
        status: response.status,
        headers: response.headers,
        body,
        rows: Array.isArray(content) ? (content as Loose[]) : [],
        data: (content ?? {}) as Loose,
      };
    },
    dial,
    undial,
    given,
    organise,
    control: controlCall,
    write: (asUserGid, method, path, data) =>
      controlCall("POST", "/write", { method, path, asUserGid, ...(data === undefined ? {} : { body: { data } }) }),
    async close() {
      await dialled.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
