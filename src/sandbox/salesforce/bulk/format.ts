import { z } from "zod";

const DELIMITERS = { COMMA: ",", TAB: "\t", PIPE: "|", SEMICOLON: ";", CARET: "^", BACKQUOTE: "`" } as const;

/** How a job's CSV is written, as its creation may say (reference salesforce.md §8). */
export const CSV_SETTINGS = z.object({
  contentType: z.literal("CSV").default("CSV"),
  columnDelimiter: z.enum(["COMMA", "TAB", "PIPE", "SEMICOLON", "CARET", "BACKQUOTE"]).default("COMMA"),
  lineEnding: z.enum(["LF", "CRLF"]).default("LF"),
});

export type CsvSettings = z.output<typeof CSV_SETTINGS>;

/** The characters of a format. */
export interface CsvFormat {
  readonly delimiter: string;
  readonly newline: string;
}

export function csvFormat(settings: CsvSettings): CsvFormat {
  return { delimiter: DELIMITERS[settings.columnDelimiter], newline: settings.lineEnding === "LF" ? "\n" : "\r\n" };
}

/** Prints one line, all cells quoted. */
export function csvLine(cells: readonly string[], format: CsvFormat): string {
  let line = "";
  for (const [index, each] of cells.entries()) {
    if (index > 0) line += format.delimiter;
    line += each.includes('"') ? `"${each.replaceAll('"', '""')}"` : `"${each}"`;
  }
  return line + format.newline;
}

/** An instant as the job resources print it. */
export function printInstant(instant: string): string {
  return `${instant.slice(0, -1)}+0000`;
}
