import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, DatabaseError } from "pg";
import { HubError } from "../../model/index.ts";

const HOST = "127.0.0.1";
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
/** The last rows of every table of two files lie uncompressed in it until they are detached; with half of this five million rows fail. */
const ENOUGH_MEMORY = "1g";
/** The file format every Tableau since 2020.4.15 reads (reference tableau.md §5.4). */
const FORMAT_VERSION = 2;

export interface HyperEngineOptions {
  /** Path of the engine, from `findHyper` or `installHyper`. */
  readonly binary: string;
  /** Memory the engine may use, as it writes it itself: `512m`, `2g`. */
  readonly memoryLimit?: string;
  /** Ends the engine when aborted. */
  readonly signal?: AbortSignal;
}

/** Values arrive as the engine's own text, so that no digit or zone is lost on the way. */
export type HyperRow = Readonly<Record<string, string | null>>;

/** One session on a running engine. Statements run one after the other. */
export interface HyperSession {
  /** Runs one statement. Throws HUB-5011 with the SQLSTATE; never shows data other than what the engine quotes. */
  query(sql: string): Promise<readonly HyperRow[]>;
  close(): Promise<void>;
}

/** A running engine, owned by whoever started it. It listens on the loopback interface only and knows no password. */
export interface HyperEngine {
  connect(): Promise<HyperSession>;
  /** Ends the engine and waits for it; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts an engine of our own (reference tableau.md §5.2): it reports its port over a socket we hold open and ends
 * when that socket closes, so that a killed hub leaves nothing behind. Keeps no logs.
 * Throws HUB-5010 when it does not come up.
 */
export async function startHyper(options: HyperEngineOptions): Promise<HyperEngine> {
  options.signal?.throwIfAborted();
  const scratch = await mkdtemp(join(tmpdir(), "hub-hyper-"));
  const server = createServer();
  server.listen(0, HOST);
  await once(server, "listening");
  const child = spawnEngine(options, portOf(server), scratch);
  const ended = endOf(child);
  let callback: Socket | undefined;
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    stopping ??= (async () => {
      options.signal?.removeEventListener("abort", onAbort);
      server.close();
      if (callback === undefined) child.kill();
      else callback.destroy();
      const impatient = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(impatient);
      await rm(scratch, { recursive: true, force: true });
    })();
    await stopping;
  };
  const onAbort = () => {
    // The closing socket asks it to end; whoever uses it sees the abort as the failure of its statement.
    void stop();
  };
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    callback = await reported(server, ended);
    const port = await portFrom(callback);
    return { connect: () => connect(port), stop };
  } catch (error) {
    await stop();
    options.signal?.throwIfAborted();
    throw notStarted(error);
  }
}

function spawnEngine(options: HyperEngineOptions, callbackPort: number, scratch: string): ChildProcess {
  const settings = [
    "--init-user=tableau_internal_user",
    "--no-password",
    "--skip-license",
    "--language=en_US",
    "--date-style=MDY",
    "--date-style-lenient=false",
    `--log-dir=${scratch}`,
    "--log-config=",
    `--memory-limit=${options.memoryLimit ?? ENOUGH_MEMORY}`,
    `--default-database-version=${FORMAT_VERSION}`,
  ];
  return spawn(
    options.binary,
    [
      "run",
      "--callback-connection",
      `tab.tcp://${HOST}:${callbackPort}`,
      "--listen-connection",
      `tab.tcp://${HOST}:0`,
      ...settings,
    ],
    // It needs nothing of our environment, and our environment holds secrets.
    { stdio: "ignore", cwd: scratch, env: systemEnvironment() },
  );
}

/** What Windows needs to open a socket at all; nothing elsewhere. */
function systemEnvironment(): NodeJS.ProcessEnv {
  const root = process.env["SystemRoot"];
  return root === undefined ? {} : { SystemRoot: root };
}

/** Resolves when the process is gone or never came; carries the reason when it could not be started. */
async function endOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error));
    child.once("exit", (code, signal) => resolve(new Error(`It ended with ${code ?? signal}.`)));
  });
}

async function reported(server: Server, ended: Promise<unknown>): Promise<Socket> {
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  return Promise.race([
    once(server, "connection", { signal: timeout }).then(([socket]: Socket[]) => {
      if (socket === undefined) throw new Error("It reported nothing.");
      return socket;
    }),
    ended.then((reason): never => {
      throw reason instanceof Error ? reason : new Error(String(reason));
    }),
  ]);
}

/** One length byte, then the endpoint with a closing NUL: `tab.tcp://127.0.0.1:37399`. */
async function portFrom(socket: Socket): Promise<number> {
  let bytes = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.once("close", () => reject(new Error("It closed its callback connection.")));
    socket.on("data", (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      const length = bytes[0];
      if (length === undefined || bytes.length <= length) return;
      const port = /:(\d+)\0*$/u.exec(bytes.subarray(1, length + 1).toString("latin1"))?.[1];
      if (port === undefined) reject(new Error("It reported no port."));
      else resolve(Number(port));
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The callback server has no port.");
  return address.port;
}

function notStarted(cause: unknown): HubError {
  return new HubError("HUB-5010", `The Hyper engine did not start: ${messageOf(cause)}`, {
    cause,
    remedy: "Run `hub hyper install` again, or publish Parquet or CSV instead (--format parquet,csv).",
  });
}

async function connect(port: number): Promise<HyperSession> {
  const client = new Client({
    host: HOST,
    port,
    user: "tableau_internal_user",
    database: "",
    types: { getTypeParser: () => (text: unknown) => text },
  });
  // A lost connection also fails the statement that was running; that is where it is told.
  client.on("error", () => undefined);
  try {
    await client.connect();
    // By default the machine's zone, in which a timestamp without zone would be taken.
    await client.query("SET TIME ZONE 'UTC'");
    // By default 15 digits of a double, of which it may hold 17.
    await client.query("SET extra_float_digits = 3");
  } catch (error) {
    throw notStarted(error);
  }
  return {
    query: async (sql) => {
      try {
        return (await client.query<Record<string, string | null>>(sql)).rows;
      } catch (error) {
        throw refusedStatement(sql, error);
      }
    },
    close: () => client.end(),
  };
}

function refusedStatement(sql: string, cause: unknown): HubError {
  const state = cause instanceof DatabaseError ? ` (SQLSTATE ${cause.code ?? "unknown"})` : "";
  return new HubError("HUB-5011", `The Hyper engine refused a statement${state}: ${messageOf(cause)}`, {
    cause,
    place: { request: sql.slice(0, 120) },
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
