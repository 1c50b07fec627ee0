import type { ModelEvent } from "./process.ts";

/** The items in order; the same array where they are already, as histories mostly are: sorting costs more than looking. */
export function inOrder<Item>(items: readonly Item[], compare: (a: Item, b: Item) => number): readonly Item[] {
  for (let at = 1; at < items.length; at += 1) {
    const before = items[at - 1];
    const item = items[at];
    if (before !== undefined && item !== undefined && compare(before, item) > 0) return items.toSorted(compare);
  }
  return items;
}

/** The order of events: time, then sequence, then id. */
export function inTime(a: ModelEvent, b: ModelEvent): number {
  return a.occurredAt - b.occurredAt || a.sequence - b.sequence || (a.id < b.id ? -1 : 1);
}
