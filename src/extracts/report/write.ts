import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { HubError } from "../../model/index.ts";
import { renderReport } from "./document.ts";
import { readReport } from "./read.ts";
import type { ReportInput } from "./read.ts";

/** The file's name in its folder. */
const NAME = "report.html";

export interface WrittenReport {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  readonly pages: readonly string[];
}

/**
 * Writes `report.html`, replacing an earlier one only when the new one is whole.
 * @throws HubError HUB-5040 when it cannot be written
 */
export async function writeReport(directory: string, input: ReportInput): Promise<WrittenReport> {
  const data = await readReport(input);
  const text = renderReport(data);
  const folder = resolve(directory);
  const file = join(folder, NAME);
  const temporary = join(folder, `.${NAME}.${randomUUID().slice(0, 8)}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new HubError("HUB-5040", `The report cannot be written to ${folder}.`, {
      cause,
      place: { file },
      remedy: "Check that the folder is writable and the disk not full.",
    });
  }
  return { file, bytes: Buffer.byteLength(text), pages: data.pages.map(({ id }) => id) };
}
