import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { HubError } from "../model/index.ts";
import { STAR_TABLE_NAMES } from "../kpis/index.ts";
import type { Star, StarTableName } from "../kpis/index.ts";

/** One table as one file. */
export interface TableFile {
  readonly table: StarTableName;
  readonly format: "csv" | "parquet";
  /** Absolute path. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
}

/**
 * Writes every table of the star to a file of its own. Files appear under their names only once all of them are written in
 * full, so a reader never sees half a set of halves.
 * @param write writes one table to a path and gives the rows it wrote
 * @throws HubError HUB-5020 when a file cannot be written, HUB-5021 when its rows are not those of the table
 */
export async function writeTableFiles(
  star: Star,
  directory: string,
  format: TableFile["format"],
  write: (table: StarTableName, path: string) => Promise<number>,
): Promise<readonly TableFile[]> {
  const folder = resolve(directory);
  const pass = randomUUID().slice(0, 8);
  const temporary = (table: StarTableName): string => join(folder, `.${table}.${format}.${pass}`);
  const files: TableFile[] = [];
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw unwritable(folder, format, error);
  });
  try {
    for (const table of STAR_TABLE_NAMES) {
      const rows = await write(table, temporary(table));
      const expected = await star.count(table);
      if (rows !== expected) {
        throw new HubError("HUB-5021", `${table}.${format} got ${rows} rows of ${expected}.`, {
          remedy: "Run hub publish again; the files of the last good run were left as they are.",
        });
      }
      const { size } = await stat(temporary(table));
      files.push({
        table,
        format,
        path: join(folder, `${table}.${format}`),
        rows,
        bytes: size,
        hash: await hashFile(temporary(table)),
      });
    }
    for (const file of files) await rename(temporary(file.table), file.path);
    return files;
  } catch (error) {
    for (const table of STAR_TABLE_NAMES) await rm(temporary(table), { force: true });
    if (error instanceof HubError && error.code === "HUB-5021") throw error;
    throw unwritable(folder, format, error);
  }
}

function unwritable(folder: string, format: string, cause: unknown): HubError {
  return new HubError("HUB-5020", `The ${format} files cannot be written to ${folder}.`, {
    cause,
    place: { file: folder },
    remedy: "Check that the folder is writable and the disk not full.",
  });
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
