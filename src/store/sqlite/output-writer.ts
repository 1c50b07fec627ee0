import { HubError } from "../../model/index.ts";
import type { Entity, MappedEntity, ModelEvent, ModelObject } from "../../model/index.ts";
import type { Bound, Database } from "./database.ts";
import { CLOCK_SKEW } from "./clock-skew.ts";
import { eventsBody, objectBody, storedReferences } from "./object-rows.ts";

/** Rows of one statement: what they have in common is bound once. */
const ROWS = 40;
const OWN_VALUES = 8;

/**
 * Gathers what a stream's entities were mapped to as rows, so that what they were made of need not be kept, and writes
 * them when `finish` is called, many a statement.
 */
export class OutputWriter {
  readonly #database: Database;
  readonly #streamPk: number;
  readonly #objects: Bound[] = [];
  readonly #unmapped: Bound[][] = [];
  readonly #toldEarly: Bound[][] = [];

  constructor(database: Database, streamPk: number) {
    this.#database = database;
    this.#streamPk = streamPk;
  }

  add(entity: Entity, { objects, events, unmapped }: MappedEntity): void {
    let stored = 0;
    for (const object of objects) {
      const own = objects.length === 1 ? events : events.filter((event) => event.objectKey === object.key);
      stored += own.length;
      this.#object(entity, object, own);
    }
    if (stored !== events.length) {
      throw new HubError("HUB-1001", `An event of ${entity.stream} ${entity.id} belongs to no object mapped from it.`);
    }
    for (const { mapping, field, value } of unmapped) this.#unmapped.push([entity.id, mapping, field, value]);
    for (const { id, occurredAt } of events.filter((event) => isToldEarly(entity, event)))
      this.#toldEarly.push([entity.id, id, occurredAt]);
  }

  finish(): void {
    const step = ROWS * OWN_VALUES;
    for (let at = 0; at < this.#objects.length; at += step) {
      const values = this.#objects.slice(at, at + step);
      const rows = values.length / OWN_VALUES;
      this.#database.run(rows === ROWS ? FULL : insertRows(rows), this.#streamPk, ...values);
    }
    for (const values of this.#unmapped) {
      this.#database.run(
        "insert into unmapped (stream_pk, entity_id, mapping, field, value) values (?, ?, ?, ?, ?)",
        this.#streamPk,
        ...values,
      );
    }
    for (const values of this.#toldEarly) {
      this.#database.run(
        "insert into told_early (stream_pk, entity_id, event_id, occurred_at) values (?, ?, ?, ?)",
        this.#streamPk,
        ...values,
      );
    }
  }

  #object(entity: Entity, object: ModelObject, events: readonly ModelEvent[]): void {
    const { toRecords, byKeys } = storedReferences(object);
    this.#objects.push(
      object.key,
      object.type,
      entity.id,
      object.removed?.mergedInto ?? null,
      toRecords,
      byKeys,
      objectBody(object),
      eventsBody(entity, events),
    );
  }
}

/**
 * Whether the record that tells of an event was last changed before the event: at that time it was a plan. History rows
 * carry no other time than that of their change, and days are exact to the day only.
 */
function isToldEarly({ stream, id, modifiedAt }: Entity, { source, precision, occurredAt }: ModelEvent): boolean {
  const isOwn = source.stream === stream && source.id === id;
  return isOwn && precision !== "day" && modifiedAt !== undefined && occurredAt > modifiedAt + CLOCK_SKEW;
}

/** The statement for a number of rows; the first parameter is the stream they share. */
function insertRows(count: number): string {
  const row = (at: number): string => {
    const own = Array.from({ length: OWN_VALUES }, (_, index) => `?${2 + at * OWN_VALUES + index}`);
    return `(?1, ${own.join(", ")})`;
  };
  return `insert into object (stream_pk, key, type, entity_id, merged_into, record_references, key_references, body, events)
    values ${Array.from({ length: count }, (_, at) => row(at)).join(", ")}`;
}

const FULL = insertRows(ROWS);
