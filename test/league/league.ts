import type { Difference } from "../acceptance/compare.ts";
import { HARNESSES } from "../acceptance/harnesses.ts";
import { playRun } from "./run.ts";
import type { LeagueRun } from "./run.ts";

/** Rows that differ from the truth, by kind. */
export interface Score {
  readonly lost: number;
  readonly duplicate: number;
  readonly stale: number;
  /** Stored as living although they are gone, or gone for another reason than stored. */
  readonly removals: number;
  readonly histories: number;
  /** Runs with any of them. */
  readonly runs: number;
}

export interface Standing {
  readonly runs: number;
  readonly pulls: number;
  readonly kills: number;
  readonly incomplete: number;
  readonly ours: Score;
  /** What of ours only the last sweep found. */
  readonly swept: Score;
  readonly peer: Score;
  /** Runs whose last readings were not complete, or that broke. */
  readonly broken: number;
}

const NONE: Score = { lost: 0, duplicate: 0, stale: 0, removals: 0, histories: 0, runs: 0 };
export const NOTHING: Standing = {
  runs: 0,
  pulls: 0,
  kills: 0,
  incomplete: 0,
  ours: NONE,
  swept: NONE,
  peer: NONE,
  broken: 0,
};

const COLUMN: Readonly<Record<Difference["kind"], Exclude<keyof Score, "runs">>> = {
  lost: "lost",
  duplicate: "duplicate",
  stale: "stale",
  ghost: "removals",
  "wrongly removed": "removals",
  "history missing": "histories",
  "history misplaced": "histories",
};

function scoreOf(differences: readonly Difference[]): Score {
  const score = { ...NONE, runs: differences.length > 0 ? 1 : 0 };
  for (const { kind } of differences) score[COLUMN[kind]] += 1;
  return score;
}

function sum<T extends object>(a: T, b: T): T {
  return Object.fromEntries(
    Object.entries(a).map(([name, value]: [string, unknown]) => {
      const other: unknown = (b as Record<string, unknown>)[name];
      return [name, typeof value === "number" ? value + Number(other) : sum(value as object, other as object)];
    }),
  ) as T;
}

export const isWon = (run: LeagueRun): boolean => run.differences.length === 0 && run.problems.length === 0;

/** A standing with one more run in it. */
export function withRun(standing: Standing, run: LeagueRun): Standing {
  return sum(standing, {
    runs: 1,
    pulls: run.pulls,
    kills: run.kills,
    incomplete: run.incomplete,
    ours: scoreOf(run.differences),
    swept: scoreOf(run.beforeSweep),
    peer: scoreOf(run.peer),
    broken: run.problems.length > 0 ? 1 : 0,
  });
}

export const addStandings = (a: Standing, b: Standing): Standing => sum(a, b);

/** The systems in the order runs go round them. */
export function systemsOf(only?: string): readonly string[] {
  const names = HARNESSES.map(({ system }) => system);
  return only === undefined ? names : names.filter((name) => name === only);
}

/** One run by its number: systems take turns, and the number is the seed. */
export async function playNumber(seed: number, only?: string, edition?: number): Promise<LeagueRun> {
  const systems = systemsOf(only);
  const harness = HARNESSES.find(({ system }) => system === systems[seed % systems.length]);
  if (harness === undefined) throw new TypeError(`no system ${only}`);
  return playRun(harness, seed, edition);
}

/** A run as text, for whoever has to find out what went wrong. */
export function tellRun(run: LeagueRun): string {
  return [
    `${run.system}, seed ${run.seed}, edition ${run.edition}, ${run.records} records`,
    `  again: npm run league -- --replay ${run.seed} --system ${run.system} --edition ${run.edition}`,
    ...run.history.map((line) => `  ${line}`),
    ...run.problems.map((line) => `  PROBLEM ${line}`),
    ...run.worldProblems.map((line) => `  WORLD ${line}`),
    ...run.differences
      .slice(0, 20)
      .map(({ kind, stream, id, what }) => `  ${kind.toUpperCase()} ${stream} ${id}: ${what}`),
    ...(run.differences.length > 20 ? [`  … ${run.differences.length - 20} more`] : []),
  ].join("\n");
}
