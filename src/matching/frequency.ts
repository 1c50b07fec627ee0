/** How often values occur among the records of one kind. */
export interface Frequencies {
  /** The chance that a random other record holds the value, too, in (0, 0.5]. */
  chanceOf(value: string): number;
}

/**
 * Counts values in each book, so that agreeing on a rare one weighs more than on a common one. A record does not count for
 * itself: what only one record of a book holds is shared by chance as rarely as if `unseen` further ones held it.
 */
export function countValues(books: readonly (readonly (string | null)[])[], unseen: number): Frequencies {
  const most = new Map<string, number>();
  for (const values of books) {
    const counts = new Map<string, number>();
    for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
    for (const [value, count] of counts) most.set(value, Math.max(most.get(value) ?? 0, count));
  }
  const records = Math.max(1, ...books.map((values) => values.length));
  return { chanceOf: (value) => Math.min(0.5, (Math.max(0, (most.get(value) ?? 0) - 1) + unseen) / records) };
}

/** Frequencies by field. */
export type Counts = Readonly<Record<string, Frequencies>>;

/** How rare a value is on which two records agree; nothing where the field is not counted. */
export function chanceIn(counts: Counts, field: string, value: string): { readonly chance?: number } {
  const chance = counts[field]?.chanceOf(value);
  return chance === undefined ? {} : { chance };
}
