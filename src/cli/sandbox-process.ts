import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { z } from "zod";
import { HubError } from "../model/index.ts";
import { sandboxDocument } from "./documents/sandbox.ts";

export interface SandboxProcessOptions {
  readonly seed: number;
  readonly scale: number;
  readonly asOf: string;
  /** Receives the variables that point a hub at the sandbox. */
  readonly envFile: string;
  /** Receives what is true of the scenario, for tests. */
  readonly truthFile?: string;
  /** Records on top of the scenario's own: `opportunities=100000`. */
  readonly big?: readonly string[];
  readonly hyperd: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface SandboxProcess {
  readonly description: z.infer<typeof sandboxDocument>;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Young objects die young in a server: a small young generation keeps the process small at no cost. */
const NODE_FLAGS = ["--max-semi-space-size=4"];

/** Starts `hub sandbox` as a process of its own and waits for its first line. @throws HubError HUB-0004 when it does not come. */
export async function startSandboxProcess(options: SandboxProcessOptions): Promise<SandboxProcess> {
  const bin = fileURLToPath(new URL("../../bin/hub.js", import.meta.url));
  const words = ["sandbox", "--json", "--seed", options.seed, "--scale", options.scale, "--as-of", options.asOf];
  const truth = options.truthFile === undefined ? [] : ["--truth", options.truthFile];
  const big = options.big === undefined ? [] : ["--big", ...options.big];
  const child = spawn(
    process.execPath,
    [...NODE_FLAGS, "--", bin, ...words.map(String), "--env-file", options.envFile, ...truth, ...big],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...options.environment, ...(options.hyperd === null ? {} : { HUB_HYPERD: options.hyperd }) },
    },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const line = await firstLine(child);
  if (line === null) {
    throw new HubError("HUB-0004", `The sandbox ended before it was ready. ${said.trim()}`, {
      remedy: "Run `hub sandbox` on its own to see why.",
    });
  }
  return { description: sandboxDocument.parse(JSON.parse(line)), pid: child.pid ?? 0, stop: () => stop(child) };
}

async function firstLine(child: ChildProcess): Promise<string | null> {
  if (child.stdout === null) return null;
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) return line;
  return null;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
