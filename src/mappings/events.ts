import { eventId, parseInstant } from "../model/index.ts";
import type {
  ActorEvidence,
  Canonical,
  FieldValue,
  Instant,
  ModelEvent,
  NamedReference,
  Precision,
  RecordKey,
  Transition,
} from "../model/index.ts";
import type { FieldReader, UnmappedSink } from "./fields.ts";
import { isOccasion } from "./occasion.ts";
import type { Occasion } from "./occasion.ts";
import { startOfDay } from "./rates.ts";
import { fieldsAt } from "./timeline.ts";
import type { Timeline } from "./timeline.ts";
import type { ValueMap } from "./value-map.ts";
import { identityOf, textOf } from "./values.ts";

/** The object that events belong to, and the mapping that made them. */
export interface EventOwner {
  readonly key: RecordKey;
  readonly objectKey: string;
  readonly objectType: string;
  readonly mapping: string;
}

export interface StageRule {
  readonly field: string;
  readonly map: ValueMap;
}

export interface EventRule {
  readonly type: string;
  readonly occasion: Occasion;
  readonly derivation: string;
  readonly readers: readonly FieldReader[];
}

/** Sequences of what happens with the creation itself, before any change of the same instant. */
const AT_CREATION = -2;
const FIRST_VALUE = -1;

const UNKNOWN_ACTOR: ActorEvidence = { person: null, kind: "unknown" };

interface Happening {
  readonly type: string;
  readonly eventKey: string;
  readonly native: string | readonly [string, string, string, string, number];
  readonly at: Instant;
  readonly precision: Precision;
  readonly sequence: number;
  readonly by: ActorEvidence;
  readonly source: { readonly stream: string; readonly id: string };
  readonly derivation: string;
  readonly stage?: string | null;
  readonly fromStage?: string | null;
  readonly attributes?: Readonly<Record<string, Canonical>>;
  readonly references?: readonly NamedReference[];
}

function toEvent(owner: EventOwner, happening: Happening): ModelEvent {
  const { system, tenant } = owner.key;
  return {
    id: eventId({ system, tenant, native: happening.native, objectKey: owner.objectKey, eventKey: happening.eventKey }),
    type: happening.type,
    objectKey: owner.objectKey,
    objectType: owner.objectType,
    occurredAt: happening.at,
    precision: happening.precision,
    sequence: happening.sequence,
    by: happening.by,
    stage: happening.stage ?? null,
    fromStage: happening.fromStage ?? null,
    attributes: happening.attributes ?? {},
    references: happening.references ?? [],
    source: happening.source,
    mapping: owner.mapping,
    derivation: happening.derivation,
  };
}

/**
 * One event per stage entered. The stage of creation comes from the first change's old value, or from the current
 * value when history is whole and knows no change. Moves between source values of the same stage are no event.
 */
export function stageEvents(
  owner: EventOwner,
  rule: StageRule,
  timeline: Timeline,
  unmapped: UnmappedSink,
): readonly ModelEvent[] {
  const { entity } = timeline;
  const changes = timeline.changes.get(rule.field) ?? [];
  const events: ModelEvent[] = [];
  const stageOf = (value: FieldValue, at: Instant): string | null => {
    const text = textOf(value);
    if (text === null) return null;
    const stage = rule.map.lookup(text, at);
    if (stage === undefined) unmapped(rule.field, text);
    return stage ?? null;
  };
  const [first] = changes;
  const known = first === undefined && entity.gaps.includes(rule.field) ? null : (first?.from ?? null);
  const initial =
    first === undefined && !entity.gaps.includes(rule.field) ? (entity.fields[rule.field] ?? null) : known;
  let raw = initial;
  let stage = initial === null ? null : stageOf(initial, timeline.begin);
  if (entity.created !== null && initial !== null && stage !== null) {
    const { at, precision, by } = entity.created;
    events.push(
      toEvent(owner, {
        type: `${stage} entered`,
        eventKey: "stage",
        native: [owner.key.stream, owner.key.id, rule.field, identityOf(initial), at],
        at,
        precision,
        sequence: FIRST_VALUE,
        by,
        source: { stream: owner.key.stream, id: owner.key.id },
        derivation: `first value of ${rule.field}`,
        stage,
      }),
    );
  }
  const keys = new EventKeys();
  for (const change of changes) {
    const from = identityOf(change.from) === identityOf(raw) ? stage : stageOf(change.from, change.at);
    raw = change.to;
    stage = stageOf(change.to, change.at);
    const key = keys.next("stage", change);
    if (stage === null || stage === from) continue;
    events.push(
      toEvent(owner, {
        ...fromChange(change, key, `${rule.field} changed`),
        type: `${stage} entered`,
        stage,
        fromStage: from,
      }),
    );
  }
  return events;
}

/** The events that one line of `events:` finds in an entity. */
export function ruledEvents(
  owner: EventOwner,
  rule: EventRule,
  timeline: Timeline,
  unmapped: UnmappedSink,
): readonly ModelEvent[] {
  const { entity } = timeline;
  const { occasion, type, derivation } = rule;
  const own = { stream: owner.key.stream, id: owner.key.id };
  const happenings: Happening[] = [];
  if (occasion.kind === "created" && entity.created !== null) {
    const { at, precision, by } = entity.created;
    const native = [own.stream, own.id, "", "created", at] as const;
    happenings.push({
      type,
      eventKey: type,
      native,
      at,
      precision,
      sequence: AT_CREATION,
      by,
      source: own,
      derivation,
    });
  } else if (occasion.kind === "at") {
    const text = textOf(entity.fields[occasion.field]);
    const when = text === null ? null : readMoment(text);
    if (text !== null && when === null) unmapped(occasion.field, text);
    if (when !== null) {
      const native = [own.stream, own.id, occasion.field, "", when.at] as const;
      const by = entity.created?.by ?? UNKNOWN_ACTOR;
      happenings.push({ type, eventKey: type, native, ...when, sequence: 0, by, source: own, derivation });
    }
  } else if (occasion.kind === "change") {
    const changes = timeline.changes.get(occasion.field) ?? [];
    const [first] = changes;
    const whole = first !== undefined || !entity.gaps.includes(occasion.field);
    const initial = first === undefined ? (entity.fields[occasion.field] ?? null) : first.from;
    if (occasion.what === "set" && whole && entity.created !== null && textOf(initial) !== null) {
      const { at, precision, by } = entity.created;
      const native = [own.stream, own.id, occasion.field, identityOf(initial), at] as const;
      happenings.push({
        type,
        eventKey: type,
        native,
        at,
        precision,
        sequence: FIRST_VALUE,
        by,
        source: own,
        derivation,
      });
    }
    const keys = new EventKeys();
    for (const change of changes) {
      const key = keys.next(type, change);
      if (isOccasion(occasion, change.from, change.to))
        happenings.push({ ...fromChange(change, key, derivation), type });
    }
  }
  if (rule.readers.length === 0) return happenings.map((happening) => toEvent(owner, happening));
  return happenings.map((happening) =>
    toEvent(owner, { ...happening, ...carried(rule, timeline, happening.at, unmapped) }),
  );
}

function carried(
  rule: EventRule,
  timeline: Timeline,
  at: Instant,
  unmapped: UnmappedSink,
): Required<Pick<Happening, "attributes" | "references">> {
  const attributes: Record<string, Canonical> = {};
  const references: NamedReference[] = [];
  for (const reader of rule.readers) {
    const fields = fieldsAt(timeline, reader.sources, at);
    const value = reader.read(fields, at, unmapped);
    if (value !== undefined) attributes[reader.name] = value;
    const to = reader.refer?.(fields);
    if (to !== undefined) references.push({ name: reader.name, to });
  }
  return { attributes, references };
}

function fromChange(change: Transition, eventKey: string, derivation: string): Omit<Happening, "type"> {
  return {
    eventKey,
    native: `${change.source.stream}/${change.source.id}`,
    at: change.at,
    precision: change.precision,
    sequence: change.sequence,
    by: change.by,
    source: change.source,
    derivation,
  };
}

/** Days are placed at the start of their UTC day and say so by their precision. */
function readMoment(text: string): { readonly at: Instant; readonly precision: Precision } | null {
  if (/^\d{4}-\d{2}-\d{2}$/u.test(text)) return { at: startOfDay(text, "utc"), precision: "day" };
  const at = parseInstant(text);
  return at === undefined ? null : { at, precision: "ms" };
}

/** Tells events of one history row apart: the declared key, the field, and a number from the second one on. */
class EventKeys {
  readonly #seen = new Map<string, number>();

  next(declared: string, change: Transition): string {
    const row = `${change.source.stream}/${change.source.id}`;
    const count = (this.#seen.get(row) ?? 0) + 1;
    this.#seen.set(row, count);
    return count === 1 ? `${declared}:${change.field}` : `${declared}:${change.field}#${String(count)}`;
  }
}
