import { HubError } from "../../model/index.ts";
import { thereAre } from "../kit/index.ts";
import type { CreateCommand } from "../kit/index.ts";
import type { BoardAnswer } from "./answers.ts";
import { foldName } from "./settings.ts";

/** Where a new item goes. */
export interface ItemPlace {
  readonly board: BoardAnswer;
  /** Null for the board's top group. */
  readonly group: string | null;
}

/**
 * The board, and the group where one is named: `parent` or what `create_from` says as `<board>/<group>`, by name or id;
 * with neither the only board there is. A board's name may hold a slash itself. Errors: HUB-1516.
 */
export function placeFor(
  command: Pick<CreateCommand, "parent" | "template">,
  boards: readonly BoardAnswer[],
): ItemPlace {
  const text = command.parent ?? command.template;
  if (text === undefined) return { board: only(boards, "any board", boards), group: null };
  const named = boardsNamed(boards, text);
  if (named.length > 0) return { board: only(named, text, boards), group: null };
  const cut = text.lastIndexOf("/");
  const board = only(boardsNamed(boards, text.slice(0, Math.max(cut, 0))), text, boards);
  return { board, group: groupNamed(board, text.slice(cut + 1)) };
}

/** A group's id by its title or id. Errors: HUB-1516. */
export function groupNamed(board: BoardAnswer, wanted: string): string {
  const folded = foldName(wanted);
  const fitting = (board.groups ?? []).filter(({ id, title }) => id === wanted || foldName(title) === folded);
  const [group] = fitting;
  if (group !== undefined && fitting.length === 1) return group.id;
  throw new HubError("HUB-1516", `${fitting.length} groups of the board ${board.name} fit "${wanted}".`, {
    disposition: "skip-record",
    place: { system: "monday", stream: "items", partition: board.id, path: "group" },
    remedy: `Name one of the board's groups. ${thereAre((board.groups ?? []).map(({ title }) => title))}`,
  });
}

function boardsNamed(boards: readonly BoardAnswer[], wanted: string): readonly BoardAnswer[] {
  const folded = foldName(wanted);
  return boards.filter(({ id, name }) => id === wanted || foldName(name) === folded);
}

function only(fitting: readonly BoardAnswer[], wanted: string, boards: readonly BoardAnswer[]): BoardAnswer {
  const [board] = fitting;
  if (board !== undefined && fitting.length === 1) return board;
  throw new HubError("HUB-1516", `${fitting.length} boards fit "${wanted}"; a new item needs exactly one.`, {
    disposition: "skip-record",
    place: { system: "monday", stream: "items" },
    remedy: `Name the board, and a group of it after a slash, in the handoff's \`create_from\`. ${thereAre(boards.map(({ name }) => name))}`,
  });
}
