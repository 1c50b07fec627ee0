import { HOUR } from "../../model/index.ts";
import type {
  Actor,
  ActorEvidence,
  AttributeChange,
  Canonical,
  Instant,
  LinkedObject,
  ModelEvent,
} from "../../model/index.ts";
import type { TypeWords } from "./problems.ts";
import type { TestMoment, TestRecord, TestValue } from "./test-schema.ts";

/** One side of a contract as the records of a test stand for it. */
export interface TestSide {
  readonly type: string;
  /** Stands for the system, so that each side has accounts of its own. */
  readonly system: "source" | "target";
  readonly words: TypeWords | undefined;
  /** By name. */
  readonly actors: ReadonlyMap<string, Actor>;
}

/** The tenant of all that tests speak of. */
export const TEST_TENANT = "test";

/** A record of a test as link would hand it on. */
export function testObject(record: TestRecord, side: TestSide): LinkedObject {
  const key = testKey(record.id, side);
  const events = eventsOf(record, key, side);
  const attributes = Object.fromEntries(
    Object.entries(record.attributes).map(([name, value]) => [name, canonicalOf(name, value, side)]),
  );
  const persons = Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      typeof value === "object" && value !== null && "person" in value
        ? [[name, side.actors.get(value.person) ?? null] as const]
        : [],
    ),
  );
  const created = record.created === undefined ? (events[0]?.occurredAt ?? HOUR) - HOUR : Date.parse(record.created);
  const { removed } = record;
  return {
    object: {
      key,
      type: side.type,
      mapping: "test",
      attributes,
      history: record.changes.map(({ attribute, to, at, by }): AttributeChange => ({
        attribute,
        value: canonicalOf(attribute, to, side),
        validAt: Date.parse(at),
        observedAt: Date.parse(at),
        source: "history",
        by: evidenceOf(by),
      })),
      references: [],
      createdAt: created,
      removed: removed === undefined ? null : { at: Date.parse(removed.at), cause: removed.cause },
      url: null,
    },
    id: key,
    nativeId: record.id,
    references: record.refers,
    persons,
    events,
  };
}

export function testKey(id: string, { system, type }: Pick<TestSide, "system" | "type">): string {
  return `${system}/${TEST_TENANT}/${type}/${id}`;
}

/** What a person wrote, as the attribute's kind takes it. */
export function canonicalOf(name: string, value: TestValue, { words }: Pick<TestSide, "words">): Canonical {
  const kind = words?.attributes.get(name);
  if (kind === "person" && typeof value === "string") return { person: value };
  if (kind === "date" && typeof value === "string") return { day: value };
  if (kind === "instant" && typeof value === "string") return { at: Date.parse(value) };
  return value;
}

function eventsOf(record: TestRecord, key: string, { type }: TestSide): readonly ModelEvent[] {
  const made = (moment: TestMoment, more: (name: string) => Partial<ModelEvent>, sequence: number): ModelEvent => {
    const { name, at, by } = readMoment(moment);
    return {
      id: `${key} ${String(sequence)}`,
      type: "",
      objectKey: key,
      objectType: type,
      occurredAt: at,
      precision: "ms",
      sequence,
      by: evidenceOf(by),
      stage: null,
      fromStage: null,
      attributes: {},
      references: [],
      source: { stream: "test", id: record.id },
      mapping: "test",
      derivation: "given",
      ...more(name),
    };
  };
  const stage = (name: string): Partial<ModelEvent> => ({ type: `${name} entered`, stage: name });
  const step = (did: string) => (name: string) => ({
    type: `step ${did}`,
    objectType: `${type}-step`,
    attributes: { step: name },
  });
  return [
    ...record.stages.map((moment, n) => made(moment, stage, n)),
    ...record.steps.map((moment, n) => made(moment, step("completed"), 1000 + n)),
    ...record.reopened.map((moment, n) => made(moment, step("reopened"), 2000 + n)),
  ].sort((left, right) => left.occurredAt - right.occurredAt || left.sequence - right.sequence);
}

function readMoment(moment: TestMoment): { readonly name: string; readonly at: Instant; readonly by?: string } {
  if ("at" in moment && "name" in moment) {
    const { name, at, by } = moment;
    return { name, at: Date.parse(at), ...(typeof by === "string" ? { by } : {}) };
  }
  const [[name, at] = ["", ""]] = Object.entries(moment);
  return { name, at: Date.parse(at) };
}

function evidenceOf(by: string | undefined): ActorEvidence {
  return by === "automation" ? { person: null, kind: "automation" } : { person: by ?? null, kind: "human" };
}
