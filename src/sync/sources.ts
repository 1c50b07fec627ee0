import { credentialsFor } from "../configuration/index.ts";
import type { ConfiguredConnection } from "../configuration/index.ts";
import type { RunContext } from "./context.ts";
import type { PullSource } from "./pull/index.ts";

/** The connections that mappings read, or those of them that are named. */
export function pullSources(context: RunContext, only?: readonly string[]): readonly PullSource[] {
  const { configuration } = context;
  return [...configuration.connections.values()]
    .filter(({ name }) => configuration.mappings.streams(name).length > 0)
    .filter(({ name }) => only === undefined || only.includes(name))
    .map((connection) => ({
      name: connection.name,
      definition: connection.connector,
      settings: connection.settings,
      credentials: () => credentialsOf(context, connection),
      selection: configuration.mappings.selection(connection.name),
    }));
}

/** @throws HubError HUB-1101 when a variable is missing. */
export function credentialsOf(
  context: Pick<RunContext, "environment" | "readText">,
  connection: ConfiguredConnection,
): Promise<Readonly<Record<string, string>>> {
  return credentialsFor(connection, context.environment, context.readText);
}
