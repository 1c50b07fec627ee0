import { inOrder } from "../model/index.ts";
import type { AttributeChange, Canonical, FieldValue, Instant, NormalisedEntity, Transition } from "../model/index.ts";
import type { FieldReader, UnmappedSink } from "./fields.ts";
import { sameValue } from "./values.ts";
import type { Fields } from "./values.ts";

/** What an entity's history says of its fields over time. */
export interface Timeline {
  readonly entity: NormalisedEntity;
  /** Transitions by field, in time order; a field without changes has none. */
  readonly changes: ReadonlyMap<string, readonly Transition[]>;
  /** When the entity is known to exist: its creation, else when it was first seen. */
  readonly begin: Instant;
  readonly firstSeenAt: Instant;
}

const NONE: readonly Transition[] = [];
const NO_CHANGES: ReadonlyMap<string, readonly Transition[]> = new Map();

export function buildTimeline(entity: NormalisedEntity, firstSeenAt: Instant): Timeline {
  const begin = entity.created?.at ?? firstSeenAt;
  if (entity.transitions.length === 0) return { entity, changes: NO_CHANGES, begin, firstSeenAt };
  const changes = new Map<string, Transition[]>();
  for (const transition of entity.transitions) {
    const list = changes.get(transition.field);
    if (list === undefined) changes.set(transition.field, [transition]);
    else list.push(transition);
  }
  return { entity, changes, begin, firstSeenAt };
}

/** The value of a field at an instant, as far as its history reaches; the current value when it never changed. */
export function valueAt(timeline: Timeline, field: string, at: Instant): FieldValue {
  const changes = timeline.changes.get(field);
  const first = changes?.[0];
  if (changes === undefined || first === undefined) return timeline.entity.fields[field] ?? null;
  let value = first.from;
  for (const change of changes) {
    if (change.at > at) break;
    value = change.to;
  }
  return value;
}

/** The record's fields as they were at an instant, for the named fields only. */
export function fieldsAt(timeline: Timeline, names: readonly string[], at: Instant): Fields {
  return Object.fromEntries(names.map((name) => [name, valueAt(timeline, name, at)]));
}

/** When the current value of these fields came to be. */
export function changedAt(timeline: Timeline, sources: readonly string[]): Instant {
  if (timeline.changes.size === 0) return timeline.begin;
  let at = timeline.begin;
  for (const source of sources) {
    const last = timeline.changes.get(source)?.at(-1);
    if (last !== undefined && last.at > at) at = last.at;
  }
  return at;
}

/**
 * The changes of one attribute: nothing when it never changed; else its first value (at creation, when the history
 * reaches it), each change, and a `snapshot` row when the current value is not the one the history ends with.
 */
export function attributeHistory(
  timeline: Timeline,
  reader: FieldReader,
  current: Canonical,
  unmapped: UnmappedSink,
): readonly AttributeChange[] {
  const changes = mergedChanges(timeline, reader.sources);
  const [first] = changes;
  if (first === undefined) return [];
  const { firstSeenAt } = timeline;
  const rows: AttributeChange[] = [];
  const add = (row: Omit<AttributeChange, "attribute" | "observedAt">): void => {
    const last = rows.at(-1);
    if (last !== undefined && sameValue(last.value, row.value)) return;
    rows.push({ attribute: reader.name, observedAt: Math.max(row.validAt, firstSeenAt), ...row });
  };
  const { created } = timeline.entity;
  if (created !== null && created.at < first.at) {
    const value = reader.read(fieldsAt(timeline, reader.sources, first.at - 1), created.at, unmapped);
    if (value !== undefined && value !== null) {
      add({ value, validAt: created.at, source: "history", by: created.by });
    }
  }
  for (const change of changes) {
    const before = reader.sources.length === 1 ? { [change.field]: change.to } : null;
    const fields = before ?? { ...fieldsAt(timeline, reader.sources, change.at), [change.field]: change.to };
    const value = reader.read(fields, change.at, unmapped);
    if (value !== undefined) add({ value, validAt: change.at, source: "history", by: change.by });
  }
  if (reader.sources.some((source) => timeline.entity.gaps.includes(source))) {
    add({ value: current, validAt: Math.max(firstSeenAt, rows.at(-1)?.validAt ?? firstSeenAt), source: "snapshot" });
  }
  return rows;
}

function mergedChanges(timeline: Timeline, sources: readonly string[]): readonly Transition[] {
  let only: readonly Transition[] = NONE;
  let several = false;
  for (const source of sources) {
    const own = timeline.changes.get(source);
    if (own === undefined) continue;
    several = only !== NONE;
    if (several) break;
    only = own;
  }
  if (!several) return only;
  return inOrder(
    sources.flatMap((source) => timeline.changes.get(source) ?? []),
    (a, b) => a.at - b.at || a.sequence - b.sequence,
  );
}
