import { starColumns } from "../../kpis/index.ts";
import type { Column, Star } from "../../kpis/index.ts";
import { startTableFiles } from "../table-files.ts";
import type { ComingFiles } from "../table-files.ts";

/** A spreadsheet runs a cell that begins with one of these; some take the full-width forms for the same. */
const FORMULA_STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"];

/**
 * Begins to write the star as RFC 4180 CSV: UTF-8, CRLF, a header line, empty for null and `""` for an empty text. Text that a
 * spreadsheet would run as a formula is preceded by an apostrophe; numbers stay numbers. Instants are ISO 8601 with `Z`,
 * local times without.
 */
export function startCsv(star: Star, directory: string): ComingFiles {
  return startTableFiles(star, directory, "csv", (table, path) => {
    const cells = starColumns(table).map(([name, column]) => `${cell(name, column)} AS "${name}"`);
    return star.onOneThread(() => star.copy(table, cells.join(", "), path, "FORMAT csv, HEADER, NEW_LINE '\\r\\n'"));
  });
}

function cell(name: string, { type, derived }: Column): string {
  const value = `"${name}"`;
  switch (type) {
    case "TEXT": {
      const starts = FORMULA_STARTS.map((start) => `chr(${start.codePointAt(0) ?? 0})`).join(", ");
      return `CASE WHEN left(${value}, 1) IN (${starts}) THEN '''' || ${value} ELSE ${value} END`;
    }
    case "TIMESTAMP":
      return `strftime(${value}, '%Y-%m-%dT%H:%M:%S.%g${derived === undefined ? "Z" : ""}')`;
    default:
      return value;
  }
}
