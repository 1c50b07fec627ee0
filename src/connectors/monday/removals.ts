import type { Instant, SourceRecord, Tombstone } from "../../model/index.ts";
import type { ItemAnswer } from "./answers.ts";
import type { BoardSource } from "./board-source.ts";
import { itemRecord } from "./item-records.ts";
import { itemsById } from "./items-by-id.ts";
import { IDS_PER_CALL } from "./streams.ts";

/** What the log told about an item's end. */
export interface Told {
  readonly at: Instant;
  readonly event: string;
}

export interface Confirmed {
  readonly records: readonly SourceRecord[];
  readonly tombstones: readonly Tombstone[];
}

/**
 * Asks monday.com what became of items that a listing no longer shows or the log calls gone. Archived and deleted items
 * are still answered by id (a deleted one for about 30 days), with their last values; one that is answered no more is
 * deleted only when the log said so, otherwise out of sight (design §5.1, reference monday.md §7.4).
 *
 * @param where `board`: items that live on another board that is read are left to it; `anywhere`: they are given, too
 */
export async function confirmItems(
  source: BoardSource,
  ids: readonly string[],
  told: ReadonlyMap<string, Told>,
  where: "board" | "anywhere" = "board",
): Promise<Confirmed> {
  const records: SourceRecord[] = [];
  const tombstones: Tombstone[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_CALL) {
    const chunk = ids.slice(at, at + IDS_PER_CALL);
    const found = new Map((await itemsById(source, chunk)).map((item) => [item.id, item]));
    for (const id of chunk) {
      const item = found.get(id);
      const end = item === undefined ? absent(source, id, told.get(id)) : endOf(source, item, told.get(id));
      if (end !== null) tombstones.push(end);
      if (
        item !== undefined
        && end?.cause !== "visibility lost"
        && (where === "anywhere" || !livesElsewhere(source, item))
      ) {
        records.push(itemRecord(item, source.stream));
      }
    }
  }
  return { records, tombstones };
}

const isElsewhere = (source: BoardSource, item: ItemAnswer): boolean =>
  item.board !== null && item.board.id !== source.board.id;

const livesElsewhere = (source: BoardSource, item: ItemAnswer): boolean =>
  item.state === "active" && isElsewhere(source, item);

function absent({ stream }: BoardSource, id: string, told: Told | undefined): Tombstone {
  const deleted = told !== undefined && /delete/u.test(told.event);
  return { stream, id, cause: deleted ? "deleted" : "visibility lost", at: deleted ? told.at : null };
}

/** Null for an item that lives, here or on another board that is read. */
function endOf(source: BoardSource, item: ItemAnswer, told: Told | undefined): Tombstone | null {
  if (item.state === "archived" || item.state === "deleted") {
    const said = told !== undefined && told.event.includes(item.state.slice(0, 6));
    return { stream: source.stream, id: item.id, cause: item.state, at: said ? told.at : null };
  }
  const outside = isElsewhere(source, item) && !source.boardIds.has(item.board?.id ?? "");
  return outside ? { stream: source.stream, id: item.id, cause: "visibility lost", at: null } : null;
}
