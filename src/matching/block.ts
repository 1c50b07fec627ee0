/** Things of one kind found by a key; many may share it. */
export interface Block<T> {
  /** Those of the key, in the order in which they were added; none for an empty key. */
  of(key: string): readonly T[];
}

const NOTHING: readonly never[] = [];

/** Sorts things into blocks by their keys, in one pass; an empty key belongs to no block. */
export function blockBy<T>(things: Iterable<T>, keysOf: (thing: T) => Iterable<string>): Block<T> {
  const blocks = new Map<string, T[]>();
  for (const thing of things) {
    for (const key of new Set(keysOf(thing))) {
      if (key === "") continue;
      const block = blocks.get(key);
      if (block === undefined) blocks.set(key, [thing]);
      else block.push(thing);
    }
  }
  return { of: (key) => blocks.get(key) ?? NOTHING };
}
