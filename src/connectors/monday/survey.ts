import { HubError } from "../../model/index.ts";
import { thereAre } from "../kit/index.ts";
import type { Prospect, Survey, TargetSlip } from "../kit/index.ts";
import type { BoardAnswer } from "./answers.ts";
import { namedColumns } from "./board-columns.ts";
import { placeFor } from "./item-place.ts";
import { foldName } from "./settings.ts";
import { itemsOnly, noMarker } from "./write-refusals.ts";
import { writeValues } from "./write-values.ts";

/**
 * What one item takes beside the search of every board for it, before and after: the boards thrice, making it, reading it
 * back with its log. Without a column for markers it is said in an update and taken out of the name, and boards are
 * searched by names and by updates.
 */
const CALLS = { item: 7, noted: 4, search: 2, notedSearch: 4 };

/** Looks up the board, its group and its columns with the labels that are named already. */
export function survey(prospect: Prospect, boards: readonly BoardAnswer[], marker: string | undefined): Survey {
  itemsOnly(prospect.stream);
  const noted = marker === undefined;
  const calls = CALLS.item + (noted ? CALLS.noted : 0) + boards.length * (noted ? CALLS.notedSearch : CALLS.search);
  const slips: TargetSlip[] = [];
  const board = attempt(() => placeFor(prospect, boards).board, null, slips);
  if (board === null) return { slips, calls };
  for (const [field, value] of Object.entries(prospect.fields)) {
    const known = hasField(board, field);
    // An empty value says nothing of the column; a name or a group that is not known yet is not empty.
    if (value === null && known) continue;
    attempt(() => writeValues(board, { [field]: value }, new Map()), field, slips, known ? null : board);
  }
  if (marker !== undefined && !hasField(board, marker))
    slips.push({ field: null, error: noMarker(board.name, marker) });
  return { slips, calls };
}

function hasField(board: BoardAnswer, field: string): boolean {
  if (field === "name" || field === "group") return true;
  return namedColumns(board).some((column) => foldName(column.field) === foldName(field) || column.id === field);
}

/** @param lacking the board, when it has no such column: then it is said which it has */
function attempt<Result>(
  work: () => Result,
  field: string | null,
  slips: TargetSlip[],
  lacking: BoardAnswer | null = null,
): Result | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    slips.push({ field, error: lacking === null ? error : withColumns(error, lacking) });
    return null;
  }
}

function withColumns({ code, message, disposition, place }: HubError, board: BoardAnswer): HubError {
  return new HubError(code, message, {
    disposition,
    place,
    remedy: thereAre(["name", "group", ...namedColumns(board).map((column) => column.field)]),
  });
}
