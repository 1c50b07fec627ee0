import { open, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { tableKey } from "../data/hyper-contents.ts";
import type { HyperContents } from "../data/hyper-contents.ts";
import type { HyperEngine } from "../data/hyper-engine.ts";
import { publishFailed } from "../wire/errors.ts";
import { checkDatasourcePackage, datasourceDocument } from "./datasource-document.ts";
import { readPackage } from "./package.ts";

export const DATASOURCE_TYPES = ["tds", "tdsx", "tde", "hyper", "parquet"] as const;
export type DatasourceType = (typeof DATASOURCE_TYPES)[number];

/** How a file of each type begins; a .tds is text, and a .tde is not looked into. */
const MAGIC: Readonly<Partial<Record<DatasourceType, Buffer>>> = {
  hyper: Buffer.from("Hyper", "latin1"),
  parquet: Buffer.from("PAR1", "latin1"),
  tdsx: Buffer.from("PK\u0003\u0004", "latin1"),
};

/** The type by the query parameter, else by the file name; 400011 for none that data sources have. */
export function datasourceType(parameter: string | null, fileName: string): DatasourceType {
  const wanted = (parameter ?? extname(fileName).slice(1)).toLowerCase();
  const known = DATASOURCE_TYPES.find((type) => type === wanted);
  if (known === undefined) throw publishFailed(`'${wanted}' is not a type of data source file.`);
  return known;
}

/**
 * Refuses with 400011 what the real server would not take: wrong magic bytes, and a `.hyper` with several tables of
 * which not exactly one is a fact table (reference §3.4), a `.tds` or `.tdsx` whose document does not fit. Without an engine a `.hyper` passes on its magic bytes.
 */
export async function checkContent(file: string, type: DatasourceType, engine: HyperEngine): Promise<void> {
  const magic = MAGIC[type];
  if (magic !== undefined && !(await firstBytes(file, magic.length)).equals(magic)) {
    throw publishFailed(`The file is not a valid .${type} file.`);
  }
  if (type === "tds") datasourceDocument(await readFile(file));
  if (type === "tdsx") await checkDatasourcePackage(await readPackage(await readFile(file)), engine, `${file}-extract`);
  if (type !== "hyper" || !engine.available) return;
  const contents = await engine.contents(file);
  if (contents === undefined) throw publishFailed("The extract could not be opened.");
  requireOneFactTable(contents);
}

/** Exactly one table that no other refers to, from which all the others can be reached along foreign keys. */
export function requireOneFactTable(contents: HyperContents): void {
  const names = contents.tables.map(tableKey);
  if (names.length === 0) throw publishFailed("The extract contains no table.");
  if (names.length === 1) return;
  const referenced = new Set(contents.references.filter(({ from, to }) => from !== to).map(({ to }) => to));
  const facts = names.filter((name) => !referenced.has(name));
  const [fact] = facts;
  const refusal = publishFailed("An extract with several tables must contain exactly one fact table.");
  if (fact === undefined || facts.length > 1) throw refusal;
  const reached = new Set([fact]);
  for (const name of reached) {
    for (const { from, to } of contents.references) if (from === name) reached.add(to);
  }
  if (names.some((name) => !reached.has(name))) throw refusal;
}

export async function firstBytes(file: string, length: number): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
