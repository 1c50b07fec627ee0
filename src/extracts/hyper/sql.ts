/** An identifier for Hyper's SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal for Hyper's SQL: the engine takes no bind parameters. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `"database"."schema"."table"` */
export function qualified(...names: readonly string[]): string {
  return names.map(identifier).join(".");
}
