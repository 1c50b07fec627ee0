import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readPackage, writePackage } from "../../../src/sandbox/tableau/content/package.ts";
import { parquetFile } from "../../extracts/hyper/parquet.ts";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { jobOf, publishFile } from "./publishing-client.ts";
import { idIn } from "./server.ts";
import { BY_ID, row, rows, startUpdateWorld, TABLES } from "./update-world.ts";
import type { UpdateWorld } from "./update-world.ts";

const hyperd = await engineForTests();
const withEngine = hyperd === undefined ? describe.skip : describe;

let world: UpdateWorld;

withEngine("an update of data", () => {
  beforeAll(async () => {
    world = await startUpdateWorld(hyperd ?? "");
  });
  afterAll(() => world.stop());
  beforeEach(() => world.reset());
  afterEach(() => world.server.control("/settings", { pollsUntilDone: 0 }));

  test("upserts by key, in a job that tells the data source and the connection, and adds a revision", async () => {
    await world.server.control("/settings", { pollsUntilDone: 2 });
    const payload = await world.bench.make({ Extract: rows(row("b", 20), row("d", 4)) });
    const accepted = await world.patch([{ action: "upsert", ...TABLES, condition: BY_ID }], { payload });
    const text = await accepted.text();
    expect(accepted.status).toBe(202);
    expect(text).toContain('type="UpdateUploadedFile"');
    expect((await jobOf(world.session, idIn(text, "job"))).text).not.toContain("completedAt");
    expect(await world.published()).toEqual(["a=1", "b=2", "c=null"]);
    const done = await jobOf(world.session, idIn(text, "job"));
    expect(done.finishCode).toBe("0");
    expect(done.text).toMatch(
      new RegExp(
        `<updateUploadedFileJob><datasource id="${world.target()}" name="KPI"/><connectionLuid>[^<]+</connectionLuid><notes/>`,
        "u",
      ),
    );
    expect(await world.published()).toEqual(["a=1", "b=20", "c=null", "d=4"]);
    const revisions = await (await world.session.call("GET", `/datasources/${world.target()}/revisions`)).text();
    expect(revisions.match(/current="true"/gu)).toHaveLength(1);
  });

  test.each<[string, unknown, string | undefined, readonly string[]]>([
    ["insert", { action: "insert", ...TABLES }, row("d", 4), ["a=1", "b=2", "c=null", "d=4"]],
    ["replace", { action: "replace", ...TABLES }, row("d", 4), ["d=4"]],
    [
      "update",
      { action: "update", ...TABLES, condition: BY_ID },
      rows(row("a", 9), row("z", 9)),
      ["a=9", "b=2", "c=null"],
    ],
    [
      "update of some columns, by a key of another name",
      { action: "update", ...TABLES, condition: { ...BY_ID, "source-col": "key" } },
      "SELECT 'a'::text AS key, 9::bigint AS n",
      ["a=9", "b=2", "c=null"],
    ],
    [
      "update only of what is older",
      {
        action: "update",
        ...TABLES,
        condition: { op: "and", args: [BY_ID, { op: "lt", "target-col": "at", "source-col": "at" }] },
      },
      rows(row("a", 9), row("b", 9)),
      ["a=1", "b=9", "c=null"],
    ],
    ["delete by key", { action: "delete", ...TABLES, condition: BY_ID }, "SELECT 'b'::text AS id", ["a=1", "c=null"]],
    [
      "delete by a constant",
      {
        action: "delete",
        "target-table": "Extract",
        condition: { op: "lt", "target-col": "at", const: { type: "datetime", v: "2026-02-01T00:00:00Z" } },
      },
      undefined,
      ["a=1", "c=null"],
    ],
    [
      "delete by a condition of many parts",
      {
        action: "delete",
        "target-schema": "Extract",
        "target-table": "Extract",
        condition: {
          op: "or",
          args: [
            { op: "is", "target-col": "n", const: { type: "integer", v: null } },
            {
              op: "and",
              args: [
                { op: "gte", "target-col": "n", const: { type: "integer", v: 1 } },
                { op: "not", args: [{ op: "gt", "target-col": "n", const: { type: "double", v: 1.5 } }] },
                { op: "neq", "target-col": "id", const: { type: "string", v: "it's" } },
                { op: "lte", "target-col": "n", const: { type: "integer", v: "1" } },
              ],
            },
          ],
        },
      },
      undefined,
      ["b=2"],
    ],
  ])("can %s", async (_what, action, payload, expected) => {
    const file = payload === undefined ? undefined : await world.bench.make({ Extract: payload });
    expect(await world.outcome([action], file)).toMatchObject({ finishCode: "0" });
    expect(await world.published()).toEqual(expected);
  });

  test("takes its actions in order, and all or none", async () => {
    const payload = await world.bench.make({
      changed: rows(row("a", 5), row("d", 4)),
      gone: "SELECT 'd'::text AS id",
      odd: "SELECT 'e'::text AS id",
    });
    const upsert = { action: "upsert", "target-table": "Extract", "source-table": "changed", condition: BY_ID };
    const remove = { action: "delete", "target-table": "Extract", "source-table": "gone", condition: BY_ID };
    const broken = { action: "insert", "target-table": "Extract", "source-table": "odd" };
    expect(await world.outcome([upsert, remove, broken], payload)).toMatchObject({ finishCode: "1", notes: undefined });
    expect(await world.published()).toEqual(["a=1", "b=2", "c=null"]);
    expect(await world.outcome([upsert, remove], payload)).toMatchObject({ finishCode: "0" });
    expect(await world.published()).toEqual(["a=5", "b=2", "c=null"]);
  });

  test("keeps what others change at the same time", async () => {
    const ids = ["d", "e", "f"];
    const made: Buffer[] = [];
    for (const id of ids) made.push(await world.bench.make({ Extract: row(id, 1) }));
    await Promise.all(made.map((payload) => world.outcome([{ action: "insert", ...TABLES }], payload)));
    expect(await world.published()).toEqual(["a=1", "b=2", "c=null", "d=1", "e=1", "f=1"]);
  });

  test("goes to the connection that the data source lists, too", async () => {
    const connections = await (await world.session.call("GET", `/datasources/${world.target()}/connections`)).text();
    const payload = await world.bench.make({ Extract: row("d", 4) });
    const path = `/connections/${idIn(connections, "connection")}/data`;
    expect((await world.patch([{ action: "insert", ...TABLES }], { payload, path })).status).toBe(202);
    expect(await world.published()).toHaveLength(4);
  });

  test("changes the named table of several and keeps how they hang together", async () => {
    const star = await world.bench.make({ fact: rows(row("a", 1), row("b", 2)), side: row("a", 7) }, { fact: "side" });
    await world.publish("star.hyper", star, "Star");
    const payload = await world.bench.make({ staged: row("b", 8) });
    const upsert = { action: "upsert", "target-schema": "Extract", "source-table": "staged", condition: BY_ID };
    expect(await world.outcome([{ ...upsert, "target-table": "side" }], payload)).toMatchObject({ finishCode: "0" });
    expect(await world.published("fact")).toEqual(["a=1", "b=2"]);
    expect(await world.published("side")).toEqual(["a=7", "b=8"]);
    // Two tables that did not refer to each other would not be taken.
    await publishFile(world.session, "star.hyper", await world.content(), "Star again");
  });

  describe("of a package", () => {
    const document = (inner: string) =>
      Buffer.from(`<datasource><connection class='hyper' dbname='Data/kpi.hyper'/>${inner}</datasource>`);
    const packaged = async (inner: string): Promise<Buffer> =>
      Buffer.from(
        await writePackage([
          { name: "kpi.tds", bytes: document(inner) },
          { name: "Data/kpi.hyper", bytes: await world.bench.make({ Extract: row("a", 1) }) },
        ]),
      );

    test("changes the extract within it and nothing else", async () => {
      await world.publish("kpi.tdsx", await packaged(""), "Packed");
      const payload = await world.bench.make({ Extract: row("d", 4) });
      expect(await world.outcome([{ action: "insert", ...TABLES }], payload)).toMatchObject({ finishCode: "0" });
      const entries = await readPackage(await world.content());
      expect(entries.map(({ name }) => name)).toEqual(["kpi.tds", "Data/kpi.hyper"]);
      expect(entries[0]?.bytes.equals(document(""))).toBe(true);
      expect((await world.bench.rows(entries[1]?.bytes ?? Buffer.alloc(0))).map(({ id }) => id)).toEqual(["a", "d"]);
    });

    test("fails for an extract that is refreshed from somewhere else", async () => {
      await world.publish("kpi.tdsx", await packaged("<extract enabled='true'/>"), "Refreshed");
      const payload = await world.bench.make({ Extract: row("d", 4) });
      expect(await world.outcome([{ action: "insert", ...TABLES }], payload)).toMatchObject({ finishCode: "1" });
    });
  });

  test("takes Parquet for what is published and for what is brought", async () => {
    const file = join(world.directory, "rows.parquet");
    const parquet = async (query: string): Promise<Buffer> => {
      await parquetFile(file, query);
      return readFile(file);
    };
    const published3 = await parquet("SELECT 'a' AS id, 1::BIGINT AS n UNION ALL SELECT 'b', 2");
    await world.publish("kpi.parquet", published3, "Parquet");
    const upsert = { action: "upsert", ...TABLES, condition: BY_ID };
    const payload = await parquet("SELECT 'b' AS id, 20::BIGINT AS n");
    expect(await world.outcome([upsert], payload)).toMatchObject({ finishCode: "0" });
    expect(await world.published()).toEqual(["a=1", "b=20"]);
  });
});
