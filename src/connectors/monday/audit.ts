import type { Position } from "../../model/index.ts";
import type { Audit, Estimate, Partition, ReadContext } from "../kit/index.ts";
import { countsSchema } from "./answers.ts";
import type { BoardAnswer } from "./answers.ts";
import { objectOf } from "./board-columns.ts";
import { ITEM_COUNTS } from "./documents.ts";
import { scalar } from "./field-values.ts";
import type { MondayGateway } from "./gateway.ts";
import { positionSchema } from "./position.ts";
import { IDS_PER_CALL, ITEMS_PER_PAGE } from "./streams.ts";

type Counts = ReadonlyMap<string, number>;

/** One question per context tells of all boards. */
const asked = new WeakMap<ReadContext, Promise<Counts>>();

/** How many active items monday.com itself counts on each board; boards it does not count are left out. */
export function boardCounts(
  gateway: MondayGateway,
  boards: ReadonlyMap<string, BoardAnswer>,
  context: ReadContext,
): Promise<Counts> {
  const running = asked.get(context) ?? countItems(gateway, [...boards.keys()], context.signal);
  asked.set(context, running);
  running.catch(() => asked.delete(context));
  return running;
}

async function countItems(gateway: MondayGateway, ids: readonly string[], signal: AbortSignal): Promise<Counts> {
  const counts = new Map<string, number>();
  for (let at = 0; at < ids.length; at += IDS_PER_CALL) {
    const { data } = await gateway.ask({
      operation: "item counts of boards",
      query: ITEM_COUNTS,
      variables: { ids: ids.slice(at, at + IDS_PER_CALL), limit: IDS_PER_CALL },
      answer: countsSchema,
      signal,
    });
    for (const board of data.boards ?? []) {
      if (board !== null && board.items_count !== null) counts.set(board.id, board.items_count);
    }
  }
  return counts;
}

/** The board's own count beside what is stored of it; null where monday.com does not count. */
export function auditBoard(partition: Partition, counts: Counts): Audit | null {
  const count = counts.get(partition.id);
  if (count === undefined) return null;
  const name = `${partition.title} (${partition.id})`;
  return {
    of: `active ${partition.stream} of each board`,
    buckets: [{ name, count }],
    bucketOf: ({ content }) => (scalar(objectOf(content["board"])?.["id"]) === partition.id ? name : null),
  };
}

/** What a reading costs: one call for a board that was read before, else its pages; the log comes with the first one. */
export async function estimateReading(
  partition: Partition,
  position: Position | null,
  counts: Counts | null,
  context: ReadContext,
): Promise<Estimate> {
  if (counts === null) {
    let records = 0;
    for await (const page of context.known.records(partition.stream)) records += page.length;
    return { calls: 1, records: records === 0 ? null : records, exact: false };
  }
  const records = counts.get(partition.id) ?? null;
  const state = positionSchema.safeParse(position?.state);
  const readBefore = state.success && state.data.itemsBefore !== null;
  const calls =
    readBefore && context.mode === "incremental" ? 1 : Math.max(1, Math.ceil((records ?? 0) / ITEMS_PER_PAGE));
  return { calls, records, exact: false };
}
