import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { firstBytes } from "../content/content-check.ts";
import { readPackage, writePackage } from "../content/package.ts";
import type { Revision } from "../content/published.ts";
import { publishFailed } from "../wire/errors.ts";
import type { HyperProcess } from "./hyper-process.ts";
import { literal, quoted } from "./sql.ts";

/** A copy of the extract of something published, to be changed. */
export interface ExtractCopy {
  /** The `.hyper` file. */
  readonly file: string;
  /** The file to publish in its place once it has been changed. */
  pack(): Promise<{ readonly file: string; readonly fileName: string }>;
}

/**
 * Copies the extract of a revision out to `file`: the `.hyper` itself, one made from a `.parquet`, or the one within a
 * `.tdsx`. Throws 400011 for data that is not live-to-Hyper: text, and extracts that are refreshed from somewhere else.
 */
export async function copyExtract(engine: HyperProcess, revision: Revision, file: string): Promise<ExtractCopy> {
  const type = extname(revision.fileName).toLowerCase();
  if (type === ".hyper") {
    await copyFile(revision.file, file);
    return { file, pack: async () => Promise.resolve({ file, fileName: revision.fileName }) };
  }
  if (type === ".parquet") {
    await fromParquet(engine, revision.file, file);
    const fileName = `${basename(revision.fileName, ".parquet")}.hyper`;
    return { file, pack: async () => Promise.resolve({ file, fileName }) };
  }
  if (type !== ".tdsx") throw notLive();
  const entries = await readPackage(await readFile(revision.file));
  const document = entries.find(({ name }) => name.endsWith(".tds"))?.bytes.toString("utf8") ?? "";
  const [extract, ...others] = entries.filter(({ name }) => name.endsWith(".hyper"));
  if (/<extract[\s>]/u.test(document) || !/class=['"]hyper['"]/u.test(document)) throw notLive();
  if (extract === undefined || others.length > 0) throw publishFailed("The package does not hold exactly one extract.");
  await writeFile(file, extract.bytes);
  return {
    file,
    pack: async () => {
      const bytes = await readFile(file);
      const packed = await writePackage(entries.map((entry) => (entry === extract ? { ...entry, bytes } : entry)));
      const packageFile = `${file}.tdsx`;
      await writeFile(packageFile, packed);
      await rm(file);
      return { file: packageFile, fileName: revision.fileName };
    },
  };
}

/**
 * An uploaded payload as a `.hyper`: as it is, or made from a `.parquet` at `converted`, which is then the table
 * Extract.Extract.
 */
export async function payloadExtract(engine: HyperProcess, upload: string, converted: string): Promise<string> {
  const magic = (await firstBytes(upload, 5)).toString("latin1");
  if (magic === "Hyper") return upload;
  if (!magic.startsWith("PAR1")) throw publishFailed("The payload is neither a .hyper nor a .parquet file.");
  await fromParquet(engine, upload, converted);
  return converted;
}

/** What the server does of a `.parquet`: one table, as a lone extract has it. */
async function fromParquet(engine: HyperProcess, parquet: string, file: string): Promise<void> {
  await engine.query(`CREATE DATABASE ${quoted(file)}`);
  await engine.query(`ATTACH DATABASE ${quoted(file)} AS "made"`);
  try {
    await engine.query(`CREATE SCHEMA "made"."Extract"`);
    const rows = `SELECT * FROM external(${literal(parquet)}, FORMAT => 'parquet')`;
    await engine.query(`CREATE TABLE "made"."Extract"."Extract" AS (${rows})`);
  } finally {
    await engine.query(`DETACH DATABASE "made"`);
  }
}

function notLive(): Error {
  return publishFailed("The data source is not live-to-Hyper, so its data cannot be updated.");
}
