import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAsana } from "./asana/index.ts";
import { SandboxClock } from "./kit/clock.ts";
import { createControl } from "./kit/control.ts";
import { checkDials } from "./kit/dial-control.ts";
import { Dials } from "./kit/dials.ts";
import type { Dial } from "./kit/fault.ts";
import { host } from "./kit/host.ts";
import { mulberry32 } from "./kit/random.ts";
import { listen } from "./kit/server.ts";
import type { RunningServer } from "./kit/server.ts";
import type { SandboxEnvironment, SandboxSystem } from "./kit/system.ts";
import { createMonday } from "./monday/index.ts";
import { createSalesforce } from "./salesforce/index.ts";
import { createTechFlow, enlarge } from "./scenario/index.ts";
import type { BigWorld, Truth } from "./scenario/index.ts";
import { createTableau } from "./tableau/index.ts";

export { UnknownDial } from "./kit/dial-control.ts";
export { DIAL_FILE } from "./kit/fault.ts";
export type { Dial } from "./kit/fault.ts";
export { TruthSchema } from "./scenario/index.ts";
export type { BigWorld, Truth } from "./scenario/index.ts";

export interface SandboxOptions {
  readonly seed: number;
  readonly scale: number;
  /** Business time at start, epoch milliseconds UTC. */
  readonly asOf: number;
  /** The control API's port; the systems take the ones after it. 0 takes any free ones. */
  readonly port: number;
  readonly limits: "demo" | "real";
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
  const environment = (name: string): SandboxEnvironment => ({
    clock,
    random,
    directory,
    limits: options.limits,
    dials: dials.of(name),
  });
  const systems: readonly SandboxSystem[] = [
    createSalesforce(world.salesforce, environment("salesforce")),
    createAsana(world.asana, environment("asana")),
    createMonday(world.monday, environment("monday")),
    createTableau(
      world.tableau,
      environment("tableau"),
      options.hyperd === undefined ? {} : { hyperd: options.hyperd },
    ),
  ];
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
    let description: SandboxDescription | undefined;
    const answer = createControl({ clock, systems, dials, describe: () => description });
    const control = await listen(answer, options.port, clock);
    servers.push(control);
    for (const [index, system] of systems.entries()) {
      const port = options.port === 0 ? 0 : options.port + 1 + index;
      const server = await host(system, dials, clock, port);
      servers.push(server);
      origins.set(system.name, server.origin);
    }
    const originOf = (system: SandboxSystem): string => origins.get(system.name) ?? "";
    description = {
      control: control.origin,
      seed,
      scale,
      asOf: new Date(asOf).toISOString(),
      limits: options.limits,
      systems: Object.fromEntries(systems.map((system) => [system.name, system.describe(originOf(system))])),
    };
    const variables = Object.assign({}, ...systems.map((system) => system.environment(originOf(system))));
    return { description, environment: variables as Record<string, string>, truth, close };
  } catch (error) {
    await close();
    throw error;
  }
}
