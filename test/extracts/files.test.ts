import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { isFact, openStar, STAR_TABLE_NAMES, starColumns } from "../../src/kpis/index.ts";
import type { Star } from "../../src/kpis/index.ts";
import { describeFiles, hyperTables, startCsv, startParquet, writeManifest } from "../../src/extracts/index.ts";
import type { TableFile } from "../../src/extracts/index.ts";
import { keepWhole } from "../support/whole-files.ts";

jest.setTimeout(60_000);

let star: Star;
let directory: string;
let csv: readonly TableFile[];
let parquet: readonly TableFile[];
const at = Date.parse("2026-03-08T10:30:00.123Z");

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-extracts-"));
  star = await openStar({ zone: "America/Los_Angeles" });
  for (const [index, team] of [
    "=1+1",
    "+cmd|x",
    "-2",
    "@sum",
    "\tx",
    'Plain "quoted", team',
    "Zoë\nMüller",
    "",
  ].entries()) {
    star.append("dim_team", { team_key: `t${index}`, team });
  }
  star.append("dim_as_of", {
    as_of_key: "current",
    as_of: at,
    zone: "America/Los_Angeles",
    corporate_currency: "USD",
    run: null,
    is_complete: 1,
    oldest_reading_hours: 0,
  });
  star.append("fact_data_quality", {
    date_key: 20260308,
    system_key: "asana",
    entity: "all",
    metric: "freshness",
    value: -1.5,
    unit: "count",
    allowed: null,
    threshold: null,
    is_ok: 0,
  });
  star.flush();
  csv = await keepWhole(startCsv(star, directory));
  parquet = await keepWhole(startParquet(star, directory));
});
afterAll(async () => {
  star.close();
  await rm(directory, { recursive: true, force: true });
});

const text = (table: string) => readFile(join(directory, `${table}.csv`), "utf8");

describe("CSV files", () => {
  test("disarm formulas in text, quote as RFC 4180 says and end lines with CRLF", async () => {
    expect((await text("dim_team")).split("\r\n")).toEqual([
      "team_key,team",
      "t0,'=1+1",
      "t1,'+cmd|x",
      "t2,'-2",
      "t3,'@sum",
      "t4,'\tx",
      't5,"Plain ""quoted"", team"',
      't6,"Zoë\nMüller"',
      't7,""',
      "",
    ]);
  });

  test("have every table's columns in the order of the schema, as Parquet has", async () => {
    for (const table of STAR_TABLE_NAMES) {
      const names = starColumns(table).map(([name]) => name);
      expect((await text(table)).split("\r\n", 1)).toEqual([names.join(",")]);
      const described = await star.query(
        `SELECT column_name AS name FROM (DESCRIBE SELECT * FROM read_parquet('${join(directory, `${table}.parquet`)}'))`,
      );
      expect(described.map(({ name }) => name)).toEqual(names);
    }
  });

  test("leave negative numbers numbers and nulls empty", async () => {
    expect(await text("fact_data_quality")).toContain("20260308,asana,all,freshness,-1.5,count,,,0,");
  });

  test("give instants in UTC and, beside them, in the reporting zone across the change to summer time", async () => {
    expect(await text("dim_as_of")).toContain("current,2026-03-08T10:30:00.123Z,2026-03-08T03:30:00.123,20260308,");
  });
});

describe("Parquet files", () => {
  test("hold the same rows with the schema's types", async () => {
    expect(parquet.map((file) => [file.table, file.rows])).toEqual(csv.map((file) => [file.table, file.rows]));
    const file = parquet.find((candidate) => candidate.table === "dim_team");
    const back = await star.query(`SELECT team_key, team FROM read_parquet('${file?.path ?? ""}')`);
    expect(back).toEqual(await star.query("SELECT team_key, team FROM dim_team ORDER BY team_key"));
    const columns = await star.query(
      `SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM read_parquet('${join(directory, "fact_case.parquet")}'))`,
    );
    const typeOf = (name: string) => columns.find((row) => row["name"] === name)?.["type"];
    expect(["started_at", "cycle_sec", "is_open", "amount", "outcome"].map(typeOf)).toEqual([
      "TIMESTAMP",
      "BIGINT",
      "INTEGER",
      "DOUBLE",
      "VARCHAR",
    ]);
  });

  test("are the same bytes when nothing changed", async () => {
    const again = await keepWhole(startParquet(star, directory));
    expect(again.map((file) => file.hash)).toEqual(parquet.map((file) => file.hash));
  });
});

describe("a set of files", () => {
  test("appears whole, with nothing temporary left", async () => {
    const names = await readdir(directory);
    expect(names.filter((name) => name.startsWith("."))).toEqual([]);
    expect(names).toHaveLength(2 * STAR_TABLE_NAMES.length);
  });

  test("has no name before all of it is kept, and leaves nothing when it is given up", async () => {
    const folder = join(directory, "later");
    const coming = startParquet(star, folder);
    await coming.written(coming.placeOf("dim_team"));
    const [team] = await star.query(`SELECT count(*) AS n FROM read_parquet('${coming.placeOf("dim_team")}')`);
    expect(team).toEqual({ n: 8 });
    await coming.all();
    const names = await readdir(folder);
    expect(names).toHaveLength(STAR_TABLE_NAMES.length);
    expect(names.filter((name) => !name.startsWith("."))).toEqual([]);
    await coming.discard();
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test("tells whoever waits for a file that one before it could not be written", async () => {
    const coming = startCsv(star, join(directory, "dim_team.csv", "below"));
    await expect(coming.written(coming.placeOf("fact_wip_daily"))).rejects.toMatchObject({ code: "HUB-5020" });
    await coming.discard();
  });

  test("is described by a manifest with counts and hashes", async () => {
    const path = await writeManifest(directory, describeFiles([...csv, ...parquet], at, "America/Los_Angeles"));
    const manifest: unknown = JSON.parse(await readFile(path, "utf8"));
    expect(manifest).toMatchObject({ asOf: "2026-03-08T10:30:00.123Z", zone: "America/Los_Angeles" });
    const team = describeFiles(csv, at, "UTC").tables.find((table) => table.table === "dim_team");
    expect(team).toMatchObject({ rows: 8, key: ["team_key"], files: [{ file: "dim_team.csv" }] });
    await rm(path);
  });

  test("fails with a remedy when its folder cannot be made", async () => {
    await expect(keepWhole(startCsv(star, join(directory, "dim_team.csv", "below")))).rejects.toMatchObject({
      code: "HUB-5020",
    });
  });
});

describe("the plan for .hyper files", () => {
  test("has one data source per fact, its dimensions once each, and one road to each of them", () => {
    const plan = hyperTables((table) => `${table}.parquet`);
    expect(plan.publications.map(({ fact }) => fact)).toEqual(STAR_TABLE_NAMES.filter((name) => isFact(name)));
    for (const publication of plan.publications) {
      const facts = publication.tables.filter((table) => table.name.startsWith("fact_"));
      expect(facts.map((table) => table.name)).toEqual([publication.fact]);
      const [fact] = facts;
      const targets = fact?.assumedForeignKeys?.map((key) => key.references.table) ?? [];
      expect([...targets].sort()).toEqual(
        publication.tables
          .map((table) => table.name)
          .filter((name) => name !== publication.fact)
          .sort(),
      );
      for (const dimension of publication.tables.slice(1)) expect(dimension.assumedForeignKeys).toEqual([]);
    }
    expect(plan.complete.map((table) => table.name)).toEqual(STAR_TABLE_NAMES);
  });
});
