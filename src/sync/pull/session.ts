import type {
  Connection,
  ConnectorDependencies,
  Identity,
  ReadContext,
  ReadMode,
  StreamDefinition,
} from "../../connectors/kit/index.ts";
import type { Fence, Problem, StorePort } from "../../model/index.ts";
import { knownRecords } from "./known.ts";
import { createPageWriter } from "./page-writer.ts";
import type { PageWriter } from "./page-writer.ts";
import type { PullSource } from "./source.ts";
import { Tallies } from "./tallies.ts";

/** A connection that is signed in, belongs to the tenant it is pinned to, and writes into the store. */
export interface Session {
  readonly connection: Connection;
  readonly identity: Identity;
  /** Everything the connection offers, in an order that respects `after`. */
  readonly offered: readonly StreamDefinition[];
  readonly context: ReadContext;
  readonly writer: PageWriter;
  /** Streams whose fields have changed so that nothing of them is read until that is accepted, and what is said of it. */
  readonly frozen: ReadonlyMap<string, Problem>;
}

export interface SessionOptions {
  readonly mode: ReadMode;
  readonly store: StorePort;
  readonly fence: Fence;
  readonly dependencies: ConnectorDependencies;
  readonly signal: AbortSignal;
}

/** Opens the connection; close it. */
export async function connect(source: PullSource, { dependencies, mode }: SessionOptions): Promise<Connection> {
  return source.definition.connect({
    name: source.name,
    settings: source.settings,
    credentials: await source.credentials(),
    dependencies: {
      ...dependencies,
      priority: mode === "sweep" ? "sweep" : (dependencies.priority ?? "read"),
      ...(source.limits === undefined ? {} : { limits: source.limits }),
    },
  });
}

/** Asks who the connection is and holds it to its tenant. @throws HubError HUB-1105 when it belongs to another. */
export async function beginSession(
  source: PullSource,
  connection: Connection,
  options: SessionOptions,
  tallies = new Tallies(),
): Promise<Session> {
  const { store, fence, dependencies, signal } = options;
  const identity = await connection.identify(signal);
  await store.records.pinTenant(fence, {
    connection: source.name,
    system: source.definition.system,
    tenant: identity.tenant,
    name: identity.tenantName,
    at: dependencies.clock.now(),
  });
  const offered = source.definition.streams(source.settings);
  const writer = createPageWriter({
    store,
    fence,
    volatile: Object.fromEntries(offered.map((stream) => [stream.name, stream.volatile])),
    dependents: dependentsOf(offered),
    tallies,
    now: () => dependencies.clock.now(),
  });
  const frozen = new Map<string, Problem>();
  for (const { name } of offered) {
    const held = await store.shapes.held({ system: source.definition.system, tenant: identity.tenant, stream: name });
    if (held === null) continue;
    writer.quarantine(name, held.quarantine);
    if (held.frozen !== null) frozen.set(name, held.frozen);
  }
  return { connection, identity, offered, context: readContext(source, identity, options), writer, frozen };
}

function readContext(
  source: PullSource,
  identity: Identity,
  { store, mode, dependencies, signal }: SessionOptions,
): ReadContext {
  const tenant = { system: source.definition.system, tenant: identity.tenant };
  const known = knownRecords(store.records, tenant, () => dependencies.clock.now(), signal);
  return { mode, selection: source.selection, known, signal };
}

/** A label, column or user that changed may change how entities read that were not touched themselves. */
function dependentsOf(offered: readonly StreamDefinition[]): Readonly<Record<string, readonly string[]>> {
  const dependents: Record<string, string[]> = {};
  for (const { name, references } of offered) {
    for (const reference of references ?? []) dependents[reference] = [...(dependents[reference] ?? []), name];
  }
  return dependents;
}
