import type { Connection, ConnectorDependencies, Identity } from "../connectors/kit/index.ts";
import type { Configuration, ConfiguredConnection, Environment } from "../configuration/index.ts";
import { checkFieldNames, formatPath } from "../mappings/index.ts";
import type { CompiledMapping } from "../mappings/index.ts";
import { HubError, toProblem } from "../model/index.ts";
import type { Disposition, Problem, QuotaAccount, QuotaLedger, StorePort } from "../model/index.ts";
import { creatingIn, surveyTarget } from "./apply/index.ts";
import { commandInShownWords, toldOf, bindingsOf, pinnedFields } from "./bindings/index.ts";
import type { CommandWords } from "./bindings/index.ts";
import { closeConnection } from "./closing.ts";
import { credentialsOf } from "./sources.ts";

/** What looking at the systems needs; no lease, because nothing but the quota ledger is written. */
export interface LookContext {
  readonly configuration: Configuration;
  readonly store: StorePort;
  readonly dependencies: ConnectorDependencies;
  readonly environment: Environment;
  readonly readText: (file: string) => Promise<string>;
  readonly signal: AbortSignal;
}

export interface Pin {
  readonly tenant: string;
  readonly name: string;
}

export interface ConnectionCheck {
  readonly connection: string;
  readonly system: string;
  readonly uses: readonly ("read" | "write" | "publish")[];
  readonly identity: Identity | null;
  readonly pinned: Pin | null;
  /** Of the credential that the connection spoke with; null when it spoke with none. */
  readonly quota: QuotaAccount | null;
  readonly calls: number;
  readonly problems: readonly Problem[];
  /** Names that were renamed since their ids were pinned, as far as the store knows. */
  readonly offers: readonly Problem[];
  /** What the caller has to do about the first problem, null when there is none. */
  readonly disposition: Disposition | null;
}

/**
 * Signs in to every configured connection side by side and asks of each what a run would trip over: credentials, the
 * tenant against the pinned one (which is compared, never set), the streams and fields that mappings name, and what
 * contracts create from: templates, projects, boards, groups, record types, and the fields of what is created.
 */
export async function checkConnections(context: LookContext): Promise<readonly ConnectionCheck[]> {
  const pins = new Map((await context.store.records.pins()).map(({ connection, ...pin }) => [connection, pin]));
  return Promise.all(
    [...context.configuration.connections.values()].map((configured) =>
      checkConnection(context, configured, pins.get(configured.name) ?? null),
    ),
  );
}

/** Opens a connection for one look, and closes it. */
export async function withConnection<Answer>(
  context: Omit<LookContext, "store">,
  configured: ConfiguredConnection,
  look: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  const connection = await configured.connector.connect({
    name: configured.name,
    settings: configured.settings,
    credentials: await credentialsOf(context, configured),
    dependencies: {
      ...context.dependencies,
      ...(configured.limits === undefined ? {} : { limits: configured.limits }),
    },
  });
  try {
    return await look(connection);
  } finally {
    await closeConnection(connection, context.signal);
  }
}

async function checkConnection(
  context: LookContext,
  configured: ConfiguredConnection,
  pin: (Pin & { readonly system: string }) | null,
): Promise<ConnectionCheck> {
  const { configuration, store, signal } = context;
  const { name, system } = configured;
  const found: HubError[] = [];
  const watched = watchLedger(store.ledger);
  const looking = { ...context, dependencies: { ...context.dependencies, ledger: watched.ledger } };
  let identity: Identity | null = null;
  let calls = 0;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HubError)) throw error;
      found.push(error);
    }
  };
  const bindings = await bindingsOf({ configuration, store }, configured);
  await attempt(() =>
    withConnection(looking, configured, async (connection) => {
      try {
        identity = await connection.identify(signal);
        if (pin !== null && (pin.system !== system || pin.tenant !== identity.tenant)) {
          throw otherTenant(configured, pin, identity);
        }
        for (const stream of configuration.mappings.streams(name)) {
          await attempt(async () => {
            const { fields } = await connection.describe(stream, signal);
            found.push(
              ...unknownFields(mappingsOf(configuration, name, stream), [
                ...fields.map((field) => field.name),
                ...pinnedFields(bindings, stream),
              ]),
            );
          });
        }
        for (const contract of creatingIn(configuration, name)) {
          await attempt(async () => {
            const face = {
              write: connection.write,
              inShownWords: async (command: CommandWords) => commandInShownWords(bindings?.lists ?? [], command, null),
            };
            found.push(...(await surveyTarget(configuration, contract, face, signal)).slips);
          });
        }
      } finally {
        calls = connection.calls();
      }
    }),
  );
  const names = toldOf(new Map(bindings === null ? [] : [[name, bindings]]));
  const [first] = found;
  const credential = watched.credential();
  return {
    connection: name,
    system,
    uses: usesOf(configuration, name),
    identity,
    pinned: pin === null ? null : { tenant: pin.tenant, name: pin.name },
    quota: credential === null ? null : await store.ledger.account(credential),
    calls,
    problems: [...found.map((error) => placed(error, name)), ...names.refused],
    offers: names.offers,
    disposition: first?.disposition ?? (names.refused.length > 0 ? "operator" : null),
  };
}

/** The name of a credential in the ledger is its connector's own; it shows when the connector uses it. */
export function watchLedger(ledger: QuotaLedger): {
  readonly ledger: QuotaLedger;
  readonly credential: () => string | null;
} {
  let used: string | null = null;
  return {
    credential: () => used,
    ledger: {
      take: (credential, calls, priority) => {
        used = credential;
        return ledger.take(credential, calls, priority);
      },
      observe: (credential, state) => {
        used = credential;
        ledger.observe(credential, state);
      },
      state: (credential) => ledger.state(credential),
      reserve: (credential, share) => ledger.reserve(credential, share),
      configure: (credential, rules) => ledger.configure?.(credential, rules),
    },
  };
}

function unknownFields(mappings: readonly CompiledMapping[], known: readonly string[]): readonly HubError[] {
  return mappings.flatMap((mapping) =>
    checkFieldNames(mapping, known).map(
      ({ code, message, path, remedy }) =>
        new HubError(code, message, {
          disposition: "operator",
          place: { stream: mapping.stream, path: `mapping ${mapping.name}, ${formatPath(path)}` },
          ...(remedy === undefined ? {} : { remedy }),
        }),
    ),
  );
}

function mappingsOf(configuration: Configuration, connection: string, stream: string): readonly CompiledMapping[] {
  return configuration.mappings.mappings.filter(
    (mapping) => mapping.connection === connection && mapping.stream === stream,
  );
}

function usesOf(configuration: Configuration, name: string): ConnectionCheck["uses"] {
  return [
    ...(configuration.mappings.streams(name).length > 0 ? ["read" as const] : []),
    ...(creatingIn(configuration, name).length > 0 ? ["write" as const] : []),
    ...(configuration.publish.connection === name ? ["publish" as const] : []),
  ];
}

function otherTenant(configured: ConfiguredConnection, pin: Pin, identity: Identity): HubError {
  return new HubError(
    "HUB-1105",
    `${configured.name} is pinned to ${configured.system} tenant ${pin.tenant} (${pin.name}) but these credentials belong to tenant ${identity.tenant} (${identity.tenantName}).`,
    {
      disposition: "operator",
      remedy: "Use credentials of the pinned tenant, or give the new tenant a connection of its own in hub.yaml.",
    },
  );
}

function placed(error: HubError, connection: string): Problem {
  const problem = toProblem(error);
  return { ...problem, place: { connection, ...problem.place } };
}
