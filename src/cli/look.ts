import { readFile } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { readConfiguration, STANDARD_KINDS } from "../configuration/index.ts";
import { CONNECTORS } from "../connectors/index.ts";
import { Pacers, Shared } from "../connectors/kit/index.ts";
import type { Clock, Instant, Problem, StorePort } from "../model/index.ts";
import { openStore } from "../store/index.ts";
import type { LookContext } from "../sync/index.ts";
import { holdsOf } from "./holder.ts";
import { readEnvironment } from "./hub.ts";
import type { GlobalOptions } from "./hub.ts";
import { createLog } from "./log.ts";
import { formatProblem } from "./terminal.ts";
import type { Machine } from "./terminal.ts";
import { readInstant } from "./verbs/sandbox.ts";

/** The store alone, for questions that need no configuration. Close it. */
export function openStoreToLook(machine: Machine, options: GlobalOptions): StorePort {
  const asOf = options.asOf === undefined ? null : readInstant(options.asOf);
  return openStoreAt(machine, options, { now: () => asOf ?? machine.wallNow() });
}

/**
 * Configuration, store and environment without the writer's lease, so that a look is possible while a run goes on.
 * Close the store.
 */
export async function openLook(
  machine: Machine,
  options: GlobalOptions,
): Promise<LookContext & { readonly asOf: Instant }> {
  const configuration = await readConfiguration(resolve(machine.directory, options.config), {
    connectors: CONNECTORS,
    kinds: STANDARD_KINDS,
  });
  const environment = await readEnvironment(machine, options);
  const fixed = options.asOf === undefined ? configuration.asOf : readInstant(options.asOf);
  const clock: Clock = { now: () => fixed ?? machine.wallNow() };
  const store = openStoreAt(machine, options, clock);
  const impure = {
    clock,
    wallNow: machine.wallNow,
    sleep: machine.sleep,
    random: Math.random,
    log: createLog(machine, options),
  };
  return {
    configuration,
    store,
    environment,
    asOf: clock.now(),
    signal: machine.signal,
    readText: (file) => readFile(file, "utf8"),
    dependencies: {
      ...impure,
      ledger: store.ledger,
      pacers: new Pacers(impure, store.ledger),
      shared: new Shared(),
      holds: holdsOf(store, machine),
      priority: "person",
    },
  };
}

/** A problem with its file named from where the reader stands. */
export function seenFrom(directory: string, problem: Problem): Problem {
  const { file } = problem.place;
  if (file === undefined || !isAbsolute(file)) return problem;
  const near = relative(directory, file);
  return near.startsWith("..") ? problem : { ...problem, place: { ...problem.place, file: near } };
}

export function formatProblems(directory: string, problems: readonly Problem[]): string {
  return [...new Set(problems.map((problem) => `${formatProblem(seenFrom(directory, problem))}\n`))].join("");
}

function openStoreAt(machine: Machine, { db }: GlobalOptions, clock: Clock): StorePort {
  return openStore(db === ":memory:" || /^[a-z]+:/u.test(db) ? db : resolve(machine.directory, db), clock);
}
