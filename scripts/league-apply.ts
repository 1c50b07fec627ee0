import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { tellApply } from "../test/league/apply/match.ts";
import { addApplyStandings, NO_RUNS, playApplyNumber, withApplyRun } from "../test/league/apply/standing.ts";
import type { ApplyStanding } from "../test/league/apply/standing.ts";

/**
 * Seeded runs of writing under faults, kills and other people's edits: `npm run league:apply -- --runs 500 --seed 1
 * --workers 2 [--place "asana tasks"] [--json]`, and `--replay SEED [--place …]` for one of them. Ends with 1 when a run
 * is lost.
 */
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    place: { type: "string" },
    replay: { type: "string" },
    json: { type: "boolean", default: false },
    /** Set for a worker: its number. */
    part: { type: "string" },
  },
});

/** What a worker tells after each run. */
interface Told {
  readonly seed: number;
  readonly place: string;
  readonly standing: ApplyStanding;
  readonly text: string | null;
}

const [runs, first, workers] = [Number(values.runs), Number(values.seed), Number(values.workers)];

async function work(part: number): Promise<void> {
  for (let n = part; n < runs; n += workers) {
    const run = await playApplyNumber(first + n, values.place);
    const text = run.problems.length === 0 ? null : tellApply(run);
    const told: Told = { seed: first + n, place: run.place, standing: withApplyRun(NO_RUNS, run), text };
    process.send?.(told);
  }
}

async function lead(): Promise<number> {
  const standings = new Map<string, ApplyStanding>();
  const lost: Told[] = [];
  let done = 0;
  let died = 0;
  const startedAt = performance.now();
  const take = (told: Told): void => {
    done += 1;
    standings.set(told.place, addApplyStandings(standings.get(told.place) ?? NO_RUNS, told.standing));
    if (done % 100 === 0)
      process.stderr.write(`${String(done)} of ${String(runs)} runs, ${String(lost.length)} lost\n`);
    if (told.text === null) return;
    lost.push(told);
    process.stderr.write(`LOST ${told.text}\n`);
  };
  await Promise.all(
    Array.from({ length: workers }, (_, part) => {
      const own = [...process.argv.slice(2), "--part", String(part)];
      const child = fork(process.argv[1] ?? "", own, { execArgv: process.execArgv });
      child.on("message", take);
      return new Promise<void>((resolve) => {
        child.on("exit", (code) => {
          if (code !== 0) died += 1;
          resolve();
        });
      });
    }),
  );
  const total = [...standings.values()].reduce(addApplyStandings, NO_RUNS);
  const report = {
    seed: first,
    runs: done,
    asked: runs,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    processesDied: died,
    lostSeeds: lost.map(({ place, seed }) => `${place} ${String(seed)}`),
    total,
    places: Object.fromEntries(standings),
  };
  if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    process.stdout.write(`${String(done)} runs in ${String(report.seconds)} s\n`);
    for (const [name, standing] of [...standings, ["all", total] as const]) {
      const said = Object.entries(standing).map(([what, count]) => `${what} ${String(count)}`);
      process.stdout.write(`${name}: ${said.join(", ")}\n`);
    }
  }
  return lost.length === 0 && died === 0 && done === runs ? 0 : 1;
}

if (values.replay !== undefined) {
  const run = await playApplyNumber(Number(values.replay), values.place);
  process.stdout.write(`${tellApply(run)}\n${run.problems.length === 0 ? "won" : "LOST"}\n`);
  process.exitCode = run.problems.length === 0 ? 0 : 1;
} else if (values.part !== undefined) {
  await work(Number(values.part));
  process.disconnect?.();
} else process.exitCode = await lead();
