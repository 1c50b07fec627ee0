import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SandboxClock } from "../../../src/sandbox/kit/clock.ts";
import { createTableau } from "../../../src/sandbox/tableau/index.ts";
import type { TableauOptions } from "../../../src/sandbox/tableau/index.ts";
import { startDialled } from "../../support/dialled-system.ts";
import type { DialledSystem } from "../../support/dialled-system.ts";

export const AS_OF = Date.parse("2026-03-02T09:00:00.000Z");

export interface TableauServer extends Pick<DialledSystem, "dial" | "undial" | "given" | "organise"> {
  readonly origin: string;
  readonly directory: string;
  readonly clock: SandboxClock;
  readonly description: Readonly<Record<string, string>>;
  /** Calls a control route; a body makes it a POST. */
  control(path: string, body?: unknown, method?: string): Promise<unknown>;
  /** Resolves when what was told to webhooks has been delivered. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** A Tableau sandbox on a port of its own. */
export async function startTableau(
  options: TableauOptions = {},
  limits: "demo" | "real" = "demo",
): Promise<TableauServer> {
  const directory = await mkdtemp(join(tmpdir(), "tableau-sandbox-"));
  const clock = new SandboxClock(AS_OF, () => AS_OF);
  let serial = 1;
  const random = () => {
    serial = (serial * 48271) % 2147483647;
    return serial / 2147483647;
  };
  const seed = {
    siteContentUrl: "techflow",
    siteName: "TechFlow",
    userName: "hub@techflow.example",
    projects: ["Process Hub", "Archive/2025"],
  };
  const dialled = await startDialled(clock, (dials) =>
    createTableau(seed, { clock, random, directory, limits, dials: dials("tableau") }, options),
  );
  const { system, origin, dial, undial, given, organise } = dialled;
  return {
    dial,
    undial,
    given,
    organise,
    origin,
    directory,
    clock,
    description: system.describe(origin),
    control: async (path, body, method) => {
      const init =
        body === undefined ? { method: method ?? "GET" } : { method: method ?? "POST", body: JSON.stringify(body) };
      const response = await system.control(new Request(`http://control${path}`, init));
      if (!response.ok) throw new Error(await response.text());
      return response.json();
    },
    settled: async () => system.tick?.(),
    stop: async () => {
      await dialled.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A multipart/mixed body as official clients write it; an entry's header is everything after `Content-Disposition: `. */
export function multipart(
  parts: readonly { readonly disposition: string; readonly bytes: Buffer | string }[],
  lineEnd = "\r\n",
): { readonly body: Buffer; readonly type: string } {
  const boundary = "b0undary";
  const pieces = parts.flatMap(({ disposition, bytes }) => [
    Buffer.from(
      `--${boundary}${lineEnd}Content-Disposition: ${disposition}${lineEnd}`
        + `Content-Type: application/octet-stream${lineEnd}${lineEnd}`,
    ),
    Buffer.from(bytes),
    Buffer.from(lineEnd),
  ]);
  return {
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--${lineEnd}`)]),
    type: `multipart/mixed; boundary="${boundary}"`,
  };
}

export function payloadPart(xml: string): { disposition: string; bytes: string } {
  return { disposition: 'form-data; name="request_payload"; filename=""', bytes: xml };
}

export function filePart(name: string, bytes: Buffer): { disposition: string; bytes: Buffer } {
  return { disposition: `form-data; name="tableau_datasource"; filename="${name}"`, bytes };
}

/** A signed-in client that speaks XML unless told otherwise. */
export interface Session {
  readonly token: string;
  readonly siteId: string;
  call(
    method: string,
    path: string,
    options?: { body?: Buffer | string; type?: string; json?: boolean; accept?: string },
  ): Promise<Response>;
}

export async function signIn(server: TableauServer, tokenName = server.description["tokenName"]): Promise<Session> {
  const secret = server.description["tokenSecret"];
  const body =
    `<tsRequest><credentials personalAccessTokenName="${tokenName}" personalAccessTokenSecret="${secret}">`
    + `<site contentUrl="techflow" /></credentials></tsRequest>`;
  // Bytes, so that no Content-Type is sent: official clients send none.
  const response = await fetch(`${server.origin}/api/3.29/auth/signin`, { method: "POST", body: Buffer.from(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const token = /token="([^"]+)"/u.exec(text)?.[1] ?? "";
  const siteId = /<site id="([^"]+)"/u.exec(text)?.[1] ?? "";
  return {
    token,
    siteId,
    call: (method, path, options = {}) =>
      fetch(`${server.origin}/api/3.29/sites/${siteId}${path}`, {
        method,
        headers: {
          "x-tableau-auth": token,
          ...(options.type === undefined ? {} : { "content-type": options.type }),
          accept: options.accept ?? (options.json === true ? "application/json" : "*/*"),
        },
        ...(options.body === undefined
          ? {}
          : { body: typeof options.body === "string" ? options.body : new Uint8Array(options.body) }),
      }),
  };
}

export function errorCode(xml: string): string | undefined {
  return /<error code="(\d+)"/u.exec(xml)?.[1];
}

export function idIn(xml: string, element: string): string {
  return new RegExp(`<${element} id="([^"]+)"`, "u").exec(xml)?.[1] ?? "";
}
