import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { readConfiguration, STANDARD_KINDS } from "../configuration/index.ts";
import type { Configuration } from "../configuration/index.ts";
import { CONNECTORS } from "../connectors/index.ts";
import { Pacers, Shared } from "../connectors/kit/index.ts";
import type { ConnectorDependencies } from "../connectors/kit/index.ts";
import { HubError } from "../model/index.ts";
import type { Clock, Instant, StorePort } from "../model/index.ts";
import { openStore } from "../store/index.ts";
import { withRun } from "../sync/index.ts";
import type { ProgressListener, RunContext, RunResult } from "../sync/index.ts";
import { holderOn, holdsOf } from "./holder.ts";
import { createLog } from "./log.ts";
import { createProgressView } from "./progress-view.ts";
import type { Machine } from "./terminal.ts";
import { readInstant } from "./verbs/sandbox.ts";

/** The options that every verb takes (design §9). */
export interface GlobalOptions {
  readonly config: string;
  readonly db: string;
  readonly envFile?: string;
  readonly asOf?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A hub at rest: configuration checked, store open. Close it. */
export interface OpenHub {
  readonly configuration: Configuration;
  readonly store: StorePort;
  readonly asOf: Instant;
  /** Runs work under the writer's lease, with progress on standard error. */
  run<Answer>(
    kind: string,
    work: (context: RunContext) => Promise<RunResult<Answer>>,
  ): Promise<{ readonly result: RunResult<Answer>; readonly runId: string }>;
  close(): Promise<void>;
}

export async function openHub(machine: Machine, options: GlobalOptions): Promise<OpenHub> {
  const at = (path: string): string => resolve(machine.directory, path);
  const configuration = await readConfiguration(at(options.config), { connectors: CONNECTORS, kinds: STANDARD_KINDS });
  const environment = await readEnvironment(machine, options);
  const fixed = options.asOf === undefined ? configuration.asOf : readInstant(options.asOf);
  const clock: Clock = { now: () => fixed ?? machine.wallNow() };
  const asOf = clock.now();
  const file = options.db === ":memory:" || /^[a-z]+:/u.test(options.db) ? null : at(options.db);
  const store = openStore(file ?? options.db, clock);
  const impure = {
    clock,
    wallNow: machine.wallNow,
    sleep: machine.sleep,
    random: Math.random,
    log: createLog(machine, options),
  };
  const dependencies: ConnectorDependencies = {
    ...impure,
    ledger: store.ledger,
    pacers: new Pacers(impure, store.ledger),
    shared: new Shared(),
    holds: holdsOf(store, machine),
  };
  return {
    configuration,
    store,
    asOf,
    async run(kind, work) {
      const view = createProgressView(machine.terminal, { quiet: options.quiet, wallNow: machine.wallNow });
      try {
        return await withRun(
          store,
          {
            kind,
            startedAt: clock.now(),
            asOf,
            configurationHash: configuration.hash,
            configuration: configuration.content,
            ...holderOn(machine),
          },
          () => clock.now(),
          (fence) =>
            work({
              configuration,
              store,
              fence,
              asOf,
              dependencies,
              environment,
              readText,
              progress: view.listener satisfies ProgressListener,
              signal: machine.signal,
              ...(file === null ? {} : { cube: `${file}.cube` }),
            }),
        );
      } finally {
        view.finish();
      }
    },
    close: () => store.close(),
  };
}

/** The process's environment over that of `--env-file`, or of `.env` where there is one. */
export async function readEnvironment(
  machine: Machine,
  options: Pick<GlobalOptions, "envFile">,
): Promise<Readonly<Record<string, string | undefined>>> {
  const file = resolve(machine.directory, options.envFile ?? ".env");
  try {
    return { ...parseEnv(await readText(file)), ...machine.environment };
  } catch (cause) {
    if (options.envFile === undefined) return machine.environment;
    throw new HubError("HUB-0003", `The environment file ${options.envFile} cannot be read.`, {
      cause,
      disposition: "operator",
      place: { file },
    });
  }
}

const readText = (file: string): Promise<string> => readFile(file, "utf8");
