import { toIso } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import { boardPageSchema } from "./answers.ts";
import type { ActivityAnswer } from "./answers.ts";
import { boardGone, logHidden, neverEnding } from "./board-source.ts";
import type { BoardSource } from "./board-source.ts";
import { LOG } from "./documents.ts";
import { activityInstant } from "./item-records.ts";
import type { BoardPosition } from "./position.ts";
import { IDS_PER_CALL, ROWS_PER_PAGE } from "./streams.ts";

/** Pages of one window: below the 10,000 rows beyond which the log shows nothing (reference monday.md §8). */
const PAGES_PER_WINDOW = 9;

export interface LogPage {
  readonly rows: readonly ActivityAnswer[];
  /** The position's part about the log once this page is stored. */
  readonly state: Pick<BoardPosition, "anchor" | "walk">;
}

type Anchor = BoardPosition["anchor"];
/** Null for a log that is out of sight. */
export type LogRows = readonly ActivityAnswer[] | null;

export interface LogStart {
  /** Where to start; null for now. */
  readonly top: Instant | null;
  /** The first page, when it came with the items; undefined when it did not. */
  readonly first: LogRows | undefined;
  /** The next anchor, when an earlier run has found it already. */
  readonly candidate: Anchor;
  /** Rows up to it are final: no earlier one can still appear. */
  readonly settledBefore: Instant;
  /** The board's items, for a moment with more rows than a window shows. */
  readonly items: () => Promise<readonly string[]>;
}

/**
 * Walks the log downwards, newest first, from `top` to the anchor: the newest row that was old enough to be final when
 * the log was read last. Finding it again proves that nothing in between is missing; without it only an empty page does,
 * since a short one may hide rows. Windows are cut so that none reaches the row limit; a moment that alone has more rows
 * than that is asked for item by item.
 * @throws HubError HUB-1518 for a log that is out of sight, HUB-1510 for an item with more rows in one moment than a
 * window shows.
 */
export async function* walkLog(source: BoardSource, anchor: Anchor, start: LogStart): AsyncGenerator<LogPage> {
  let { candidate } = start;
  let { top } = start;
  for (let page = 1; ; page += 1) {
    const rows =
      page === 1 && start.first !== undefined && top === null
        ? start.first
        : await logPage(source, { from: logFrom(anchor), top, page });
    if (rows === null) throw logHidden(source);
    candidate ??= newestBefore(rows, start.settledBefore);
    const oldest = rows.length === 0 ? undefined : activityInstant(rows[rows.length - 1]?.created_at ?? "0");
    const ended = rows.length === 0 || rows.some((row) => row.id === anchor?.id);
    if (ended) {
      yield { rows, state: { anchor: candidate ?? anchor, walk: null } };
      return;
    }
    if (oldest === undefined) throw neverEnding(source, "The activity log");
    yield { rows, state: { anchor, walk: { to: oldest, candidate } } };
    if (page >= PAGES_PER_WINDOW) {
      if (top !== null && oldest >= top) {
        for await (const crowd of crowdedMoment(source, oldest, await start.items()))
          yield { rows: crowd, state: { anchor, walk: { to: oldest, candidate } } };
        // A window's upper bound lies a millisecond above its top.
        top = oldest - 2;
      } else top = oldest;
      page = 0;
    }
  }
}

/** The rows of one moment by item, in ever smaller groups until each fits a window. */
async function* crowdedMoment(
  source: BoardSource,
  moment: Instant,
  items: readonly string[],
): AsyncGenerator<readonly ActivityAnswer[]> {
  for (let at = 0; at < items.length; at += IDS_PER_CALL) {
    const chunk = items.slice(at, at + IDS_PER_CALL);
    for (let page = 1; ; page += 1) {
      if (page > PAGES_PER_WINDOW) {
        if (chunk.length === 1) throw neverEnding(source, "The activity log");
        const half = Math.ceil(chunk.length / 2);
        for (const part of [chunk.slice(0, half), chunk.slice(half)]) yield* crowdedMoment(source, moment, part);
        break;
      }
      const rows = await logPage(source, { from: toIso(moment - 1), top: moment, page, items: chunk });
      if (rows === null) throw logHidden(source);
      if (rows.length === 0) break;
      yield rows;
    }
  }
}

function newestBefore(rows: readonly ActivityAnswer[], instant: Instant): Anchor {
  const row = rows.find((candidate) => activityInstant(candidate.created_at) <= instant);
  return row === undefined ? null : { id: row.id, at: activityInstant(row.created_at) };
}

/** Part of a board's log; bounds are inclusive and a millisecond wide of the mark: the log's own times are finer. */
export async function logPage(
  source: BoardSource,
  window: {
    readonly from: string | null;
    readonly top: Instant | null;
    readonly page: number;
    readonly items?: readonly string[];
  },
): Promise<LogRows> {
  const { gateway, board, signal } = source;
  const { from, top, page, items } = window;
  const { data } = await gateway.ask({
    operation: `activity of board ${board.id}`,
    query: LOG,
    variables: {
      board: [board.id],
      rows: ROWS_PER_PAGE,
      page,
      ...(from === null ? {} : { from }),
      ...(top === null ? {} : { to: toIso(top + 1) }),
      ...(items === undefined ? {} : { items }),
    },
    answer: boardPageSchema,
    signal,
    mayBeHidden: LOG_PATH,
  });
  const found = data.boards?.[0];
  if (found == null) throw boardGone(source);
  return found.activity_logs?.filter((row) => row !== null) ?? null;
}

/** Where an answer's errors say that the log is not for the token's user. */
export const LOG_PATH = /^boards\.\d+\.activity_logs$/u;

/** The lower bound of a window that has to hold the anchor. */
export function logFrom(anchor: Anchor): string | null {
  return anchor === null ? null : toIso(anchor.at - 1);
}
