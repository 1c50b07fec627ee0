import { itemsSchema } from "./answers.ts";
import type { ItemAnswer } from "./answers.ts";
import type { NamedColumn } from "./board-columns.ts";
import { cellVariables, shapeOf } from "./board-source.ts";
import type { BoardSource } from "./board-source.ts";
import { itemsById as byId } from "./documents.ts";
import { IDS_PER_CALL } from "./streams.ts";

/** Formula columns that one question may ask for (reference monday.md §4). */
const FORMULAS_AT_ONCE = 5;

/** A source with the columns that fit one question: the formulas beyond the first few are left to {@link withAllCells}. */
export function atOnce(source: BoardSource): BoardSource {
  const left = new Set(formulasLeft(source.columns));
  return left.size === 0 ? source : { ...source, columns: source.columns.filter((column) => !left.has(column)) };
}

function formulasLeft(columns: readonly NamedColumn[]): readonly NamedColumn[] {
  return columns.filter(({ type }) => type === "formula").slice(FORMULAS_AT_ONCE);
}

/** At most {@link IDS_PER_CALL} items, whatever their state; those out of sight are left out. */
export async function itemsById(source: BoardSource, ids: readonly string[]): Promise<readonly ItemAnswer[]> {
  return withAllCells(source, await ask(atOnce(source), ids));
}

/**
 * Adds the cells of the formulas that did not fit the question the items came from. An item that is out of sight by
 * now is left out: a record without cells it should have would look emptied.
 */
export async function withAllCells(source: BoardSource, items: readonly ItemAnswer[]): Promise<readonly ItemAnswer[]> {
  const left = formulasLeft(source.columns);
  let complete = items;
  for (let first = 0; first < left.length; first += FORMULAS_AT_ONCE) {
    const some = { ...source, columns: left.slice(first, first + FORMULAS_AT_ONCE) };
    const cells = new Map<string, ItemAnswer["column_values"]>();
    for (let at = 0; at < complete.length; at += IDS_PER_CALL) {
      const ids = complete.slice(at, at + IDS_PER_CALL).map(({ id }) => id);
      for (const { id, column_values: values } of await ask(some, ids)) cells.set(id, values);
    }
    complete = complete.flatMap((item) => {
      const more = cells.get(item.id);
      return more === undefined ? [] : [{ ...item, column_values: [...(item.column_values ?? []), ...more] }];
    });
  }
  return complete;
}

async function ask(source: BoardSource, ids: readonly string[]): Promise<readonly ItemAnswer[]> {
  const { data } = await source.gateway.ask({
    operation: `items by id of board ${source.board.id}`,
    query: byId(shapeOf(source)),
    variables: { ids, limit: IDS_PER_CALL, ...cellVariables(source) },
    answer: itemsSchema,
    signal: source.signal,
  });
  return data.items.filter((item) => item !== null);
}
