import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { Client } from "pg";

const START_TIMEOUT_MS = 30_000;
const HOST = "127.0.0.1";

/** A running Hyper engine with one session on it. */
export interface HyperProcess {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stop(): Promise<void>;
}

/**
 * Starts the engine with a callback connection (reference tableau.md §5.2): it reports its port over that socket and
 * goes away when the socket closes, so a killed sandbox leaves no orphan.
 */
export async function startHyperProcess(binary: string, directory: string): Promise<HyperProcess> {
  const server = createServer();
  server.listen(0, HOST);
  await once(server, "listening");
  const child = spawn(
    binary,
    [
      "run",
      "--callback-connection",
      `tab.tcp://${HOST}:${addressOf(server).port}`,
      "--listen-connection",
      `tab.tcp://${HOST}:0`,
      "--init-user=tableau_internal_user",
      "--no-password",
      "--skip-license",
      "--language=en_US",
      `--log-dir=${directory}`,
      "--log-config=",
      "--memory-limit=256m",
    ],
    { stdio: "ignore", cwd: directory },
  );
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let socket: Socket | undefined;
  try {
    const connected = await Promise.race([
      connectionOf(server),
      exited.then((): never => {
        throw new Error("The Hyper engine of the sandbox ended before it was ready.");
      }),
    ]);
    socket = connected;
    const client = new Client({
      host: HOST,
      port: await portFrom(socket),
      user: "tableau_internal_user",
      database: "",
    });
    client.on("error", () => undefined);
    await client.connect();
    return {
      query: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
      stop: async () => {
        await client.end();
        connected.destroy();
        server.close();
        await exited;
      },
    };
  } catch (error) {
    socket?.destroy();
    server.close();
    child.kill();
    throw error;
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The callback server has no port.");
  return address;
}

async function connectionOf(server: Server): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The Hyper engine did not report in time.")), START_TIMEOUT_MS);
    server.once("connection", (socket) => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}

/** One length byte, then the endpoint with a closing NUL: `tab.tcp://127.0.0.1:37399`. */
async function portFrom(socket: Socket): Promise<number> {
  let bytes = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    socket.on("error", () => undefined);
    socket.once("close", () => reject(new Error("The Hyper engine closed its callback connection.")));
    socket.on("data", (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      const length = bytes[0];
      if (length === undefined || bytes.length <= length) return;
      const port = /:(\d+)\0*$/u.exec(bytes.subarray(1, length + 1).toString("latin1"))?.[1];
      if (port === undefined) reject(new Error("The Hyper engine reported no port."));
      else resolve(Number(port));
    });
  });
}
