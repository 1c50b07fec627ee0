import { createServer } from "node:http";
import type { Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { SandboxClock } from "./clock.ts";

export interface RunningServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  close(): Promise<void>;
}

/** Idle sockets outlive a client's pause between two pages, so that a request is not lost to a closing socket. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Serves `fetch` on loopback. The `Date` header tells the sandbox's business time, as a real service tells its own.
 * @param port 0 takes any free one.
 */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  port: number,
  clock: SandboxClock,
): Promise<RunningServer> {
  const handle = getRequestListener(fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => {
    response.setHeader("Date", new Date(clock.now()).toUTCString());
    void handle(request, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return { origin: `http://127.0.0.1:${portOf(server)}`, close: () => closeServer(server) };
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
