import { formatRecordKey, HubError } from "../model/index.ts";
import type { MappedEntity, NormalisedEntity } from "../model/index.ts";
import type { CompiledMapping, MappingContext } from "./compile.ts";

/** What the mappings of a stream made of one entity; `takenBy` is empty when none wants it. */
export interface MappedBySet extends MappedEntity {
  readonly takenBy: readonly string[];
}

/** All mappings of one configuration, found by connection and stream. */
export interface MappingSet {
  readonly mappings: readonly CompiledMapping[];
  /** Streams of a connection that at least one mapping reads. */
  streams(connection: string): readonly string[];
  /** Fields to ask a connection for, by stream: what its mappings name. */
  selection(connection: string): Readonly<Record<string, readonly string[]>>;
  /**
   * Applies every mapping of the entity's stream. Throws HUB-2110 (`skip-record`) when two mappings without `part`
   * take the same record, because one of the two objects would hide the other.
   */
  apply(connection: string, entity: NormalisedEntity, context: MappingContext): MappedBySet;
}

/** Bundles compiled mappings. */
export function bundleMappings(mappings: readonly CompiledMapping[]): MappingSet {
  const byStream = new Map<string, CompiledMapping[]>();
  const keyOf = (connection: string, stream: string): string => `${connection}.${stream}`;
  for (const mapping of mappings) {
    const key = keyOf(mapping.connection, mapping.stream);
    byStream.set(key, [...(byStream.get(key) ?? []), mapping]);
  }
  const of = (connection: string): readonly CompiledMapping[] =>
    mappings.filter((mapping) => mapping.connection === connection);
  return {
    mappings,
    streams: (connection) => [...new Set(of(connection).map((mapping) => mapping.stream))],
    selection: (connection) => {
      const fields: Record<string, readonly string[]> = {};
      for (const { stream, selection } of of(connection)) {
        fields[stream] = [...new Set([...(fields[stream] ?? []), ...selection])].sort();
      }
      return fields;
    },
    apply: (connection, entity, context) => {
      const takers = (byStream.get(keyOf(connection, entity.key.stream)) ?? []).filter((each) => each.takes(entity));
      const [first, second] = takers;
      if (first === undefined) return { objects: [], events: [], unmapped: [], takenBy: [] };
      if (second === undefined) return { ...first.apply(entity, context), takenBy: [first.name] };
      refuseSameKey(takers, entity);
      const results = takers.map((mapping) => mapping.apply(entity, context));
      return {
        objects: results.flatMap((result) => result.objects),
        events: results.flatMap((result) => result.events),
        unmapped: results.flatMap((result) => result.unmapped),
        takenBy: takers.map((mapping) => mapping.name),
      };
    },
  };
}

function refuseSameKey(takers: readonly CompiledMapping[], entity: NormalisedEntity): void {
  const parts = takers.map((mapping) => mapping.part);
  const twice = takers.find((mapping, index) => parts.indexOf(mapping.part) !== index);
  if (twice === undefined) return;
  const other = takers.find((mapping) => mapping.part === twice.part);
  throw new HubError("HUB-2110", `The mappings ${other?.name ?? ""} and ${twice.name} both take this record.`, {
    disposition: "skip-record",
    place: { record: formatRecordKey(entity.key) },
    remedy: "Narrow `where` in one of them, or give one a `part:` if the record stands for two things.",
  });
}
