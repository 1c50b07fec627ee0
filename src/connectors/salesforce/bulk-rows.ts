import type { Json } from "../../model/index.ts";
import { abortable } from "../kit/index.ts";
import type { Describe, Row } from "./answers.ts";
import { BrokenCsv, CsvRecords } from "./csv.ts";
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
const asDatetime: Cell = (text) => (text === "" ? null : text.endsWith("Z") ? `${text.slice(0, -1)}+0000` : text);

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
 * The rows of one results page as they come, some at a time. A piece is asked of the socket when the rows of the last one
 * are taken: only what is being stored is in memory. The header row comes on every page.
 * @throws BrokenCsv when the text is no CSV, breaks off within a row, or a row has not as many cells as the header
 */
export async function* rowsOf(
  body: ReadableStream<Uint8Array>,
  reader: RowReader,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  const text = new TextDecoder("utf-8", { fatal: true });
  const csv = new CsvRecords();
  let layout: Layout | undefined;
  const rows = (records: readonly (readonly string[])[]): readonly Row[] => {
    const [header] = records;
    if (layout !== undefined || header === undefined) return records.map((record) => rowOf(record, layout ?? EMPTY));
    layout = layoutOf(header, reader);
    const { width } = layout;
    return width === 0 ? [] : rows(records.slice(1));
  };
  const pieces = body.getReader();
  let isOver = false;
  try {
    for (;;) {
      const piece = await abortable(() => pieces.read(), signal);
      if (piece.done) break;
      const some = rows(csv.take(text.decode(piece.value, { stream: true })));
      if (some.length > 0) yield some;
    }
    isOver = true;
    const last = rows([...csv.take(text.decode()), ...csv.end()]);
    if (last.length > 0) yield last;
  } finally {
    // Whoever stops before the end wants no more of it; what became of a broken body has been thrown already.
    if (!isOver) void pieces.cancel().then(nothing, nothing);
  }
}

const nothing = (): void => undefined;

/** Where in a row the cells of a record go. */
interface Layout {
  readonly width: number;
  readonly own: readonly Column[];
  readonly parents: readonly Parent[];
}

interface Column {
  readonly name: string;
  readonly at: number;
  readonly cell: Cell;
}

interface Parent {
  readonly name: string;
  /** The field that tells whether it is there; undefined where its values have to. */
  readonly link: string | undefined;
  readonly fields: Fields;
}

/** Fields of a parent, and of its own parents. */
interface Fields {
  readonly own: readonly Column[];
  readonly parents: readonly Omit<Parent, "link">[];
}

const EMPTY: Layout = { width: 0, own: [], parents: [] };

function layoutOf(header: readonly string[], reader: RowReader): Layout {
  const byLower = new Map([...reader.cells].map(([name, cell]) => [name.toLowerCase(), { name, cell }]));
  const columns = header.map((title, at) => {
    const { name, cell } = byLower.get(title.toLowerCase()) ?? { name: title, cell: asText };
    return { path: name.split("."), at, cell };
  });
  const there = new Set(header.map((title) => title.toLowerCase()));
  const lacking = [...byLower].find(([title]) => !there.has(title));
  if (lacking !== undefined) throw new BrokenCsv(`The results lack the column ${lacking[1].name}.`);
  const { own, parents } = fieldsOf(columns);
  return {
    width: header.length,
    own,
    parents: parents.map((parent) => ({ ...parent, link: reader.links.get(parent.name) })),
  };
}

function fieldsOf(columns: readonly (Omit<Column, "name"> & { readonly path: readonly string[] })[]): Fields {
  const own: Column[] = [];
  const deeper = new Map<string, (Omit<Column, "name"> & { readonly path: readonly string[] })[]>();
  for (const { path, at, cell } of columns) {
    const [name = "", ...rest] = path;
    if (rest.length === 0) own.push({ name, at, cell });
    else deeper.set(name, [...(deeper.get(name) ?? []), { path: rest, at, cell }]);
  }
  return { own, parents: [...deeper].map(([name, inner]) => ({ name, fields: fieldsOf(inner) })) };
}

function rowOf(record: readonly string[], { width, own, parents }: Layout): Row {
  if (record.length !== width) throw new BrokenCsv(`A row has ${record.length} cells where the header has ${width}.`);
  const row: Record<string, Json> & { Id: string } = { Id: "" };
  for (const { name, at, cell } of own) row[name] = cell(record[at] ?? "");
  for (const { name, link, fields } of parents) {
    const isThere = link === undefined ? hasValue(record, fields) : row[link] !== null;
    row[name] = isThere ? nested(record, fields) : null;
  }
  return row;
}

/** Parents' parents lie deeper; one without any value is not there. */
function nested(record: readonly string[], { own, parents }: Fields): Json {
  const object: Record<string, Json> = {};
  for (const { name, at, cell } of own) object[name] = cell(record[at] ?? "");
  for (const { name, fields } of parents) object[name] = hasValue(record, fields) ? nested(record, fields) : null;
  return object;
}

function hasValue(record: readonly string[], { own, parents }: Fields): boolean {
  return own.some(({ at }) => record[at] !== "") || parents.some(({ fields }) => hasValue(record, fields));
}
