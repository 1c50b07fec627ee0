import { handoffKind, processKind } from "../../configuration/index.ts";
import type { Configuration } from "../../configuration/index.ts";
import { subjectsOf } from "../../kpis/index.ts";
import type { KpiDefinition, ProcessDefinition } from "../../kpis/index.ts";

/** A stream that a figure rests on. */
export interface KpiSource {
  readonly connection: string;
  readonly system: string;
  readonly stream: string;
}

/**
 * The streams that a KPI's cases and handoffs are made of: those its object types are mapped from, with their histories and
 * what their records are looked up in. None for what is counted of the procedures themselves.
 */
export function kpiSources(kpi: KpiDefinition, configuration: Configuration): readonly KpiSource[] {
  const types = objectTypesOf(kpi, configuration);
  const found = new Map<string, KpiSource>();
  for (const { mapping } of configuration.mappingFiles) {
    const connection = types.has(mapping.objectType) ? configuration.connections.get(mapping.connection) : undefined;
    if (connection === undefined) continue;
    const streams = connection.connector.streams(connection.settings);
    const own = streams.find(({ name }) => name === mapping.stream);
    const beside = streams.filter(
      ({ name, memberOf }) => memberOf === mapping.stream || own?.references?.includes(name) === true,
    );
    for (const stream of [mapping.stream, ...beside.map(({ name }) => name)]) {
      found.set(sourceName(connection.name, stream), {
        connection: connection.name,
        system: connection.system,
        stream,
      });
    }
  }
  return [...found.values()];
}

/** How a stream is named beside others: `salesforce-prod Opportunity`. */
export function sourceName(connection: string, stream: string): string {
  return `${connection} ${stream}`;
}

/** The types of the objects that a KPI's processes and contracts follow, start from, join and look up. */
function objectTypesOf(kpi: KpiDefinition, configuration: Configuration): ReadonlySet<string> {
  const processes = configuration.compiled(processKind);
  const contracts = configuration.compiled(handoffKind);
  const subjects = subjectsOf(
    kpi,
    processes,
    contracts.map(({ name }) => name),
  );
  return new Set([
    ...processes.filter(({ name }) => subjects.processes.includes(name)).flatMap(typesOfProcess),
    ...contracts
      .filter(({ name }) => subjects.contracts.includes(name))
      .flatMap(({ sourceType, targetType }) => [sourceType, targetType]),
  ]);
}

function typesOfProcess({ caseType, joins, start, dimensions, money }: ProcessDefinition): readonly string[] {
  const looked = [...Object.values(dimensions), ...(money === null ? [] : [money])];
  return [
    caseType,
    ...joins.map(({ type }) => type),
    ...(start.kind === "handoff" ? [start.sourceType] : []),
    ...looked.flatMap(({ via }) => (via === null ? [] : [via])),
  ];
}
