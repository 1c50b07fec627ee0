#!/usr/bin/env -S node --
// The `--` keeps Node from taking our own `--env-file` for its option of that name, wherever it stands.
// Starts the command on Node 24 or newer. Plain JavaScript that parses on any Node: a host with an older one
// runs the copy that came with `npm ci` (optionalDependencies of package.json).
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED_MAJOR = 24;
const EXIT_NO_RUNTIME = 69;
// Pages of records die young: a small young generation keeps the process small and costs next to nothing.
const SMALL_YOUNG_GENERATION = "--max-semi-space-size=8";
const here = dirname(fileURLToPath(import.meta.url));

function bundledNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${platform}-${process.arch}/package.json`);
    const binary = join(dirname(manifest), "bin", platform === "win" ? "node.exe" : "node");
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  const { setFlagsFromString } = await import("node:v8");
  setFlagsFromString("--semi-space-growth-factor=1");
  // By default the heap may nearly double before it is collected. A fifth costs no measurable time here and keeps map to
  // measure of the sample company at 350 MB instead of 510 (npm run bench:river).
  setFlagsFromString("--heap-growing-percent=20");
  const { enableCompileCache } = await import("node:module");
  enableCompileCache();
  const source = join(here, "..", "src", "cli", "main.ts");
  const built = join(here, "..", "dist", "cli", "main.js");
  const { main } = await import(existsSync(source) ? source : built);
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = bundledNode();
  if (node === undefined) {
    process.stderr.write(
      `HUB-0069 Process Hub needs Node ${NEEDED_MAJOR} or newer and found ${process.versions.node}. `
        + `Install Node ${NEEDED_MAJOR}, or run "npm ci" without --omit=optional.\n`,
    );
    process.exit(EXIT_NO_RUNTIME);
  }
  const child = spawn(node, [SMALL_YOUNG_GENERATION, "--", fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}
