import { HubError } from "../../model/index.ts";
import type { Page, Position } from "../../model/index.ts";
import type { ReadContext } from "../kit/index.ts";
import { idBoardSchema, nextIdPageSchema } from "./answers.ts";
import type { IdPage } from "./answers.ts";
import { boardGone, MOST_RESTARTS, neverEnding } from "./board-source.ts";
import type { BoardSource } from "./board-source.ts";
import { IDS_FIRST, IDS_NEXT } from "./documents.ts";
import { CURSOR_EXPIRED } from "./failures.ts";
import { itemRecord } from "./item-records.ts";
import { listItems } from "./list-items.ts";
import { confirmItems } from "./removals.ts";
import { IDS_PER_CALL, ITEMS_PER_PAGE } from "./streams.ts";

/**
 * Compares the ids a board lists with those known, and looks up the difference both ways: what is known and not listed
 * has ended or moved, what is listed and not known was missed. Where columns follow from other items, whose changes move
 * no stamp here (mirrors, formulas), the items are read whole. The position stays as it is.
 */
export async function* sweepBoard(source: BoardSource, position: Position, context: ReadContext): AsyncGenerator<Page> {
  const listed = new Set<string>();
  let ids: readonly string[];
  if (source.columns.some(({ type }) => REFRESHED.has(type))) {
    for await (const { items } of listItems(source, { from: null, log: "leave" })) {
      for (const { id } of items) listed.add(id);
      const records = items.map((item) => itemRecord(item, source.stream));
      yield { records, tombstones: [], rejects: [], position };
    }
    ids = await missingItems(source, context, listed);
  } else {
    const found = await differences(source, context);
    for (const id of found.listed) listed.add(id);
    ({ ids } = found);
  }
  for (let at = 0; at < ids.length; at += IDS_PER_CALL) {
    const { records, tombstones } = await confirmItems(source, ids.slice(at, at + IDS_PER_CALL), new Map());
    yield { records, tombstones, rejects: [], position };
  }
  yield {
    records: [],
    tombstones: [],
    rejects: [],
    position,
    sourceCount: { count: listed.size, of: "active items the boards list" },
  };
}

/** Types whose values change without the item's stamp (reference monday.md §7.3). */
const REFRESHED = new Set(["mirror", "formula", "subtasks", "auto_number", "progress"]);

/** What a board lists, and the ids that are only listed or only known. */
export async function differences(
  source: BoardSource,
  context: ReadContext,
): Promise<{ readonly listed: ReadonlySet<string>; readonly ids: readonly string[] }> {
  const listed = await listIds(source);
  const missing = await missingItems(source, context, listed);
  const known = await knownIds(source, context);
  return { listed, ids: [...missing, ...[...listed].filter((id) => !known.has(id))] };
}

async function listIds(source: BoardSource): Promise<ReadonlySet<string>> {
  for (let restarts = 0; restarts <= MOST_RESTARTS; restarts += 1) {
    try {
      return await listIdsOnce(source);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== CURSOR_EXPIRED) throw error;
    }
  }
  throw neverEnding(source, "The ids");
}

async function listIdsOnce({ gateway, board, signal, ...rest }: BoardSource): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const operation = `item ids of board ${board.id}`;
  const limit = ITEMS_PER_PAGE;
  const { data } = await gateway.ask({
    operation,
    query: IDS_FIRST,
    variables: { board: [board.id], limit },
    listing: board.id,
    answer: idBoardSchema,
    signal,
  });
  const found = data.boards?.[0]?.items_page;
  if (found === undefined) throw boardGone({ gateway, board, signal, ...rest });
  for (let page: IdPage = found; ;) {
    for (const { id } of page.items) ids.add(id);
    if (page.cursor === null) return ids;
    const variables = { cursor: page.cursor, limit };
    const next = await gateway.ask({
      operation,
      query: IDS_NEXT,
      variables,
      listing: board.id,
      answer: nextIdPageSchema,
      signal,
    });
    page = next.data.next_items_page;
  }
}

/** Ids of the live items that are stored of a board. */
export async function knownIds(source: BoardSource, context: ReadContext): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const page of context.known.records(source.stream, source.board.id))
    for (const { id } of page) ids.add(id);
  return ids;
}

/** Ids known of this board that are not among those seen. */
export async function missingItems(
  source: BoardSource,
  context: ReadContext,
  seen: ReadonlySet<string>,
): Promise<readonly string[]> {
  return [...(await knownIds(source, context))].filter((id) => !seen.has(id));
}

/** True when any live item of the board is stored. */
export async function hasKnownItems(source: BoardSource, context: ReadContext): Promise<boolean> {
  for await (const page of context.known.records(source.stream, source.board.id)) if (page.length > 0) return true;
  return false;
}
