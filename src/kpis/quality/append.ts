import type { Instant } from "../../model/index.ts";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import type { ContractInfo } from "../input.ts";
import type { DimensionKeys } from "../star/dimension-keys.ts";
import type { Star } from "../star/star.ts";
import { gateOf } from "./gates.ts";
import { countLinks, readingsOfLinks } from "./links.ts";
import type { LinkCount } from "./links.ts";
import { appendReadings, readingsOfStream } from "./reading.ts";
import type { QualityReading, StreamStanding } from "./reading.ts";
import { readingsOfStar } from "./star-readings.ts";
import { subjectsOf } from "./subjects.ts";

/** What of a measurement's input the quality of its data is told from. */
export interface QualityInput {
  readonly asOf: Instant;
  readonly quality: readonly QualityReading[];
  readonly streams: readonly StreamStanding[];
  readonly processes: readonly ProcessDefinition[];
  readonly contracts: readonly ContractInfo[];
  readonly kpis: readonly KpiDefinition[];
  readonly sourcesOf: (kpi: KpiDefinition) => readonly string[];
}

/** Writes what is known of the sources; before the dimensions, which list their systems. */
export function appendSources(star: Star, { asOf, quality, streams }: QualityInput, keys: DimensionKeys): void {
  keys.system("hub");
  const ofStreams = streams.flatMap((stream) => readingsOfStream(stream, asOf));
  appendReadings(star, [...quality, ...ofStreams], asOf, keys);
}

/** Writes what the cases and handoffs say of the data; after the dimensions, which name their processes. */
export async function appendOwnReadings(
  star: Star,
  { asOf, processes }: QualityInput,
  keys: DimensionKeys,
): Promise<readonly LinkCount[]> {
  const links = await countLinks(star, processes);
  appendReadings(star, [...(await readingsOfStar(star)), ...readingsOfLinks(links)], asOf, keys);
  star.flush();
  return links;
}

/** Why the values of a KPI are gated, by its name; nothing for those that pass. */
export function gatesOf(input: QualityInput, links: readonly LinkCount[]): ReadonlyMap<string, string> {
  const { asOf, kpis, streams, processes, contracts, sourcesOf } = input;
  const byName = new Map(streams.map((stream) => [stream.name, stream]));
  const names = contracts.map(({ name }) => name);
  const gates = new Map<string, string>();
  for (const kpi of kpis) {
    const reason = gateOf(kpi, {
      asOf,
      streams: sourcesOf(kpi).flatMap((name) => byName.get(name) ?? []),
      links,
      subjects: subjectsOf(kpi, processes, names),
    });
    if (reason !== null) gates.set(kpi.name, reason);
  }
  return gates;
}
