import type { ConnectorDefinition } from "../connectors/kit/index.ts";
import type { Problem } from "../model/index.ts";
import type { ConfiguredConnection } from "./configuration.ts";
import type { HubFile } from "./hub-file.ts";
import { checkShape, suggestion } from "./shape.ts";
import type { YamlFile } from "./yaml-file.ts";

/** Checks each connection's settings by its connector; those with a slip are left out. */
export function readConnections(
  yaml: YamlFile,
  hub: HubFile,
  connectors: readonly ConnectorDefinition[],
): { readonly connections: ReadonlyMap<string, ConfiguredConnection>; readonly problems: readonly Problem[] } {
  const connections = new Map<string, ConfiguredConnection>();
  const problems: Problem[] = [];
  for (const [name, { system, ...settings }] of Object.entries(hub.connections)) {
    const connector = connectors.find((each) => each.system === system);
    if (connector === undefined) {
      const known = connectors.map((each) => each.system);
      problems.push({
        code: "HUB-2020",
        message: `The system "${system}" is not known.`,
        place: yaml.placeOf(["connections", name, "system"]),
        remedy: suggestion(system, known),
      });
      continue;
    }
    const shaped = checkShape(yaml, connector.settings, "HUB-2010", settings, ["connections", name]);
    problems.push(...shaped.problems);
    if (shaped.problems.length === 0) connections.set(name, { name, system, settings: shaped.value, connector });
  }
  return { connections, problems };
}
