import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import addFormats from "ajv-formats";
import { Ajv } from "ajv";
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  double,
  integer,
  option,
  record,
  string,
} from "fast-check";
import type { Arbitrary } from "fast-check";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { exportLog } from "../../../src/kpis/index.ts";
import type { ExportFormat, LogReader } from "../../../src/kpis/index.ts";
import { contentOf, logBench } from "./logs.ts";
import type { LogBench } from "./logs.ts";

const SCHEMA = process.env["HUB_OCEL_SCHEMA"] ?? "../shared/specs/ocel20.schema.json";
const withSchema = existsSync(SCHEMA) ? describe : describe.skip;
if (!existsSync(SCHEMA)) process.stderr.write(`Not checked against OCEL's own schema: ${SCHEMA} is not here.\n`);
const RUNS = { numRuns: 5, seed: 5 };

let bench: LogBench;
beforeEach(async () => {
  bench = await logBench();
});
afterEach(() => bench.close());

/** Text with everything that makes trouble in CSV, XML, SQL and JSON; the ends are no spaces, which imports trim. */
const text = string({
  unit: constantFrom("a", "B", '"', "'", ",", ";", "<", "&", " ", "\n", "\t", "é", "😀", "=", "]]>"),
})
  .map((each) => each.trim())
  .filter((each) => each !== "");
const time = record({ ms: integer({ min: 0, max: 2_000_000_000_000 }), offset: constantFrom(0, 60, -330, 120) }).map(
  ({ ms, offset }) => {
    const two = (n: number): string => String(n).padStart(2, "0");
    const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
    return `${new Date(ms + offset * 60_000).toISOString().slice(0, -1)}${zone}`;
  },
);

async function back(log: LogReader, format: ExportFormat): Promise<LogReader> {
  const file = join(bench.directory, `out.${format}`);
  await exportLog(log, format, file);
  const { problems } = await bench.import(file);
  expect(problems).toEqual([]);
  return bench.open();
}

/** A document of OCEL whose relations lead somewhere and whose attributes are declared. */
const ocel = record({
  types: array(
    record({ name: text, attribute: text, type: constantFrom("string", "integer", "float", "boolean", "time") }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  things: array(
    record({
      type: integer({ min: 0, max: 2 }),
      value: option(integer()),
      fraction: double({ noNaN: true, noDefaultInfinity: true }),
      yes: boolean(),
      time,
      changed: array(time, { maxLength: 2 }),
      other: integer({ min: 0, max: 5 }),
      role: text,
      note: text,
    }),
    { minLength: 1, maxLength: 6 },
  ),
}).map(({ types, things }) => {
  const declared = [...new Map(types.map((each) => [each.name, each])).values()];
  const valueOf = (thing: (typeof things)[number], type: string): string => {
    if (type === "integer") return String(thing.value ?? 0);
    if (type === "float") return String(Math.fround(thing.fraction));
    if (type === "boolean") return String(thing.yes);
    return type === "time" ? new Date(thing.time).toISOString() : thing.note;
  };
  const typeOf = (index: number) => declared[index % declared.length] ?? { name: "", attribute: "", type: "string" };
  const attributes = declared.map(({ name, attribute, type }) => ({ name, attributes: [{ name: attribute, type }] }));
  return {
    eventTypes: attributes,
    objectTypes: attributes,
    events: things.map((thing, i) => ({
      id: `e${i}`,
      type: typeOf(thing.type).name,
      time: thing.time,
      attributes:
        thing.value === null
          ? []
          : [{ name: typeOf(thing.type).attribute, value: valueOf(thing, typeOf(thing.type).type) }],
      relationships: [{ objectId: `o${thing.other % things.length}`, qualifier: thing.role }],
    })),
    objects: things.map((thing, i) => ({
      id: `o${i}`,
      type: typeOf(thing.type).name,
      attributes: ["1970-01-01T00:00:00Z", ...thing.changed.map((at) => new Date(at).toISOString())].map((at) => ({
        name: typeOf(thing.type).attribute,
        value: valueOf(thing, typeOf(thing.type).type),
        time: at,
      })),
      relationships: [{ objectId: `o${thing.other % things.length}`, qualifier: thing.role }],
    })),
  };
});

describe("a round trip", () => {
  test("through OCEL's JSON loses nothing, through SQLite only the offsets", async () => {
    await assert(
      asyncProperty(ocel, async (document) => {
        const { problems } = await bench.import(await bench.file("in.json", JSON.stringify(document)));
        expect(problems).toEqual([]);
        const log = await bench.open();
        const before = [await contentOf(log), await contentOf(log, false)];
        expect(await contentOf(await back(log, "ocel-json"))).toEqual(before[0]);
        expect(await contentOf(await back(log, "ocel-sqlite"), false)).toEqual(before[1]);
      }),
      RUNS,
    );
  });

  test("through CSV loses nothing", async () => {
    const row = record({ case: text, activity: text, time, who: option(text), note: option(text) });
    await assert(
      asyncProperty(array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
        const cell = (value: string): string => `"${value.replaceAll('"', '""')}"`;
        const lines = rows.map((each) =>
          [each.case, each.activity, each.time, each.who ?? "", each.note ?? ""].map(cell).join(","),
        );
        await bench.import(
          await bench.file("in.csv", `case,activity,time,resource,"a ""note"""\n${lines.join("\n")}\n`),
        );
        const log = await bench.open();
        const before = await sorted(log);
        expect(await sorted(await back(log, "csv"))).toEqual(before);
      }),
      RUNS,
    );
  });

  test("through XES loses nothing, nested attributes and the head included", async () => {
    const element: Arbitrary<string> = record({ key: text, value: text, int: integer(), deep: boolean() }).map(
      ({ key, value, int, deep }) => {
        const quote = (each: string): string =>
          each
            .replaceAll("&", "&amp;")
            .replaceAll("<", "&lt;")
            .replaceAll('"', "&quot;")
            .replaceAll("\n", "&#10;")
            .replaceAll("\t", "&#9;");
        const inner = `<int key="n" value="${int}"/>`;
        return deep
          ? `<container key="${quote(key)}">${inner}</container>`
          : `<string key="${quote(key)}" value="${quote(value)}">${inner}</string>`;
      },
    );
    const event = record({ activity: constantFrom("A", "B"), time, more: array(element, { maxLength: 2 }) });
    await assert(
      asyncProperty(
        array(array(event, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        element,
        async (traces, head) => {
          const body = traces.map((events, i) => {
            const inner = events.map(
              (each) =>
                `<event><string key="concept:name" value="${each.activity}"/><date key="time:timestamp" value="${each.time}"/>${each.more.join("")}</event>`,
            );
            return `<trace><string key="concept:name" value="t${i}"/>${inner.join("")}</trace>`;
          });
          await bench.import(
            await bench.file("in.xes", `<log><global scope="event">${head}</global>${head}${body.join("")}</log>`),
          );
          const log = await bench.open();
          const before = await contentOf(log);
          expect(await contentOf(await back(log, "xes"))).toEqual(before);
        },
      ),
      RUNS,
    );
  });
});

/** Events as CSV keeps them: case by case. */
async function sorted(log: LogReader): Promise<unknown> {
  return log.rows(`SELECT case_id, activity, epoch_us(happened)::VARCHAR AS at_, offset_min, resource, attributes FROM event
    ORDER BY case_id, happened, activity, attributes`);
}

describe("an exported log", () => {
  const small = {
    eventTypes: [
      {
        name: "create order",
        attributes: [
          { name: "Cost", type: "float" },
          { name: "cost", type: "float" },
        ],
      },
    ],
    objectTypes: [
      { name: "order", attributes: [] },
      { name: "Order!", attributes: [] },
    ],
    events: [
      {
        id: "e1",
        type: "create order",
        time: "2026-01-01T10:00:00.5+01:00",
        attributes: [{ name: "cost", value: "1" }],
        relationships: [{ objectId: "o1", qualifier: "q" }],
      },
    ],
    objects: [
      { id: "o1", type: "order" },
      { id: "o2", type: "Order!" },
    ],
  };

  withSchema("in OCEL's JSON", () => {
    test("is valid against the published schema", async () => {
      const ajv = addFormats.default(new Ajv({ strict: false }));
      const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, "utf8")));
      for (const [name, text] of [
        ["in.json", JSON.stringify(small)],
        ["in.csv", "case,activity,time,resource,n\n1,A,2026-01-01T10:00:00+01:00,kim,3\n"],
      ] as const) {
        await bench.import(await bench.file(name, text));
        const file = join(bench.directory, "out.json");
        await exportLog(await bench.open(), "ocel-json", file);
        validate(JSON.parse(readFileSync(file, "utf8")));
        expect(validate.errors).toBeNull();
      }
    });
  });

  test("in OCEL's SQLite has every key, its times in UTC, a table per type, and tells a column it had to rename", async () => {
    await bench.import(await bench.file("in.json", JSON.stringify(small)));
    const file = join(bench.directory, "out.sqlite");
    expect(await exportLog(await bench.open(), "ocel-sqlite", file)).toEqual({
      events: 1,
      objects: 2,
      told: ["A column could not have its attribute's name: create order: cost → cost_2."],
    });
    const database = new DatabaseSync(file);
    const all = (sql: string): unknown =>
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }));
    expect(all("SELECT * FROM event_createorder")).toEqual([
      { ocel_id: "e1", ocel_time: "2026-01-01 09:00:00.500", Cost: null, cost_2: 1 },
    ]);
    expect(all("SELECT * FROM object_map_type")).toEqual([
      { ocel_type: "order", ocel_type_map: "order" },
      { ocel_type: "Order!", ocel_type_map: "Order2" },
    ]);
    expect(all("SELECT * FROM object_order")).toEqual([
      { ocel_id: "o1", ocel_time: "1970-01-01 00:00:00", ocel_changed_field: null },
    ]);
    expect(all("SELECT name, type, pk FROM pragma_table_info('event_createorder') WHERE name LIKE 'ocel%'")).toEqual([
      { name: "ocel_id", type: "TEXT", pk: 1 },
      { name: "ocel_time", type: "TIMESTAMP", pk: 0 },
    ]);
    expect(all("SELECT count(*) AS n FROM pragma_table_info('event_object') WHERE pk > 0")).toEqual([{ n: 3 }]);
    for (const [table, keys] of [
      ["event", 1],
      ["object", 1],
      ["event_object", 2],
      ["object_object", 2],
      ["event_createorder", 1],
      ["object_order", 1],
    ] as const)
      expect([table, database.prepare(`PRAGMA foreign_key_list(${table})`).all().length]).toEqual([table, keys]);
    expect(database.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
    database.close();
  });

  test("that cannot be written is refused with HUB-2412", async () => {
    await bench.import(await bench.file("in.json", JSON.stringify(small)));
    const log = await bench.open();
    for (const format of ["ocel-json", "ocel-sqlite"] as const) {
      const file = join(await bench.file("a-file", ""), "out");
      await expect(exportLog(log, format, file)).rejects.toMatchObject({ code: "HUB-2412" });
    }
  });
});
