import { HubError } from "../../model/index.ts";
import type { ErrorPlace } from "../../model/index.ts";

/** The few words of `known` closest to `word`, best first; none when nothing is near. */
export function nearest(word: string, known: Iterable<string>, count = 1): readonly string[] {
  const folded = fold(word);
  const scored: { readonly name: string; readonly distance: number }[] = [];
  for (const name of known) {
    const other = fold(name);
    const contained = folded.length > 2 && (other.includes(folded) || folded.includes(other));
    const distance = editDistance(folded, other);
    if (contained || distance <= Math.max(2, Math.floor(folded.length / 3))) scored.push({ name, distance });
  }
  return scored
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/** Names compare without case, outer space or runs of space. */
export function fold(name: string): string {
  return name.trim().replaceAll(/\s+/gu, " ").toLowerCase();
}

/** An error of a process or KPI file, to be shown to the admin who wrote it. */
export function definitionError(code: string, message: string, place: ErrorPlace, remedy: string): HubError {
  return new HubError(code, message, { disposition: "operator", place, remedy });
}

/** "Did you mean …" or the list of what is known. */
export function suggest(word: string, known: readonly string[]): string {
  const [best] = nearest(word, known);
  if (best !== undefined) return `Did you mean "${best}"?`;
  return known.length === 0 ? "Nothing is known by that kind of name yet." : `Known are ${quoteList(known)}.`;
}

/** `"a", "b" and "c"`. */
export function quoteList(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
