import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { DatabaseSync } from "node:sqlite";
import { logStats } from "../../../src/kpis/index.ts";
import { logBench } from "./logs.ts";
import type { LogBench } from "./logs.ts";

let bench: LogBench;
beforeEach(async () => {
  bench = await logBench();
});
afterEach(() => bench.close());

const order = {
  eventTypes: [{ name: "create", attributes: [{ name: "total", type: "float" }] }],
  objectTypes: [
    { name: "order", attributes: [{ name: "state", type: "string" }] },
    { name: "item", attributes: [] },
  ],
  events: [
    {
      id: "e1",
      type: "create",
      time: "2026-01-01T10:00:00+02:00",
      attributes: [{ name: "total", value: "1.5" }],
      relationships: [
        { objectId: "o1", qualifier: "order" },
        { objectId: "i1", qualifier: "item" },
        { objectId: "i2", qualifier: "item" },
      ],
    },
    { id: "e2", type: "create", time: "2026-01-01T09:00:00Z", relationships: [{ objectId: "o1", qualifier: "again" }] },
  ],
  objects: [
    {
      id: "o1",
      type: "order",
      attributes: [{ name: "state", value: "new", time: "1970-01-01T00:00:00Z" }],
      relationships: [{ objectId: "i1", qualifier: "has" }],
    },
    { id: "i1", type: "item" },
    { id: "i2", type: "item" },
  ],
};

describe("OCEL 2.0 in JSON", () => {
  test("is flattened on the object type most events belong to, or on the one asked for", async () => {
    await bench.import(await bench.file("log.json", JSON.stringify(order, null, 1)));
    const log = await bench.open();
    expect(await logStats(log, null)).toMatchObject({ notion: { type: "order", guessed: true }, cases: 1, events: 2 });
    const items = await logStats(await bench.open(), null, "item");
    expect(items).toMatchObject({ cases: 2, events: 2, eventsWithoutCase: 1, eventsInSeveralCases: 1 });
    // Two cases share the event; it is still one event of the activity.
    expect(items.activities).toEqual([{ activity: "create", events: 1, cases: 2 }]);
  });

  test("is checked for what its schema does not see: ids, relations, types", async () => {
    const bad = {
      ...order,
      events: [
        ...order.events,
        { ...order.events[1], id: "e1" },
        { id: "e3", type: "sell", time: "2026-01-01T09:00:00Z", relationships: [{ objectId: "gone", qualifier: "" }] },
        { type: "create", time: "2026-01-01T09:00:00Z" },
        { id: "e4", type: "create", time: "2026-01-01" },
      ],
    };
    const { about, problems } = await bench.import(await bench.file("log.json", JSON.stringify(bad, null, 1)), {
      zone: { name: "UTC", from: "asked" },
    });
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "HUB-2403 Left out: the event has no id.",
      'HUB-2409 The event "e1" stands in the log twice; the first is taken.',
      'HUB-2409 The relation of the event "e3" with "gone" leads to no object; it is left out.',
      'HUB-2409 The event type "sell" is not declared; it is taken all the same.',
    ]);
    // Nothing is lost by a type that nobody declared.
    expect(about).toMatchObject({ events: 4, objects: 3, rejected: 3 });
  });

  test("counts every relation that leads nowhere, though only the first hundred are told one by one", async () => {
    const relationships = Array.from({ length: 130 }, (_, i) => ({ objectId: `gone ${i}`, qualifier: "" }));
    const bad = { ...order, events: [{ ...order.events[1], relationships }] };
    const { about } = await bench.import(await bench.file("log.json", JSON.stringify(bad)));
    expect(about.rejected).toBe(130);
    expect(await (await bench.open()).rows("SELECT message FROM problem WHERE message LIKE '%30 more%'")).toHaveLength(
      1,
    );
  });

  test("goes on behind an element that is no JSON, by its line", async () => {
    const text = `{"objects": [\n{"id": "o1", "type": "order"},\n{"id": oops},\n{"id": "o2", "type": "order"}\n], "objectTypes": [{"name": "order", "attributes": []}]}`;
    const { about, problems } = await bench.import(await bench.file("log.json", text));
    expect(problems).toMatchObject([{ code: "HUB-2403", place: { line: 3 } }]);
    expect(about.objects).toBe(2);
  });
});

test("OCEL 2.0 in XML is read with relations under either name, local times in the zone asked for", async () => {
  const text = `<log><object-types><object-type name="order"><attributes><attribute name="state" type="string"/></attributes></object-type></object-types>
<event-types><event-type name="create"><attributes/></event-type></event-types>
<objects><object id="o1" type="order"><attributes><attribute name="state" time="1970-01-01T00:00:00Z">new</attribute></attributes>
<objects><relationship object-id="o2" qualifier="next"/></objects></object><object id="o2" type="order"/></objects>
<events><event id="e1" type="create" time="2026-01-01T15:00:00"><objects><object object-id="o1" qualifier="order"/></objects></event></events></log>`;
  const { about, problems } = await bench.import(await bench.file("log.xml", text), {
    zone: { name: "Europe/Berlin", from: "asked" },
  });
  expect(problems).toEqual([]);
  expect(about).toMatchObject({ format: "ocel-xml", events: 1, objects: 2, zone: { local: 1 } });
  const log = await bench.open();
  expect(await log.rows("SELECT epoch_ms(happened) AS ms FROM event")).toEqual([
    { ms: Date.parse("2026-01-01T14:00:00Z") },
  ]);
  expect(await log.rows("SELECT * EXCLUDE (seq, line) FROM object_object")).toEqual([
    { source_id: "o1", target_id: "o2", qualifier: "next" },
  ]);
});

test("OCEL 2.0 in SQLite is taken without keys and relation tables; what lacks the row of its type is told", async () => {
  const file = await bench.file("log.sqlite", "");
  const database = new DatabaseSync(file);
  database.exec(`CREATE TABLE event_map_type (ocel_type, ocel_type_map); INSERT INTO event_map_type VALUES ('create it', 'createit');
    CREATE TABLE object_map_type (ocel_type, ocel_type_map); INSERT INTO object_map_type VALUES ('order', 'Order');
    CREATE TABLE event (ocel_id, ocel_type); INSERT INTO event VALUES ('e1', 'create it'), ('e2', 'create it');
    CREATE TABLE object (ocel_id, ocel_type); INSERT INTO object VALUES ('o1', 'order');
    CREATE TABLE event_createit (ocel_id, ocel_time TEXT, n INTEGER); INSERT INTO event_createit VALUES ('e1', '2026-01-01 15:00:00', 3);
    CREATE TABLE object_Order (ocel_id, ocel_time TIMESTAMP, ocel_changed_field, state TEXT, size REAL);
    INSERT INTO object_Order VALUES ('o1', '1970-01-01 00:00:00', NULL, 'new', 1.5), ('o1', '2026-01-02 00:00:00', 'state', 'paid', NULL);
    CREATE TABLE event_object (ocel_event_id, ocel_object_id, ocel_qualifier); INSERT INTO event_object VALUES ('e1', 'o1', 'order');`);
  database.close();
  const { about, problems } = await bench.import(file);
  expect(problems.map(({ message }) => message)).toEqual([
    'Left out: the event "e2" has no row in the table of its type.',
  ]);
  expect(about).toMatchObject({ format: "ocel-sqlite", zone: { name: "UTC", from: "format" } });
  const log = await bench.open();
  expect(await log.rows("SELECT id, activity, epoch_ms(happened) AS ms, attributes FROM event")).toEqual([
    { id: "e1", activity: "create it", ms: Date.parse("2026-01-01T15:00:00Z"), attributes: '[["n","integer","3"]]' },
  ]);
  expect((await log.rows("SELECT attributes FROM object"))[0]?.["attributes"]).toBe(
    '[["state","string","new",["0",0,false]],["size","float","1.5",["0",0,false]],["state","string","paid",["1767312000000000",0,false]]]',
  );
});

test("OCEL 2.0 in SQLite is taken where the tables of types lack columns, and where times have offsets", async () => {
  const file = await bench.file("log.sqlite", "");
  const database = new DatabaseSync(file);
  database.exec(`CREATE TABLE event_map_type (ocel_type, ocel_type_map); INSERT INTO event_map_type VALUES ('create', 'create');
    CREATE TABLE object_map_type (ocel_type, ocel_type_map); INSERT INTO object_map_type VALUES ('order', 'order');
    CREATE TABLE event (ocel_id, ocel_type); INSERT INTO event VALUES ('e1', 'create');
    CREATE TABLE object (ocel_id, ocel_type); INSERT INTO object VALUES ('o1', 'order');
    CREATE TABLE event_create (ocel_id, ocel_time TEXT); INSERT INTO event_create VALUES ('e1', '2026-01-01 15:00:00+01:00');
    CREATE TABLE object_order (ocel_id, state TEXT); INSERT INTO object_order VALUES ('o1', 'new');`);
  database.close();
  const { about, problems } = await bench.import(file);
  expect(problems).toEqual([]);
  expect(about).toMatchObject({ events: 1, objects: 1, zone: null });
  const log = await bench.open();
  expect(await log.rows("SELECT epoch_ms(happened) AS ms FROM event")).toEqual([
    { ms: Date.parse("2026-01-01T14:00:00Z") },
  ]);
});

test("JSON and XML that are no log are refused with HUB-2401 and what they are", async () => {
  const json = await bench.file("old.json", '{"ocel:events": {"e1": {"ocel:activity": "A"}}}');
  await expect(bench.import(json)).rejects.toMatchObject({
    code: "HUB-2401",
    message: expect.stringContaining("ocel:events"),
  });
  const xml = await bench.file("page.xml", "<html><body/></html>");
  await expect(bench.import(xml)).rejects.toMatchObject({ code: "HUB-2401", message: expect.stringContaining("html") });
});

test("a SQLite file that is no OCEL is refused with HUB-2401", async () => {
  const file = await bench.file("log.sqlite", "");
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE t (x)");
  database.close();
  await expect(bench.import(file)).rejects.toMatchObject({ code: "HUB-2401" });
});
