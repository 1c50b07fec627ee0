import { Readable, pipeline } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import { parse } from "csv-parse";
import type { Json } from "../../model/index.ts";
import type { Describe, Row } from "./answers.ts";
import type { Descriptions } from "./descriptions.ts";

/** How a cell's text becomes the value that REST gives for the same field. */
export type Cell = (text: string) => Json;

/** Reads cells by column name; made from descriptions, because CSV tells no types. */
export interface RowReader {
  readonly cells: ReadonlyMap<string, Cell>;
  /** By relationship (`Owner`): the field that tells an empty parent from one without values. */
  readonly links: ReadonlyMap<string, string>;
}

/** Types whose values Bulk 2.0 refuses (compound, base64) or prints without telling what they were (anyType). */
const UNSUPPORTED = new Set(["address", "location", "base64", "anyType", "complexvalue", "json"]);

const asText: Cell = (text) => (text === "" ? null : text);
const asNumber: Cell = (text) => (text === "" ? null : Number(text));
const asBoolean: Cell = (text) => (text === "" ? null : text === "true");
/** REST prints `+0000` where Bulk prints `Z`. */
const asDatetime: Cell = (text) => (text === "" ? null : text.replace(/Z$/u, "+0000"));

const CELLS: Readonly<Record<string, Cell>> = {
  boolean: asBoolean,
  int: asNumber,
  long: asNumber,
  double: asNumber,
  currency: asNumber,
  percent: asNumber,
  datetime: asDatetime,
};

/** The reader of rows of these fields; null when one of them can only be read by REST. */
export async function rowReader(
  descriptions: Descriptions,
  object: string,
  fields: readonly string[],
  signal: AbortSignal,
): Promise<RowReader | null> {
  const described = await descriptions.get(object, signal);
  const cells = new Map<string, Cell>();
  const links = new Map<string, string>();
  for (const field of fields) {
    const type = await typeOf(descriptions, described, field.split("."), signal);
    if (type === null || UNSUPPORTED.has(type)) return null;
    cells.set(field, CELLS[type] ?? asText);
    const parent = field.split(".")[0] ?? "";
    const link = described.fields.find((one) => one.relationshipName === parent)?.name;
    if (field.includes(".") && link !== undefined && fields.includes(link)) links.set(parent, link);
  }
  return { cells, links };
}

/** Type of a field at the end of a path; null when its possible parents do not agree on one. */
async function typeOf(
  descriptions: Descriptions,
  described: Describe,
  path: readonly string[],
  signal: AbortSignal,
): Promise<string | null> {
  const [first = "", ...rest] = path;
  if (rest.length === 0) return described.fields.find((field) => field.name === first)?.type ?? null;
  const parents = described.fields.find((field) => field.relationshipName === first)?.referenceTo ?? [];
  const types = new Set<string>();
  for (const parent of parents) {
    // A queue (Group) lacks most fields of a user; the others decide.
    const type = await typeOf(descriptions, await descriptions.get(parent, signal), rest, signal);
    if (type !== null) types.add(type);
  }
  const [only] = types;
  return types.size === 1 && only !== undefined ? only : null;
}

/**
 * The rows of one results page as they come. Backpressure goes through to the socket: only what is being stored is in
 * memory. The header row comes on every page.
 */
export async function* rowsOf(body: ReadableStream<Uint8Array>, reader: RowReader): AsyncGenerator<Row> {
  const parser = parse({ bom: true, relaxColumnCount: false });
  // An error of either side destroys the parser, so that the loop below throws it.
  // The web stream of fetch and the one of node:stream/web are one class with two declarations.
  pipeline(Readable.fromWeb(body as WebStream<Uint8Array>), parser, () => undefined);
  let columns: readonly Column[] | undefined;
  for await (const record of parser as AsyncIterable<readonly string[]>) {
    if (columns === undefined) columns = columnsOf(record, reader);
    else yield rowOf(record, columns, reader.links);
  }
}

interface Column {
  readonly name: string;
  readonly path: readonly string[];
  readonly cell: Cell;
}

function columnsOf(header: readonly string[], reader: RowReader): readonly Column[] {
  const byLower = new Map([...reader.cells].map(([name, cell]) => [name.toLowerCase(), { name, cell }]));
  return header.map((name) => {
    const known = byLower.get(name.toLowerCase());
    const path = (known?.name ?? name).split(".");
    return { name: known?.name ?? name, path, cell: known?.cell ?? asText };
  });
}

function rowOf(record: readonly string[], columns: readonly Column[], links: ReadonlyMap<string, string>): Row {
  const row: Record<string, Json> & { Id: string } = { Id: "" };
  const parents = new Map<string, (readonly [path: readonly string[], value: Json])[]>();
  columns.forEach(({ name, path, cell }, at) => {
    const value = cell(record[at] ?? "");
    if (path.length === 1) row[name] = value;
    else {
      const [parent = ""] = path;
      const values = parents.get(parent);
      if (values === undefined) parents.set(parent, [[path.slice(1), value]]);
      else values.push([path.slice(1), value]);
    }
  });
  for (const [parent, values] of parents) {
    const link = links.get(parent);
    const there = link === undefined ? values.some(([, value]) => value !== null) : row[link] !== null;
    row[parent] = there ? nested(values) : null;
  }
  return row;
}

/** Parents' parents lie deeper; one without any value is not there. */
function nested(values: readonly (readonly [path: readonly string[], value: Json])[]): Json {
  const object: Record<string, Json> = {};
  const deeper = new Map<string, (readonly [path: readonly string[], value: Json])[]>();
  for (const [[name = "", ...rest], value] of values) {
    if (rest.length === 0) object[name] = value;
    else deeper.set(name, [...(deeper.get(name) ?? []), [rest, value]]);
  }
  for (const [name, inner] of deeper) object[name] = inner.some(([, value]) => value !== null) ? nested(inner) : null;
  return object;
}
