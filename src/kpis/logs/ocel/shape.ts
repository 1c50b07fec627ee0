import { LIFECYCLE, RESOURCE } from "../xes/keys.ts";
import type { LogAttribute } from "../log.ts";
import type { LogReader } from "../log-reader.ts";
import { keepAttributes } from "../attribute-text.ts";
import { seenAttributes, storedEvents, storedObjects } from "../stored.ts";
import type { StoredEvent, StoredObject, StoredRelation } from "../stored.ts";
import { CASE_TYPE } from "../log.ts";

export type TypeAttributes = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** An event or object as OCEL says it: attributes of one level, typed by OCEL's words. */
export interface OcelThing {
  readonly id: string;
  readonly type: string;
  readonly attributes: readonly LogAttribute[];
  readonly relations: readonly StoredRelation[];
}

export interface OcelEvent extends OcelThing {
  readonly at: StoredEvent["at"];
}

/** A log as OCEL 2.0, whatever it came from. */
export interface OcelShape {
  /** By type, its attributes with their data types. */
  readonly eventTypes: TypeAttributes;
  readonly objectTypes: TypeAttributes;
  events(): AsyncIterable<OcelEvent>;
  objects(): AsyncIterable<OcelThing>;
}

/** What XES calls the types that OCEL has other words for. */
const WORDS: Readonly<Record<string, string>> = {
  date: "time",
  int: "integer",
  id: "string",
  list: "string",
  container: "string",
};

/** Cases become objects of the type `case`; who did it and the life cycle become attributes of the event. */
export async function ocelShape(log: LogReader): Promise<OcelShape> {
  const { format } = log.about;
  const withColumns = !format.startsWith("ocel");
  const eventTypes = await declaredTypes(log, "event");
  const objectTypes = await declaredTypes(log, "object");
  for (const row of await log.rows("SELECT activity FROM event GROUP BY activity ORDER BY min(seq)"))
    attributesOf(eventTypes, String(row["activity"]));
  for (const kind of ["event", "object"] as const) {
    const types = kind === "event" ? eventTypes : objectTypes;
    for (const { of, name, types: found } of await seenAttributes(log, kind)) {
      const known = attributesOf(types, of);
      if (!known.has(name)) known.set(name, dataTypeOf(found));
    }
  }
  if (withColumns) {
    for (const [key, column] of [
      [RESOURCE, "resource"],
      [LIFECYCLE, "lifecycle"],
    ] as const) {
      const rows = await log.rows(`SELECT DISTINCT activity FROM event WHERE ${column} IS NOT NULL`);
      for (const row of rows) attributesOf(eventTypes, String(row["activity"])).set(key, "string");
    }
  }
  if (format === "csv" || format === "xes") attributesOf(objectTypes, CASE_TYPE);
  return {
    eventTypes,
    objectTypes,
    async *events() {
      for await (const event of storedEvents(log)) yield toOcelEvent(event, withColumns);
    },
    async *objects() {
      for await (const object of storedObjects(log)) yield flat(object);
    },
  };
}

async function declaredTypes(log: LogReader, kind: "event" | "object"): Promise<Map<string, Map<string, string>>> {
  const types = new Map<string, Map<string, string>>();
  const rows = await log.rows("SELECT type, attribute, data_type FROM declared WHERE kind = $1 ORDER BY seq", [kind]);
  for (const row of rows) {
    const known = attributesOf(types, String(row["type"]));
    if (row["attribute"] !== null) known.set(String(row["attribute"]), String(row["data_type"] ?? "string"));
  }
  return types;
}

function attributesOf(types: Map<string, Map<string, string>>, type: string): Map<string, string> {
  const known = types.get(type) ?? new Map<string, string>();
  types.set(type, known);
  return known;
}

function dataTypeOf(found: readonly string[]): string {
  const types = [...new Set(found.map((type) => WORDS[type] ?? type))];
  const [only = "string"] = types;
  if (types.length === 1) return only;
  return types.every((type) => type === "integer" || type === "float") ? "float" : "string";
}

function toOcelEvent(event: StoredEvent, withColumns: boolean): OcelEvent {
  const { id, seq, activity, at, attributes, caseId, resource, lifecycle, relations } = event;
  const extra = (name: string, value: string | null): readonly LogAttribute[] =>
    !withColumns || value === null || attributes.some((each) => each.name === name)
      ? []
      : [{ name, type: "string", value }];
  return {
    ...flat({
      id: id ?? `e${seq}`,
      type: activity,
      attributes: [...attributes, ...extra(RESOURCE, resource), ...extra(LIFECYCLE, lifecycle)],
      relations: caseId === null ? relations : [{ to: caseId, qualifier: CASE_TYPE }],
    }),
    at,
  };
}

/** Nested attributes become one text: OCEL has one level. */
function flat(thing: StoredObject): OcelThing {
  return {
    ...thing,
    attributes: thing.attributes.map(({ children, ...attribute }) =>
      children === undefined
        ? attribute
        : { ...attribute, value: attribute.value === "" ? (keepAttributes(children) ?? "") : attribute.value },
    ),
  };
}
