import { credentialsFor } from "../configuration/index.ts";
import type { ConfiguredConnection } from "../configuration/index.ts";
import { nearest } from "../mappings/index.ts";
import { HubError } from "../model/index.ts";
import type { RunContext } from "./context.ts";
import type { PullSource } from "./pull/index.ts";

/** What of the configuration a run reads: everything, or the named connections and streams. */
export interface PullChoice {
  readonly connections?: readonly string[];
  readonly streams?: readonly string[];
}

/**
 * The connections that mappings read, or those of them that are chosen.
 * @throws HubError HUB-2021 or HUB-2022 for a name that is not there: a slip must not read as "nothing new".
 */
export function pullSources(
  context: Pick<RunContext, "configuration" | "environment" | "readText">,
  choice: PullChoice,
): readonly PullSource[] {
  const { configuration } = context;
  const read = [...configuration.connections.values()].filter(
    ({ name }) => configuration.mappings.streams(name).length > 0,
  );
  const names = read.map(({ name }) => name);
  for (const name of choice.connections ?? []) {
    if (!names.includes(name)) throw unknownName("HUB-2021", "connection that is read", name, names);
  }
  const chosen = read.filter(({ name }) => choice.connections?.includes(name) !== false);
  const streams = chosen.flatMap(({ connector, settings }) => connector.streams(settings).map(({ name }) => name));
  for (const name of choice.streams ?? []) {
    if (!streams.includes(name)) throw unknownName("HUB-2022", "stream", name, streams);
  }
  return chosen.map((connection) => ({
    name: connection.name,
    definition: connection.connector,
    settings: connection.settings,
    credentials: () => credentialsOf(context, connection),
    ...(connection.limits === undefined ? {} : { limits: connection.limits }),
    ...(connection.partitionsAtOnce === undefined ? {} : { partitionsAtOnce: connection.partitionsAtOnce }),
    drift: connection.drift,
    selection: configuration.mappings.selection(connection.name),
  }));
}

function unknownName(code: string, kind: string, name: string, known: readonly string[]): HubError {
  const hint = nearest(name, known);
  return new HubError(code, `There is no ${kind} "${name}".`, {
    disposition: "operator",
    remedy: hint === undefined ? `Known: ${[...new Set(known)].join(", ")}.` : `Did you mean ${hint}?`,
  });
}

/** @throws HubError HUB-1101 when a variable is missing. */
export function credentialsOf(
  context: Pick<RunContext, "environment" | "readText">,
  connection: ConfiguredConnection,
): Promise<Readonly<Record<string, string>>> {
  return credentialsFor(connection, context.environment, context.readText);
}
