import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openHyperFile, startHyper, writeHyperFile } from "../../../src/extracts/hyper/index.ts";
import type { HyperEngine, HyperTable } from "../../../src/extracts/hyper/index.ts";
import { engineForTests } from "./test-engine.ts";
import { parquetFile } from "./parquet.ts";

const binary = await engineForTests();
const withEngine = binary === undefined ? describe.skip : describe;

let directory: string;
let engine: HyperEngine;
let stages: HyperTable;
let facts: HyperTable;

withEngine("a .hyper file", () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "hyper-writer-"));
    engine = await startHyper({ binary: binary ?? "" });
    const source = (name: string) => join(directory, `${name}.parquet`);
    await parquetFile(
      source("stages"),
      `SELECT * FROM (VALUES ('s1', 'Won'), ('s2', 'It''s lost')) t(stage_id, title)`,
    );
    await parquetFile(
      source("facts"),
      `SELECT i AS case_id, CASE i % 2 WHEN 0 THEN 's1' ELSE 's2' END AS stage_id,
        (i * 1.25)::DECIMAL(18,4) AS amount, i / 3.0::DOUBLE AS hours, i % 3 = 0 AS late,
        DATE '2026-01-01' + i::INTEGER AS day,
        CASE WHEN i = 0 THEN NULL ELSE TIMESTAMPTZ '2026-01-01 10:00:00.123456+00' + INTERVAL (i) HOUR END AS won_at
        FROM range(1000) r(i)`,
    );
    stages = {
      schema: "Extract",
      name: "stages",
      columns: [
        { name: "stage_id", type: "text", nullable: false },
        { name: "title", type: "text", nullable: true },
      ],
      assumedPrimaryKey: ["stage_id"],
      source: source("stages"),
    };
    facts = {
      schema: "Extract",
      name: "facts",
      columns: [
        { name: "case_id", type: "bigint", nullable: false },
        { name: "stage_id", type: "text", nullable: true },
        { name: "amount", type: "numeric(18,4)", nullable: true },
        { name: "hours", type: "double precision", nullable: true },
        { name: "late", type: "boolean", nullable: true },
        { name: "day", type: "date", nullable: true },
        { name: "won_at", type: "timestamptz", nullable: true },
      ],
      assumedForeignKeys: [
        { columns: ["stage_id"], references: { schema: "Extract", table: "stages", columns: ["stage_id"] } },
      ],
      source: source("facts"),
    };
  });
  afterAll(async () => {
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test("holds every row, type and key, in format version 2, readable by another engine", async () => {
    const file = join(directory, "kpi.hyper");
    const written = await writeHyperFile(engine, file, [facts, stages]);
    expect(written.tables).toEqual([
      { schema: "Extract", name: "facts", rows: 1000 },
      { schema: "Extract", name: "stages", rows: 2 },
    ]);
    const bytes = await readFile(file);
    expect([bytes.subarray(0, 5).toString("latin1"), bytes.readUInt16LE(10)]).toEqual(["Hyper", 2]);
    const reader = await openHyperFile(file, { binary: binary ?? "" });
    try {
      const stored = reader.tables.find((table) => table.name === "facts");
      expect(stored).toMatchObject({ rows: 1000, refersTo: ["Extract.stages"], columns: facts.columns });
      const [first, second] = await reader.rows("Extract", "facts", ["case_id"]);
      expect(first).toMatchObject({ amount: "0.0000", late: "t", day: "2026-01-01", won_at: null });
      expect(second).toMatchObject({ amount: "1.2500", stage_id: "s2", won_at: "2026-01-01 11:00:00.123456+00" });
      expect(await reader.rows("Extract", "stages", ["stage_id"])).toEqual([
        { stage_id: "s1", title: "Won" },
        { stage_id: "s2", title: "It's lost" },
      ]);
    } finally {
      await reader.close();
    }
  });

  test("loads a table once its source is written, and fails with what kept the source from being written", async () => {
    const file = join(directory, "waiting.hyper");
    const order: string[] = [];
    const watched: HyperEngine = {
      ...engine,
      connect: async () => {
        const session = await engine.connect();
        return {
          ...session,
          query: (sql) => {
            if (sql.startsWith("INSERT")) order.push(sql.includes(stages.source) ? "load stages" : "load facts");
            return session.query(sql);
          },
        };
      },
    };
    const written = (source: string): Promise<void> => {
      order.push(source === stages.source ? "stages written" : "facts written");
      return Promise.resolve();
    };
    await writeHyperFile(watched, file, [stages, facts], { written });
    expect(order).toEqual(["stages written", "load stages", "facts written", "load facts"]);
    const full = new Error("The disk is full.");
    await expect(
      writeHyperFile(engine, join(directory, "none.hyper"), [stages], { written: () => Promise.reject(full) }),
    ).rejects.toBe(full);
    expect((await readdir(directory)).filter((name) => name.includes("none"))).toEqual([]);
  });

  test("keeps the file that was there, and leaves no part of a new one, when writing fails", async () => {
    const file = join(directory, "kept.hyper");
    await writeFile(file, "old");
    const strict = { ...facts, columns: facts.columns.map((column) => ({ ...column, nullable: false })) };
    await expect(writeHyperFile(engine, file, [strict, stages])).rejects.toMatchObject({ code: "HUB-5011" });
    expect(await readFile(file, "utf8")).toBe("old");
    expect((await readdir(directory)).filter((name) => name.endsWith(".part"))).toEqual([]);
    await writeHyperFile(engine, file, [stages]);
    expect((await readFile(file)).subarray(0, 5).toString("latin1")).toBe("Hyper");
  });

  test("refuses a definition that does not hold together with HUB-5012", async () => {
    const file = join(directory, "never.hyper");
    const write = (table: HyperTable) => writeHyperFile(engine, file, [table]);
    const wide = { name: "n", type: "numeric(30,2)", nullable: true } as const;
    await expect(write(facts)).rejects.toMatchObject({ code: "HUB-5012", message: /refers to stages/u });
    await expect(write({ ...stages, columns: [] })).rejects.toMatchObject({ code: "HUB-5012" });
    await expect(write({ ...stages, columns: [...stages.columns, wide] })).rejects.toMatchObject({ code: "HUB-5012" });
    await expect(write({ ...stages, assumedPrimaryKey: ["x"] })).rejects.toMatchObject({ code: "HUB-5012" });
  });
});

withEngine("the engine", () => {
  test("ends when its signal is aborted, and not before", async () => {
    const controller = new AbortController();
    const running = await startHyper({ binary: binary ?? "", signal: controller.signal });
    const session = await running.connect();
    expect(await session.query("SELECT 1 AS one")).toEqual([{ one: "1" }]);
    controller.abort();
    await running.stop();
    await expect(session.query("SELECT 1")).rejects.toMatchObject({ code: "HUB-5011" });
  });

  test("tells with HUB-5010 that what it was given is no engine", async () => {
    await expect(startHyper({ binary: process.execPath })).rejects.toMatchObject({ code: "HUB-5010" });
    await expect(startHyper({ binary: "/no/such/file" })).rejects.toMatchObject({ code: "HUB-5010" });
  });

  test("tells with HUB-5011 that a file is none of its own", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hyper-reader-"));
    try {
      await writeFile(join(folder, "x.hyper"), "not an extract");
      await expect(openHyperFile(join(folder, "x.hyper"), { binary: binary ?? "" })).rejects.toMatchObject({
        code: "HUB-5011",
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
