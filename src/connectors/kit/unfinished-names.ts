/**
 * The name of a record that is being made where nothing but a name goes with the call that makes it: the marker at its end
 * lets the record be found whatever happens next, and tells people that it is not all there.
 */
export function unfinishedName(name: string, marker: string): string {
  return `${name} ${suffixOf(marker)}`;
}

export function isUnfinished(name: string, marker: string): boolean {
  return name.trimEnd().endsWith(suffixOf(marker));
}

/** What such a name ends in. */
export function suffixOf(marker: string): string {
  return `[${marker}]`;
}
