import { createServer } from "node:http";
import type { RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { isBroken } from "./broken.ts";
import type { BrokenAnswer, WireAnswer } from "./broken.ts";
import type { SandboxClock } from "./clock.ts";

/** A certificate and its key, PEM. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

export interface RunningServer {
  /** `http://127.0.0.1:<port>`, or `https:` */
  readonly origin: string;
  close(): Promise<void>;
}

/** Idle sockets outlive a client's pause between two pages, so that a request is not lost to a closing socket. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Serves `fetch` on loopback. The `Date` header tells the sandbox's business time, as a real service tells its own.
 * @param port 0 takes any free one.
 * @param tls serves HTTPS; a certificate that is none is thrown as Node's own error
 */
export async function listen(
  fetch: (request: Request) => WireAnswer | Promise<WireAnswer>,
  port: number,
  clock: SandboxClock,
  tls?: Tls,
): Promise<RunningServer> {
  const listener: RequestListener = (incoming, outgoing) => {
    outgoing.setHeader("Date", new Date(clock.now()).toUTCString());
    const finish = (answer: WireAnswer): Response => {
      if (!isBroken(answer)) return answer;
      breakOff(answer, outgoing);
      return RESPONSE_ALREADY_SENT;
    };
    const serve = (request: Request): Response | Promise<Response> => {
      const answer = fetch(request);
      return answer instanceof Promise ? answer.then(finish) : finish(answer);
    };
    void getRequestListener(serve, { overrideGlobalObjects: false })(incoming, outgoing);
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer({ ...tls }, listener);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const scheme = tls === undefined ? "http" : "https";
  return { origin: `${scheme}://127.0.0.1:${portOf(server)}`, close: () => closeServer(server) };
}

/** Ends a socket as the broken answer says. */
function breakOff({ broken, answer, until }: BrokenAnswer, outgoing: ServerResponse): void {
  if (broken === "hang") {
    void until?.then(() => outgoing.socket?.destroy());
    return;
  }
  if (broken === "reset" || answer === undefined) {
    outgoing.socket?.destroy();
    return;
  }
  for (const [name, value] of answer.headers) outgoing.setHeader(name, value);
  outgoing.setHeader("content-length", answer.body.length + 1);
  outgoing.writeHead(answer.status);
  outgoing.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => {
    outgoing.socket?.destroy();
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
