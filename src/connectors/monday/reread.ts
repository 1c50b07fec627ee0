import type { SourceRecord } from "../../model/index.ts";
import type { ReadContext, Reread } from "../kit/index.ts";
import type { ActivityAnswer } from "./answers.ts";
import { isSubitemBoard, objectOf } from "./board-columns.ts";
import { logHidden, neverEnding } from "./board-source.ts";
import type { BoardSource } from "./board-source.ts";
import { scalar } from "./field-values.ts";
import type { MondayGateway } from "./gateway.ts";
import { activityRecords } from "./item-records.ts";
import { boardContent, boardsById, boardsWanted, causesOf } from "./read-lists.ts";
import { logPage } from "./read-log.ts";
import { confirmItems } from "./removals.ts";
import type { MondaySettings } from "./settings.ts";
import { IDS_PER_CALL } from "./streams.ts";

/** A source for items of whatever board, and the one of a board once it is known. */
export interface Anywhere {
  readonly source: BoardSource;
  readonly sourceOf: (board: string) => Promise<BoardSource>;
}

/** Pages of a log window beyond which it shows nothing (reference monday.md §8). */
const MOST_PAGES = 10;

/** Reads items again, with the rows of their boards' logs that are about them. */
export async function* rereadItems({ source, sourceOf }: Anywhere, ids: readonly string[]): AsyncGenerator<Reread> {
  const asked = [...new Set(ids)];
  for (let at = 0; at < asked.length; at += IDS_PER_CALL) {
    const { records, tombstones } = await confirmItems(
      source,
      asked.slice(at, at + IDS_PER_CALL),
      new Map(),
      "anywhere",
    );
    yield { records, tombstones, rejects: [] };
    for (const [board, items] of byBoard(records)) {
      if (!source.boardIds.has(board)) continue;
      yield await historyOf(await sourceOf(board), items);
    }
  }
}

function byBoard(records: readonly SourceRecord[]): ReadonlyMap<string, readonly string[]> {
  const boards = new Map<string, string[]>();
  for (const { id, content } of records) {
    const board = scalar(objectOf(content["board"])?.["id"]);
    boards.set(board, [...(boards.get(board) ?? []), id]);
  }
  return boards;
}

async function historyOf(source: BoardSource, items: readonly string[]): Promise<Reread> {
  const rows: ActivityAnswer[] = [];
  for (let page = 1; ; page += 1) {
    if (page > MOST_PAGES) throw neverEnding(source, "The activity log");
    const found = await logPage(source, { from: null, top: null, page, items });
    if (found === null) throw logHidden(source);
    if (found.length === 0) break;
    rows.push(...found);
  }
  const columns = new Set(source.columns.map(({ id }) => id));
  const { records, rejects } = activityRecords(rows, columns, source.stream);
  return { records, tombstones: [], rejects };
}

/** Reads boards again; one that is not answered ends by its own state or is out of sight. */
export async function* rereadBoards(
  gateway: MondayGateway,
  settings: MondaySettings,
  ids: readonly string[],
  context: ReadContext,
): AsyncGenerator<Reread> {
  for (let at = 0; at < ids.length; at += IDS_PER_CALL) {
    const chunk = ids.slice(at, at + IDS_PER_CALL);
    const found = await boardsById(gateway, chunk, context.signal);
    const nested = context.selection["subitems"] === undefined ? [] : found.filter(isSubitemBoard);
    const wanted = [...boardsWanted(found, settings, {}), ...nested];
    const seen = new Set(wanted.map(({ id }) => id));
    const absent = chunk.filter((id) => !seen.has(id));
    const causes = await causesOf(gateway, absent, context.signal);
    yield {
      records: wanted.map((board) => ({ stream: "boards", id: board.id, content: boardContent(board) })),
      tombstones: absent.map((id) => ({
        stream: "boards",
        id,
        cause: causes.get(id) ?? ("visibility lost" as const),
        at: null,
      })),
      rejects: [],
    };
  }
}
