import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import PQueue from "p-queue";
import {
  describeFiles,
  hyperTables,
  startCsv,
  startParquet,
  starTotals,
  tablePath,
  writeHyperFile,
  writeManifest,
} from "../../extracts/index.ts";
import type {
  ComingFiles,
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
const PARQUET = "parquet";
const HYPER = "hyper";

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

/**
 * Writes the star in the formats asked for. Parquet is written for `hyper`, too, because the engine reads it: a table as soon
 * as it is written, while the next one is being written. Nothing has its name before all is written.
 */
export async function writeFiles(context: FileContext, star: Star, options: FileOptions): Promise<WrittenFiles> {
  const { asOf, zone } = context;
  const { directory, engine } = options;
  const stop = stoppedWith(context.signal);
  const wants = (format: Format): boolean => options.formats.includes(format);
  await mkdir(directory, { recursive: true });
  const parquet = wants("parquet") || wants("hyper") ? startParquet(star, join(directory, PARQUET)) : null;
  const sets = parquet === null ? [] : [parquet];
  const fromStar = async (): Promise<SourceTableOf | null> => {
    const tableOf = parquet === null ? null : await sourceTables(star, await parquet.all());
    stop.signal.throwIfAborted();
    if (wants("csv")) {
      const csv = startCsv(star, join(directory, "csv"));
      sets.push(csv);
      await csv.all();
    }
    return tableOf;
  };
  const fromParquet = async () =>
    parquet !== null && wants("hyper") && engine !== null ? writeHyper(engine, directory, parquet, stop) : null;
  try {
    const lanes = [orStop(stop, fromStar), fromParquet()] as const;
    // Also when one of them fails: nothing may go on behind whoever is told.
    await Promise.allSettled(lanes);
    const [tableOf, complete] = await Promise.all(lanes);
    const tables: TableFile[] = [];
    for (const set of sets) tables.push(...(await set.keep()));
    const has = (format: Format): boolean => tables.some((file) => file.format === format);
    await removeEarlier(directory, { csv: has("csv"), parquet: has("parquet"), hyper: complete !== null });
    const manifest = await writeManifest(directory, describeFiles(tables, asOf, zone));
    const sourcesOf = complete === null ? parquetSources : hyperSources;
    return { tables, sources: tableOf === null ? [] : sourcesOf(directory, tableOf), complete, manifest };
  } catch (error) {
    for (const set of sets) await set.discard();
    throw error;
  }
}

/** Stops when the run is stopped. */
function stoppedWith(signal: AbortSignal): AbortController {
  const stop = new AbortController();
  if (signal.aborted) stop.abort(signal.reason);
  else signal.addEventListener("abort", () => stop.abort(signal.reason), { once: true, signal: stop.signal });
  return stop;
}

/** None of a set is kept without the others: the first to fail stops them all, and is what they fail with. */
async function orStop<Answer>(stop: AbortController, write: () => Promise<Answer>): Promise<Answer> {
  try {
    return await write();
  } catch (error) {
    stop.abort(error);
    throw error;
  }
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

/**
 * Writes the `.hyper` of every data source, and all tables in one. Two at a time: the engine compresses the last rows of a
 * file with one core.
 */
async function writeHyper(
  engine: HyperEngine,
  directory: string,
  parquet: ComingFiles,
  stop: AbortController,
): Promise<NonNullable<WrittenFiles["complete"]>> {
  await mkdir(join(directory, HYPER), { recursive: true });
  const { publications, complete } = hyperTables((table) => parquet.placeOf(table));
  const files = new PQueue({ concurrency: 2 });
  const write = (name: string, tables: readonly HyperTable[]) =>
    files.add(() =>
      orStop(stop, async () => {
        stop.signal.throwIfAborted();
        return writeHyperFile(engine, hyperPath(directory, name), tables, {
          signal: stop.signal,
          written: (source) => parquet.written(source),
        });
      }),
    );
  const whole = write(COMPLETE, complete);
  const all = [whole, ...publications.map(({ fact, tables }) => write(fact, tables))];
  await Promise.allSettled(all);
  await Promise.all(all);
  return whole;
}

const hyperPath = (directory: string, name: string): string => join(directory, HYPER, `${name}.hyper`);

const kept = (directory: string) => hyperTables((table) => tablePath(join(directory, PARQUET), table, "parquet"));

function hyperSources(directory: string, tableOf: SourceTableOf): readonly SourceFile[] {
  return kept(directory).publications.map((publication) =>
    hyperSource(hyperPath(directory, publication.fact), publication, tableOf),
  );
}

/** A data source of which the `.hyper` is written. */
export function hyperSource(file: string, { fact, name, tables }: Publication, tableOf: SourceTableOf): SourceFile {
  return { name, fact, file, format: "hyper", tables: tables.map(tableOf) };
}

/** Without the engine Tableau converts Parquet itself: a fact alone, because such a file holds one table. */
function parquetSources(directory: string, tableOf: SourceTableOf): readonly SourceFile[] {
  const { publications, complete } = kept(directory);
  return publications.flatMap(({ fact, name }) =>
    complete
      .filter((table) => table.name === fact)
      .map((table) => ({ name, fact, file: table.source, format: "parquet" as const, tables: [tableOf(table)] })),
  );
}
