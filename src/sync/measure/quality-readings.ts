import { handoffKind } from "../../configuration/index.ts";
import type { QualityReading, StreamStanding } from "../../kpis/index.ts";
import { coverage } from "../../kpis/index.ts";
import { DAY } from "../../model/index.ts";
import type { Instant, StreamQuality } from "../../model/index.ts";
import { lastReadings } from "./last-readings.ts";
import type { LastReading } from "./last-readings.ts";
import type { MeasureContext } from "./measure.ts";

/** How the sources stand at the as-of, and what else is known of their data (reference §2.8). */
export interface SourceQuality {
  readonly streams: readonly StreamStanding[];
  readonly readings: readonly QualityReading[];
  /** The first tracked history of each system; a system that tells none is left out. */
  readonly historySince: ReadonlyMap<string, Instant>;
}

export async function sourceQuality(context: MeasureContext): Promise<SourceQuality> {
  const { store, configuration, asOf } = context;
  const counted = await store.records.streamQuality(asOf);
  const readings = await lastReadings(store);
  const streams: StreamStanding[] = [];
  const told: QualityReading[] = [];
  for (const [name, reading] of readings) {
    const { connection, system, tenant, stream } = reading.certificate;
    const allowedAgeMs = configuration.connections.get(connection)?.allowedAgeMs(stream);
    // A connection that is no more speaks for nothing.
    if (allowedAgeMs === undefined) continue;
    const quality = counted.find((each) => each.system === system && each.tenant === tenant && each.stream === stream);
    streams.push({
      name,
      system,
      isComplete: reading.certificate.complete,
      readUntil: readUntil(reading, asOf),
      allowedAgeMs,
      entities: quality?.entities ?? 0,
      unmapped: quality?.unmapped ?? 0,
    });
    told.push(...readingsOfRecords(name, reading, quality));
  }
  const historySince = new Map<string, Instant>();
  for (const { system, historySince: since } of counted) {
    if (since !== null) historySince.set(system, Math.min(since, historySince.get(system) ?? since));
  }
  return {
    streams,
    readings: [
      ...told,
      ...(await readingsOfSystems(context)),
      ...(await readingsOfNeeds(context)),
      ...readingsOfHistory(historySince, asOf),
    ],
    historySince,
  };
}

/** The last instant that a complete reading covered, or that reading's own as-of; never after the as-of. */
function readUntil({ complete }: LastReading, asOf: Instant): number | null {
  if (complete === null) return null;
  const { certificate, run } = complete;
  const mark = certificate.covered.reduce((latest, { to }) => Math.max(latest, to), 0);
  return Math.min(asOf, mark === 0 ? run.asOf : mark);
}

function readingsOfRecords(
  name: string,
  { certificate, counted }: LastReading,
  quality: StreamQuality | undefined,
): readonly QualityReading[] {
  const { system, stored, repeated = 0 } = certificate;
  const of = { system, entity: name };
  const count = (metric: string, value: number, most: number | null): QualityReading => ({
    ...of,
    metric,
    value,
    unit: "count",
    allowed: most === null ? null : { at: "most", value: most },
  });
  return [
    count("records stored", stored, null),
    count("ids given twice", repeated, 0),
    ...(counted === null || counted.sourceCount === null || counted.sourceCount === 0
      ? []
      : [{ ...of, ...coverage("stored of the source's count", counted.stored, counted.sourceCount, null) }]),
    ...(quality === undefined
      ? []
      : [
          ...(quality.ahead === null ? [] : [count("future times", quality.ahead, 0)]),
          count("orphan events", quality.orphans, 0),
          count("recorded before they happened", quality.early, 0),
          ...(quality.latencyP95Ms === null
            ? []
            : [
                {
                  ...of,
                  metric: "latency (95 %)",
                  value: quality.latencyP95Ms / 1000,
                  unit: "seconds" as const,
                  allowed: null,
                },
              ]),
        ]),
  ];
}

/** Where figures are only published to, or what is configured no more, is no source of records. */
async function readingsOfSystems({ store, configuration }: MeasureContext): Promise<readonly QualityReading[]> {
  const unmapped = await store.mapping.unmapped();
  const rejects = await store.records.rejectList();
  const readings: QualityReading[] = [];
  for (const { connection, system, tenant } of await store.records.pins()) {
    const configured = configuration.connections.get(connection);
    if (configured === undefined || configured.connector.streams(configured.settings).length === 0) continue;
    const counts = await store.records.counts({ system, tenant });
    const rejected = rejects.filter(({ key }) => key.system === system && key.tenant === tenant).length;
    const of = { system, entity: connection, unit: "count" as const };
    readings.push(
      { ...of, metric: "live records", value: counts.reduce((sum, { live }) => sum + live, 0), allowed: null },
      { ...of, metric: "rejected records", value: rejected, allowed: { at: "most", value: 0 } },
    );
  }
  const values = unmapped.reduce((sum, { count }) => sum + count, 0);
  return [
    ...readings,
    {
      system: "hub",
      entity: "all",
      metric: "unmapped values",
      value: values,
      unit: "count",
      allowed: { at: "most", value: 0 },
    },
  ];
}

/** What contracts need of the records that something is handed over from, and how much of it is there. */
async function readingsOfNeeds({ store, configuration }: MeasureContext): Promise<readonly QualityReading[]> {
  const needs = new Map(configuration.compiled(handoffKind).map((contract) => [contract.name, contract.needs.length]));
  const counted = await store.handoffs.lacking();
  return counted.flatMap(({ contract, handoffs, lacks }) => {
    const needed = handoffs * (needs.get(contract) ?? 0);
    if (needed === 0) return [];
    return [{ system: "hub", entity: contract, ...coverage("completeness", needed - lacks, needed, null) }];
  });
}

function readingsOfHistory(since: ReadonlyMap<string, Instant>, asOf: Instant): readonly QualityReading[] {
  return [...since].map(([system, first]) => ({
    system,
    entity: "all",
    metric: "history depth",
    // In whole days: a cycle in which nothing happened has nothing to tell.
    value: (Math.floor((asOf - first) / DAY) * DAY) / 1000,
    unit: "seconds",
    allowed: null,
  }));
}
