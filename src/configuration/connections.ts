import { z } from "zod";
import type { ConnectionLimits, ConnectorDefinition } from "../connectors/kit/index.ts";
import type { DriftPolicy, Problem } from "../model/index.ts";
import type { ConfiguredConnection } from "./configuration.ts";
import { ageMs } from "./hub-file.ts";
import type { HubFile } from "./hub-file.ts";
import { checkShape, suggestion } from "./shape.ts";
import type { YamlFile } from "./yaml-file.ts";

/** Of the last complete reading, where hub.yaml says nothing else. */
const DEFAULT_AGE = "24 hours";

/** Checks each connection's settings by its connector; those with a slip are left out. */
export function readConnections(
  yaml: YamlFile,
  hub: HubFile,
  connectors: readonly ConnectorDefinition[],
): { readonly connections: ReadonlyMap<string, ConfiguredConnection>; readonly problems: readonly Problem[] } {
  const connections = new Map<string, ConfiguredConnection>();
  const problems: Problem[] = [];
  for (const [name, { system, partitions, quota, sweeps, drift, freshness, ...rest }] of Object.entries(
    hub.connections,
  )) {
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
    const { concurrency, ...others } = rest;
    const settings = hasSetting(connector, "concurrency") ? rest : others;
    const shaped = checkShape(yaml, connector.settings, "HUB-2010", settings, ["connections", name]);
    problems.push(...shaped.problems);
    if (shaped.problems.length > 0) continue;
    for (const stream of Object.keys(freshness?.streams ?? {})) {
      const known = connector.streams(shaped.value).map((each) => each.name);
      if (known.includes(stream)) continue;
      problems.push({
        code: "HUB-2022",
        message: `The connection ${name} has no stream "${stream}".`,
        place: yaml.placeOf(["connections", name, "freshness", "streams", stream]),
        remedy: suggestion(stream, known),
      });
    }
    const limits = limitsOf({ concurrency, quota, sweeps });
    connections.set(name, {
      name,
      system,
      settings: shaped.value,
      connector,
      ...(limits === undefined ? {} : { limits }),
      ...(partitions === undefined ? {} : { partitionsAtOnce: partitions }),
      drift: (stream) => driftPolicy(drift, stream),
      allowedAgeMs: (stream) => ageMs(freshness?.streams?.[stream] ?? freshness?.within ?? DEFAULT_AGE),
    });
  }
  return { connections, problems };
}

/** A stream's own word goes before the connection's. */
function driftPolicy(drift: HubFile["connections"][string]["drift"], stream: string): DriftPolicy {
  const own = drift?.streams?.[stream];
  const of = (kind: keyof DriftPolicy): DriftPolicy[typeof kind] => own?.[kind] ?? drift?.[kind] ?? "evolve";
  return { added: of("added"), removed: of("removed"), retyped: of("retyped"), relabelled: of("relabelled") };
}

/** Whether the connector has a setting of its own by that name, beside what it means for every connection. */
function hasSetting({ settings }: ConnectorDefinition, name: string): boolean {
  return settings instanceof z.ZodObject && name in settings.shape;
}

function limitsOf({
  concurrency,
  quota,
  sweeps,
}: Pick<HubFile["connections"][string], "concurrency" | "quota" | "sweeps">): ConnectionLimits | undefined {
  if (concurrency === undefined && quota === undefined && sweeps === undefined) return undefined;
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    rules: {
      ...(quota?.perMinute === undefined ? {} : { perMinute: quota.perMinute }),
      ...(quota?.perDay === undefined ? {} : { perDay: quota.perDay }),
      ...(sweeps === undefined ? {} : { sweeps: budgetOf(sweeps.budget) }),
    },
  };
}

function budgetOf(budget: number | string): { readonly share: number } | { readonly calls: number } {
  return typeof budget === "number" ? { calls: budget } : { share: Number.parseFloat(budget) / 100 };
}
