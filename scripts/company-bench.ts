import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

/** One company's line of a benchmark. */
export interface CompanyLine {
  readonly cells: readonly (string | number)[];
  /** What differs from what is true, a sentence each. */
  readonly wrong: readonly string[];
}

export interface CompanyBench {
  /** The benchmark's own file, which is run again for each seed. */
  readonly file: string;
  readonly titles: readonly string[];
  readonly measure: (seed: number, scale: number) => Promise<CompanyLine>;
}

const SHOWN = 20;

/**
 * A benchmark over whole companies: `--seeds 1,2,3 --scale 5`, each seed in a process of its own. Ends with 1 when
 * anything differs.
 */
export async function benchCompanies({ file, titles, measure }: CompanyBench): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: "string", default: "7" }, scale: { type: "string", default: "1" } },
  });
  const row = (cells: readonly (string | number)[]): void => {
    const padded = cells.map((cell, at) => String(cell).padStart(Math.max(titles[at]?.length ?? 0, 7)));
    process.stdout.write(`${padded.join("  ")}\n`);
  };
  const seeds = values.seeds.split(",");
  if (process.env["HUB_BENCH_ROW"] === undefined) row(titles);
  if (seeds.length === 1) {
    const { cells, wrong } = await measure(Number(seeds[0]), Number(values.scale));
    row(cells);
    for (const difference of wrong.slice(0, SHOWN)) process.stdout.write(`  ${difference}\n`);
    if (wrong.length > 0) process.exitCode = 1;
    return;
  }
  for (const seed of seeds) {
    const flags = [...process.execArgv, "--", file, "--seeds", seed, "--scale", values.scale];
    const env = { ...process.env, HUB_BENCH_ROW: "1" };
    if (spawnSync(process.execPath, flags, { stdio: "inherit", env }).status !== 0) process.exitCode = 1;
  }
}
