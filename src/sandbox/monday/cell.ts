import type { Column, Item } from "./parts.ts";
import type { Board } from "./state.ts";

/** One cell of an item: the source object of the GraphQL column value types. */
export interface Cell {
  readonly board: Board;
  readonly item: Item;
  readonly column: Column;
  /** monday's own value object as stored, null when empty. */
  readonly raw: unknown;
}
