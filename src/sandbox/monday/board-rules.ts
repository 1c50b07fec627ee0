import { z } from "zod";
import { dropdownIds, peopleOf, statusIndex } from "./cell-parts.ts";
import { cellOf, shownText } from "./cells.ts";
import { validationFailed } from "./errors.ts";
import type { Item } from "./parts.ts";
import type { Board, MondayState } from "./state.ts";

const CONSTRAINT = z.object({
  operator: z.string(),
  column_id: z.string(),
  compare_value: z.array(z.union([z.string(), z.number()])).nullish(),
});
const GROUP = z.object({ operator: z.enum(["AND", "OR"]).default("AND"), groups: z.array(CONSTRAINT) });
const RULE = z.record(z.string(), z.unknown());

type Group = z.output<typeof GROUP>;
type Constraint = z.output<typeof CONSTRAINT>;

/**
 * Refuses values that leave a required column empty, or that break a rule on one of the changed columns (reference
 * monday.md §3, validation rules). @param item as it would be; @param itemId null for one that is still to be created
 */
export function checkBoardRules(
  state: MondayState,
  board: Board,
  itemId: string | null,
  item: Item,
  changed: ReadonlySet<string>,
): void {
  const required = [...board.requiredColumns].filter((id) => (item.values[id] ?? null) === null);
  const asked = itemId === null || [...changed].some((id) => board.requiredColumns.has(id));
  if (asked && required.length > 0) throw validationFailed(itemId, required);
  for (const kept of board.rules.values()) {
    const rule = RULE.parse(kept);
    const must = GROUP.parse(rule["then"]);
    const condition = GROUP.nullish().parse(rule["if"]) ?? null;
    const columns = must.groups.map((constraint) => constraint.column_id);
    const touched = [...columns, ...(condition?.groups ?? []).map((constraint) => constraint.column_id)];
    if (itemId !== null && !touched.some((id) => changed.has(id))) continue;
    const applies = condition === null || holds(state, board, item, condition);
    if (applies && !holds(state, board, item, must))
      throw validationFailed(itemId, columns, "The value breaks a rule of the board");
  }
}

function holds(state: MondayState, board: Board, item: Item, { operator, groups }: Group): boolean {
  const met = (constraint: Constraint): boolean => meets(state, board, item, constraint);
  return operator === "OR" ? groups.length === 0 || groups.some(met) : groups.every(met);
}

/** A constraint on a column that is gone is met. */
function meets(state: MondayState, board: Board, item: Item, constraint: Constraint): boolean {
  const column = board.columns.find(({ id }) => id === constraint.column_id);
  if (column === undefined) return true;
  const cell = cellOf(board, item, column);
  const text = column.id === "name" ? item.name : shownText(state, cell);
  const values = (constraint.compare_value ?? []).map(String);
  const [first = ""] = values;
  const own = new Set([text, ...idsOf(cell.raw)]);
  const number = Number(text);
  const among = values.some((value) => own.has(value));
  switch (constraint.operator) {
    case "ANY_OF":
    case "EQUALS":
      return among;
    case "NOT_ANY_OF":
    case "NOT_EQUALS":
      return !among;
    case "IS_EMPTY":
      return text === "";
    case "IS_NOT_EMPTY":
      return text !== "";
    case "GREATER_THAN":
      return text !== "" && ordered(text, number, first) > 0;
    case "GREATER_THAN_OR_EQUALS":
      return text !== "" && ordered(text, number, first) >= 0;
    case "LOWER_THAN":
      return text !== "" && ordered(text, number, first) < 0;
    case "LOWER_THAN_OR_EQUAL":
      return text !== "" && ordered(text, number, first) <= 0;
    case "BETWEEN":
      return text !== "" && ordered(text, number, first) >= 0 && ordered(text, number, values[1] ?? "") <= 0;
    case "CONTAINS_TEXT":
      return text.toLowerCase().includes(first.toLowerCase());
    case "NOT_CONTAINS_TEXT":
      return !text.toLowerCase().includes(first.toLowerCase());
    case "STARTS_WITH_TEXT":
      return text.toLowerCase().startsWith(first.toLowerCase());
    default:
      return true;
  }
}

/** Labels and people may also be named by index or id. */
function idsOf(raw: unknown): string[] {
  const index = statusIndex(raw);
  return [
    ...(index === null ? [] : [String(index)]),
    ...dropdownIds(raw).map(String),
    ...peopleOf(raw).map(({ id }) => id),
  ];
}

/** Below, at or above 0, as numbers where both are and as texts (days, for one) otherwise. */
function ordered(text: string, number: number, value: string): number {
  const other = Number(value);
  if (!Number.isNaN(number) && !Number.isNaN(other)) return number - other;
  return text < value ? -1 : text > value ? 1 : 0;
}
