// What reading costs: `npm run bench` (100,000 Opportunities against a bare loop, then mapping and linking) and
// `npm run bench -- --million` (the peak memory at a million beside that at 100,000). Each figure comes from a process
// of its own with heap sizes set; the sandbox is another process. CPU seconds, because others may use the machine.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { startSandboxProcess } from "../src/cli/sandbox-process.ts";
import { DEFAULT_AS_OF } from "../src/cli/verbs/sandbox.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    million: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    profile: { type: "string" },
  },
});

/** The heap a scheduled run is given; SQLite's cache is set by the store (8 MiB). */
const HEAP = ["--max-old-space-size=160", "--max-semi-space-size=4", "--semi-space-growth-factor=1"];

const workerAnswer = z.object({
  rows: z.int(),
  cpu: z.number(),
  wall: z.number(),
  /** MiB. */
  peak: z.number(),
  mapped: z.int().optional(),
  mapCpu: z.number().optional(),
  linkCpu: z.number().optional(),
});
type WorkerAnswer = z.infer<typeof workerAnswer>;

async function work(kind: "bare" | "pull" | "pull-map", envFile: string, directory: string): Promise<WorkerAnswer> {
  const worker = join(import.meta.dirname, "bench-worker.ts");
  const profile = values.profile === undefined ? [] : ["--profile", resolve(values.profile)];
  const child = spawn(
    process.execPath,
    [...HEAP, "--", worker, kind, "--env-file", envFile, "--out", directory, ...profile],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
    },
  );
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  const code = await new Promise<number | null>((done) => child.on("exit", done));
  if (code !== 0) throw new Error(`bench-worker ${kind} ended with ${code}`);
  return workerAnswer.parse(JSON.parse(out));
}

async function withOrg<T>(rows: number, use: (envFile: string, directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "hub-bench-"));
  const envFile = join(directory, "sandbox.env");
  const sandbox = await startSandboxProcess({
    seed: 7,
    scale: 0.03,
    asOf: DEFAULT_AS_OF,
    envFile,
    big: [`opportunities=${rows}`],
    hyperd: null,
    environment: process.env,
  });
  try {
    return await use(envFile, directory);
  } finally {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const rows = Number(values.rows);
const small = await withOrg(rows, async (envFile, directory) => {
  const bare = await work("bare", envFile, directory);
  const pull = await work("pull", envFile, directory);
  const again = await work("bare", envFile, directory);
  const map = await work("pull-map", envFile, directory);
  return { bare: (bare.cpu + again.cpu) / 2, pull, map };
});
const big = values.million ? await withOrg(1_000_000, (envFile, directory) => work("pull", envFile, directory)) : null;

const { mapped = 0, mapCpu = 0, linkCpu = 0 } = small.map;
const figures = {
  rows: small.pull.rows,
  bareCpu: small.bare,
  pullCpu: small.pull.cpu,
  ratio: small.pull.cpu / small.bare,
  peak: small.pull.peak,
  mapped,
  mapPerSecond: mapped / mapCpu,
  linkPerSecond: mapped / linkCpu,
  mapAndLinkPerSecond: mapped / (mapCpu + linkCpu),
  ...(big === null
    ? {}
    : {
        million: { rows: big.rows, cpu: big.cpu, wall: big.wall, peak: big.peak, growth: big.peak / small.pull.peak },
      }),
};
if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
else {
  const n = (value: number): string => Math.round(value).toLocaleString("en-US");
  process.stdout.write(
    [
      `${n(figures.rows)} Opportunities: bare loop ${figures.bareCpu.toFixed(2)} CPU s, pull ${figures.pullCpu.toFixed(2)} CPU s, ${figures.ratio.toFixed(2)} times; peak ${n(figures.peak)} MB`,
      `${n(mapped)} entities: map ${n(figures.mapPerSecond)} a CPU second, link ${n(figures.linkPerSecond)}, together ${n(figures.mapAndLinkPerSecond)}`,
      ...(big === null
        ? []
        : [
            `${n(big.rows)} Opportunities: pull ${big.cpu.toFixed(1)} CPU s, ${big.wall.toFixed(1)} s; peak ${n(big.peak)} MB, ${(big.peak / small.pull.peak).toFixed(2)} times that of ${n(figures.rows)}`,
          ]),
      "",
    ].join("\n"),
  );
}
