import { z } from "zod";
import { readAttributes } from "./attribute-text.ts";
import type { LogAttribute, Moment } from "./log.ts";
import type { LogReader, LogRow } from "./log-reader.ts";

/** An event as it is stored, with its relations. */
export interface StoredEvent {
  readonly seq: number;
  readonly id: string | null;
  readonly caseId: string | null;
  readonly activity: string;
  readonly at: Moment;
  readonly resource: string | null;
  readonly lifecycle: string | null;
  readonly attributes: readonly LogAttribute[];
  readonly relations: readonly StoredRelation[];
}

export interface StoredRelation {
  readonly to: string;
  readonly qualifier: string;
}

export interface StoredObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: readonly LogAttribute[];
  readonly relations: readonly StoredRelation[];
}

/** The columns of `event` that `toEvent` reads. */
export const EVENT_COLUMNS =
  "event.seq, event.id, event.case_id, event.activity, event.happened, event.offset_min, event.day_only, event.resource, event.lifecycle, event.attributes";

const relationList = z.array(z.tuple([z.string(), z.string()]));

/** All events in the order of the log. */
export async function* storedEvents(log: LogReader): AsyncIterable<StoredEvent> {
  const pages = log.pages(
    `SELECT ${EVENT_COLUMNS}, relation.list AS relations FROM event LEFT JOIN (
       SELECT event_id, to_json(list([object_id, qualifier] ORDER BY seq))::VARCHAR AS list
       FROM event_object GROUP BY event_id) relation ON relation.event_id = event.id ORDER BY event.seq`,
  );
  for await (const page of pages) for (const row of page) yield toEvent(row);
}

/** All objects in the order of the log; cases nobody made an object of come last. */
export async function* storedObjects(log: LogReader): AsyncIterable<StoredObject> {
  const pages = log.pages(
    `SELECT object.id, object.type, object.attributes, relation.list AS relations FROM (
       SELECT seq, id, type, attributes FROM object UNION ALL
       SELECT 1000000000 + min(seq), case_id, 'case', NULL FROM event
       WHERE case_id IS NOT NULL AND case_id NOT IN (SELECT id FROM object) GROUP BY case_id) object
     LEFT JOIN (
       SELECT source_id, to_json(list([target_id, qualifier] ORDER BY seq))::VARCHAR AS list
       FROM object_object GROUP BY source_id) relation ON relation.source_id = object.id ORDER BY object.seq`,
  );
  for await (const page of pages) {
    for (const row of page) {
      yield {
        id: String(row["id"]),
        type: String(row["type"]),
        attributes: readAttributes(textOrNull(row, "attributes")),
        relations: relationsIn(row),
      };
    }
  }
}

/** An event from a row with `EVENT_COLUMNS`, and `relations` where there are any. */
export function toEvent(row: LogRow): StoredEvent {
  const micros = row["happened"];
  return {
    seq: Number(row["seq"]),
    id: textOrNull(row, "id"),
    caseId: textOrNull(row, "case_id"),
    activity: String(row["activity"]),
    at: {
      micros: typeof micros === "bigint" ? micros : 0n,
      offset: Number(row["offset_min"] ?? 0),
      dayOnly: row["day_only"] === true,
    },
    resource: textOrNull(row, "resource"),
    lifecycle: textOrNull(row, "lifecycle"),
    attributes: readAttributes(textOrNull(row, "attributes")),
    relations: relationsIn(row),
  };
}

/** An attribute that occurs in a log, with the types it occurs with. */
export interface SeenAttribute {
  /** The event type or object type. */
  readonly of: string;
  readonly name: string;
  readonly types: readonly string[];
}

/** The attributes of events, by their activity, or of objects, by their type. */
export async function seenAttributes(log: LogReader, kind: "event" | "object"): Promise<readonly SeenAttribute[]> {
  const of = kind === "event" ? "activity" : "type";
  const rows = await log.rows(
    `SELECT owner, json_extract_string(attribute, '$[0]') AS name,
       to_json(list(DISTINCT json_extract_string(attribute, '$[1]')))::VARCHAR AS types, min(seq) AS first FROM (
         SELECT ${of} AS owner, seq, unnest(from_json(attributes, '["JSON"]')) AS attribute FROM ${kind}
         WHERE attributes IS NOT NULL)
     GROUP BY ALL ORDER BY first, name`,
  );
  return rows.map((row) => ({
    of: String(row["owner"]),
    name: String(row["name"]),
    types: z
      .array(z.string())
      .parse(JSON.parse(String(row["types"])))
      .sort(),
  }));
}

function relationsIn(row: LogRow): readonly StoredRelation[] {
  const list = row["relations"];
  if (typeof list !== "string") return [];
  return relationList.parse(JSON.parse(list)).map(([to, qualifier]) => ({ to, qualifier }));
}

function textOrNull(row: LogRow, name: string): string | null {
  const value = row[name];
  return typeof value === "string" ? value : null;
}
