/** The items in order; the same array where they are already, as histories mostly are: sorting costs more than looking. */
export function inOrder<Item>(items: readonly Item[], compare: (a: Item, b: Item) => number): readonly Item[] {
  for (let at = 1; at < items.length; at += 1) {
    const before = items[at - 1];
    const item = items[at];
    if (before !== undefined && item !== undefined && compare(before, item) > 0) return items.toSorted(compare);
  }
  return items;
}
