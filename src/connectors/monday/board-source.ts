import { HubError } from "../../model/index.ts";
import type { BoardAnswer } from "./answers.ts";
import type { NamedColumn } from "./board-columns.ts";
import type { MondayGateway } from "./gateway.ts";
import type { ItemShape } from "./documents.ts";
import type { ItemStream } from "./item-records.ts";
import type { FilterForm } from "./updated-filter.ts";

/** How much is read again: a write is seen by readers up to 30 s late, and clocks differ (reference monday.md §7). */
export const OVERLAP_MS = 5 * 60_000;
/** Times a listing may start again after its cursor was forgotten. */
export const MOST_RESTARTS = 5;

/** What reading one board needs. */
export interface BoardSource {
  readonly gateway: MondayGateway;
  /** What the board's items are stored as. */
  readonly stream: ItemStream;
  readonly board: BoardAnswer;
  /** The columns asked for. */
  readonly columns: readonly NamedColumn[];
  /** Ids of all boards that are read: an item that moved to one of them is delivered there. */
  readonly boardIds: ReadonlySet<string>;
  /** The filter form that works for this account; shared, so that a refusal is learnt once. */
  readonly filter: { form: FilterForm };
  readonly signal: AbortSignal;
}

/** Variables every question about items takes. */
export function cellVariables(source: Pick<BoardSource, "columns">): { columns?: string[] } {
  const columns = source.columns.map((column) => column.id);
  return columns.length > 0 ? { columns } : {};
}

/** What questions about items ask of each. */
export function shapeOf({ columns, stream }: Pick<BoardSource, "columns" | "stream">): ItemShape {
  return { types: columns.map((column) => column.type), nested: stream === "subitems" };
}

export function boardGone(source: BoardSource): HubError {
  return new HubError("HUB-1502", `The board ${source.board.name} is no longer visible.`, {
    disposition: "stop-stream",
    place: { system: "monday", stream: source.stream, partition: source.board.id },
    remedy: "Run again: the list of boards will say what became of it.",
  });
}

/** The code of a log that the token's user may not see. */
export const LOG_HIDDEN = "HUB-1518";

/** Items go on being read; their history is out of sight, which is not that there is none. */
export function logHidden(source: BoardSource): HubError {
  return new HubError(LOG_HIDDEN, `The activity log of the board ${source.board.name} is out of sight.`, {
    disposition: "stop-stream",
    place: { system: "monday", stream: "activity_logs", partition: source.board.id },
    remedy: "Give the token's user access to the board's activity log; what was read of it is kept.",
  });
}

/** A column that mappings name and the token's user no longer sees: its cells would look emptied. */
export function columnHidden(source: BoardSource, column: NamedColumn): HubError {
  return new HubError("HUB-1519", `The column ${column.field} of the board ${source.board.name} is out of sight.`, {
    disposition: "stop-stream",
    place: { system: "monday", stream: source.stream, partition: source.board.id, path: column.id },
    remedy: "Let the token's user see the column again, or take it out of the mappings; what was read of it is kept.",
  });
}

export function neverEnding(source: BoardSource, what: string): HubError {
  return new HubError("HUB-1510", `${what} of the board ${source.board.name} could not be read to its end.`, {
    disposition: "stop-stream",
    place: { system: "monday", stream: source.stream, partition: source.board.id },
    remedy: "Run again at a quieter hour; the reading goes on from what is stored.",
  });
}
