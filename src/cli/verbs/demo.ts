import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { hyperEngine } from "../hyper.ts";
import { startSandboxProcess } from "../sandbox-process.ts";
import type { Machine } from "../terminal.ts";
import { runAndTell } from "./run.ts";
import { DEFAULT_AS_OF } from "./sandbox.ts";

export interface DemoVerbOptions {
  readonly seed: number;
  readonly scale: number;
  readonly out: string;
  readonly config: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What the demo itself makes in `--out`; a later demo starts anew and leaves anything else there alone. */
const OWN = ["hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm", "sandbox.env", "extracts"];

/**
 * The sandbox in a process of its own and one whole cycle against it. Reads neither the user's `.env` nor any hub
 * variable of the environment, so that it never reaches a real system.
 */
export async function demoVerb(machine: Machine, options: DemoVerbOptions): Promise<number> {
  const out = resolve(machine.directory, options.out);
  await mkdir(out, { recursive: true });
  for (const name of OWN) await rm(join(out, name), { recursive: true, force: true });
  const hyperd = await hyperEngine(machine, true);
  const envFile = join(out, "sandbox.env");
  const say = (text: string): void => {
    if (!options.quiet) machine.terminal.err(text);
  };
  say(`Starting the sandbox: TechFlow, seed ${options.seed}, scale ${options.scale} …\n`);
  const sandbox = await startSandboxProcess({
    seed: options.seed,
    scale: options.scale,
    asOf: DEFAULT_AS_OF,
    envFile,
    hyperd,
    environment: machine.environment,
  });
  try {
    const isolated: Machine = { ...machine, environment: {} };
    const code = await runAndTell(
      isolated,
      {
        config: options.config,
        db: join(out, "hub.sqlite"),
        envFile,
        asOf: sandbox.description.asOf,
        json: options.json,
        quiet: options.quiet,
        out: join(out, "extracts"),
      },
      hyperd,
    );
    if (options.json || !machine.terminal.live) return code;
    machine.terminal.out(whereToLook(out, sandbox.description.control, envFile));
    await new Promise<void>((done) => {
      if (machine.signal.aborted) done();
      machine.signal.addEventListener("abort", () => done(), { once: true });
    });
    return code;
  } finally {
    await sandbox.stop();
  }
}

function whereToLook(out: string, control: string, envFile: string): string {
  const hub = `--db ${join(out, "hub.sqlite")} --env-file ${envFile} --as-of ${DEFAULT_AS_OF}`;
  return [
    "",
    `The sandbox goes on running (control ${control}); Ctrl-C stops it. Meanwhile, in another terminal:`,
    `  npx hub handoffs ${hub}`,
    `  npx hub plan ${hub}`,
    `  npx hub sync ${hub}        # again: nothing new`,
    `  npx hub certificate ${hub}`,
    "",
  ].join("\n");
}
