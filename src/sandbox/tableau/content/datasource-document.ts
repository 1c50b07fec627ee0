import { rm, writeFile } from "node:fs/promises";
import { tableKey } from "../data/hyper-contents.ts";
import type { HyperContents } from "../data/hyper-contents.ts";
import type { HyperEngine } from "../data/hyper-engine.ts";
import { childrenAt, descendants, isFault, readDocument } from "../wire/document.ts";
import type { Node } from "../wire/document.ts";
import { publishFailed } from "../wire/errors.ts";
import type { PackageEntry } from "./package.ts";

/** Reads a `.tds`; 400011 for what is none. */
export function datasourceDocument(bytes: Buffer): Node {
  const root = readDocument(bytes, "datasource");
  if (isFault(root)) throw publishFailed(`${root.message} (line ${root.line})`);
  return root;
}

/**
 * Holds the document of a `.tdsx` against the files beside it (reference tableau.md §6.1, §6.2): the files its
 * connections name, and where an engine is there, the tables and columns of an extract and the tree of relationships.
 * Throws 400011 for the first thing that does not fit.
 * @param scratch a file to lay the extract out in
 */
export async function checkDatasourcePackage(
  entries: readonly PackageEntry[],
  engine: HyperEngine,
  scratch: string,
): Promise<void> {
  const [main, ...others] = entries.filter(({ name }) => !name.includes("/") && name.endsWith(".tds"));
  if (main === undefined || others.length > 0) throw publishFailed("A package holds exactly one .tds at its root.");
  const root = datasourceDocument(main.bytes);
  for (const connection of descendants(root, "connection")) {
    const file = fileOf(connection);
    if (file === undefined) continue;
    const entry = entries.find(({ name }) => name === file);
    if (entry === undefined) throw publishFailed(`The package does not bring the file '${file}'.`);
    if (connection.attributes["class"] !== "hyper" || !engine.available) continue;
    requireTables(root, await contentsOf(entry.bytes, engine, scratch));
  }
  requireTree(root);
}

async function contentsOf(bytes: Buffer, engine: HyperEngine, scratch: string): Promise<HyperContents> {
  await writeFile(scratch, bytes);
  try {
    const contents = await engine.contents(scratch);
    if (contents === undefined) throw publishFailed("The extract could not be opened.");
    return contents;
  } finally {
    await rm(scratch, { force: true });
  }
}

function fileOf({ attributes }: Node): string | undefined {
  if (attributes["class"] === "hyper") return attributes["dbname"] ?? "";
  if (attributes["class"] !== "textscan") return undefined;
  return [attributes["directory"], attributes["filename"]].filter((part) => part !== undefined).join("/");
}

/** The relations of the connection exist in the extract, and of each the columns that the document tells of. */
function requireTables(root: Node, contents: HyperContents): void {
  const columns = new Map<string, ReadonlySet<string>>();
  for (const { attributes } of descendants(root, "relation")) {
    if (attributes["type"] !== "table") continue;
    const [schema = "", name = ""] = (attributes["table"] ?? "").replaceAll(/^\[|\]$/gu, "").split("].[");
    const table = contents.tables.find((each) => tableKey(each) === tableKey({ schema, name }));
    if (table === undefined) throw publishFailed(`The extract has no table ${attributes["table"]}.`);
    columns.set(attributes["name"] ?? "", new Set(table.columns.map((column) => column.name)));
  }
  for (const { value } of columnsTold(root)) {
    const [relation = "", column = ""] = value.replaceAll(/^\[|\]$/gu, "").split("].[");
    if (columns.get(relation)?.has(column) !== true) throw publishFailed(`The extract has no column ${value}.`);
  }
}

/** What `cols` maps the names of fields to. */
function columnsTold(root: Node): readonly { readonly key: string; readonly value: string }[] {
  return childrenAt(root, "connection", "cols", "map").map(({ attributes }) => ({
    key: attributes["key"] ?? "",
    value: attributes["value"] ?? "",
  }));
}

/** Several tables hang together by relationships: one fewer than tables, between them, over fields there are. */
function requireTree(root: Node): void {
  const objects = descendants(root, "object").map(({ attributes }) => attributes["id"] ?? "");
  const collections = descendants(root, "relation").filter(({ attributes }) => attributes["type"] === "collection");
  const tables = collections.flatMap((collection) => childrenAt(collection, "relation")).length;
  if (tables > 1 && objects.length < tables)
    throw publishFailed("Several tables need a model of how they are related.");
  if (objects.length < 2) return;
  const relationships = descendants(root, "relationship");
  const joined = new Map(objects.map((id) => [id, id]));
  const topOf = (id: string): string => {
    const above = joined.get(id);
    if (above === undefined) throw publishFailed(`A relationship names the table '${id}', which is none.`);
    return above === id ? id : topOf(above);
  };
  for (const relationship of relationships) {
    const ends = [...childrenAt(relationship, "first-end-point"), ...childrenAt(relationship, "second-end-point")];
    const [from = "", to = ""] = ends.map(({ attributes }) => topOf(attributes["object-id"] ?? ""));
    if (from === to) throw publishFailed("The relationships between the tables are not a tree.");
    joined.set(from, to);
    requireFields(root, relationship);
  }
  if (relationships.length !== objects.length - 1) {
    throw publishFailed("The relationships do not lead to every table.");
  }
}

function requireFields(root: Node, relationship: Node): void {
  const known = new Set(columnsTold(root).map(({ key }) => key));
  for (const { attributes } of descendants(relationship, "expression")) {
    const operand = attributes["op"] ?? "";
    if (operand.startsWith("[") && !known.has(operand)) {
      throw publishFailed(`A relationship names the field ${operand}, which is none.`);
    }
  }
}
