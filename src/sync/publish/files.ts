import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  describeFiles,
  hyperTables,
  starTotals,
  writeCsv,
  writeHyperFile,
  writeManifest,
  writeParquet,
} from "../../extracts/index.ts";
import type {
  HyperEngine,
  HyperTable,
  Publication,
  TableFile,
  TableTotals,
  WrittenTable,
} from "../../extracts/index.ts";
import { STAR_TABLE_NAMES } from "../../kpis/index.ts";
import type { Star, StarTableName } from "../../kpis/index.ts";
import { HubError } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";

/** The local artefact that holds all tables. */
const COMPLETE = "process-hub";

export type Format = "hyper" | "parquet" | "csv";

/** What the files are of. */
export interface FileContext {
  readonly asOf: Instant;
  /** IANA zone of the local columns. */
  readonly zone: string;
  readonly signal: AbortSignal;
}

export interface FileOptions {
  /** Folder for `csv/`, `parquet/` and `hyper/`. */
  readonly directory: string;
  readonly formats: readonly Format[];
  /** A running Hyper engine; null when there is none on this machine. */
  readonly engine: HyperEngine | null;
}

/** A table of a data source. */
export interface SourceTable {
  readonly name: string;
  readonly rows: number;
  /** Its columns, its key and the Parquet file that holds its rows. */
  readonly definition: HyperTable;
  /** SHA-256 of that file. */
  readonly hash: string;
  /** What the star itself says of it. */
  readonly totals: TableTotals;
}

/** One data source's file, ready to be sent. */
export interface SourceFile {
  /** Name of the data source, such as `Cases`. */
  readonly name: string;
  readonly fact: StarTableName;
  readonly file: string;
  readonly format: "hyper" | "parquet";
  readonly tables: readonly SourceTable[];
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
export async function writeFiles(context: FileContext, star: Star, options: FileOptions): Promise<WrittenFiles> {
  const { asOf, zone, signal } = context;
  const wants = (format: Format): boolean => options.formats.includes(format);
  await mkdir(options.directory, { recursive: true });
  const csv = wants("csv") ? await writeCsv(star, join(options.directory, "csv")) : [];
  const parquet =
    wants("parquet") || wants("hyper") ? await writeParquet(star, join(options.directory, "parquet")) : [];
  const tables = [...csv, ...parquet];
  const tableOf = parquet.length === 0 ? null : await sourceTables(star, parquet);
  const hyper =
    wants("hyper") && options.engine !== null && tableOf !== null
      ? await writeHyper(parquet, tableOf, options.directory, options.engine, signal)
      : null;
  await removeEarlier(options.directory, {
    csv: csv.length > 0,
    parquet: parquet.length > 0,
    hyper: hyper !== null,
  });
  const manifest = await writeManifest(options.directory, describeFiles(tables, asOf, zone));
  return {
    tables,
    sources: hyper?.sources ?? (tableOf === null ? [] : parquetSources(parquet, tableOf)),
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

/** A definition with what the star says of the table. */
export type SourceTableOf = (definition: HyperTable) => SourceTable;

/** Counts every table of the star, so that nothing has to be counted again for each data source it is in. */
export async function sourceTables(star: Star, parquet: readonly TableFile[]): Promise<SourceTableOf> {
  const known = new Map<string, Omit<SourceTable, "definition">>();
  for (const { table, rows, hash } of parquet) {
    known.set(table, { name: table, rows, hash, totals: await starTotals(star, table) });
  }
  return (definition) => {
    const table = known.get(definition.name);
    if (table === undefined) throw new HubError("HUB-1001", `There is no file of ${definition.name}.`);
    return { ...table, definition };
  };
}

async function writeHyper(
  parquet: readonly TableFile[],
  tableOf: SourceTableOf,
  directory: string,
  engine: HyperEngine,
  signal: AbortSignal,
): Promise<Pick<WrittenFiles, "sources" | "complete">> {
  const folder = join(directory, "hyper");
  await mkdir(folder, { recursive: true });
  const plan = hyperTables(parquet);
  const sources: SourceFile[] = [];
  for (const publication of plan.publications) {
    sources.push(await writeSource(engine, folder, publication, tableOf, signal));
  }
  const complete = await writeHyperFile(engine, join(folder, `${COMPLETE}.hyper`), plan.complete, signal);
  return { sources, complete };
}

/** Writes the `.hyper` of one data source. */
export async function writeSource(
  engine: HyperEngine,
  folder: string,
  { fact, name, tables }: Publication,
  tableOf: SourceTableOf,
  signal: AbortSignal,
): Promise<SourceFile> {
  const { file } = await writeHyperFile(engine, join(folder, `${fact}.hyper`), tables, signal);
  return { name, fact, file, format: "hyper", tables: tables.map(tableOf) };
}

/** Without the engine Tableau converts Parquet itself: a fact alone, because such a file holds one table. */
function parquetSources(parquet: readonly TableFile[], tableOf: SourceTableOf): readonly SourceFile[] {
  const { publications, complete } = hyperTables(parquet);
  return publications.flatMap(({ fact, name }) =>
    complete
      .filter((table) => table.name === fact)
      .map((table) => ({ name, fact, file: table.source, format: "parquet" as const, tables: [tableOf(table)] })),
  );
}
