import { cellOf, shownText } from "./cells.ts";
import type { RequestContext } from "./context.ts";
import { boardNotFound, invalidArgument } from "./errors.ts";
import { matchingItems } from "./item-rules.ts";
import type { Item } from "./parts.ts";
import type { ItemsQuery } from "./pages.ts";
import type { Board } from "./state.ts";
import { columnOf } from "./writes.ts";

interface SelectElement {
  readonly type: "COLUMN" | "FUNCTION";
  readonly column?: { readonly column_id: string } | null;
  readonly function?: { readonly function: string; readonly params?: readonly SelectElement[] | null } | null;
  readonly as: string;
}

export interface AggregateQuery {
  readonly select: readonly SelectElement[];
  readonly from: { readonly id: string };
  readonly group_by?: readonly { readonly column_id: string }[] | null;
  readonly query?: ItemsQuery | null;
  readonly limit?: number | null;
}

/** `aggregate`: counts, sums and the like over the active items of a board, in groups by column text. */
export function aggregate(args: AggregateQuery, context: RequestContext): unknown {
  const { state, userId } = context;
  const board = state.board(args.from.id);
  if (board === undefined || !state.sees(userId, board)) throw boardNotFound(args.from.id);
  const textOf = (item: Item, columnId: string): string => {
    if (columnId === "name") return item.name;
    if (columnId === "group") return item.groupId;
    return shownText(state, cellOf(board, item, columnOf(board, columnId)));
  };
  const sets = new Map<string, { readonly keys: readonly string[]; readonly items: Item[] }>();
  const by = args.group_by ?? [];
  if (by.length === 0) sets.set("", { keys: [], items: [] });
  for (const item of matchingItems(state, board, args.query ?? null, userId)) {
    const keys = by.map(({ column_id: id }) => textOf(item, id));
    const name = JSON.stringify(keys);
    const set = by.length === 0 ? sets.get("") : (sets.get(name) ?? { keys, items: [] });
    if (set === undefined) continue;
    set.items.push(item);
    if (by.length > 0) sets.set(name, set);
  }
  const results = [...sets.values()].slice(0, args.limit ?? 100).map(({ keys, items }) => ({
    entries: args.select.map((element) => ({
      alias: element.as,
      value: valueOf(board, element, by, keys, items, textOf),
    })),
  }));
  return { results };
}

function valueOf(
  board: Board,
  element: SelectElement,
  by: readonly { readonly column_id: string }[],
  keys: readonly string[],
  items: readonly Item[],
  textOf: (item: Item, columnId: string) => string,
): unknown {
  if (element.type === "COLUMN") {
    const at = by.findIndex(({ column_id: id }) => id === element.column?.column_id);
    return { value: keys[at] ?? null };
  }
  const called = element.function;
  if (called == null) throw invalidArgument("function is required");
  const column = called.params?.find((param) => param.type === "COLUMN")?.column?.column_id;
  if (called.function === "COUNT_ITEMS") return { result: items.length };
  if (column === undefined) throw invalidArgument(`${called.function} on ${board.id} takes a column`);
  const texts = items.map((item) => textOf(item, column)).filter((text) => text !== "");
  const numbers = texts.map(Number).filter((value) => !Number.isNaN(value));
  return { result: computed(called.function, texts, numbers) };
}

function computed(name: string, texts: readonly string[], numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  const sum = numbers.reduce((total, value) => total + value, 0);
  const middle = sorted.length >> 1;
  switch (name) {
    case "COUNT":
      return texts.length;
    case "COUNT_DISTINCT":
    case "COUNT_KEYS":
      return new Set(texts).size;
    case "SUM":
      return sum;
    case "AVERAGE":
      return numbers.length === 0 ? null : sum / numbers.length;
    case "MIN":
      return sorted[0] ?? null;
    case "MAX":
      return sorted[sorted.length - 1] ?? null;
    case "MEDIAN":
      return sorted.length % 2 === 1
        ? (sorted[middle] ?? null)
        : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
    default:
      throw invalidArgument(`The function ${name} is not supported`);
  }
}
