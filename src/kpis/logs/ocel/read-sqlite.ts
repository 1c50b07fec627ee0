import { DatabaseSync } from "node:sqlite";
import type { SQLOutputValue } from "node:sqlite";
import { HubError } from "../../../model/index.ts";
import type { LogSink } from "../log.ts";
import { readMoment, writeInstant } from "../moment.ts";
import type { ReadLogOptions } from "../read-options.ts";
import { unusable } from "../trouble.ts";
import { ocelPutter } from "./put.ts";
import type { RawThing } from "./put.ts";
import { dataTypeOf, quoted } from "./sqlite-words.ts";

type Row = Readonly<Record<string, SQLOutputValue>>;
type Kind = "event" | "object";

interface TypeTable {
  readonly type: string;
  readonly table: string;
  /** Files of others leave out what they have no value for. */
  readonly hasTime: boolean;
  readonly hasChanges: boolean;
  /** Attribute columns with their data type. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Columns that are no attributes; the last two are another writer's copies of the type. */
const OWN = new Set(["ocel_id", "ocel_time", "ocel_changed_field", "ocel:activity", "ocel:type"]);

/**
 * Reads OCEL 2.0 in SQLite. Files without keys or without a relation table are taken, too; what lacks its row of a type is told.
 * @throws HubError HUB-2401 when it is no database, HUB-2405
 */
export function readOcelSqlite(file: string, options: ReadLogOptions, sink: LogSink): void {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      readAll(database, file, options, sink);
    } finally {
      database.close();
    }
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    throw new HubError(
      "HUB-2401",
      `The database cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        disposition: "operator",
        place: { file },
        remedy: "Check that it holds OCEL 2.0: event, object, event_map_type, object_map_type and a table per type.",
      },
    );
  }
}

function readAll(database: DatabaseSync, file: string, options: ReadLogOptions, sink: LogSink): void {
  const put = ocelPutter(file, options, sink);
  const tables = new Set(rowsOf(database, "SELECT name FROM sqlite_master").map(({ name }) => String(name)));
  const types = { event: typeTables(database, "event", tables), object: typeTables(database, "object", tables) };
  for (const kind of ["event", "object"] as const)
    for (const { type, columns } of types[kind]) put.declare(kind, type, columns);
  for (const raw of merged(database, "object", types.object, sink, file)) put.object(raw);
  for (const raw of merged(database, "event", types.event, sink, file)) put.event(raw);
  if (tables.has("event_object")) {
    for (const row of each(database, "SELECT * FROM event_object ORDER BY rowid")) {
      sink.eventObject({
        from: text(row["ocel_event_id"]),
        to: text(row["ocel_object_id"]),
        qualifier: text(row["ocel_qualifier"]),
        line: null,
      });
    }
  }
  if (tables.has("object_object")) {
    for (const row of each(database, "SELECT * FROM object_object ORDER BY rowid")) {
      sink.objectObject({
        from: text(row["ocel_source_id"]),
        to: text(row["ocel_target_id"]),
        qualifier: text(row["ocel_qualifier"]),
        line: null,
      });
    }
  }
}

function typeTables(database: DatabaseSync, kind: Kind, tables: ReadonlySet<string>): readonly TypeTable[] {
  return rowsOf(database, `SELECT ocel_type, ocel_type_map FROM ${kind}_map_type ORDER BY rowid`).map((row) => {
    const table = `${kind}_${text(row["ocel_type_map"])}`;
    const columns = tables.has(table) ? rowsOf(database, `PRAGMA table_info(${quoted(table)})`) : [];
    const names = columns.map(({ name }) => text(name));
    return {
      type: text(row["ocel_type"]),
      hasTime: names.includes("ocel_time"),
      hasChanges: names.includes("ocel_changed_field"),
      table: tables.has(table) ? table : "",
      columns: columns.flatMap((column) => {
        const name = text(column["name"]);
        return OWN.has(name) ? [] : [{ name, type: dataTypeOf(text(column["type"])) }];
      }),
    };
  });
}

/** All things of a kind in the order of their table, each with the rows of its type's table. */
function* merged(
  database: DatabaseSync,
  kind: Kind,
  types: readonly TypeTable[],
  sink: LogSink,
  file: string,
): Iterable<RawThing> {
  const streams = types.map((type) => {
    const things = thingsOf(database, kind, type)[Symbol.iterator]();
    return { things, next: things.next() };
  });
  for (;;) {
    const first = streams.reduce<(typeof streams)[number] | null>((best, stream) => {
      if (stream.next.done === true) return best;
      return best === null || best.next.done === true || stream.next.value.place < best.next.value.place
        ? stream
        : best;
    }, null);
    if (first === null || first.next.done === true) break;
    yield first.next.value.raw;
    first.next = first.things.next();
  }
  const present = types.filter(({ table }) => table !== "").map(({ type, table }) => ({ type, table }));
  const known = present.map(({ table }) => `SELECT ocel_id FROM ${quoted(table)}`).join(" UNION ");
  const lost = `SELECT ocel_id FROM ${kind}${known === "" ? "" : ` WHERE ocel_id NOT IN (${known})`}`;
  for (const row of each(database, lost))
    sink.problem(unusable(`The ${kind} "${text(row["ocel_id"])}" has no row in the table of its type.`, file, null));
}

function* thingsOf(
  database: DatabaseSync,
  kind: Kind,
  { type, table, columns, hasTime, hasChanges }: TypeTable,
): Iterable<{ readonly place: number; readonly raw: RawThing }> {
  if (table === "") return;
  const list = columns.map(({ name }, index) => `, t.${quoted(name)} AS a${index}`).join("");
  const own = `${hasTime ? "t.ocel_time" : "NULL"} AS time, ${hasChanges ? "t.ocel_changed_field" : "NULL"} AS changed`;
  const rows = each(
    database,
    `SELECT k.rowid AS place, k.ocel_id AS id, ${own}${list} FROM ${kind} k JOIN ${quoted(table)} t
     ON t.ocel_id = k.ocel_id WHERE k.ocel_type = ? ORDER BY k.rowid, t.rowid`,
    type,
  );
  let place = Number.NaN;
  let open: Growing | null = null;
  for (const row of rows) {
    const attributes = columns.flatMap(({ name, type }, index) => valueIn(row, index, name, type, kind));
    if (kind === "object" && open !== null && place === Number(row["place"])) {
      open.attributes.push(...attributes);
      continue;
    }
    if (open !== null) yield { place, raw: open };
    place = Number(row["place"]);
    open = { id: text(row["id"]), type, time: text(row["time"]), attributes, relations: [], line: null };
  }
  if (open !== null) yield { place, raw: open };
}

interface Growing extends RawThing {
  readonly attributes: RawThing["attributes"][number][];
}

/** The value of one column; nothing when it is empty, or in a row about the change of another one. */
function valueIn(row: Row, index: number, name: string, type: string, kind: Kind): RawThing["attributes"] {
  const value = row[`a${index}`] ?? null;
  if (value === null || (row["changed"] != null && row["changed"] !== name)) return [];
  const written = type === "time" ? utcText(text(value)) : text(value);
  const since = kind === "event" || row["time"] == null ? {} : { time: text(row["time"]) };
  return [{ name, value: written, ...since }];
}

/** A time as an attribute's value, as ISO 8601 in UTC; what is none stays as it is. */
function utcText(value: string): string {
  const at = readMoment(/\d{2}:\d{2}/u.test(value) && !/(?:Z|[+-]\d{2}:?\d{2})$/u.test(value) ? `${value}Z` : value, {
    zone: null,
    order: null,
  });
  return typeof at === "string" ? value : writeInstant(at);
}

function text(value: SQLOutputValue | undefined): string {
  return value == null ? "" : String(value);
}

function rowsOf(database: DatabaseSync, sql: string): readonly Row[] {
  return [...each(database, sql)];
}

function each(database: DatabaseSync, sql: string, ...parameters: readonly string[]): Iterable<Row> {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return statement.iterate(...parameters);
}
