/** Records that share a key and were not compared because there are too many of them. */
export interface SkippedBlock {
  readonly key: string;
  /** How many records hold the key, in the larger of both books. */
  readonly size: number;
}

export interface Candidates<T> {
  /** In the order of the left ones; found while they are gone through, as there may be many more than things. */
  readonly pairs: Iterable<readonly [left: T, right: T]>;
  readonly skipped: readonly SkippedBlock[];
}

/** A block of this many on each side is a quarter of a million comparisons (reference §4). */
export const BLOCK_CAP = 500;

/**
 * The pairs worth comparing: those that share at least one key. A block with more than `cap` records of one side is skipped
 * and told of; its records still meet through their other keys.
 */
export function candidatePairs<T>(
  left: readonly T[],
  right: readonly T[],
  keysOf: (thing: T) => readonly string[],
  cap: number = BLOCK_CAP,
): Candidates<T> {
  const [ours, theirs] = [sortByKey(left, keysOf), sortByKey(right, keysOf)];
  const skipped: SkippedBlock[] = [];
  for (const [key, block] of ours) {
    const others = theirs.get(key);
    if (others === undefined) continue;
    const size = Math.max(block.length, others.length);
    if (size > cap) skipped.push({ key, size });
  }
  const tooMany = new Set(skipped.map(({ key }) => key));
  return { pairs: { [Symbol.iterator]: () => pairsOf(left, theirs, keysOf, tooMany) }, skipped };
}

function* pairsOf<T>(
  left: readonly T[],
  theirs: ReadonlyMap<string, readonly T[]>,
  keysOf: (thing: T) => readonly string[],
  skipped: ReadonlySet<string>,
): Iterator<readonly [left: T, right: T]> {
  for (const thing of left) {
    const met = new Set(keysOf(thing).flatMap((key) => (skipped.has(key) ? [] : (theirs.get(key) ?? []))));
    for (const other of met) yield [thing, other];
  }
}

function sortByKey<T>(
  things: readonly T[],
  keysOf: (thing: T) => readonly string[],
): ReadonlyMap<string, readonly T[]> {
  const blocks = new Map<string, T[]>();
  for (const thing of things) {
    for (const key of new Set(keysOf(thing))) {
      const block = blocks.get(key);
      if (block === undefined) blocks.set(key, [thing]);
      else block.push(thing);
    }
  }
  return blocks;
}
