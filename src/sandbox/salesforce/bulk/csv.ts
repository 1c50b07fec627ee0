import type { FlatColumn, Json, QueryAnswer } from "../soql/index.ts";
import { csvLine } from "./format.ts";
import type { CsvFormat } from "./format.ts";

const LINES_A_CHUNK = 500;

function cell(value: unknown, column: FlatColumn): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return JSON.stringify(value);
  // Bulk results print instants with `Z`, REST with `+0000`.
  return column.type === "datetime" && value.endsWith("+0000") ? `${value.slice(0, -5)}Z` : value;
}

function valueAt(record: Json, path: readonly string[]): unknown {
  let value: unknown = record;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return null;
    value = new Map<string, unknown>(Object.entries(value)).get(step);
  }
  return value;
}

/** Prints a page of a result piece by piece: a header row, all cells quoted, nulls as empty cells (§8). */
export function* printCsv(
  answer: QueryAnswer,
  columns: readonly FlatColumn[],
  page: { readonly from: number; readonly to: number },
  format: CsvFormat,
): Generator<string> {
  const readers = columns.map((column) => {
    const { path } = column;
    const [only = ""] = path;
    return path.length === 1
      ? (record: Json): string => cell(record[only], column)
      : (record: Json): string => cell(valueAt(record, path), column);
  });
  let text = csvLine(
    columns.map((each) => each.path.join(".")),
    format,
  );
  for (let at = page.from; at < page.to; at += 1) {
    const record = answer.render(at);
    text += csvLine(
      readers.map((read) => read(record)),
      format,
    );
    if ((at - page.from + 1) % LINES_A_CHUNK !== 0) continue;
    yield text;
    text = "";
  }
  yield text;
}
