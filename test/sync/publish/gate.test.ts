import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { writeHyperFile } from "../../../src/extracts/index.ts";
import type { SourceFile } from "../../../src/sync/publish/files.ts";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { metrics, startPublishWorld } from "./world.ts";
import type { PublishWorld } from "./world.ts";

jest.setTimeout(60_000);

const binary = await engineForTests();
const withEngine = binary === undefined ? describe.skip : describe;

let world: PublishWorld;
beforeAll(async () => {
  if (binary !== undefined) world = await startPublishWorld(binary);
});
beforeEach(() => world.begin());
afterAll(() => world.close());

const VALUES = metrics(0, 50);

/** The extract of a data source with the file of another. */
async function withFileOf(values: ReadonlyMap<string, number>): Promise<SourceFile> {
  const source = await world.extract(VALUES);
  const kept = join(world.directory, "other.hyper");
  await copyFile((await world.extract(values)).file, kept);
  return { ...source, file: kept };
}

withEngine("an extract that is not what was measured", () => {
  test.each([
    ["lacks a row", metrics(0, 49), "fact_data_quality has 49 rows of 50."],
    [
      "has as many rows and another sum",
      metrics(0, 50).set("metric 00007", 8),
      "fact_data_quality.value comes to 1226 instead of 1225",
    ],
    ["is of the same sum and other keys", metrics(1, 51), "fact_data_quality.value comes to 1275"],
  ])("because it %s is not sent", async (_what, values, why) => {
    await world.publish(metrics(0, 40));
    await world.forgetCalls();
    const source = await withFileOf(values);
    await expect(world.send(source)).rejects.toMatchObject({ code: "HUB-5014", message: expect.stringContaining(why) });
    expect(Object.keys(await world.operations()).filter((name) => /publish|update|append/u.test(name))).toEqual([]);
    expect(await world.there()).toEqual(metrics(0, 40));
    expect(await world.publish(VALUES)).toMatchObject({ checked: "content" });
    expect(await world.there()).toEqual(VALUES);
  });

  test("because it was taken before the engine let go of it is not sent, though it is a valid file", async () => {
    const source = await world.extract(VALUES);
    const attached = join(world.directory, "attached.hyper");
    const taken = join(world.directory, "taken.hyper");
    const session = await world.engine.connect();
    await session.query(`CREATE DATABASE "${attached}" WITH VERSION 2`);
    await session.query(`ATTACH DATABASE "${attached}" AS "trap"`);
    await session.query(`CREATE SCHEMA "trap"."Extract"`);
    await session.query(`CREATE TABLE "trap"."Extract"."fact_data_quality" ("value" double precision)`);
    await session.query(`INSERT INTO "trap"."Extract"."fact_data_quality" VALUES (1.0::double precision)`);
    // All of it is committed, and nothing of it is on the disk.
    await copyFile(attached, taken);
    await session.query(`DETACH DATABASE "trap"`);
    await session.close();
    await expect(world.send({ ...source, file: taken })).rejects.toMatchObject({
      code: "HUB-5014",
      message: expect.stringContaining("fact_data_quality is not there"),
    });
  });
});

withEngine("what stands there after it was sent", () => {
  test("is the last good extract again where it is not what was sent, and the next run heals it", async () => {
    await world.publish(metrics(0, 40));
    const other = join(world.directory, "mixed-up.hyper");
    await copyFile((await world.extract(metrics(0, 10))).file, other);
    const download = (_source: unknown, file: string): Promise<void> => copyFile(other, file);
    const face = { ...world.face, download };
    await expect(world.send(await world.extract(VALUES), { face })).rejects.toMatchObject({
      code: "HUB-5030",
      remedy: "The last good extract was put back. Run hub publish again.",
    });
    expect(await world.there()).toEqual(metrics(0, 40));
    expect(await world.publish(VALUES)).toMatchObject({ how: "overwritten" });
    expect(await world.there()).toEqual(VALUES);
  });

  test("is the whole where changed rows did not lead to what was measured", async () => {
    await world.publish(metrics(0, 500));
    const changeRows: typeof world.face.changeRows = (command, signal) =>
      world.face.changeRows({ ...command, changes: command.changes.slice(0, 1) }, signal);
    const after = metrics(1, 500).set("metric 00100", 0);
    const sent = await world.send(await world.extract(after), { face: { ...world.face, changeRows } });
    expect(sent).toMatchObject({ how: "overwritten", checked: "content" });
    expect(sent.why).toMatch(/^After its update it did not hold what was measured: fact_data_quality/u);
    expect(await world.there()).toEqual(after);
  });
});

withEngine("columns that change", () => {
  /** What was published had the columns of now, without some and with others. */
  async function publishedWith(columns: Readonly<Record<string, "text" | "date">>, without: readonly string[] = []) {
    const source = await world.extract(VALUES);
    const tables = source.tables.map((table) => {
      if (table.name !== "fact_data_quality") return table;
      const kept = table.definition.columns.filter(({ name }) => !without.includes(name));
      const more = Object.entries(columns).map(([name, type]) => ({ name, type, nullable: true }));
      return { ...table, definition: { ...table.definition, columns: [...kept, ...more] } };
    });
    await world.send(source);
    return tables;
  }

  async function rememberAs(tables: SourceFile["tables"]): Promise<void> {
    const memory = await world.before.read("fact_data_quality", "tableau-cloud");
    if (memory === null) throw new Error("Nothing is remembered.");
    const shapes = tables.map(({ name, definition }) => [name, definition.columns] as const);
    const columnsOf = new Map(
      shapes.map(([name, all]) => [name, all.map((each) => ({ name: each.name, type: each.type }))]),
    );
    await world.before.note("fact_data_quality", memory, {
      tables: memory.tables.map((table) => ({ ...table, columns: columnsOf.get(table.name) ?? table.columns })),
    });
  }

  test("stop a publish that would break workbooks, until the admin has chosen", async () => {
    await rememberAs(await publishedWith({ area: "text", value: "text" }, ["value"]));
    const before = await world.there();
    await expect(world.publish(metrics(0, 60))).rejects.toMatchObject({
      code: "HUB-5032",
      disposition: "operator",
      message:
        "Data quality was not published because workbooks over it may break: removed fact_data_quality.area; fact_data_quality.value from text to double precision.",
    });
    expect(await world.there()).toEqual(before);
    const chosen = await world.publish(metrics(0, 60), undefined, { onSchemaChange: "overwrite" });
    expect(chosen.how).toBe("overwritten");
    expect(chosen.why).toContain("removed fact_data_quality.area");
    expect(await world.publish(metrics(0, 61))).toMatchObject({ how: "delta" });
  });

  test("lead to a data source beside the old one, which goes on from then", async () => {
    await rememberAs(await publishedWith({ area: "text" }));
    const beside = await world.publish(metrics(0, 60), undefined, { onSchemaChange: "beside" });
    expect(beside).toMatchObject({ how: "created", name: "Data quality 2" });
    expect(await world.there("Data quality")).toEqual(VALUES);
    expect(await world.publish(metrics(0, 61))).toMatchObject({ how: "delta", name: "Data quality 2" });
    expect(await world.there("Data quality 2")).toEqual(metrics(0, 61));
    expect(await world.there("Data quality")).toEqual(VALUES);
  });

  test("that are only new are sent without asking", async () => {
    await rememberAs(await publishedWith({}, ["threshold"]));
    const sent = await world.publish(metrics(0, 60));
    expect(sent).toMatchObject({ how: "overwritten", why: "Columns are new: added fact_data_quality.threshold." });
  });

  test("are seen in what stands there where nothing is remembered of it", async () => {
    const source = await world.extract(VALUES);
    const [fact] = source.tables.filter(({ name }) => name === "fact_data_quality");
    if (fact === undefined) throw new Error("There is no fact.");
    const file = join(world.directory, "strangers.hyper");
    const columns = fact.definition.columns.map((column) =>
      column.name === "value" ? { ...column, type: "text" as const } : column,
    );
    await writeHyperFile(world.engine, file, [{ ...fact.definition, columns, assumedForeignKeys: [] }]);
    const command = { name: "Data quality", project: world.project, description: "", file, tags: [] };
    await world.face.publish(command, new AbortController().signal);
    await expect(world.publish(VALUES)).rejects.toMatchObject({
      code: "HUB-5032",
      message: expect.stringContaining("fact_data_quality.value from text to double precision"),
    });
    expect((await readdir(world.directory)).filter((name) => name.startsWith("standing-"))).toEqual([]);
  });
});
