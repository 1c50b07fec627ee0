import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { HubError } from "../model/index.ts";
import { isFact, STAR_TABLE_NAMES } from "../kpis/index.ts";
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

/** Dimensions before the facts that name them: whatever is built of a fact can begin when the fact is written. */
const IN_ORDER = [...STAR_TABLE_NAMES].sort((a, b) => Number(isFact(a)) - Number(isFact(b)));

/** A table's file once it has its name. */
export function tablePath(directory: string, table: StarTableName, format: TableFile["format"]): string {
  return join(resolve(directory), `${table}.${format}`);
}

/** A set of files that is being written: none has its name until all of them are kept. */
export interface ComingFiles {
  /** Where a table's file lies until then. */
  placeOf(table: StarTableName): string;
  /** Settles when the file at such a place is written in full; rejects when it, or one before it, cannot be. */
  written(place: string): Promise<void>;
  /**
   * Waits for all of them.
   * @throws HubError HUB-5020 when a file cannot be written, HUB-5021 when its rows are not those of the table
   */
  all(): Promise<readonly TableFile[]>;
  /**
   * Waits for all of them and gives them their names, so that a reader never sees half a set of halves.
   * @throws HubError HUB-5020, HUB-5021
   */
  keep(): Promise<readonly TableFile[]>;
  /** Removes what is not kept, once nothing is written any more. */
  discard(): Promise<void>;
}

/**
 * Begins to write every table of the star to a file of its own, dimensions first; nothing else may ask the star until
 * all are written.
 * @param write writes one table to a path and gives the rows it wrote
 */
export function startTableFiles(
  star: Star,
  directory: string,
  format: TableFile["format"],
  write: (table: StarTableName, path: string) => Promise<number>,
): ComingFiles {
  const folder = resolve(directory);
  const pass = randomUUID().slice(0, 8);
  const placeOf = (table: StarTableName): string => join(folder, `.${table}.${format}.${pass}`);
  const writeOne = async (table: StarTableName): Promise<TableFile> => {
    const place = placeOf(table);
    const rows = await write(table, place);
    const expected = await star.count(table);
    if (rows !== expected) {
      throw new HubError("HUB-5021", `${table}.${format} got ${rows} rows of ${expected}.`, {
        remedy: "Run hub publish again; the files of the last good run were left as they are.",
      });
    }
    const { size: bytes } = await stat(place);
    return { table, format, path: tablePath(folder, table, format), rows, bytes, hash: await hashFile(place) };
  };
  const tell = (error: unknown): HubError =>
    error instanceof HubError && error.code === "HUB-5021" ? error : unwritable(folder, format, error);

  const coming = new Map<string, Promise<TableFile>>();
  let before: Promise<unknown> = mkdir(folder, { recursive: true });
  for (const table of IN_ORDER) {
    const file = before.then(() => writeOne(table));
    // Whoever waits for the set is told; nobody has to wait for each of its files.
    file.catch(() => undefined);
    coming.set(placeOf(table), file);
    before = file;
  }
  const all = async (): Promise<readonly TableFile[]> => {
    try {
      return await Promise.all(coming.values());
    } catch (error) {
      throw tell(error);
    }
  };
  return {
    placeOf,
    written: async (place) => {
      try {
        await coming.get(place);
      } catch (error) {
        throw tell(error);
      }
    },
    all,
    keep: async () => {
      const files = await all();
      try {
        for (const { table, path } of files) await rename(placeOf(table), path);
      } catch (error) {
        throw tell(error);
      }
      return files;
    },
    discard: async () => {
      await Promise.allSettled(coming.values());
      // What kept it from being written may keep it from being removed; the first is the one to tell.
      for (const place of coming.keys()) await rm(place, { force: true }).catch(() => undefined);
    },
  };
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
