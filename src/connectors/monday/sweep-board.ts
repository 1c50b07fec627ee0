import { z } from "zod";
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

const resumeSchema = z.object({ before: z.number().nullable() });

/**
 * Compares the ids a board lists with those known, and looks up the difference both ways: what is known and not listed
 * has ended or moved, what is listed and not known was missed. Where columns follow from other items, whose changes move
 * no stamp here (mirrors, formulas), the items are read whole. The position stays as it is. A sweep that was cut goes on
 * from the newest update it has certainly passed, which only a reading of whole items tells.
 */
export async function* sweepBoard(source: BoardSource, position: Position, context: ReadContext): AsyncGenerator<Page> {
  const { known } = context;
  const { stream, board } = source;
  const last = resumeSchema.safeParse(await known.resume(stream, board.id)).data ?? null;
  const nothing = { records: [], tombstones: [], rejects: [], position };
  const isFresh = last === null || last.before === null;
  if (isFresh) yield { ...nothing, listing: { starts: true, ids: [], resume: { before: null } } };
  if (last !== null || source.columns.some(({ type }) => REFRESHED.has(type))) {
    for await (const { items, before } of listItems(source, { from: last?.before ?? null, log: "leave" })) {
      const ids = items.map(({ id }) => id);
      const records = items.map((item) => itemRecord(item, stream));
      yield { ...nothing, records, listing: { ids, resume: { before } } };
    }
  } else {
    for await (const ids of listIds(source)) {
      const stored = await known.among(stream, ids);
      yield* confirmed(
        source,
        ids.filter((id) => !stored.has(id)),
        position,
      );
      yield { ...nothing, listing: { ids, resume: { before: null } } };
    }
  }
  for await (const ids of known.unlisted(stream, board.id)) yield* confirmed(source, ids, position);
  // What was listed in several nights is not what the board holds at any one time.
  const sourceCount = { count: await known.listedCount(stream, board.id), of: "active items the boards list" };
  yield { ...nothing, listing: { ids: [], resume: null, ends: true }, ...(isFresh ? { sourceCount } : {}) };
}

async function* confirmed(source: BoardSource, ids: readonly string[], position: Position): AsyncGenerator<Page> {
  for (let at = 0; at < ids.length; at += IDS_PER_CALL) {
    const { records, tombstones } = await confirmItems(source, ids.slice(at, at + IDS_PER_CALL), new Map());
    yield { records, tombstones, rejects: [], position };
  }
}

/** Types whose values change without the item's stamp (reference monday.md §7.3). */
const REFRESHED = new Set(["mirror", "formula", "subtasks", "auto_number", "progress"]);

/** Ids that a board only lists, or that are only known of it. */
export async function differences(source: BoardSource, context: ReadContext): Promise<readonly string[]> {
  const known = await knownIds(source, context);
  const listed = new Set<string>();
  for await (const ids of listIds(source)) for (const id of ids) listed.add(id);
  return [...[...known].filter((id) => !listed.has(id)), ...[...listed].filter((id) => !known.has(id))];
}

/** Every id a board lists; a listing whose cursor is forgotten starts again and gives some twice. */
async function* listIds(source: BoardSource): AsyncGenerator<readonly string[]> {
  for (let restarts = 0; restarts <= MOST_RESTARTS; restarts += 1) {
    try {
      yield* listIdsOnce(source);
      return;
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== CURSOR_EXPIRED) throw error;
    }
  }
  throw neverEnding(source, "The ids");
}

async function* listIdsOnce({ gateway, board, signal, ...rest }: BoardSource): AsyncGenerator<readonly string[]> {
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
    yield page.items.map(({ id }) => id);
    if (page.cursor === null) return;
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
