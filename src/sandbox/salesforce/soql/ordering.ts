import type { Value } from "../schema/index.ts";

/** One ORDER BY key over items of some kind. */
export interface SortKey<T> {
  readonly read: (item: T) => Value;
  readonly descending: boolean;
  readonly nullsLast: boolean;
  /** Ids and stamps compare by their characters, other text ignores case. */
  readonly exact: boolean;
}

function compareValues(a: Value, b: Value, key: { descending: boolean; nullsLast: boolean; exact: boolean }): number {
  if (a === null || b === null) {
    if (a === b) return 0;
    return (a === null) === key.nullsLast ? 1 : -1;
  }
  const left = !key.exact && typeof a === "string" ? a.toLowerCase() : a;
  const right = !key.exact && typeof b === "string" ? b.toLowerCase() : b;
  const compared = left < right ? -1 : left > right ? 1 : 0;
  return key.descending ? -compared : compared;
}

/** Sorts in place by the keys; nulls come first unless asked otherwise (reference salesforce.md §13). */
export function sortBy<T>(items: T[], keys: readonly SortKey<T>[]): T[] {
  return items.sort((a, b) => {
    for (const key of keys) {
      const compared = compareValues(key.read(a), key.read(b), key);
      if (compared !== 0) return compared;
    }
    return 0;
  });
}
