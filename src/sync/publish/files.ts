import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  describeFiles,
  hyperTables,
  writeCsv,
  writeHyperFile,
  writeManifest,
  writeParquet,
} from "../../extracts/index.ts";
import type { HyperEngine, TableFile, WrittenTable } from "../../extracts/index.ts";
import { STAR_TABLE_NAMES } from "../../kpis/index.ts";
import type { Star } from "../../kpis/index.ts";
import type { RunContext } from "../context.ts";

/** The local artefact that holds all tables. */
const COMPLETE = "process-hub";

export type Format = "hyper" | "parquet" | "csv";

export interface FileOptions {
  /** Folder for `csv/`, `parquet/` and `hyper/`. */
  readonly directory: string;
  readonly formats: readonly Format[];
  /** A running Hyper engine; null when there is none on this machine. */
  readonly engine: HyperEngine | null;
}

/** One data source's file, ready to be sent. */
export interface SourceFile {
  /** Name of the data source, such as `Cases`. */
  readonly name: string;
  readonly fact: string;
  readonly file: string;
  readonly format: "hyper" | "parquet";
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

export interface WrittenFiles {
  readonly tables: readonly TableFile[];
  /** What can be published: one file per fact. Empty when neither hyper nor parquet was asked for. */
  readonly sources: readonly SourceFile[];
  /** All tables in one `.hyper`, for local use; null without the engine. */
  readonly complete: { readonly file: string; readonly tables: readonly WrittenTable[] } | null;
  readonly manifest: string;
}

/** Writes the star in the formats asked for. Parquet is written for `hyper`, too, because the engine reads it. */
export async function writeFiles(context: RunContext, star: Star, options: FileOptions): Promise<WrittenFiles> {
  const { asOf, configuration, signal } = context;
  const wants = (format: Format): boolean => options.formats.includes(format);
  await mkdir(options.directory, { recursive: true });
  const csv = wants("csv") ? await writeCsv(star, join(options.directory, "csv")) : [];
  const parquet =
    wants("parquet") || wants("hyper") ? await writeParquet(star, join(options.directory, "parquet")) : [];
  const tables = [...csv, ...parquet];
  const hyper =
    wants("hyper") && options.engine !== null
      ? await writeHyper(parquet, options.directory, options.engine, signal)
      : null;
  await removeEarlier(options.directory, {
    csv: csv.length > 0,
    parquet: parquet.length > 0,
    hyper: hyper !== null,
  });
  const manifest = await writeManifest(options.directory, describeFiles(tables, asOf, configuration.zone));
  return {
    tables,
    sources: hyper?.sources ?? (parquet.length === 0 ? [] : parquetSources(parquet)),
    complete: hyper?.complete ?? null,
    manifest,
  };
}

/** Files of an earlier set in a format that this one has not: beside the new manifest they would pass for its figures. */
async function removeEarlier(directory: string, written: Readonly<Record<Format, boolean>>): Promise<void> {
  for (const format of ["csv", "parquet", "hyper"] as const) {
    if (written[format]) continue;
    const names = format === "hyper" ? [...STAR_TABLE_NAMES, COMPLETE] : STAR_TABLE_NAMES;
    for (const name of names) await rm(join(directory, format, `${name}.${format}`), { force: true });
  }
}

async function writeHyper(
  parquet: readonly TableFile[],
  directory: string,
  engine: HyperEngine,
  signal: AbortSignal,
): Promise<Pick<WrittenFiles, "sources" | "complete">> {
  const folder = join(directory, "hyper");
  await mkdir(folder, { recursive: true });
  const plan = hyperTables(parquet);
  const sources: SourceFile[] = [];
  for (const { fact, name, tables } of plan.publications) {
    const written = await writeHyperFile(engine, join(folder, `${fact}.hyper`), tables, signal);
    sources.push({ name, fact, file: written.file, format: "hyper", tables: written.tables });
  }
  const complete = await writeHyperFile(engine, join(folder, `${COMPLETE}.hyper`), plan.complete, signal);
  return { sources, complete };
}

/** Without the engine Tableau converts Parquet itself: a fact alone, because such a file holds one table. */
function parquetSources(parquet: readonly TableFile[]): readonly SourceFile[] {
  const { publications } = hyperTables(parquet);
  return publications.flatMap(({ fact, name }) => {
    const file = parquet.find((each) => each.table === fact);
    return file === undefined
      ? []
      : [{ name, fact, file: file.path, format: "parquet" as const, tables: [{ name: fact, rows: file.rows }] }];
  });
}
