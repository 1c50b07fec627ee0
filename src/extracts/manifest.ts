import { randomUUID } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { HubError, toIso } from "../model/index.ts";
import type { Instant } from "../model/index.ts";
import { starColumns, starTable } from "../kpis/index.ts";
import type { TableFile } from "./table-files.ts";

/** What `manifest.json` beside the files says. */
export interface Manifest {
  readonly asOf: string;
  /** Zone of the local columns. */
  readonly zone: string;
  readonly tables: readonly {
    readonly table: string;
    readonly caption: string;
    readonly grain: string;
    readonly rows: number;
    readonly key: readonly string[];
    readonly columns: readonly { readonly name: string; readonly type: string; readonly caption: string }[];
    readonly files: readonly {
      readonly file: string;
      readonly format: string;
      readonly bytes: number;
      readonly sha256: string;
    }[];
  }[];
}

/** Describes written files, table by table. */
export function describeFiles(files: readonly TableFile[], asOf: Instant, zone: string): Manifest {
  const tables = [...new Set(files.map((file) => file.table))];
  return {
    asOf: toIso(asOf),
    zone,
    tables: tables.map((table) => {
      const mine = files.filter((file) => file.table === table);
      const { caption, grain, key } = starTable(table);
      return {
        table,
        caption,
        grain,
        rows: mine[0]?.rows ?? 0,
        key,
        columns: starColumns(table).map(([name, column]) => ({ name, type: column.type, caption: column.caption })),
        files: mine.map((file) => ({
          file: basename(file.path),
          format: file.format,
          bytes: file.bytes,
          sha256: file.hash,
        })),
      };
    }),
  };
}

/**
 * Writes `manifest.json`, the last file of a set: where it is, the set is complete.
 * @throws HubError HUB-5020
 */
export async function writeManifest(directory: string, manifest: Manifest): Promise<string> {
  const path = join(resolve(directory), "manifest.json");
  const temporary = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await writeFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(temporary, path);
    return path;
  } catch (error) {
    throw new HubError("HUB-5020", `${path} cannot be written.`, {
      cause: error,
      place: { file: path },
      remedy: "Check that the folder is writable and the disk not full.",
    });
  }
}
