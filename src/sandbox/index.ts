import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAsana } from "./asana/index.ts";
import { SandboxClock } from "./kit/clock.ts";
import { createControl } from "./kit/control.ts";
import { checkDials } from "./kit/dial-control.ts";
import { Dials } from "./kit/dials.ts";
import type { Dial } from "./kit/fault.ts";
import { exchangeable } from "./kit/exchange.ts";
import { host } from "./kit/host.ts";
import { mulberry32 } from "./kit/random.ts";
import { listen } from "./kit/server.ts";
import type { RunningServer, Tls } from "./kit/server.ts";
import type { SandboxEnvironment, SandboxSystem } from "./kit/system.ts";
import { LOAD, loadedWorld } from "./load/index.ts";
import type { LoadReport } from "./load/index.ts";
import { createMonday } from "./monday/index.ts";
import { createSalesforce } from "./salesforce/index.ts";
import { createTechFlow, enlarge } from "./scenario/index.ts";
import type { BigWorld, Truth } from "./scenario/index.ts";
import { createTableau } from "./tableau/index.ts";

export { UnknownDial } from "./kit/dial-control.ts";
export { DIAL_FILE } from "./kit/fault.ts";
export type { Dial } from "./kit/fault.ts";
export type { LoadReport } from "./load/index.ts";
export { createLabelledBooks, TruthSchema } from "./scenario/index.ts";
export type { BigWorld, LabelledBooks, LabelledPair, Truth } from "./scenario/index.ts";

export interface SandboxOptions {
  readonly seed: number;
  readonly scale: number;
  /** Business time at start, epoch milliseconds UTC. */
  readonly asOf: number;
  /** The control API's port; the systems take the ones after it. 0 takes any free ones. */
  readonly port: number;
  readonly limits: "demo" | "real";
  /** Serves HTTPS on all ports. */
  readonly tls?: Tls;
  /** Records on top of the scenario's own. */
  readonly big?: BigWorld;
  /** The machine's clock. */
  readonly wallNow: () => number;
  /** Path of a Hyper engine for looking into published extracts. */
  readonly hyperd?: string;
  /** Dials that stand from the start; their draws come from `seed`, or the sandbox's own. */
  readonly faults?: { readonly seed?: number | undefined; readonly dials: readonly Dial[] };
}

/** The first line of `hub sandbox --json` (design §9). */
export interface SandboxDescription {
  readonly control: string;
  readonly seed: number;
  readonly scale: number;
  readonly asOf: string;
  readonly limits: "demo" | "real";
  readonly systems: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What `POST /load` answers. */
interface LoadAnswer {
  readonly loaded: Readonly<Record<string, LoadReport>>;
  /** As in the description: tokens follow the loaded people. */
  readonly systems: SandboxDescription["systems"];
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunningSandbox {
  readonly description: SandboxDescription;
  /** The variables of `.env.example` that point a hub at these systems. */
  readonly environment: Readonly<Record<string, string>>;
  readonly truth: Truth;
  close(): Promise<void>;
}

/**
 * Starts all systems with the TechFlow scenario, each on a port of its own of 127.0.0.1.
 * @throws UnknownDial for a dial that no system can play
 */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const { seed, scale, asOf } = options;
  const company = createTechFlow({ seed, scale, asOf });
  const { truth } = company;
  const world = options.big === undefined ? company.world : enlarge(company.world, options.big, seed, asOf);
  const directory = await mkdtemp(join(tmpdir(), "hub-sandbox-"));
  const clock = new SandboxClock(asOf, options.wallNow);
  const dials = new Dials(seed, clock);
  const random = mulberry32(seed);
  const environment = (name: string, draw = random): SandboxEnvironment => ({
    clock,
    random: draw,
    directory,
    limits: options.limits,
    dials: dials.of(name),
  });
  const salesforce = exchangeable(createSalesforce(world.salesforce, environment("salesforce")));
  const asana = exchangeable(createAsana(world.asana, environment("asana")));
  const monday = exchangeable(createMonday(world.monday, environment("monday")));
  const engine = options.hyperd === undefined ? {} : { hyperd: options.hyperd };
  const tableau = createTableau(world.tableau, environment("tableau"), engine);
  const systems: readonly SandboxSystem[] = [salesforce, asana, monday, tableau];
  const servers: RunningServer[] = [];
  const origins = new Map<string, string>();
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    await Promise.all(systems.map((system) => system.close()));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    checkDials(systems, options.faults?.dials ?? []);
    dials.arm(options.faults?.dials ?? [], options.faults?.seed);
    const originOf = (system: SandboxSystem): string => origins.get(system.name) ?? "";
    const variables = (): Readonly<Record<string, string>> =>
      Object.assign({}, ...systems.map((system) => system.environment(originOf(system)))) as Record<string, string>;
    const describe = (): SandboxDescription => ({
      control: servers[0]?.origin ?? "",
      seed,
      scale,
      asOf: new Date(asOf).toISOString(),
      limits: options.limits,
      systems: Object.fromEntries(systems.map((system) => [system.name, system.describe(originOf(system))])),
    });
    const load = async (body: unknown): Promise<LoadAnswer> => {
      const given = LOAD.parse(body);
      const { seeds, reports } = loadedWorld(given, world);
      // Drawn anew, so that an org's app keeps its credentials.
      const fresh = (name: string): SandboxEnvironment => environment(name, mulberry32(seed));
      // All of them are made before the first one takes a place: a world that cannot be made changes nothing.
      const next = [
        ...(seeds.salesforce === undefined
          ? []
          : [{ place: salesforce, system: createSalesforce(seeds.salesforce, fresh("salesforce")) }]),
        ...(seeds.asana === undefined ? [] : [{ place: asana, system: createAsana(seeds.asana, fresh("asana")) }]),
        ...(seeds.monday === undefined ? [] : [{ place: monday, system: createMonday(seeds.monday, fresh("monday")) }]),
      ];
      if (given.at !== undefined) clock.set(Date.parse(given.at));
      for (const { place, system } of next) await place.exchange(system);
      return { loaded: reports, systems: describe().systems, environment: variables() };
    };
    const control = await listen(
      createControl({ clock, systems, dials, describe, load }),
      options.port,
      clock,
      options.tls,
    );
    servers.push(control);
    for (const [index, system] of systems.entries()) {
      const port = options.port === 0 ? 0 : options.port + 1 + index;
      const server = await host(system, dials, clock, port, options.tls);
      servers.push(server);
      origins.set(system.name, server.origin);
    }
    return { description: describe(), environment: variables(), truth, close };
  } catch (error) {
    await close();
    throw error;
  }
}
