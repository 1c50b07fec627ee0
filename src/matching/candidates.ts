/** Records that share a key and were not compared because there are too many of them. */
export interface SkippedBlock {
  readonly key: string;
  /** How many records hold the key, in the larger of both books. */
  readonly size: number;
}

export interface Candidates<T> {
  readonly pairs: readonly (readonly [left: T, right: T])[];
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
  const met = new Map<T, Set<T>>();
  const skipped: SkippedBlock[] = [];
  for (const [key, block] of ours) {
    const others = theirs.get(key);
    if (others === undefined) continue;
    const size = Math.max(block.length, others.length);
    if (size > cap) {
      skipped.push({ key, size });
      continue;
    }
    for (const thing of block) {
      const known = met.get(thing) ?? new Set<T>();
      for (const other of others) known.add(other);
      met.set(thing, known);
    }
  }
  return {
    pairs: left.flatMap((thing) => [...(met.get(thing) ?? [])].map((other): readonly [T, T] => [thing, other])),
    skipped,
  };
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
