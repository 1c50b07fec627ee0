/** OCEL's data types and what a column of each is declared as. */
const DECLARED: Readonly<Record<string, string>> = {
  string: "TEXT",
  time: "TIMESTAMP",
  integer: "INTEGER",
  float: "REAL",
  boolean: "BOOLEAN",
};

/** The declaration of a column with values of an OCEL data type. */
export function declarationOf(dataType: string): string {
  return DECLARED[dataType] ?? "TEXT";
}

/** The OCEL data type behind the declaration of a column. */
export function dataTypeOf(declaration: string): string {
  const word = declaration.toUpperCase();
  if (/TIME|DATE/u.test(word)) return "time";
  if (/BOOL/u.test(word)) return "boolean";
  if (/INT/u.test(word)) return "integer";
  return /REAL|FLOA|DOUB|NUM|DEC/u.test(word) ? "float" : "string";
}

/** A name in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
