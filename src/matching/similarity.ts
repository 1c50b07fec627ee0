/** How much a common beginning counts, and how much of it (Winkler 1990). */
const PREFIX_WEIGHT = 0.1;
const PREFIX_LENGTH = 4;

/** Shorter texts agree by chance: `aa` and `a` would be 0.85 alike. */
const SHORTEST = 4;

/** Jaro's likeness with Winkler's bonus for a common beginning, in [0, 1]; 1 for equal texts, by UTF-16 units. */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return 1;
  const window = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = new Set<number>();
  const ours: string[] = [];
  for (let i = 0; i < a.length; i += 1) {
    for (let j = Math.max(0, i - window); j <= Math.min(b.length - 1, i + window); j += 1) {
      if (taken.has(j) || a[i] !== b[j]) continue;
      taken.add(j);
      ours.push(a.charAt(i));
      break;
    }
  }
  const common = ours.length;
  if (common === 0) return 0;
  let at = 0;
  let moved = 0;
  for (let j = 0; j < b.length; j += 1) {
    if (!taken.has(j)) continue;
    if (b[j] !== ours[at]) moved += 1;
    at += 1;
  }
  const jaro = (common / a.length + common / b.length + (common - moved / 2) / common) / 3;
  let prefix = 0;
  while (prefix < PREFIX_LENGTH && prefix < a.length && a[prefix] === b[prefix]) prefix += 1;
  return jaro + prefix * PREFIX_WEIGHT * (1 - jaro);
}

/** Jaro–Winkler for names, which have to be of some length to say anything: below four characters only equality counts. */
export function nameLikeness(a: string, b: string): number {
  return a !== b && Math.min(a.length, b.length) < SHORTEST ? 0 : jaroWinkler(a, b);
}

/** The words that two texts share, and what is left of each, in the order of the text. */
export interface SharedWords {
  readonly shared: readonly string[];
  readonly left: readonly string[];
  readonly right: readonly string[];
}

export function shareWords(a: readonly string[], b: readonly string[]): SharedWords {
  const right = [...b];
  const shared: string[] = [];
  const left: string[] = [];
  for (const word of a) {
    const at = right.indexOf(word);
    if (at === -1) left.push(word);
    else shared.push(...right.splice(at, 1));
  }
  return { shared, left, right };
}

/**
 * How alike two names are as sets of words, in [0, 1]: 1 when one holds all words of the other, whatever their order.
 * Otherwise the likeness of the words they do not share, so that common words (`Cedar Power`, `Cedar Paper`) lend nothing.
 */
export function tokenSetRatio(a: readonly string[], b: readonly string[]): number {
  const { shared, left, right } = shareWords(a, b);
  if (shared.length > 0 && (left.length === 0 || right.length === 0)) return 1;
  return Math.max(nameLikeness(left.join(""), right.join("")), nameLikeness(sorted(left), sorted(right)));
}

function sorted(words: readonly string[]): string {
  return words.toSorted().join("");
}
