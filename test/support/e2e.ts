import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { openHub } from "../../src/cli/hub.ts";
import type { OpenHub } from "../../src/cli/hub.ts";
import type { CommandMachine } from "../../src/cli/machine.ts";
import { main } from "../../src/cli/main.ts";
import { CONNECTORS } from "../../src/connectors/index.ts";
import type { ReadMode } from "../../src/connectors/kit/index.ts";
import { canonicalJson } from "../../src/model/index.ts";
import type { Handoff, JsonObject, StorePort } from "../../src/model/index.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import type { RunningSandbox } from "../../src/sandbox/index.ts";
import { mapAndLink, pullStep, reconcileStep } from "../../src/sync/index.ts";
import type { PullReport } from "../../src/sync/index.ts";

/** A Monday, 03:00 in the company's zone. */
export const AS_OF = Date.parse("2026-11-02T11:00:00.000Z");
/** About 90 leads, 27 opportunities, 10 projects: every kind of thing the company has, and quick to read. */
export const SMALL = 0.03;
/** The repository. */
export const ROOT = join(import.meta.dirname, "..", "..");

export type SystemName = "salesforce" | "asana" | "monday" | "tableau";
type Environment = Readonly<Record<string, string | undefined>>;

const callsSchema = z.looseObject({ total: z.number() });

/** The sample company's systems on ports of their own, with their clock standing still. */
export interface Company {
  readonly sandbox: RunningSandbox;
  readonly environment: Readonly<Record<string, string>>;
  /** A temporary directory of the test's own. */
  readonly directory: string;
  control(path: string, method?: "GET" | "POST" | "DELETE" | "PATCH", body?: unknown): Promise<unknown>;
  /** Calls of a system since `forgetCalls`, by route or operation, and `total`. */
  calls(system: SystemName): Promise<z.output<typeof callsSchema>>;
  forgetCalls(): Promise<void>;
  /** Moves the systems' clock. */
  advance(ms: number): Promise<void>;
  /** Speaks Salesforce's own REST API: `sobjects/Account/001…`. */
  salesforce(method: string, path: string, body?: unknown): Promise<JsonObject>;
  /** Speaks Asana's own API; gives `data`. */
  asana(method: string, path: string, data?: unknown): Promise<JsonObject>;
  /** Speaks monday.com's own API; gives `data`. */
  monday(query: string, variables?: object): Promise<JsonObject>;
  /** A path for a new store. */
  database(name: string): string;
  close(): Promise<void>;
}

export interface CompanyOptions {
  readonly seed?: number;
  readonly scale?: number;
  /** Path of a Hyper engine for Tableau to look into extracts with. */
  readonly hyperd?: string;
}

/** Starts the sandbox in this process; close it. */
export async function startCompany(options: CompanyOptions = {}): Promise<Company> {
  const { seed = 7, scale = SMALL, ...engine } = options;
  const wallNow = (): number => AS_OF;
  const sandbox = await startSandbox({ seed, scale, asOf: AS_OF, port: 0, limits: "demo", wallNow, ...engine });
  const directory = await mkdtemp(join(tmpdir(), "hub-e2e-"));
  const { control, systems } = sandbox.description;
  const answer = async (
    url: string,
    method: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<JsonObject> => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(url, { method, headers: { "content-type": "application/json", ...headers }, ...init });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as JsonObject);
  };
  const company: Company = {
    sandbox,
    environment: sandbox.environment,
    directory,
    control: (path, method = "POST", body) => answer(`${control}${path}`, method, {}, body),
    calls: async (system) => callsSchema.parse(await company.control(`/systems/${system}/calls`, "GET")),
    forgetCalls: async () => {
      for (const system of Object.keys(systems)) await company.control(`/systems/${system}/calls`, "DELETE");
    },
    advance: async (ms) => {
      await company.control("/clock", "POST", { advanceMs: ms });
    },
    salesforce: (method, path, body) => {
      const { baseUrl = "", apiVersion = "", accessToken = "" } = systems["salesforce"] ?? {};
      const url = `${baseUrl}/services/data/v${apiVersion}/${path}`;
      return answer(url, method, { authorization: `Bearer ${accessToken}` }, body);
    },
    asana: async (method, path, data) => {
      const { baseUrl = "", token = "" } = systems["asana"] ?? {};
      const body = data === undefined ? undefined : { data };
      const given = await answer(`${baseUrl}${path}`, method, { authorization: `Bearer ${token}` }, body);
      return given["data"] as JsonObject;
    },
    monday: async (query, variables = {}) => {
      const { endpoint = "", token = "" } = systems["monday"] ?? {};
      const headers = { authorization: token, "api-version": "2026-10" };
      const given = await answer(endpoint, "POST", headers, { query, variables });
      if (given["errors"] !== undefined) throw new Error(JSON.stringify(given["errors"]));
      return given["data"] as JsonObject;
    },
    database: (name) => join(directory, `${name}.sqlite`),
    close: async () => {
      await sandbox.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return company;
}

/** A machine that writes into memory and never waits. */
export interface TestMachine extends CommandMachine {
  readonly written: { out: string; err: string };
  /** What would have been waited for, milliseconds. */
  readonly waits: readonly number[];
  readonly controller: AbortController;
}

export function testMachine(environment: Environment, directory = ROOT): TestMachine {
  const written = { out: "", err: "" };
  const waits: number[] = [];
  const controller = new AbortController();
  return {
    written,
    waits,
    controller,
    terminal: {
      out: (text) => void (written.out += text),
      err: (text) => void (written.err += text),
      live: false,
      columns: 120,
    },
    environment,
    directory,
    wallNow: () => Date.now(),
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      waits.push(ms);
    },
    signal: controller.signal,
    signalExitCode: () => undefined,
  };
}

/** Runs the command line in this process. */
export async function runCommand(
  company: Company,
  argv: readonly string[],
  environment: Environment = company.environment,
): Promise<{ readonly code: number; readonly out: string; readonly err: string; readonly waits: readonly number[] }> {
  const machine = testMachine(environment);
  const code = await main(withAsOf(argv), machine);
  return { code, ...machine.written, waits: machine.waits };
}

/** The command line with the company's as-of, so that every run means the same moment. */
export function withAsOf(argv: readonly string[]): readonly string[] {
  return [...argv, "--as-of", new Date(AS_OF).toISOString()];
}

/** What one sync stored, by `connection stream`, where anything changed. */
export type Changes = Readonly<
  Record<string, { readonly inserted: number; readonly changed: number; readonly removed: number }>
>;

export interface Synced {
  readonly pull: PullReport;
  readonly mapped: number;
  readonly rejected: number;
  readonly changes: Changes;
}

/** A hub over a store of its own; close it. */
export interface TestHub {
  readonly hub: OpenHub;
  readonly machine: TestMachine;
  sync(mode?: ReadMode): Promise<Synced>;
  reconcile(): Promise<readonly Handoff[]>;
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}

export interface TestHubOptions {
  readonly db?: string;
  readonly config?: string;
  readonly environment?: Environment;
  /** As-of of its runs, epoch milliseconds. */
  readonly asOf?: number;
  /** Stands between the steps and the store. */
  readonly store?: (store: StorePort) => StorePort;
}

export async function hubOn(company: Company, options: TestHubOptions = {}): Promise<TestHub> {
  const { db = ":memory:", config = "config", environment = company.environment, store = (same) => same } = options;
  const machine = testMachine(environment);
  const asOf = new Date(options.asOf ?? AS_OF).toISOString();
  const hub = await openHub(machine, { config, db, asOf, json: false, quiet: false });
  return {
    hub,
    machine,
    sync: async (mode = "incremental") => {
      const { result } = await hub.run("sync", async (context) => {
        const guarded = { ...context, store: store(context.store) };
        const pull = await pullStep(guarded, { mode });
        const { map } = await mapAndLink(guarded);
        return { answer: { pull, map }, complete: pull.complete && map.rejected === 0, summary: null };
      });
      const { pull, map } = result.answer;
      return { pull, mapped: map.mapped, rejected: map.rejected, changes: changesOf(pull) };
    },
    reconcile: async () => {
      const { result } = await hub.run("reconcile", async (context) => {
        const handoffs = await (await reconcileStep(context)).handoffs();
        return { answer: handoffs, complete: true, summary: null };
      });
      return result.answer;
    },
    fingerprint: () => hub.store.fingerprint(),
    close: () => hub.close(),
  };
}

function changesOf(pull: PullReport): Changes {
  const certificates = pull.connections.flatMap(({ certificates: all }) => all);
  return Object.fromEntries(
    certificates
      .filter(({ inserted, changed, removed }) => inserted + changed + removed > 0)
      .map(({ connection, stream, inserted, changed, removed }) => [
        `${connection} ${stream}`,
        { inserted, changed, removed },
      ]),
  );
}

/** Problems of a pull as `connection stream code`. */
export function problemsOf(pull: PullReport): readonly string[] {
  return pull.connections.flatMap(({ connection, problem, certificates }) => [
    ...(problem === null ? [] : [`${connection} ${problem.code}`]),
    ...certificates.flatMap(({ stream, problems }) => problems.map(({ code }) => `${connection} ${stream} ${code}`)),
  ]);
}

/**
 * All that lives in a store, as text by `system/stream/id`: entities with their histories, and reference records.
 * The event feed's own notes are left out: they tell when the hub looked.
 */
export async function livingIn(store: StorePort): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const told = new Map<string, ReadonlySet<string>>();
  for (const connector of CONNECTORS) {
    for (const { name, volatile = [] } of connector.streams(connector.settings.parse({}))) {
      told.set(`${connector.system}/${name}`, new Set(volatile));
    }
  }
  const text = (system: string, stream: string, content: JsonObject): string => {
    const volatile = told.get(`${system}/${stream}`) ?? new Set();
    return canonicalJson(Object.fromEntries(Object.entries(content).filter(([name]) => !volatile.has(name))));
  };
  for await (const page of store.mapping.entities(500)) {
    for (const { system, stream, id, content, members, tombstone } of page) {
      if (content === null || tombstone !== null || (system === "asana" && stream === "events")) continue;
      found.set(`${system}/${stream}/${id}`, text(system, stream, content));
      for (const member of members) {
        found.set(
          `${system}/${stream}/${id}/${member.stream}/${member.id}`,
          text(system, member.stream, member.content),
        );
      }
    }
  }
  return found;
}

/** A copy of the configuration to change; a path. */
export async function copyConfiguration(company: Company, name: string): Promise<string> {
  const directory = join(company.directory, name);
  await cp(join(ROOT, "config"), directory, { recursive: true });
  return directory;
}

/** A `hub` command in a process of its own. */
export interface HubProcess {
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly out: string;
    readonly err: string;
  }>;
}

export function startHub(argv: readonly string[], environment: Environment): HubProcess {
  const child = spawn(process.execPath, ["--", join(ROOT, "bin", "hub.js"), ...withAsOf(argv)], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  return {
    kill: (signal) => void child.kill(signal),
    ended: new Promise((done, refuse) => {
      child.on("error", refuse);
      child.on("close", (code, signal) => done({ code, signal, out, err }));
    }),
  };
}
