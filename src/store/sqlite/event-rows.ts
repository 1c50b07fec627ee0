import type { ModelEvent } from "../../model/index.ts";

/** A stored event: what is asked for in SQL stands in columns of its own, the rest in the body. */
export interface EventRow {
  readonly id: string;
  readonly object_type: string;
  readonly object_key: string;
  readonly occurred_at: number;
  readonly sequence: number;
  readonly body: string;
}

export const EVENT_COLUMNS = "id, object_type, object_key, occurred_at, sequence, body";

/** What no column holds: half of the event's text. */
export function eventBody(event: ModelEvent): string {
  const { id: _id, objectType: _type, objectKey: _key, occurredAt: _at, sequence: _sequence, ...rest } = event;
  return JSON.stringify(rest);
}

export function toEvent(row: EventRow): ModelEvent {
  return {
    ...(JSON.parse(row.body) as ModelEvent),
    id: row.id,
    objectType: row.object_type,
    objectKey: row.object_key,
    occurredAt: row.occurred_at,
    sequence: row.sequence,
  };
}
