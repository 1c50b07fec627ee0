import { toIso } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import { boardPageSchema } from "./answers.ts";
import type { ActivityAnswer } from "./answers.ts";
import { boardGone, neverEnding } from "./board-source.ts";
import type { BoardSource } from "./board-source.ts";
import { LOG } from "./documents.ts";
import { activityInstant } from "./item-records.ts";
import type { BoardPosition } from "./position.ts";
import { ROWS_PER_PAGE } from "./streams.ts";

/** Pages of one window: below the 10,000 rows beyond which the log shows nothing (reference monday.md §8). */
const PAGES_PER_WINDOW = 9;

export interface LogPage {
  readonly rows: readonly ActivityAnswer[];
  /** The position's part about the log once this page is stored. */
  readonly state: Pick<BoardPosition, "anchor" | "walk">;
}

type Anchor = BoardPosition["anchor"];

export interface LogStart {
  /** Where to start; null for now. */
  readonly top: Instant | null;
  /** The first page, when it came with the items. */
  readonly first: readonly ActivityAnswer[] | null;
  /** The next anchor, when an earlier run has found it already. */
  readonly candidate: Anchor;
  /** Rows up to it are final: no earlier one can still appear. */
  readonly settledBefore: Instant;
}

/**
 * Walks the log downwards, newest first, from `top` to the anchor: the newest row that was old enough to be final when
 * the log was read last. Finding it again proves that nothing in between is missing; without it only an empty page does,
 * since a short one may hide rows. Windows are cut so that none reaches the row limit.
 */
export async function* walkLog(source: BoardSource, anchor: Anchor, start: LogStart): AsyncGenerator<LogPage> {
  let { candidate } = start;
  let { top } = start;
  for (let page = 1; ; page += 1) {
    const rows =
      page === 1 && start.first !== null && top === null ? start.first : await logPage(source, anchor, top, page);
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
      // A whole window of one instant: no cut would bring the walk further down.
      if (top !== null && oldest >= top) throw neverEnding(source, "The activity log");
      top = oldest;
      page = 0;
    }
  }
}

function newestBefore(rows: readonly ActivityAnswer[], instant: Instant): Anchor {
  const row = rows.find((candidate) => activityInstant(candidate.created_at) <= instant);
  return row === undefined ? null : { id: row.id, at: activityInstant(row.created_at) };
}

/** Bounds are inclusive and a millisecond wide of the mark: the log's own times are finer than that. */
async function logPage(
  source: BoardSource,
  anchor: Anchor,
  top: Instant | null,
  page: number,
): Promise<readonly ActivityAnswer[]> {
  const { gateway, board, signal } = source;
  const from = logFrom(anchor);
  const { data } = await gateway.ask({
    operation: `activity of board ${board.id}`,
    query: LOG,
    variables: {
      board: [board.id],
      rows: ROWS_PER_PAGE,
      page,
      ...(from === null ? {} : { from }),
      ...(top === null ? {} : { to: toIso(top + 1) }),
    },
    answer: boardPageSchema,
    signal,
  });
  const found = data.boards?.[0];
  if (found == null) throw boardGone(source);
  return found.activity_logs?.filter((row) => row !== null) ?? [];
}

/** The lower bound of a window that has to hold the anchor. */
export function logFrom(anchor: Anchor): string | null {
  return anchor === null ? null : toIso(anchor.at - 1);
}
