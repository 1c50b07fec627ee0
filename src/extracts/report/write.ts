import { writeText } from "../write-text.ts";
import { renderReport } from "./document.ts";
import { readReport } from "./read.ts";
import type { ReportInput } from "./read.ts";

export interface WrittenReport {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  readonly pages: readonly string[];
}

/**
 * Writes `report.html`.
 * @throws HubError HUB-5040 when it cannot be written
 */
export async function writeReport(directory: string, input: ReportInput): Promise<WrittenReport> {
  const data = await readReport(input);
  const text = renderReport(data);
  const file = await writeText(directory, "report.html", text);
  return { file, bytes: Buffer.byteLength(text), pages: data.pages.map(({ id }) => id) };
}
