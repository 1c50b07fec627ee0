import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { assert, asyncProperty, constantFrom, integer, option, tuple, uniqueArray } from "fast-check";
import { Comparison } from "../../../src/extracts/index.ts";
import type { ComparedTable, TableDelta } from "../../../src/extracts/index.ts";

jest.setTimeout(60_000);

const RUNS = { seed: 20_261_102, numRuns: 60 };
const TABLE: ComparedTable = { name: "t", columns: ["k", "l", "name", "amount", "n", "since"], key: ["k", "l"] };
const TYPES = "k TEXT, l INTEGER, name TEXT, amount DOUBLE, n BIGINT, since TIMESTAMP, aside TEXT";

type Row = readonly [k: string, l: number, name: string | null, amount: number | null, n: number | null, at: number];

let directory: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;
let comparison: Comparison;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-deltas-"));
  instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "100MB" });
  connection = await instance.connect();
  comparison = await Comparison.open({ directory: join(directory, "deltas") });
});
afterAll(async () => {
  comparison.close();
  connection.closeSync();
  instance.closeSync();
  await rm(directory, { recursive: true, force: true });
});

/** Rows as a Parquet file; `aside` is a column that is not compared. */
async function file(name: string, rows: readonly Row[], aside = name): Promise<string> {
  const path = join(directory, `${name}.parquet`);
  await connection.run(`CREATE OR REPLACE TABLE w (${TYPES})`);
  for (const [k, l, text, amount, n, at] of rows) {
    await connection.run("INSERT INTO w VALUES ($1, $2, $3, $4, $5, make_timestamp($6::BIGINT), $7)", [
      k,
      l,
      text,
      amount,
      n,
      at,
      aside,
    ]);
  }
  await connection.run(`COPY w TO '${path}' (FORMAT parquet)`);
  return path;
}

async function number(sql: string): Promise<number> {
  return Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0]);
}

/** The rows by which the earlier table, once the delta is applied to it, differs from the later one. */
async function differences(delta: TableDelta, before: string, after: string): Promise<number> {
  const columns = TABLE.columns.join(", ");
  const upserts = delta.upserts === null ? "(SELECT * FROM w LIMIT 0)" : `read_parquet('${delta.upserts}')`;
  const deletes = delta.deletes === null ? "(SELECT k, l FROM w LIMIT 0)" : `read_parquet('${delta.deletes}')`;
  const applied =
    `SELECT ${columns} FROM read_parquet('${before}') ANTI JOIN (SELECT k, l FROM ${deletes} UNION SELECT k, l FROM ${upserts}) USING (k, l)`
    + ` UNION ALL SELECT ${columns} FROM ${upserts}`;
  const now = `SELECT ${columns} FROM read_parquet('${after}')`;
  const missing = await number(`SELECT count(*) FROM (${now} EXCEPT ALL (${applied}))`);
  return missing + (await number(`SELECT count(*) FROM ((${applied}) EXCEPT ALL (${now}))`));
}

const row = tuple(
  constantFrom("a", "b", "", "Zoë", "it's"),
  integer({ min: 0, max: 4 }),
  option(constantFrom("", "x", "y\n", '"'), { freq: 3 }),
  option(constantFrom(0, -1.5, 1e15, 0.1), { freq: 3 }),
  option(integer({ min: -2, max: 2 }), { freq: 3 }),
  constantFrom(0, 1, 1_772_444_400_000_000),
);
const rows = uniqueArray(row, { selector: ([k, l]) => `${k} ${l}`, maxLength: 25 });

describe("what changed between two files of a table", () => {
  test("gives exactly the later table when it is applied to the earlier one", async () => {
    await assert(
      asyncProperty(rows, rows, async (earlier, later) => {
        const [before, after] = [await file("before", earlier), await file("after", later)];
        const delta = await comparison.delta(TABLE, before, after);
        if (delta === null) throw new Error("The keys are unique.");
        expect(await differences(delta, before, after)).toBe(0);
        const text = (each: Row) => JSON.stringify(each);
        const keyOf = ([k, l]: Row) => `${k} ${l}`;
        const had = new Map(earlier.map((each) => [keyOf(each), text(each)]));
        const has = new Set(later.map(keyOf));
        expect(delta).toMatchObject({
          inserted: later.filter((each) => !had.has(keyOf(each))).length,
          changed: later.filter((each) => had.has(keyOf(each)) && had.get(keyOf(each)) !== text(each)).length,
          deleted: earlier.filter((each) => !has.has(keyOf(each))).length,
          before: earlier.length,
          after: later.length,
        });
      }),
      RUNS,
    );
  });

  test("is nothing for the same rows in another order, whatever stands in columns that are not compared", async () => {
    const many: Row[] = Array.from({ length: 20 }, (_, i) => [`k${i}`, i, null, i / 3, null, i]);
    const delta = await comparison.delta(TABLE, await file("one", many), await file("two", many.toReversed()));
    expect(delta).toMatchObject({ inserted: 0, changed: 0, deleted: 0, upserts: null, deletes: null });
  });

  test("holds the rows that changed and no others", async () => {
    const many: Row[] = Array.from({ length: 100 }, (_, i) => [`k${i}`, i, "same", null, null, 0]);
    const later: Row[] = [
      ...many.slice(1).map((each): Row => (each[1] === 50 ? ["k50", 50, null, 1, 2, 3] : each)),
      ["new", 1, "", 0, 0, 0],
    ];
    const delta = await comparison.delta(TABLE, await file("one", many), await file("two", later));
    expect(delta).toMatchObject({ inserted: 1, changed: 1, deleted: 1 });
    expect(await number(`SELECT count(*) FROM read_parquet('${delta?.upserts ?? ""}')`)).toBe(2);
    expect(await number(`SELECT l FROM read_parquet('${delta?.deletes ?? ""}')`)).toBe(0);
  });

  test("cannot be told where a key is there twice or has no value", async () => {
    const one: Row = ["a", 1, "x", null, null, 0];
    const single = await file("one", [one]);
    expect(await comparison.delta(TABLE, single, await file("two", [one, ["a", 1, "y", null, null, 0]]))).toBeNull();
    expect(await comparison.delta(TABLE, await file("two", [one, one]), single)).toBeNull();
    const path = join(directory, "keyless.parquet");
    await connection.run(
      `COPY (SELECT * REPLACE (NULL::TEXT AS k) FROM read_parquet('${single}')) TO '${path}' (FORMAT parquet)`,
    );
    expect(await comparison.delta(TABLE, single, path)).toBeNull();
  });

  test("is refused for a file that cannot be read or lacks a column", async () => {
    const single = await file("one", [["a", 1, "x", null, null, 0]]);
    await writeFile(join(directory, "broken.parquet"), "PAR1");
    await expect(comparison.delta(TABLE, join(directory, "broken.parquet"), single)).rejects.toThrow("broken.parquet");
    const more = { ...TABLE, columns: [...TABLE.columns, "added"] };
    await expect(comparison.delta(more, single, single)).rejects.toThrow("added");
  });
});
