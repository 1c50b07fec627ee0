import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { variableName } from "../configuration/index.ts";
import type { Configuration, ConfiguredConnection, Environment } from "../configuration/index.ts";
import { Pacers } from "../connectors/kit/index.ts";
import { HubError, toIso } from "../model/index.ts";
import type { Handoff, Instant, Plan } from "../model/index.ts";
import { applyPlan, approvalOf, storedWorld } from "../sync/index.ts";
import type { Applied, LookContext, ProgressListener, RunContext } from "../sync/index.ts";
import { onCopiedStore } from "./copied-store.ts";
import { worldToRehearseIn } from "./rehearsal-world.ts";
import { startSandboxProcess } from "./sandbox-process.ts";
import type { Machine } from "./terminal.ts";

/** A plan carried out where nothing is real: what each operation came to, and the handoffs before and after. */
export interface Rehearsal {
  readonly plan: Plan;
  readonly applied: Applied;
  readonly before: readonly Handoff[];
  /** What of the stored records the stand-ins do not hold, by system. */
  readonly left: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;
}

/** The connections that the sandbox's variables are named after (`.env.example`). */
const STAND_INS: Readonly<Record<string, string>> = {
  salesforce: "salesforce-prod",
  asana: "asana-main",
  monday: "monday-product",
};

/** How the stand-ins are signed in to, whatever the real system asks for. */
const SIGN_IN: Readonly<Record<string, object>> = { salesforce: { login: "client-credentials" } };

const SMALLEST = 0.01;
const REHEARSAL = "the rehearsal";

const loadAnswer = z.object({
  loaded: z.record(
    z.string(),
    z.looseObject({ left: z.record(z.string(), z.record(z.string(), z.number())).default({}) }),
  ),
  environment: z.record(z.string(), z.string()),
});

/**
 * Starts a fresh sandbox, loads it with what the hub has stored, and applies a plan there to a copy of the store. All
 * waiting is on the sandbox's clock, which the hub moves; the real systems are not spoken to, and nothing stays.
 * @throws HubError HUB-0012 for two accounts of one system, HUB-0013 when the sandbox does not take the records.
 */
export async function rehearse(
  machine: Machine,
  look: LookContext & { readonly asOf: Instant },
  plan: Plan,
  progress: ProgressListener,
): Promise<Rehearsal> {
  const accounts = await rehearsed(look);
  const directory = await mkdtemp(join(tmpdir(), "hub-rehearsal-"));
  const sandbox = await startSandboxProcess({
    seed: 1,
    scale: SMALLEST,
    asOf: toIso(look.asOf),
    envFile: join(directory, "sandbox.env"),
    hyperd: null,
    environment: machine.environment,
  });
  try {
    const { control } = sandbox.description;
    await tell(control, "/clock", { freeze: true });
    const before = await look.store.handoffs.handoffs();
    const world = worldToRehearseIn(await storedWorld(look.store, accounts), look.configuration, before);
    const answer = loadAnswer.parse(await tell(control, "/load", { at: toIso(look.asOf), ...world }));
    const time = sandboxTime(control, look.asOf);
    const applied = await onCopiedStore(machine, look, time.clock, progress, async (copy) => {
      await agree(copy, plan);
      const configuration = signedInAsStandIns(copy.configuration);
      const environment = variablesOf(answer.environment, accounts);
      return applyPlan({ ...copy, configuration, environment, dependencies: dependenciesOn(copy, time) }, plan);
    });
    const left = Object.fromEntries(Object.entries(answer.loaded).map(([system, report]) => [system, report.left]));
    return { plan, applied, before, left };
  } finally {
    await sandbox.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The configured connections that are read, with their tenants, as far as the sandbox plays their systems. */
async function rehearsed({ configuration, store }: LookContext): Promise<readonly Account[]> {
  const pins = await store.records.pins();
  const accounts = pins.filter(
    ({ connection, system }) => configuration.connections.has(connection) && STAND_INS[system] !== undefined,
  );
  const twice = accounts.find(({ system }, index) => accounts.findIndex((each) => each.system === system) < index);
  if (twice !== undefined) {
    throw new HubError("HUB-0012", `There are two accounts of ${twice.system}; the sandbox plays one.`, {
      disposition: "operator",
      place: { connection: twice.connection },
      remedy: "Rehearse with a configuration that names one connection of each system.",
    });
  }
  return accounts;
}

type Account = Awaited<ReturnType<LookContext["store"]["records"]["pins"]>>[number];

/** Everything is agreed to, and nothing is paused, on the copy alone. */
async function agree({ store, fence, asOf }: RunContext, plan: Plan): Promise<void> {
  const at = asOf;
  await store.outbox.recordPause({ connection: null, kind: "resume", by: REHEARSAL, at, reason: REHEARSAL });
  await store.outbox.approve(fence, approvalOf(plan, plan.operations, REHEARSAL, { now: at, until: null }));
}

interface SandboxTime {
  readonly clock: { readonly now: () => Instant };
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Waiting moves the sandbox's clock and the hub's together. */
function sandboxTime(control: string, start: Instant): SandboxTime {
  const time = { now: start };
  return {
    clock: { now: () => time.now },
    async sleep(ms, signal) {
      signal.throwIfAborted();
      const advanceMs = Math.ceil(ms);
      await tell(control, "/clock", { advanceMs });
      time.now += advanceMs;
    },
  };
}

function dependenciesOn(
  { dependencies, store }: RunContext,
  { clock, sleep }: SandboxTime,
): RunContext["dependencies"] {
  const { wallNow, random, log } = dependencies;
  const impure = { clock, sleep, wallNow, random, log };
  return { ...impure, ledger: store.ledger, pacers: new Pacers(impure, store.ledger), priority: "write" };
}

function signedInAsStandIns(configuration: Configuration): Configuration {
  const connections = [...configuration.connections].map(([name, connection]): [string, ConfiguredConnection] => {
    const { system, settings } = connection;
    const own = typeof settings === "object" ? settings : {};
    return [name, { ...connection, settings: { ...own, ...SIGN_IN[system] } }];
  });
  return { ...configuration, connections: new Map(connections) };
}

/** The sandbox's variables under the names of the configured connections; none of the real ones. */
function variablesOf(given: Readonly<Record<string, string>>, accounts: readonly Account[]): Environment {
  const found: Record<string, string> = {};
  for (const { connection, system } of accounts) {
    const prefix = variableName(STAND_INS[system] ?? "", "");
    for (const [name, value] of Object.entries(given)) {
      if (name.startsWith(prefix)) found[variableName(connection, name.slice(prefix.length))] = value;
    }
  }
  return found;
}

/** Tells the sandbox's control API something. @throws HubError HUB-0013 when it refuses. */
export async function tell(control: string, path: string, body: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${control}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (response.ok) return response.json();
  throw new HubError(
    "HUB-0013",
    `The sandbox refused ${path}: ${response.status} ${(await response.text()).slice(0, 500)}`,
    {
      disposition: "stop-run",
      remedy: "The rehearsal ended and nothing was changed; the answer names the record it stumbled over.",
    },
  );
}
