import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { addStandings, isWon, NOTHING, playNumber, systemsOf, tellRun, withRun } from "../test/league/league.ts";
import type { Standing } from "../test/league/league.ts";

/**
 * Seeded fault runs over the sandbox's systems: `npm run league -- --runs 2000 --seed 1 --workers 2 [--system asana]
 * [--json]`, and `--replay SEED [--system …] [--edition N]` for one of them. Ends with 1 when a run is lost.
 */
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    system: { type: "string" },
    replay: { type: "string" },
    /** Which histories are drawn; the newest when left out. */
    edition: { type: "string" },
    json: { type: "boolean", default: false },
    /** Set for a worker: its number. */
    part: { type: "string" },
  },
});

/** What a worker tells after each run. */
interface Told {
  readonly seed: number;
  readonly system: string;
  readonly standing: Standing;
  readonly won: boolean;
  readonly text: string | null;
  readonly worldProblems: readonly string[];
}

const [runs, first, workers] = [Number(values.runs), Number(values.seed), Number(values.workers)];
const { system } = values;
const edition = values.edition === undefined ? undefined : Number(values.edition);

/** Errors that nobody waited for: the run they happened in is lost. */
const unheard: string[] = [];

async function work(part: number): Promise<void> {
  process.on("unhandledRejection", (reason) =>
    unheard.push(reason instanceof Error ? (reason.stack ?? "") : String(reason)),
  );
  for (let n = part; n < runs; n += workers) {
    const seed = first + n;
    unheard.length = 0;
    const played = await playNumber(seed, system, edition);
    const run = { ...played, problems: [...played.problems, ...unheard.map((each) => `unhandled: ${each}`)] };
    const won = isWon(run);
    const told: Told = {
      seed,
      system: run.system,
      standing: withRun(NOTHING, run),
      won,
      text: won ? null : tellRun(run),
      worldProblems: run.worldProblems,
    };
    process.send?.(told);
  }
}

async function lead(): Promise<number> {
  const standings: Record<string, Standing> = {};
  const lost: Told[] = [];
  const worldProblems = new Map<string, number>();
  const startedAt = performance.now();
  let done = 0;
  let cpu = 0;
  let died = 0;
  const take = (told: Told): void => {
    done += 1;
    if (done % 100 === 0) process.stderr.write(`${done} of ${runs} runs, ${lost.length} lost\n`);
    standings[told.system] = addStandings(standings[told.system] ?? NOTHING, told.standing);
    for (const text of told.worldProblems)
      worldProblems.set(text.slice(0, 80), (worldProblems.get(text.slice(0, 80)) ?? 0) + 1);
    if (told.won) return;
    lost.push(told);
    process.stderr.write(`LOST ${told.text ?? ""}\n`);
  };
  await Promise.all(
    Array.from({ length: workers }, (_, part) => {
      const child = fork(process.argv[1] ?? "", [...process.argv.slice(2), "--part", String(part)], {
        execArgv: process.execArgv,
      });
      child.on("message", (told: Told & { cpu?: number }) => {
        if (told.cpu === undefined) take(told);
        else cpu += told.cpu;
      });
      return new Promise<void>((resolve) => {
        child.on("exit", (code) => {
          if (code !== 0) died += 1;
          resolve();
        });
      });
    }),
  );
  const total = Object.values(standings).reduce(addStandings, NOTHING);
  const seconds = (performance.now() - startedAt) / 1000;
  const report = {
    seed: first,
    runs: done,
    asked: runs,
    seconds: Math.round(seconds),
    cpuSecondsPerRun: Math.round((cpu / Math.max(1, done)) * 1000) / 1000,
    processesDied: died,
    lostSeeds: lost.map((told) => `${told.system} ${told.seed}`),
    worldProblems: Object.fromEntries(worldProblems),
    total,
    systems: standings,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    process.stdout.write(`${done} runs in ${report.seconds} s, ${report.cpuSecondsPerRun} CPU seconds each\n`);
    for (const [name, standing] of [...Object.entries(standings), ["all", total] as const]) {
      process.stdout.write(
        `${name}: ${standing.runs} runs, ${standing.pulls} pulls, ${standing.kills} kills, ${standing.incomplete} told incomplete, ${standing.broken} broken\n`,
      );
      for (const who of ["ours", "swept", "peer"] as const) {
        const score = standing[who];
        process.stdout.write(
          `  ${who}: lost ${score.lost}, duplicate ${score.duplicate}, stale ${score.stale}, removals ${score.removals}, histories ${score.histories}, in ${score.runs} runs\n`,
        );
      }
    }
    for (const [text, count] of worldProblems) process.stdout.write(`world: ${count}× ${text}\n`);
  }
  return lost.length === 0 && died === 0 && done === runs ? 0 : 1;
}

if (values.replay !== undefined) {
  const run = await playNumber(Number(values.replay), system, edition);
  process.stdout.write(`${tellRun(run)}\n${isWon(run) ? "won" : "LOST"}; peer differs in ${run.peer.length} rows\n`);
  process.exitCode = isWon(run) ? 0 : 1;
} else if (values.part !== undefined) {
  await work(Number(values.part));
  const { user, system: kernel } = process.cpuUsage();
  process.send?.({ cpu: (user + kernel) / 1e6 });
  process.disconnect?.();
} else if (systemsOf(system).length === 0) {
  process.stderr.write(`no system ${system}\n`);
  process.exitCode = 2;
} else process.exitCode = await lead();
