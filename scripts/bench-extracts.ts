// Builds an extract from the measured tables, end to end (DuckDB to Parquet to Hyper to DETACH, counted and hashed on the
// way), and holds its rate against that at which the same engine copies the same rows from a CSV file:
// `npm run bench:extracts -- --rows 1000000,5000000 --table fact_stage_events`. Ends with 1 below 80 %, or when this process
// has taken 1 GB.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  findHyper,
  hyperDirectory,
  hyperTables,
  publishedColumns,
  startHyper,
  writeHyperFile,
  writeParquet,
} from "../src/extracts/index.ts";
import type { HyperEngine, HyperTable } from "../src/extracts/index.ts";
import { isFact, openStar, STAR_TABLE_NAMES, starColumns, starTable } from "../src/kpis/index.ts";
import type { Star, StarTableName } from "../src/kpis/index.ts";

const LEAST_SHARE = 0.8;
const MOST_MEMORY_MB = 1024;
const ENGINE_MEMORY = "512m";
/** Rows generated at once, as they come when cases are built. */
const BATCH = 50_000;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000,5000000" },
    table: { type: "string", default: "fact_stage_events" },
  },
});
const table = STAR_TABLE_NAMES.find((name) => name === values.table && isFact(name));
const hyperd = await findHyper({ directory: hyperDirectory(process.cwd()), environment: process.env });
if (table === undefined) throw new Error(`There is no fact ${values.table}.`);
if (hyperd === undefined) throw new Error("There is no Hyper engine: hub hyper install.");

process.stdout.write("rows        build s   rows/s      copy s    rows/s      share   peak MB   parquet MB\n");
let failed = false;
for (const rows of values.rows.split(",").map(Number)) {
  const { build, copy, parquetBytes } = await measure(table, rows, hyperd);
  const share = copy / build;
  const peak = process.resourceUsage().maxRSS / 1024;
  const cell = (value: number, digits = 0): string =>
    value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).padEnd(9);
  process.stdout.write(
    `${cell(rows)}   ${cell(build / 1000, 2)} ${cell((rows / build) * 1000)}   ${cell(copy / 1000, 2)} ${cell((rows / copy) * 1000)}   ${share.toFixed(2)}    ${cell(peak)} ${cell(parquetBytes / 1e6, 1)}\n`,
  );
  failed ||= share < LEAST_SHARE || peak > MOST_MEMORY_MB;
}
process.exitCode = failed ? 1 : 0;

/** Milliseconds of both ways over the same rows. */
async function measure(
  name: StarTableName,
  rows: number,
  binary: string,
): Promise<{ readonly build: number; readonly copy: number; readonly parquetBytes: number }> {
  const directory = await mkdtemp(join(tmpdir(), "hub-bench-"));
  const star = await openStar({
    zone: "America/Los_Angeles",
    kept: { path: join(directory, "star.duckdb"), madeBy: "the benchmark" },
  });
  const engine = await startHyper({ binary, memoryLimit: ENGINE_MEMORY });
  try {
    await generate(star, name, rows);
    const csv = join(directory, "rows.csv");
    const columns = publishedColumns(name).map(([column]) => `"${column}"`);
    await star.run(`COPY (SELECT ${columns.join(", ")} FROM ${name}) TO '${csv}' (FORMAT csv, HEADER)`);
    const started = performance.now();
    const parquet = await writeParquet(star, join(directory, "parquet"));
    const publication = hyperTables(parquet).publications.find(({ fact }) => fact === name);
    const [definition] = publication?.tables ?? [];
    if (publication === undefined || definition === undefined) throw new Error(`${name} is not published.`);
    await writeHyperFile(engine, join(directory, `${name}.hyper`), publication.tables);
    const build = performance.now() - started;
    const parquetBytes = parquet.reduce((sum, { bytes }) => sum + bytes, 0);
    return { build, copy: await copyCsv(engine, directory, definition, csv), parquetBytes };
  } finally {
    await engine.stop();
    star.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** What the engine does by itself: COPY from a file it reads on its own, to DETACH. */
async function copyCsv(engine: HyperEngine, directory: string, table: HyperTable, csv: string): Promise<number> {
  const session = await engine.connect();
  const database = join(directory, "copied.hyper");
  const columns = table.columns.map(({ name, type }) => `"${name}" ${type}`).join(", ");
  await session.query(`CREATE DATABASE "${database}" WITH VERSION 2`);
  await session.query(`ATTACH DATABASE "${database}" AS "copied"`);
  await session.query(`CREATE TABLE "copied"."public"."rows" (${columns})`);
  const started = performance.now();
  await session.query(`COPY "copied"."public"."rows" FROM '${csv}' WITH (FORMAT CSV, HEADER)`);
  await session.query(`DETACH DATABASE "copied"`);
  const took = performance.now() - started;
  await session.close();
  return took;
}

/** Rows as a company has them: unique keys, few teams and stages, instants over three years, some nulls. */
async function generate(star: Star, name: StarTableName, rows: number): Promise<void> {
  const { key } = starTable(name);
  const expressions = starColumns(name).map(([column, { type, references }]) => {
    const value = expression(type, key.includes(column), references !== undefined);
    return key.includes(column)
      ? `${value} AS "${column}"`
      : `CASE WHEN i % 11 = 0 THEN NULL ELSE ${value} END AS "${column}"`;
  });
  for (let from = 0; from < rows; from += BATCH) {
    const range = `range(${from}, ${Math.min(rows, from + BATCH)})`;
    await star.run(`INSERT INTO ${name} BY NAME SELECT ${expressions.join(", ")} FROM ${range} r(i)`);
  }
}

function expression(type: string, isKey: boolean, isReference: boolean): string {
  switch (type) {
    case "TEXT":
      return isKey
        ? "md5(i::TEXT)"
        : isReference
          ? "'process/stage ' || i % 40"
          : "'salesforce:00D:' || hash(i) % 1000000";
    case "INT":
      return "(hash(i) % 400)::INT";
    case "BIG_INT":
      return "(hash(i) % 40000000)::BIGINT";
    case "DOUBLE":
      return "(hash(i) % 10000000) / 7.0";
    case "DATE":
      return "DATE '2023-01-01' + (hash(i) % 1000)::INT";
    default:
      return "TIMESTAMP '2023-01-01' + to_seconds((hash(i) % 94608000)::BIGINT)";
  }
}
