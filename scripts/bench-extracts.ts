// Builds extracts from the measured tables, end to end (DuckDB to Parquet to Hyper to DETACH, counted and hashed on the way), and
// holds the rate against that at which the same engine copies the same rows from CSV files into one extract, to DETACH: all of a
// company's data sources with the extract that holds everything, as `hub publish` writes them, then that extract by itself, then one fact alone.
// `npm run bench:extracts -- --rows 1000000,5000000 --alone fact_stage_events`. Ends with 1 when the first is below 80 %, or when
// this process has taken 1 GB.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  findHyper,
  hyperDirectory,
  hyperTables,
  startHyper,
  startParquet,
  writeHyperFile,
} from "../src/extracts/index.ts";
import type { HyperEngine, HyperTable } from "../src/extracts/index.ts";
import { isFact, openStar, STAR_TABLE_NAMES, starColumns, starTable } from "../src/kpis/index.ts";
import type { Star, StarTableName } from "../src/kpis/index.ts";
import { writeFiles } from "../src/sync/publish/files.ts";

const LEAST_SHARE = 0.8;
const MOST_MEMORY_MB = 1024;
const ZONE = "America/Los_Angeles";
/** Rows generated at once, as they come when cases are built. */
const BATCH = 50_000;

/** Rows of each fact in a thousand of all, as the sample company has them. */
const COMPANY = {
  fact_case: 94,
  fact_stage_events: 293,
  fact_step_executions: 24,
  fact_handoffs: 35,
  fact_conformance: 215,
  fact_wip_daily: 262,
  fact_kpi_snapshot: 29,
  fact_kpi_evidence: 20,
} as const satisfies Partial<Record<StarTableName, number>>;

type Rows = Partial<Record<StarTableName, number>>;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000,5000000" },
    alone: { type: "string", default: "fact_stage_events" },
    times: { type: "string", default: "3" },
  },
});
const alone = STAR_TABLE_NAMES.find((name) => name === values.alone && isFact(name));
const hyperd = await findHyper({ directory: hyperDirectory(process.cwd()), environment: process.env });
if (alone === undefined) throw new Error(`There is no fact ${values.alone}.`);
if (hyperd === undefined) throw new Error("There is no Hyper engine: hub hyper install.");

process.stdout.write("what                   rows       build s  rows/s     copy s   rows/s     share   peak MB\n");
let failed = false;
for (const rows of values.rows.split(",").map(Number)) {
  const share = await compare(scaled(rows), { "all data sources": publishAll, "all tables in one": buildOne }, hyperd);
  await compare({ [alone]: rows }, { [alone]: buildOne }, hyperd);
  failed ||= share < LEAST_SHARE;
}
process.exitCode = failed || peakMb() > MOST_MEMORY_MB ? 1 : 0;

/** Writes extracts into a folder and gives the rows they hold. */
type Way = (star: Star, engine: HyperEngine, directory: string) => Promise<number>;

async function publishAll(star: Star, engine: HyperEngine, directory: string): Promise<number> {
  const context = { asOf: Date.parse("2026-01-01T00:00:00Z"), zone: ZONE, signal: new AbortController().signal };
  const { sources, complete } = await writeFiles(context, star, { directory, formats: ["hyper"], engine });
  const tables = [...sources.flatMap((source) => source.tables), ...(complete?.tables ?? [])];
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}

async function buildOne(star: Star, engine: HyperEngine, directory: string): Promise<number> {
  const parquet = startParquet(star, directory);
  const plan = hyperTables((name) => parquet.placeOf(name)).complete;
  const written = (source: string): Promise<void> => parquet.written(source);
  const { tables } = await writeHyperFile(engine, join(directory, "built.hyper"), plan, { written });
  await parquet.keep();
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}

function scaled(rows: number): Rows {
  return Object.fromEntries(Object.entries(COMPANY).map(([name, share]) => [name, Math.round((rows * share) / 1000)]));
}

function peakMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** The copy and each way over the same rows, in turns; medians are told. Gives the share of the copy's rate that the first way reaches. */
async function compare(rows: Rows, ways: Readonly<Record<string, Way>>, binary: string): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "hub-bench-"));
  const kept = { path: join(directory, "star.duckdb"), madeBy: "the benchmark" };
  const star = await openStar({ zone: ZONE, kept });
  const engine = await startHyper({ binary });
  try {
    const filled = STAR_TABLE_NAMES.filter((name) => rows[name] !== undefined);
    for (const name of filled) await generate(star, name, rows[name] ?? 0);
    for (const name of filled) await writePlainCsv(star, name, directory);
    const copied = hyperTables((name) => name).complete.filter(({ source }) => filled.some((name) => name === source));
    const results = Object.entries(ways).map(([label, way]) => ({ label, way, rows: 0, times: [] as number[] }));
    const copies: number[] = [];
    for (let time = 0; time < Number(values.times); time += 1) {
      copies.push(await copyCsv(engine, directory, copied));
      for (const result of results) {
        const started = performance.now();
        result.rows = await result.way(star, engine, join(directory, "built"));
        result.times.push(performance.now() - started);
      }
    }
    const copyRate = Object.values(rows).reduce((sum, count) => sum + count, 0) / median(copies);
    const shares = results.map((result) => {
      const share = result.rows / median(result.times) / copyRate;
      const cells = [
        result.label.padEnd(22),
        cell(result.rows).padEnd(10),
        cell(median(result.times) / 1000, 2).padEnd(8),
        cell((result.rows / median(result.times)) * 1000).padEnd(10),
        cell(median(copies) / 1000, 2).padEnd(8),
        cell(copyRate * 1000).padEnd(10),
        cell(share, 2).padEnd(7),
        cell(peakMb()),
      ];
      process.stdout.write(`${cells.join(" ")}\n`);
      return share;
    });
    return shares[0] ?? 0;
  } finally {
    await engine.stop();
    star.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function cell(value: number, digits = 0): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function writePlainCsv(star: Star, name: StarTableName, directory: string): Promise<void> {
  const columns = starColumns(name).map(([column]) => `"${column}"`);
  const csv = join(directory, `${name}.csv`);
  await star.onOneThread(() =>
    star.run(`COPY (SELECT ${columns.join(", ")} FROM ${name}) TO '${csv}' (FORMAT csv, HEADER)`),
  );
}

/** What the engine does by itself: COPY from files it reads on its own, to DETACH. */
async function copyCsv(engine: HyperEngine, directory: string, tables: readonly HyperTable[]): Promise<number> {
  const session = await engine.connect();
  const database = join(directory, "copied.hyper");
  await session.query(`CREATE DATABASE "${database}" WITH VERSION 2`);
  await session.query(`ATTACH DATABASE "${database}" AS "copied"`);
  for (const { name, columns } of tables) {
    const declared = columns.map((column) => `"${column.name}" ${column.type}`).join(", ");
    await session.query(`CREATE TABLE "copied"."public"."${name}" (${declared})`);
  }
  const started = performance.now();
  for (const { name } of tables) {
    const csv = join(directory, `${name}.csv`);
    await session.query(`COPY "copied"."public"."${name}" FROM '${csv}' WITH (FORMAT CSV, HEADER)`);
  }
  await session.query(`DETACH DATABASE "copied"`);
  const took = performance.now() - started;
  await session.close();
  await rm(database);
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
