import type { ChildJoin, ObjectDigest } from "../../model/index.ts";
import { hashText } from "../../model/index.ts";
import type { Database } from "./database.ts";
import { noteChildren, pagesOfType } from "./linked-objects.ts";
import type { Row } from "./linked-objects.ts";
import { referencesOf } from "./references.ts";
import type { StreamTable } from "./streams.ts";

/** The text of what `readLinkedObjects` would read, hashed as it is stored: nothing of it is parsed. */
export async function* readLinkedDigests(
  database: Database,
  streams: StreamTable,
  type: string,
  joins: readonly ChildJoin[],
): AsyncIterable<readonly ObjectDigest[]> {
  const children = new Map<string, number[]>();
  for (const join of joins) for await (const _page of noteChildren(database, streams, join, children)) yield [];
  for (const rows of pagesOfType(database, type)) {
    const references = referencesOf(database, streams, rows);
    const others = textOfChildren(database, rows, children);
    yield rows.map((row) => {
      const named = Object.entries(references.get(row.key) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
      const own = [row.body, row.events, row.record_references, row.key_references, row.entity_id];
      return { id: row.key, digest: hashText(JSON.stringify([own, named, others.get(row.key) ?? []])) };
    });
  }
}

function textOfChildren(
  database: Database,
  parents: readonly Row[],
  children: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, readonly string[]> {
  const parentOf = new Map<number, string>();
  for (const { key } of parents) for (const pk of children.get(key) ?? []) parentOf.set(pk, key);
  const found = new Map<string, string[]>();
  if (parentOf.size === 0) return found;
  const rows = database.all<Pick<Row, "key" | "entity_id" | "events"> & { readonly pk: number }>(
    `select pk, key, entity_id, events from object
     where pk in (select value from json_each(?)) and events is not null order by key`,
    JSON.stringify([...parentOf.keys()]),
  );
  for (const { pk, key, entity_id, events } of rows) {
    const parent = parentOf.get(pk) ?? "";
    const known = found.get(parent) ?? [];
    known.push(key, entity_id, events ?? "");
    found.set(parent, known);
  }
  return found;
}
