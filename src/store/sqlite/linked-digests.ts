import type { ChildJoin, ObjectDigest } from "../../model/index.ts";
import { hashText } from "../../model/index.ts";
import type { Database } from "./database.ts";
import { childrenWithEvents, noteChildren, pagesOfType } from "./linked-objects.ts";
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
    const others = childrenWithEvents(database, rows, children);
    yield rows.map((row) => {
      const named = Object.entries(references.get(row.key) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
      const own = [row.body, row.events, row.record_references, row.key_references, row.entity_id];
      const told = (others.get(row.key) ?? []).flatMap(({ key, entity_id, events }) => [key, entity_id, events]);
      return { id: row.key, digest: hashText(JSON.stringify([own, named, told])) };
    });
  }
}
