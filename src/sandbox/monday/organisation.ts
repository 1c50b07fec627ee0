import { z } from "zod";
import type { OrganisationChange } from "../kit/fault.ts";
import { OrganisationError } from "../kit/system.ts";
import { newColumn } from "./state.ts";
import type { Board, MondayState } from "./state.ts";
import type { Column, Group } from "./parts.ts";
import { logEvent } from "./writes.ts";

const id = z.union([z.string(), z.number()]).transform(String);
const LABEL = { board: id, column: z.string(), from: z.string() };
const FIELD = { object: id, field: z.string() };
const CHANGE = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("rename-section"), board: id, group: z.string(), to: z.string() }),
  z.strictObject({ do: z.enum(["rename-label", "rename-stage"]), ...LABEL, to: z.string() }),
  z.strictObject({ do: z.literal("reuse-id"), ...LABEL, label: z.string(), isDone: z.boolean().optional() }),
  z.strictObject({ do: z.literal("dirty-picklist"), ...LABEL }),
  z.strictObject({ do: z.literal("deactivate-person"), userId: id }),
  z.strictObject({ do: z.enum(["hide", "show"]), board: id }),
  z.strictObject({
    do: z.literal("second-currency"),
    board: id,
    column: z.string(),
    currency: z.string().default("€"),
  }),
  z.strictObject({
    do: z.literal("add-field"),
    ...FIELD,
    type: z.string().default("text"),
    title: z.string().optional(),
  }),
  z.strictObject({ do: z.literal("remove-field"), ...FIELD }),
  z.strictObject({ do: z.literal("retype-field"), ...FIELD, type: z.string().default("text") }),
]);

type Change = z.output<typeof CHANGE>;

/** Changes what an administrator of the account could; boards' logs tell of it where they do. */
export function organise(state: MondayState, given: OrganisationChange, userId: string): unknown {
  const parsed = CHANGE.safeParse(given);
  if (!parsed.success) throw new OrganisationError(z.prettifyError(parsed.error));
  const asked = parsed.data;
  switch (asked.do) {
    case "rename-section":
      return renameGroup(state, asked, userId);
    case "rename-label":
    case "rename-stage":
    case "reuse-id":
    case "dirty-picklist":
      return relabel(state, asked, userId);
    case "deactivate-person": {
      const user = state.users.get(asked.userId);
      if (user === undefined) throw new OrganisationError(`There is no user ${asked.userId}.`);
      state.users.set(user.id, { ...user, enabled: false });
      return { userId: user.id };
    }
    case "hide":
    case "show": {
      const board = boardOf(state, asked.board);
      board.hidden = asked.do === "hide";
      return { board: board.id, hidden: board.hidden };
    }
    case "second-currency": {
      const board = boardOf(state, asked.board);
      const column = columnOf(board, asked.column);
      if (column.type !== "numbers") throw new OrganisationError(`${column.title} holds no numbers.`);
      const unit = { symbol: "custom", custom_unit: asked.currency, direction: "left" };
      replace(state, board, { ...column, extra: { ...column.extra, unit } }, userId);
      return { board: board.id, column: column.id, currency: asked.currency };
    }
    case "add-field": {
      const board = boardOf(state, asked.object);
      if (board.columns.some((column) => column.id === asked.field)) {
        throw new OrganisationError(`There is a column ${asked.field} already.`);
      }
      board.columns.push(newColumn(asked.field, asked.title ?? asked.field, asked.type));
      note(state, board, asked.field, "create_column", userId);
      return { board: board.id, column: asked.field };
    }
    case "remove-field": {
      const board = boardOf(state, asked.object);
      const column = columnOf(board, asked.field);
      note(state, board, column.id, "delete_column", userId);
      board.columns.splice(board.columns.indexOf(column), 1);
      return { board: board.id, column: column.id };
    }
    case "retype-field": {
      const board = boardOf(state, asked.object);
      const column = columnOf(board, asked.field);
      for (const item of board.items.scan()) {
        if (item.values[column.id] === undefined) continue;
        // What a cell held of the old type means nothing in the new one; the service empties it without a row.
        const { [column.id]: _emptied, ...values } = item.values;
        board.items.set({ ...item, values });
      }
      replace(state, board, { ...newColumn(column.id, column.title, asked.type), revision: column.revision }, userId);
      return { board: board.id, column: column.id, type: asked.type };
    }
    default:
      return asked satisfies never;
  }
}

function boardOf(state: MondayState, boardId: string): Board {
  const board = state.boards.get(boardId);
  if (board === undefined) throw new OrganisationError(`There is no board ${boardId}.`);
  return board;
}

function columnOf(board: Board, idOrTitle: string): Column {
  const column =
    board.columns.find((each) => each.id === idOrTitle) ?? board.columns.find((each) => each.title === idOrTitle);
  if (column === undefined) throw new OrganisationError(`Board ${board.id} has no column ${idOrTitle}.`);
  return column;
}

function groupOf(board: Board, idOrTitle: string): Group {
  const group =
    board.groups.find((each) => each.id === idOrTitle) ?? board.groups.find((each) => each.title === idOrTitle);
  if (group === undefined) throw new OrganisationError(`Board ${board.id} has no group ${idOrTitle}.`);
  return group;
}

function note(state: MondayState, board: Board, columnId: string, event: string, userId: string): void {
  const column = columnOf(board, columnId);
  logEvent(state, board, { userId }, event, "board", { column_id: column.id, column_title: column.title });
}

/** Puts a changed column in its place. */
function replace(state: MondayState, board: Board, column: Column, userId: string): void {
  const at = board.columns.findIndex((each) => each.id === column.id);
  board.columns[at] = { ...column, revision: column.revision + 1 };
  note(state, board, column.id, "change_column_settings", userId);
}

function renameGroup(state: MondayState, asked: Extract<Change, { do: "rename-section" }>, userId: string): unknown {
  const board = boardOf(state, asked.board);
  const group = groupOf(board, asked.group);
  const from = group.title;
  group.title = asked.to;
  logEvent(state, board, { userId }, "update_group_name", "board", {
    group_id: group.id,
    group_title: asked.to,
    previous_value: from,
  });
  return { board: board.id, group: group.id, from, to: asked.to };
}

type LabelChange = Extract<Change, { do: "rename-label" | "rename-stage" | "reuse-id" | "dirty-picklist" }>;

/** A label by index or text gets another text, another meaning, or none while items go on holding its index. */
function relabel(state: MondayState, asked: LabelChange, userId: string): unknown {
  const board = boardOf(state, asked.board);
  const column = columnOf(board, asked.column);
  const key = column.labels.has(asked.from)
    ? asked.from
    : [...column.labels].find(([, text]) => text === asked.from)?.[0];
  if (key === undefined) throw new OrganisationError(`${column.title} has no label ${asked.from}.`);
  const labels = new Map(column.labels);
  const from = labels.get(key);
  if (asked.do === "dirty-picklist") labels.delete(key);
  else labels.set(key, asked.do === "reuse-id" ? asked.label : asked.to);
  const others = column.doneIndexes.filter((index) => String(index) !== key);
  const done = asked.do === "reuse-id" && asked.isDone !== undefined;
  const doneIndexes = done ? (asked.isDone === true ? [...others, Number(key)] : others) : column.doneIndexes;
  replace(state, board, { ...column, labels, doneIndexes }, userId);
  return { board: board.id, column: column.id, key, from, to: labels.get(key) ?? null };
}
