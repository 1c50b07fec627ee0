/** From which probability on, and how far before the next one, a pair is taken (reference §3.2). */
export interface Thresholds {
  /** Taken from here on. */
  readonly accept: number;
  /** What a pair has to be ahead of every other pair of either record. */
  readonly margin: number;
  /** Shown to a person from here on; below, it is no candidate. */
  readonly queue: number;
}

export const THRESHOLDS: Thresholds = { accept: 0.95, margin: 0.1, queue: 0.7 };

export interface ScoredPair<T> {
  readonly left: T;
  readonly right: T;
  readonly probability: number;
}

export interface Assignment<Pair> {
  readonly accepted: readonly Pair[];
  /** Likely pairs that nobody may take without a person: unsure, or too close to another. Best first. */
  readonly queued: readonly Pair[];
}

/**
 * Pairs each record with at most one of the other side, the surest first. A pair within the margin of another one of the same
 * record is left to a person; once a rival is taken elsewhere it is none any more.
 * @param inOrder breaks ties between equally probable pairs, so that the order of the input does not show.
 */
export function assign<T, Pair extends ScoredPair<T>>(
  pairs: readonly Pair[],
  thresholds: Thresholds,
  inOrder: (a: Pair, b: Pair) => number,
): Assignment<Pair> {
  const sorted = pairs
    .filter(({ probability }) => probability >= thresholds.queue)
    .sort((a, b) => b.probability - a.probability || inOrder(a, b));
  const ofLeft = groupBy(sorted, ({ left }) => left);
  const ofRight = groupBy(sorted, ({ right }) => right);
  const [leftTaken, rightTaken] = [new Set<T>(), new Set<T>()];
  const isOpen = ({ left, right }: Pair): boolean => !leftTaken.has(left) && !rightTaken.has(right);
  const accepted: Pair[] = [];
  const isSure = (pair: Pair): boolean =>
    isOpen(pair)
    && [...(ofLeft.get(pair.left) ?? []), ...(ofRight.get(pair.right) ?? [])].every(
      (other) => other === pair || !isOpen(other) || pair.probability - other.probability >= thresholds.margin,
    );
  let open = sorted.filter(({ probability }) => probability >= thresholds.accept);
  for (let before = -1; before !== accepted.length;) {
    before = accepted.length;
    for (const pair of open) {
      if (!isSure(pair)) continue;
      accepted.push(pair);
      leftTaken.add(pair.left);
      rightTaken.add(pair.right);
    }
    open = open.filter(isOpen);
  }
  return { accepted, queued: sorted.filter(isOpen) };
}

/** For each left record the one that is sure and ahead; several may lead to the same, as spellings of one name do. */
export function bestOfEach<T, Pair extends ScoredPair<T>>(
  pairs: readonly Pair[],
  { accept, margin }: Thresholds,
): readonly Pair[] {
  return [...groupBy(pairs, ({ left }) => left).values()].flatMap((rivals) => {
    const [first, second] = rivals.toSorted((a, b) => b.probability - a.probability);
    if (first === undefined || first.probability < accept) return [];
    return second === undefined || first.probability - second.probability >= margin ? [first] : [];
  });
}

function groupBy<T, Pair>(pairs: readonly Pair[], of: (pair: Pair) => T): ReadonlyMap<T, readonly Pair[]> {
  const groups = new Map<T, Pair[]>();
  for (const pair of pairs) {
    const group = groups.get(of(pair));
    if (group === undefined) groups.set(of(pair), [pair]);
    else group.push(pair);
  }
  return groups;
}
