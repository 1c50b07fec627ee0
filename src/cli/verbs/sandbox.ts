import { X509Certificate, createPrivateKey } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { HubError, parseInstant } from "../../model/index.ts";
import { startSandbox } from "../../sandbox/index.ts";
import type { BigWorld, RunningSandbox } from "../../sandbox/index.ts";
import { EXIT } from "../exit-codes.ts";
import type { Machine } from "../terminal.ts";
import { readFaultFile, withFaults } from "./fault-file.ts";

export interface SandboxVerbOptions {
  readonly seed: number;
  readonly scale: number;
  readonly asOf?: string;
  readonly port: number;
  readonly limits: "demo" | "real";
  readonly big?: BigWorld;
  /** A file of dials that stand from the start. */
  readonly faults?: string;
  /** Files of a certificate and its key. */
  readonly tls?: readonly string[];
  readonly truth?: string;
  readonly envFile?: string;
  readonly json: boolean;
}

/** Constant, so that a demo tells the same story every day: a Monday at 03:00 in the company's zone. */
export const DEFAULT_AS_OF = "2026-11-02T11:00:00Z";
export const DEFAULT_SEED = 7;

/** Runs the systems until a signal stops them. The first line of output tells a client where they are. */
export async function sandboxVerb(machine: Machine, options: SandboxVerbOptions): Promise<number> {
  const hyperd = machine.environment["HUB_HYPERD"];
  const asOf = readInstant(options.asOf ?? DEFAULT_AS_OF);
  const faults = options.faults === undefined ? undefined : await readFaultFile(options.faults);
  const tls = options.tls === undefined ? undefined : await readTls(options.tls);
  const sandbox = await withFaults(faults, () =>
    startSandbox({
      seed: options.seed,
      scale: options.scale,
      asOf,
      port: options.port,
      limits: options.limits,
      ...(options.big === undefined ? {} : { big: options.big }),
      wallNow: machine.wallNow,
      ...(hyperd === undefined || hyperd === "" ? {} : { hyperd }),
      ...(faults === undefined ? {} : { faults }),
      ...(tls === undefined ? {} : { tls }),
    }),
  );
  try {
    if (options.truth !== undefined) await writeFile(options.truth, JSON.stringify(sandbox.truth));
    if (options.envFile !== undefined) await writeFile(options.envFile, environmentFile(sandbox));
    machine.terminal.out(options.json ? `${JSON.stringify(sandbox.description)}\n` : introduction(sandbox, options));
    await new Promise<void>((resolve) => {
      if (machine.signal.aborted) resolve();
      machine.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  } finally {
    await sandbox.close();
  }
  return EXIT.complete;
}

/** @throws HubError HUB-0002 for a text that is not an instant. */
export function readInstant(text: string): number {
  const instant = parseInstant(text) ?? parseInstant(`${text}T00:00:00Z`);
  if (instant === undefined) {
    throw new HubError("HUB-0002", `"${text}" is not an instant.`, {
      disposition: "operator",
      remedy: "Write it as 2026-11-02T11:00:00Z, or as a day.",
    });
  }
  return instant;
}

/**
 * The PEM files of `--tls CERT KEY`.
 * @throws HubError HUB-0010 when there are not two, or one cannot be read or is not what it is to be
 */
async function readTls([certFile = "", keyFile = ""]: readonly string[]): Promise<{ cert: string; key: string }> {
  const read = async (file: string, isFit: (pem: string) => boolean): Promise<string> => {
    let cause: unknown;
    try {
      const pem = await readFile(file, "utf8");
      if (isFit(pem)) return pem;
    } catch (error) {
      cause = error;
    }
    throw new HubError("HUB-0010", `The file "${file}" of --tls cannot be read, or is not what it is to be.`, {
      disposition: "operator",
      place: { file },
      remedy: "Give the files of a certificate and of its key, both PEM: --tls cert.pem key.pem",
      cause,
    });
  };
  const cert = await read(certFile, (pem) => new X509Certificate(pem).serialNumber !== "");
  const key = await read(keyFile, (pem) => new X509Certificate(cert).checkPrivateKey(createPrivateKey(pem)));
  return { cert, key };
}

function environmentFile(sandbox: RunningSandbox): string {
  return Object.entries(sandbox.environment)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join("");
}

function introduction(sandbox: RunningSandbox, options: SandboxVerbOptions): string {
  const { description } = sandbox;
  const lines = Object.entries(description.systems).map(
    ([name, { baseUrl, endpoint }]) => `  ${name.padEnd(12)} ${baseUrl ?? endpoint ?? ""}`,
  );
  return [
    `Sandbox with TechFlow, seed ${description.seed}, scale ${description.scale}, as of ${description.asOf}. Ctrl-C stops it.`,
    `  ${"control".padEnd(12)} ${description.control}`,
    ...lines,
    options.limits === "demo"
      ? "Rate limits are the demo's: so high that they never bite. --limits real gives the real ones."
      : "Rate limits are the real services' defaults.",
    ...(options.faults === undefined
      ? []
      : [`Faults are those of ${options.faults}; ${description.control}/dials/log tells which were given.`]),
    ...(options.envFile === undefined
      ? []
      : [`Variables for a hub are in ${options.envFile}: hub sync --env-file ${options.envFile}`]),
    "",
  ].join("\n");
}
