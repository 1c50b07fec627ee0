import { formatRecordKey, inOrder } from "../model/index.ts";
import type {
  AttributeChange,
  Canonical,
  Instant,
  MappedEntity,
  ModelEvent,
  NamedReference,
  NormalisedEntity,
  UnmappedValue,
} from "../model/index.ts";
import { compileCondition } from "./condition.ts";
import type { Condition } from "./condition.ts";
import { ruledEvents, stageEvents } from "./events.ts";
import type { EventOwner, EventRule, StageRule } from "./events.ts";
import { compileField } from "./fields.ts";
import type { FieldReader, FieldTools } from "./fields.ts";
import { OCCASION_GRAMMAR, parseOccasion } from "./occasion.ts";
import { problemError } from "./problems.ts";
import type { MappingProblem, Outcome } from "./problems.ts";
import { compileRates } from "./rates.ts";
import type { RateTable } from "./rates.ts";
import type { EventSpec, MappingFile } from "./schema.ts";
import { attributeHistory, buildTimeline, changedAt } from "./timeline.ts";
import { compileValueMap } from "./value-map.ts";
import { textOf } from "./values.ts";

/** What of hub.yaml a mapping needs. */
export interface MappingOptions {
  readonly zone: string;
  readonly money: RateTable;
}

export interface MappingContext {
  /** When the hub first saw any record of the entity. */
  readonly firstSeenAt: Instant;
}

/** A mapping file, checked and turned into closures. */
export interface CompiledMapping {
  readonly name: string;
  readonly connection: string;
  readonly stream: string;
  readonly objectType: string;
  readonly part: string | null;
  /** Every source field it needs, sorted: mapped, kept, or named by a condition or an event. */
  readonly selection: readonly string[];
  /** Where each field of `selection` is named first, for checking against what the system has. */
  readonly uses: readonly { readonly field: string; readonly path: MappingProblem["path"] }[];
  /** Attributes and references, without `stage`. */
  readonly readers: readonly FieldReader[];
  /** Stage names when they are listed; null when stages are whatever the field holds; undefined without `stage:`. */
  readonly stages: readonly string[] | null | undefined;
  readonly eventTypes: readonly string[];
  /** True when an event carries `step`: its activity is then that value, known only from data. */
  readonly namesSteps: boolean;
  takes(entity: NormalisedEntity): boolean;
  /** Pure. Nothing for an entity that `where` and `unless` leave out. */
  apply(entity: NormalisedEntity, context: MappingContext): MappedEntity;
}

const NOTHING: MappedEntity = { objects: [], events: [], unmapped: [] };

/** Compiles a mapping; throws the first problem as a HubError of HUB-21xx. */
export function compileMapping(file: MappingFile, options: MappingOptions): CompiledMapping {
  const { value, problems } = tryCompileMapping(file, options);
  const [problem] = problems;
  if (problem !== undefined) throw problemError(file.mapping, problem);
  if (value === null) throw new TypeError("A mapping without problems has a value.");
  return value;
}

/** Compiles a mapping and collects every problem in it. */
export function tryCompileMapping(file: MappingFile, options: MappingOptions): Outcome<CompiledMapping> {
  const problems: MappingProblem[] = [];
  const report = (problem: MappingProblem): void => void problems.push(problem);
  const tools: FieldTools = { zone: options.zone, money: compileRates(options.money, options.zone), report };
  const uses = new Map<string, MappingProblem["path"]>();
  const use = (path: MappingProblem["path"], fields: readonly string[]): void => {
    for (const field of fields) if (!uses.has(field)) uses.set(field, path);
  };

  const condition = (member: "where" | "unless"): Condition | null => {
    const text = file[member];
    if (text === undefined) return null;
    const compiled = compileCondition(text);
    if ("slip" in compiled) {
      const { message, offset, remedy } = compiled.slip;
      report({ code: "HUB-2103", message, path: [member], offset, ...(remedy === undefined ? {} : { remedy }) });
      return null;
    }
    use([member], compiled.condition.fields);
    return compiled.condition;
  };
  const where = condition("where");
  const unless = condition("unless");

  const readers = Object.entries(file.fields).map(([name, spec]) => {
    const reader = compileField(name, spec, ["fields", name], tools);
    use(["fields", name], reader.sources);
    return reader;
  });
  if (file.stage !== undefined && file.fields["stage"] !== undefined) {
    report({
      code: "HUB-2104",
      message: "`stage` is given twice, under `fields` and as `stage:`.",
      path: ["fields", "stage"],
      remedy: "Keep `stage:`; it gives the attribute, too.",
    });
  }
  const stage: StageRule | null =
    file.stage === undefined
      ? null
      : { field: file.stage.from, map: compileValueMap(file.stage, options.zone, ["stage"], report) };
  if (stage !== null) use(["stage", "from"], [stage.field]);

  const rules: EventRule[] = [];
  for (const [type, spec] of Object.entries(file.events ?? {})) {
    const rule = compileEvent(type, spec, tools);
    if (rule === null) continue;
    rules.push(rule);
    if (rule.occasion.kind !== "created") use(["events", type], [rule.occasion.field]);
    for (const reader of rule.readers) use(["events", type, "with", reader.name], reader.sources);
  }
  for (const [index, field] of (file.keep ?? []).entries()) use(["keep", index], [field]);
  if (problems.length > 0) return { value: null, problems };

  const [connection = "", ...stream] = file.from.split(".");
  const objectType = file.object ?? file.mapping;
  const takes = (entity: NormalisedEntity): boolean =>
    (where === null || where.holds(entity.fields)) && (unless === null || !unless.holds(entity.fields));
  const build = objectBuilder(file.mapping, objectType, file.part ?? null, readers, stage, rules);
  return {
    problems,
    value: {
      name: file.mapping,
      connection,
      stream: stream.join("."),
      objectType,
      part: file.part ?? null,
      selection: [...uses.keys()].sort(),
      uses: [...uses].map(([field, path]) => ({ field, path })),
      readers,
      stages: stage === null ? undefined : stage.map.names,
      eventTypes: rules.map((rule) => rule.type),
      namesSteps: rules.some((rule) => rule.readers.some((reader) => reader.name === "step")),
      takes,
      apply: (entity, context) => (takes(entity) ? build(entity, context.firstSeenAt) : NOTHING),
    },
  };
}

function compileEvent(type: string, spec: EventSpec, tools: FieldTools): EventRule | null {
  const detailed = typeof spec === "string" ? { when: spec } : spec;
  const occasion = parseOccasion(detailed.when);
  if (occasion === undefined) {
    tools.report({
      code: "HUB-2107",
      message: `"${detailed.when}" does not say when the event happens.`,
      path: typeof spec === "string" ? ["events", type] : ["events", type, "when"],
      remedy: `Write one of: ${OCCASION_GRAMMAR}.`,
    });
    return null;
  }
  const readers = Object.entries(detailed.with ?? {}).map(([name, field]) =>
    compileField(name, field, ["events", type, "with", name], tools),
  );
  return { type, occasion, derivation: detailed.when.trim(), readers };
}

function objectBuilder(
  mapping: string,
  type: string,
  part: string | null,
  readers: readonly FieldReader[],
  stage: StageRule | null,
  rules: readonly EventRule[],
): (entity: NormalisedEntity, firstSeenAt: Instant) => MappedEntity {
  const stageReader = stage === null ? null : readStage(stage);
  const attributeReaders = stageReader === null ? readers : [...readers, stageReader];
  return (entity, firstSeenAt) => {
    const unmapped: UnmappedValue[] = [];
    const sink = (field: string, value: string): void => {
      if (!unmapped.some((each) => each.field === field && each.value === value))
        unmapped.push({ mapping, field, value });
    };
    const timeline = buildTimeline(entity, firstSeenAt);
    const attributes: Record<string, Canonical> = {};
    const references: NamedReference[] = [];
    const history: AttributeChange[] = [];
    for (const reader of attributeReaders) {
      const value = reader.read(entity.fields, changedAt(timeline, reader.sources), sink);
      if (value !== undefined) {
        attributes[reader.name] = value;
        if (timeline.changes.size > 0) {
          for (const change of attributeHistory(timeline, reader, value, sink)) history.push(change);
        }
      }
      const to = reader.refer?.(entity.fields);
      if (to !== undefined) references.push({ name: reader.name, to });
    }
    const key = formatRecordKey(entity.key);
    const objectKey = part === null ? key : `${key}#${part}`;
    const owner: EventOwner = { key: entity.key, objectKey, objectType: type, mapping };
    const events: ModelEvent[] = [];
    for (const rule of rules) for (const event of ruledEvents(owner, rule, timeline, sink)) events.push(event);
    if (stage !== null) for (const event of stageEvents(owner, stage, timeline, sink)) events.push(event);
    return {
      objects: [
        {
          key: objectKey,
          type,
          mapping,
          attributes,
          history: inOrder(history, (a, b) => a.validAt - b.validAt),
          references,
          createdAt: entity.created?.at ?? null,
          removed: entity.removed,
          url: entity.url,
        },
      ],
      events: inOrder(events, (a, b) => a.occurredAt - b.occurredAt || a.sequence - b.sequence),
      unmapped,
    };
  };
}

function readStage(stage: StageRule): FieldReader {
  return {
    name: "stage",
    kind: "option",
    sources: [stage.field],
    target: null,
    names: stage.map.names,
    refer: null,
    read: (fields, at, unmapped) => {
      const text = textOf(fields[stage.field]);
      if (text === null) return null;
      const ours = stage.map.lookup(text, at);
      if (ours === undefined) unmapped(stage.field, text);
      return ours ?? null;
    },
  };
}
