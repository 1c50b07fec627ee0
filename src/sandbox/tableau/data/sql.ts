/** An identifier as the Hyper engine takes it, file paths included. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Text as a literal: the engine has no bind parameters (reference tableau.md §5.3). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
