import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { SandboxClock } from "../../src/sandbox/kit/clock.ts";
import { createAsana } from "../../src/sandbox/asana/index.ts";
import type { AsanaSeed } from "../../src/sandbox/seeds.ts";

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
export interface AsanaServer {
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
  const system = createAsana(seed, { clock, random, directory, limits });
  const server = serve({ fetch: (request) => system.fetch(request), port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => {
    server.once("listening", resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
    control: controlCall,
    write: (asUserGid, method, path, data) =>
      controlCall("POST", "/write", { method, path, asUserGid, ...(data === undefined ? {} : { body: { data } }) }),
    async close() {
      await system.close();
      await new Promise((resolve) => {
        server.close(resolve);
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
