import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import type { Exported } from "../exported.ts";
import type { LogReader } from "../log-reader.ts";
import type { Moment } from "../log.ts";
import { readMoment, writeUtc } from "../moment.ts";
import { cannotExport, partOf } from "../text-file.ts";
import { EPOCH } from "./put.ts";
import { ocelShape } from "./shape.ts";
import type { OcelShape, TypeAttributes } from "./shape.ts";
import { declarationOf, quoted } from "./sqlite-words.ts";

type Kind = "event" | "object";

/** The table of a type: its columns by attribute, and how to insert a row. */
interface TypeTable {
  readonly columns: ReadonlyMap<string, { readonly column: string; readonly index: number; readonly type: string }>;
  readonly insert: StatementSync;
}

/**
 * Writes OCEL 2.0 in SQLite: every key, `TIMESTAMP` columns in UTC, an `object_…` row at 1970 with the initial values of each
 * object and one row per change.
 * @throws HubError HUB-2412
 */
export async function writeOcelSqlite(log: LogReader, path: string): Promise<Exported> {
  const shape = await ocelShape(log);
  try {
    await mkdir(dirname(path), { recursive: true });
    await rm(partOf(path), { force: true });
    const database = new DatabaseSync(partOf(path));
    let written: Exported;
    try {
      database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN");
      written = await fill(database, shape);
      database.exec("COMMIT");
    } finally {
      database.close();
    }
    await rename(partOf(path), path);
    return written;
  } catch (cause) {
    await rm(partOf(path), { force: true }).catch(() => {});
    throw cannotExport(path, cause);
  }
}

async function fill(database: DatabaseSync, shape: OcelShape): Promise<Exported> {
  const counts = { events: 0, objects: 0 };
  database.exec(`
    CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
    CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
    CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT, FOREIGN KEY (ocel_type) REFERENCES event_map_type (ocel_type));
    CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT, FOREIGN KEY (ocel_type) REFERENCES object_map_type (ocel_type));
    CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT,
      PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier),
      FOREIGN KEY (ocel_event_id) REFERENCES event (ocel_id), FOREIGN KEY (ocel_object_id) REFERENCES object (ocel_id));
    CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT,
      PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier),
      FOREIGN KEY (ocel_source_id) REFERENCES object (ocel_id), FOREIGN KEY (ocel_target_id) REFERENCES object (ocel_id));`);
  const renamed: string[] = [];
  const events = typeTables(database, "event", shape.eventTypes, renamed);
  const objects = typeTables(database, "object", shape.objectTypes, renamed);
  const thing = (kind: Kind) => database.prepare(`INSERT INTO ${kind} VALUES (?, ?)`);
  const relation = (table: string) => database.prepare(`INSERT OR IGNORE INTO ${table} VALUES (?, ?, ?)`);

  const [object, objectObject] = [thing("object"), relation("object_object")];
  for await (const { id, type, attributes, relations } of shape.objects()) {
    object.run(id, type);
    counts.objects += 1;
    const table = objects.get(type);
    if (table !== undefined) insertObject(table, id, attributes);
    for (const { to, qualifier } of relations) objectObject.run(id, to, qualifier);
  }
  const [event, eventObject] = [thing("event"), relation("event_object")];
  for await (const { id, type, at, attributes, relations } of shape.events()) {
    event.run(id, type);
    counts.events += 1;
    const table = events.get(type);
    if (table !== undefined) {
      const values = emptyRow(table);
      for (const { name, value } of attributes) put(table, values, name, value);
      table.insert.run(id, writeUtc(at), ...values);
    }
    for (const { to, qualifier } of relations) eventObject.run(id, to, qualifier);
  }
  return { ...counts, told: renamed.map((each) => `A column could not have its attribute's name: ${each}.`) };
}

function insertObject(
  table: TypeTable,
  id: string,
  attributes: readonly { readonly name: string; readonly value: string; readonly at?: Moment }[],
): void {
  const initial = emptyRow(table);
  const changes: (readonly [string | null, string, (string | null)[]])[] = [];
  for (const { name, value, at = EPOCH } of attributes) {
    const column = table.columns.get(name);
    if (column === undefined) continue;
    if (at.micros === 0n && initial[column.index] === null) put(table, initial, name, value);
    else {
      const values = emptyRow(table);
      put(table, values, name, value);
      changes.push([column.column, writeUtc(at), values]);
    }
  }
  table.insert.run(id, "1970-01-01 00:00:00", null, ...initial);
  for (const [changed, at, values] of changes) table.insert.run(id, at, changed, ...values);
}

function emptyRow({ columns }: TypeTable): (string | null)[] {
  return Array.from(columns, () => null);
}

function put(table: TypeTable, values: (string | null)[], name: string, value: string): void {
  const column = table.columns.get(name);
  if (column === undefined) return;
  const at = column.type === "time" ? readMoment(value, { zone: null, order: null }) : "not a time";
  values[column.index] = typeof at === "string" ? value : writeUtc(at);
}

function typeTables(
  database: DatabaseSync,
  kind: Kind,
  types: TypeAttributes,
  renamed: string[],
): ReadonlyMap<string, TypeTable> {
  const tables = new Map<string, TypeTable>();
  const suffixes = new Set<string>();
  const mapType = database.prepare(`INSERT INTO ${kind}_map_type VALUES (?, ?)`);
  for (const [type, attributes] of types) {
    const suffix = unique(type.replaceAll(/[^A-Za-z0-9]/gu, "") || "type", suffixes, "");
    mapType.run(type, suffix);
    const taken = new Set(["ocel_id", "ocel_time", "ocel_changed_field"]);
    const columns = new Map<string, { readonly column: string; readonly index: number; readonly type: string }>();
    for (const [name, dataType] of attributes) {
      const column = unique(name || "attribute", taken, "_");
      if (column !== name) renamed.push(`${type}: ${name} → ${column}`);
      columns.set(name, { column, index: columns.size, type: dataType });
    }
    const own =
      kind === "event"
        ? "ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP"
        : "ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT";
    const list = [...columns.values()].map(
      ({ column, type: dataType }) => `, ${quoted(column)} ${declarationOf(dataType)}`,
    );
    const table = quoted(`${kind}_${suffix}`);
    database.exec(`CREATE TABLE ${table} (${own}${list.join("")}, FOREIGN KEY (ocel_id) REFERENCES ${kind} (ocel_id))`);
    const places = Array.from({ length: (kind === "event" ? 2 : 3) + columns.size }, () => "?").join(", ");
    tables.set(type, { columns, insert: database.prepare(`INSERT INTO ${table} VALUES (${places})`) });
  }
  return tables;
}

/** SQLite does not tell capitals from small letters, so names that differ in that only need a number. */
function unique(name: string, taken: Set<string>, separator: string): string {
  let found = name;
  for (let n = 2; taken.has(found.toLowerCase()); n += 1) found = `${name}${separator}${n}`;
  taken.add(found.toLowerCase());
  return found;
}
