import { HubError } from "../../model/index.ts";
import type { BoardAnswer } from "./answers.ts";
import type { NamedColumn } from "./board-columns.ts";
import type { MondayGateway } from "./gateway.ts";
import type { FilterForm } from "./updated-filter.ts";

/** How much is read again: a write is seen by readers up to 30 s late, and clocks differ (reference monday.md §7). */
export const OVERLAP_MS = 5 * 60_000;
/** Times a listing may start again after its cursor was forgotten. */
export const MOST_RESTARTS = 5;

/** What reading one board needs. */
export interface BoardSource {
  readonly gateway: MondayGateway;
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
export function cellVariables(source: Pick<BoardSource, "columns">): { columns: string[]; cells: boolean } {
  const columns = source.columns.map((column) => column.id);
  return { columns, cells: columns.length > 0 };
}

export function boardGone(source: BoardSource): HubError {
  return new HubError("HUB-1502", `The board ${source.board.name} is no longer visible.`, {
    disposition: "stop-stream",
    place: { system: "monday", stream: "items", partition: source.board.id },
    remedy: "Run again: the list of boards will say what became of it.",
  });
}

export function neverEnding(source: BoardSource, what: string): HubError {
  return new HubError("HUB-1510", `${what} of the board ${source.board.name} could not be read to its end.`, {
    disposition: "stop-stream",
    place: { system: "monday", stream: "items", partition: source.board.id },
    remedy: "Run again at a quieter hour; the reading goes on from what is stored.",
  });
}
