import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { z } from "zod";
import { HubError } from "../../model/index.ts";
import { currentPlatform, pinFor } from "./package-pin.ts";
import type { PackagePin, Platform } from "./package-pin.ts";

export interface FindHyperOptions {
  /** The hub's own folder for the engine, `hyperDirectory(root)`. */
  readonly directory: string;
  /** Where `HUB_HYPERD` is looked up: a path there is used as it is. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform?: Platform;
}

export interface InstallHyperOptions extends FindHyperOptions {
  readonly signal: AbortSignal;
  /** The package and its integrity, for tests; the platform's pin by default. */
  readonly pin?: PackagePin;
}

/** Where the engine is kept under a project's or a user's folder. */
export function hyperDirectory(root: string): string {
  return join(root, ".hub", "hyper");
}

/**
 * The path of the engine, undefined when it is not installed. Throws HUB-5002 when `HUB_HYPERD` names a file that is
 * not there; an unsupported platform without that variable is simply "not installed".
 */
export async function findHyper(options: FindHyperOptions): Promise<string | undefined> {
  const named = options.environment["HUB_HYPERD"];
  if (named !== undefined && named !== "") {
    if (await exists(named)) return named;
    throw new HubError("HUB-5002", "HUB_HYPERD names a file that does not exist.", {
      disposition: "operator",
      place: { file: named },
      remedy: "Correct the variable, or remove it and run `hub hyper install`.",
    });
  }
  let pin: PackagePin;
  try {
    pin = pinFor(options.platform ?? currentPlatform());
  } catch (error) {
    if (error instanceof HubError && error.code === "HUB-5001") return undefined;
    throw error;
  }
  const binary = join(installedFolder(options.directory, pin), pin.binary);
  return (await exists(binary)) ? binary : undefined;
}

/**
 * Finds the engine or fetches it once with npm, running no script of the package, and compares the integrity npm
 * verified with the one pinned here. Returns the path of the binary. Several processes may do so at once.
 * Throws HUB-5001 (no engine for this platform), HUB-5002, HUB-5003 (could not be fetched), HUB-5004 (not what was pinned).
 */
export async function installHyper(options: InstallHyperOptions): Promise<string> {
  const present = options.pin === undefined ? await findHyper(options) : undefined;
  if (present !== undefined) return present;
  const pin = options.pin ?? pinFor(options.platform ?? currentPlatform());
  await mkdir(options.directory, { recursive: true });
  const workshop = await mkdtemp(join(options.directory, "fetch-"));
  try {
    // A package.json of its own, so that npm does not take a folder further up for the project.
    await writeFile(join(workshop, "package.json"), '{"private":true}\n');
    await runNpm(pin, workshop, options.signal);
    await checkIntegrity(pin, workshop);
    const target = installedFolder(options.directory, pin);
    await moveIntoPlace(join(workshop, "node_modules", pin.name), target);
    return join(target, pin.binary);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

function installedFolder(directory: string, pin: PackagePin): string {
  return join(directory, `${pin.name}-${pin.version}`);
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

/**
 * npm has to run on this very Node: on an older one it leaves the package out without a word, because of its `engines`
 * (reference stack.md §11).
 */
async function runNpm(pin: PackagePin, workshop: string, signal: AbortSignal): Promise<void> {
  const child = spawn(
    "npm",
    [
      "install",
      `${pin.name}@${pin.version}`,
      "--no-save",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      "--fetch-retries=1",
      "--fetch-retry-mintimeout=1000",
    ],
    {
      cwd: workshop,
      env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` },
      stdio: ["ignore", "ignore", "pipe"],
      shell: process.platform === "win32",
      signal,
    },
  );
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString("utf8")));
  let status: unknown;
  try {
    [status] = await once(child, "close");
  } catch (error) {
    signal.throwIfAborted();
    throw notFetched("npm could not be started", error);
  }
  // Only npm's own short code: its full text names addresses.
  if (status !== 0)
    throw notFetched(/^npm (?:error|ERR!) code (\S+)/mu.exec(complaints)?.[1] ?? `npm ended with ${String(status)}`);
}

function notFetched(why: string, cause?: unknown): HubError {
  return new HubError("HUB-5003", `The Hyper engine could not be fetched (${why}).`, {
    cause,
    disposition: "operator",
    remedy:
      "Check the network and npm's registry setting and run `hub hyper install` again, point HUB_HYPERD at an engine "
      + "that is there already, or publish Parquet or CSV instead (--format parquet,csv).",
  });
}

const Lockfile = z.object({ packages: z.record(z.string(), z.object({ integrity: z.string().optional() })) });

async function checkIntegrity(pin: PackagePin, workshop: string): Promise<void> {
  const text = await readFile(join(workshop, "node_modules", ".package-lock.json"), "utf8");
  const found = Lockfile.parse(JSON.parse(text)).packages[`node_modules/${pin.name}`]?.integrity;
  if (found === pin.integrity) return;
  throw new HubError(
    "HUB-5004",
    found === undefined
      ? `npm left ${pin.name} ${pin.version} out.`
      : `${pin.name} ${pin.version} is not the package this version of the hub was tested with (${found}).`,
    {
      disposition: "operator",
      remedy: "Nothing was installed. Check where npm fetches packages from; a newer hub may pin another version.",
    },
  );
}

/** A second installer may have been faster; then its result is as good as ours. */
async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(await exists(to))) throw error;
  }
}
