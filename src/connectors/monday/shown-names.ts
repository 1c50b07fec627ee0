import { z } from "zod";
import type { NameList, NamesFace, ShownName } from "../kit/index.ts";
import type { BoardAnswer } from "./answers.ts";
import { isSubitemBoard, namedColumns, parseJson, storedBoard } from "./board-columns.ts";

const doneSchema = z.looseObject({ done_colors: z.array(z.union([z.number(), z.string()])) });

/**
 * Boards, and of each board its groups, columns and labels. Label indexes are given out again after a deletion (reference
 * monday.md §6); whether a label counts as done tells a new meaning from a new name.
 */
export const mondayNames: NamesFace = {
  streams: ["boards"],
  lists: ({ references }) => {
    const boards = [...(references["boards"]?.values() ?? [])].flatMap((content) => storedBoard(content) ?? []);
    return [
      ...["items", "subitems"].map((stream): NameList => ({
        stream,
        field: "board",
        holds: "options",
        scope: null,
        shown: boards.map(({ id, name }) => ({ id, name })),
      })),
      ...boards.flatMap(listsOf),
    ];
  },
};

function listsOf(board: BoardAnswer): readonly NameList[] {
  const stream = isSubitemBoard(board) ? "subitems" : "items";
  const known = { board: { option: board.id, name: board.name } };
  const scope = { field: "board", id: board.id, title: board.name, known };
  const list = (field: string | null, shown: readonly ShownName[]): NameList => ({
    stream,
    field,
    holds: "options",
    scope,
    shown,
  });
  const columns = namedColumns(board);
  return [
    list(
      null,
      columns.flatMap(({ id, field, type }): readonly ShownName[] => [
        { id, name: field },
        ...(type === "timeline" || type === "week"
          ? ["from", "to"].map((end) => ({ id: `${id}.${end}`, name: `${field}.${end}` }))
          : []),
      ]),
    ),
    list(
      "group",
      (board.groups ?? []).map(({ id, title }) => ({ id, name: title })),
    ),
    ...columns.flatMap(({ id, field, type, labels }) => {
      if (labels.size === 0) return [];
      const done = type === "status" ? doneIndexes(board, id) : null;
      const shown = [...labels].flatMap(([option, name]): readonly ShownName[] => {
        if (name === "") return [];
        return [{ id: option, name, ...(done === null ? {} : { means: done.has(option) ? "done" : "not done" }) }];
      });
      return [list(field, shown)];
    }),
  ];
}

/** Null where the column does not say. */
function doneIndexes(board: BoardAnswer, id: string): ReadonlySet<string> | null {
  const column = board.columns?.find((each) => each.id === id);
  const settings = doneSchema.safeParse(parseJson(column?.settings_str ?? ""));
  return settings.success ? new Set(settings.data.done_colors.map(String)) : null;
}
