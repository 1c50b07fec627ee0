export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** A plain text table: two spaces between columns, numbers to the right, no lines to copy by accident. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => Math.max(column.title.length, ...rows.map((row) => width(row[i] ?? ""))));
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, i) => pad(cells[i] ?? "", widths[i] ?? 0, column.align ?? "left"))
      .join("  ")
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...rows.map(line)].map((text) => `  ${text}\n`).join("");
}

function pad(text: string, size: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, size - width(text)));
  return align === "right" ? space + text : text + space;
}

const CHARACTERS = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Characters as a reader counts them, so that a name with accents does not push its column. */
function width(text: string): number {
  return [...CHARACTERS.segment(text)].length;
}
