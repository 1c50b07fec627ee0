// Measures one whole cycle against the sandbox in a process of its own: `npm run bench:river -- --scale 1 --seed 7`.
// CPU seconds tell more than wall seconds on a machine that others use, too. `--profile DIR` writes a CPU profile per step.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openHub } from "../src/cli/hub.ts";
import { hyperEngine } from "../src/cli/hyper.ts";
import { realMachine } from "../src/cli/machine.ts";
import { startSandboxProcess } from "../src/cli/sandbox-process.ts";
import { DEFAULT_AS_OF } from "../src/cli/verbs/sandbox.ts";
import { runCycle } from "../src/sync/index.ts";
import type { CycleReport, Progress } from "../src/sync/index.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "7" },
    scale: { type: "string", default: "1" },
    profile: { type: "string" },
  },
});

const MIB = 1024 * 1024;

interface Reading {
  readonly wall: number;
  readonly cpu: number;
  readonly sandboxCpu: number;
}

interface StepFigures extends Reading {
  readonly step: string;
  /** MiB at the step's end, and the highest so far. */
  readonly rss: number;
  readonly peak: number;
}

/** CPU seconds and highest resident MiB of another process; null where there is no /proc. */
function otherProcess(pid: number): { readonly cpu: number; readonly peak: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    // Fields after the name in brackets; user and system time are the 14th and 15th of all, in hundredths of a second.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const peak = Number(/VmHWM:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1024;
    return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, peak };
  } catch {
    return null;
  }
}

function take(pid: number): Reading {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6, sandboxCpu: otherProcess(pid)?.cpu ?? 0 };
}

function resident(): Pick<StepFigures, "rss" | "peak"> {
  return { rss: process.memoryUsage.rss() / MIB, peak: process.resourceUsage().maxRSS / 1024 };
}

/** Listens to a run: readings at every step's end, and a profile per step when asked for. */
class StepWatch {
  readonly figures: StepFigures[] = [];
  readonly #pid: number;
  readonly #profiles: string | undefined;
  readonly #session = new Session();
  #from: Reading;

  constructor(pid: number, profiles: string | undefined) {
    this.#pid = pid;
    this.#profiles = profiles;
    this.#from = take(pid);
    if (profiles === undefined) return;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.setSamplingInterval", { interval: 500 });
  }

  listen(progress: Progress): void {
    if (progress.kind !== "step") return;
    if (progress.state === "started") {
      if (this.#profiles !== undefined) this.#session.post("Profiler.start");
      this.#from = take(this.#pid);
      return;
    }
    this.figures.push({ step: progress.step, ...difference(this.#from, take(this.#pid)), ...resident() });
    if (this.#profiles !== undefined) this.#writeProfile(join(this.#profiles, `${progress.step}.cpuprofile`));
  }

  #writeProfile(file: string): void {
    this.#session.post("Profiler.stop", (error, answer) => {
      if (error !== null) throw error;
      writeFileSync(file, JSON.stringify(answer.profile));
    });
  }
}

function difference(from: Reading, to: Reading): Reading {
  return { wall: to.wall - from.wall, cpu: to.cpu - from.cpu, sandboxCpu: to.sandboxCpu - from.sandboxCpu };
}

const f1 = (n: number): string => n.toFixed(1);

function report(watch: StepWatch, cycle: CycleReport, total: StepFigures, sandboxPeak: number | null): string {
  const line = ({ step, wall, cpu, sandboxCpu, rss, peak }: StepFigures): string =>
    `${step.padEnd(10)} ${f1(wall).padStart(7)} ${f1(cpu).padStart(7)} ${f1(sandboxCpu).padStart(9)} ${rss.toFixed(0).padStart(7)} ${peak.toFixed(0).padStart(7)}`;
  const cpuOf = (...steps: readonly string[]): number =>
    watch.figures.filter(({ step }) => steps.includes(step)).reduce((sum, { cpu }) => sum + cpu, 0);
  const calls = cycle.pull.connections.map(({ connection, calls: n }) => `${connection} ${n}`).join(", ");
  const records = cycle.pull.connections
    .flatMap(({ certificates }) => certificates)
    .reduce((sum, { inserted }) => sum + inserted, 0);
  const { mapped, objects, events } = cycle.map;
  return [
    `seed ${values.seed}, scale ${values.scale}, complete ${cycle.complete}`,
    `${"step".padEnd(10)} ${"wall s".padStart(7)} ${"CPU s".padStart(7)} ${"sandbox s".padStart(9)} ${"RSS MB".padStart(7)} ${"peak".padStart(7)}`,
    ...watch.figures.map(line),
    line(total),
    `records ${records}, entities ${mapped} → objects ${objects}, events ${events}`,
    `map and link ${(mapped / cpuOf("map", "link")).toFixed(0)} entities per CPU second (map ${(mapped / cpuOf("map")).toFixed(0)})`,
    `calls: ${calls}`,
    `peak RSS: hub ${total.peak.toFixed(0)} MB, sandbox ${sandboxPeak === null ? "unknown" : `${sandboxPeak.toFixed(0)} MB, together ${(total.peak + sandboxPeak).toFixed(0)} MB`}`,
    "",
  ].join("\n");
}

const machine = { ...realMachine(), environment: {} };
const directory = mkdtempSync(join(tmpdir(), "hub-bench-"));
const hyperd = await hyperEngine(machine, false);
if (values.profile !== undefined) mkdirSync(resolve(values.profile), { recursive: true });
const envFile = join(directory, "sandbox.env");
const sandbox = await startSandboxProcess({
  seed: Number(values.seed),
  scale: Number(values.scale),
  asOf: DEFAULT_AS_OF,
  envFile,
  hyperd,
  environment: process.env,
});
try {
  const start = take(sandbox.pid);
  const hub = await openHub(machine, {
    config: "config",
    db: join(directory, "hub.sqlite"),
    envFile,
    asOf: DEFAULT_AS_OF,
    json: false,
    quiet: true,
  });
  const watch = new StepWatch(sandbox.pid, values.profile);
  const { result } = await hub.run("run", async (context) => {
    const progress = (each: Progress): void => watch.listen(each);
    const formats = context.configuration.publish.formats;
    const answer = await runCycle(
      { ...context, progress },
      { directory: join(directory, "extracts"), formats, hyperd },
    );
    return { answer, complete: answer.complete, summary: null };
  });
  await hub.close();
  const end = take(sandbox.pid);
  const total: StepFigures = {
    step: "total",
    ...difference(start, end),
    sandboxCpu: end.sandboxCpu,
    ...resident(),
  };
  process.stdout.write(report(watch, result.answer, total, otherProcess(sandbox.pid)?.peak ?? null));
} finally {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
}
