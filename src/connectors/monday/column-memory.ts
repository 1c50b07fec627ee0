import type { ReadContext } from "../kit/index.ts";
import { boardPageSchema } from "./answers.ts";
import type { BoardAnswer, ColumnAnswer } from "./answers.ts";
import { isSubitemBoard, objectOf, selectedColumns } from "./board-columns.ts";
import { COLUMN_LOG } from "./documents.ts";
import type { MondayGateway } from "./gateway.ts";
import { LOG_PATH } from "./read-log.ts";
import { ROWS_PER_PAGE } from "./streams.ts";

/**
 * Columns that mappings name and a board no longer shows although its log tells of no deletion: the token's user has lost
 * sight of them. Costs a call only for boards where one is missing.
 */
export async function hiddenColumns(
  gateway: MondayGateway,
  board: BoardAnswer,
  known: BoardAnswer,
  context: ReadContext,
): Promise<readonly ColumnAnswer[]> {
  const selection = context.selection[isSubitemBoard(board) ? "subitems" : "items"];
  const shown = new Set(board.columns?.map(({ id }) => id));
  const asked = new Set(selectedColumns(known, selection).map(({ id }) => id));
  const missing = (known.columns ?? []).filter(({ id }) => asked.has(id) && !shown.has(id));
  if (missing.length === 0) return [];
  const deleted = await deletedColumns(gateway, board, context.signal);
  return missing.filter(({ id }) => !deleted.has(id));
}

/** Ids of columns whose deletion the newest rows of the board's log tell, and that were not restored after it. */
async function deletedColumns(
  gateway: MondayGateway,
  board: BoardAnswer,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { data } = await gateway.ask({
    operation: `columns of board ${board.id}`,
    query: COLUMN_LOG,
    variables: { board: [board.id], rows: ROWS_PER_PAGE },
    answer: boardPageSchema,
    signal,
    mayBeHidden: LOG_PATH,
  });
  const deleted = new Set<string>();
  const settled = new Set<string>();
  for (const row of data.boards?.[0]?.activity_logs ?? []) {
    if (row?.event !== "delete_column" && row?.event !== "restore_column") continue;
    const id = objectOf(row.data)?.["column_id"];
    if (typeof id !== "string" || settled.has(id)) continue;
    settled.add(id);
    if (row.event === "delete_column") deleted.add(id);
  }
  return deleted;
}

/** A board as it is now, with the former titles of its columns and the columns that are out of sight. */
export function withMemory(board: BoardAnswer, known: BoardAnswer, hidden: readonly ColumnAnswer[]): BoardAnswer {
  const before = new Map((known.columns ?? []).map((column) => [column.id, column]));
  const columns = (board.columns ?? []).map((column) => {
    const old = before.get(column.id);
    if (old === undefined) return column;
    const titles = [...(old.formerly ?? []), old.title].filter((title) => title !== column.title);
    return titles.length === 0 ? column : { ...column, formerly: [...new Set(titles)] };
  });
  return { ...board, columns: [...columns, ...hidden.map((column) => ({ ...column, hidden: true }))] };
}
