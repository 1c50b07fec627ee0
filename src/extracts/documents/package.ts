import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HubError } from "../../model/index.ts";
import { starTable } from "../../kpis/index.ts";
import type { StarTableName } from "../../kpis/index.ts";
import { dataSourceDocument, extractPath } from "./data-source.ts";
import { LARGEST_ZIP_BYTES, writeZip } from "./zip.ts";

export interface DataSourcePackage {
  /** Absolute path of the `.tdsx`. */
  readonly file: string;
  readonly bytes: number;
}

/**
 * Packs a fact's `.hyper` with its document into a `.tdsx` (reference tableau.md §6.1), which Tableau takes like the extract
 * alone and by which people find captions, comments, formats and relationships. The file appears only once it is whole; the
 * same extract makes the same bytes.
 * @throws HubError HUB-5040 when it cannot be written, HUB-5041 when the extract is larger than a package can be
 */
export async function packageDataSource(
  fact: StarTableName,
  extract: string,
  file: string,
): Promise<DataSourcePackage> {
  const target = resolve(file);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}`);
  try {
    const { size } = await stat(extract);
    if (size > LARGEST_ZIP_BYTES) throw tooLarge(fact, size);
    await mkdir(dirname(target), { recursive: true });
    await writeZip(temporary, [
      { name: `${starTable(fact).caption}.tds`, text: dataSourceDocument(fact) },
      { name: extractPath(fact), file: extract },
    ]);
    await rename(temporary, target);
    return { file: target, bytes: (await stat(target)).size };
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (cause instanceof HubError) throw cause;
    throw new HubError("HUB-5040", `${basename(target)} cannot be written to ${dirname(target)}.`, {
      cause,
      place: { file: target },
      remedy: "Check that the folder is writable and the disk not full.",
    });
  }
}

function tooLarge(fact: StarTableName, bytes: number): HubError {
  return new HubError(
    "HUB-5041",
    `The extract of ${starTable(fact).caption} has ${bytes} bytes; a package holds at most ${LARGEST_ZIP_BYTES}.`,
    { disposition: "operator", remedy: "Keep less history in the extract, or publish the .hyper by itself." },
  );
}
