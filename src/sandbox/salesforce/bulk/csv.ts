import type { FlatColumn, Json, QueryAnswer } from "../soql/index.ts";

function cell(value: unknown, column: FlatColumn): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return JSON.stringify(value);
  // Bulk results print instants with `Z`, REST with `+0000`.
  return column.type === "datetime" ? value.replace(/\+0000$/u, "Z") : value;
}

function valueAt(record: Json, path: readonly string[]): unknown {
  let value: unknown = record;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return null;
    value = new Map<string, unknown>(Object.entries(value)).get(step);
  }
  return value;
}

/** Prints a page of a result: a header row, all cells quoted, nulls as empty cells (reference salesforce.md §8). */
export function printCsv(
  answer: QueryAnswer,
  columns: readonly FlatColumn[],
  page: { readonly from: number; readonly to: number },
  format: { readonly delimiter: string; readonly newline: string },
): string {
  const line = (cells: readonly string[]): string =>
    cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(format.delimiter) + format.newline;
  const lines = [line(columns.map((each) => each.path.join(".")))];
  for (let at = page.from; at < page.to; at += 1) {
    const record = answer.render(at);
    lines.push(
      line(
        columns.map((each) =>
          cell(each.path.length === 1 ? record[each.path[0] ?? ""] : valueAt(record, each.path), each),
        ),
      ),
    );
  }
  return lines.join("");
}
