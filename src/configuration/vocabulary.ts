import type { CompiledMapping, FieldReader } from "../mappings/index.ts";

/** What other files may say about one object type. */
export interface ObjectTypeWords {
  readonly type: string;
  readonly mappings: readonly string[];
  /** Connections that its records are read from. */
  readonly connections: readonly string[];
  /** Attribute → kind; `stage` included where the type has stages. */
  readonly attributes: ReadonlyMap<string, FieldReader["kind"]>;
  readonly references: readonly string[];
  /** Listed stages; null when a mapping takes stages as they come. Empty when the type has none. */
  readonly stages: readonly string[] | null;
  readonly eventTypes: readonly string[];
  /** Events named by a value of the record (`with: { step: … }`): their activities are known only from data. */
  readonly steps: boolean;
}

/** The object types of the model, as the mappings make them. */
export type ModelVocabulary = ReadonlyMap<string, ObjectTypeWords>;

/** Collects what the mappings of each object type offer. */
export function buildVocabulary(mappings: readonly CompiledMapping[]): ModelVocabulary {
  const types = new Map<string, ObjectTypeWords>();
  for (const mapping of mappings) {
    const former = types.get(mapping.objectType);
    const attributes = new Map(former?.attributes);
    const references = new Set(former?.references);
    for (const reader of mapping.readers) {
      if (reader.target === null) attributes.set(reader.name, reader.kind);
      // A plain field turns out to be a reference only when its records come.
      if (reader.target !== null || reader.kind === "plain") references.add(reader.name);
    }
    if (mapping.stages !== undefined) attributes.set("stage", "option");
    types.set(mapping.objectType, {
      type: mapping.objectType,
      mappings: [...(former?.mappings ?? []), mapping.name],
      connections: [...new Set([...(former?.connections ?? []), mapping.connection])],
      attributes,
      references: [...references],
      stages: mergeStages(former?.stages, mapping.stages),
      eventTypes: [...new Set([...(former?.eventTypes ?? []), ...mapping.eventTypes])],
      steps: former?.steps === true || mapping.namesSteps,
    });
  }
  return types;
}

function mergeStages(
  former: readonly string[] | null | undefined,
  own: readonly string[] | null | undefined,
): readonly string[] | null {
  if (former === null || own === null) return null;
  return [...new Set([...(former ?? []), ...(own ?? [])])];
}
