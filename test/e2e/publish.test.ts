import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { publishedColumns, readHyperFile, startHyper, unwrapExtract } from "../../src/extracts/index.ts";
import type { HyperEngine } from "../../src/extracts/index.ts";
import { foreignKeys, isFact, STAR_TABLE_NAMES, starColumns, starTable } from "../../src/kpis/index.ts";
import type { Star, StarTableName } from "../../src/kpis/index.ts";
import { listen } from "../../src/sandbox/kit/server.ts";
import { SandboxClock } from "../../src/sandbox/kit/clock.ts";
import { measureStep, publishStep, runCycle } from "../../src/sync/index.ts";
import type { CycleReport, PublishOptions, PublishReport } from "../../src/sync/index.ts";
import { engineForTests } from "../extracts/hyper/test-engine.ts";
import { AS_OF, copyConfiguration, hubOn, startCompany } from "../support/e2e.ts";
import type { Company, TestHub } from "../support/e2e.ts";
import { openFileReader, rowDifferences, sameForm, withoutGuard } from "../support/table-rows.ts";
import { observeTableau } from "../support/tableau-site.ts";
import type { TableauSite } from "../support/tableau-site.ts";

jest.setTimeout(180_000);

const engine = await engineForTests();
const withEngine = engine === undefined ? describe.skip : describe;

const HOUR = 3_600_000;
const PROJECT = "Process KPIs";
const FACTS = STAR_TABLE_NAMES.filter((name) => isFact(name));
/** What a spreadsheet would run, and what a careless CSV would break at. */
const CUSTOMERS = ['=HYPERLINK("http://x","y")', "+1", "-2", "@x", 'Acme "Rockets", Inc.\nParis, "France"'] as const;

let company: Company;
let hub: TestHub;
let site: TableauSite;
let directory: string;
let cycle: CycleReport;
let star: Star;
/** An engine that has written none of the files. */
let fresh: HyperEngine | undefined;

beforeAll(async () => {
  company = await startCompany(engine === undefined ? {} : { hyperd: engine });
  directory = await mkdtemp(join(tmpdir(), "hub-publish-"));
  for (const Name of CUSTOMERS) await company.salesforce("POST", "sobjects/Account", { Name });
  const config = await copyConfiguration(company, "chunky");
  const file = join(config, "hub.yaml");
  const text = await readFile(file, "utf8");
  const chunky = "project: Process KPIs\n    singleRequestMegabytes: 0.01\n    chunkMegabytes: 0.02";
  await writeFile(file, text.replace("project: Process KPIs", chunky));
  await tell("settings", { pollsUntilDone: 3, unknownPolls: 1, initialFinishCode: true });
  hub = await hubOn(company, { config });
  cycle = await run((context) => runCycle(context, files("first")));
  await tell("settings", { pollsUntilDone: 0, unknownPolls: 0, initialFinishCode: false });
  ({ star } = await run((context) => measureStep(context)));
  site = await observeTableau(company);
  fresh = engine === undefined ? undefined : await startHyper({ binary: engine });
});

afterAll(async () => {
  await fresh?.stop();
  star.close();
  await hub.close();
  await company.close();
  await rm(directory, { recursive: true, force: true });
});

type RunContext = Parameters<typeof publishStep>[0];

async function run<Answer>(work: (context: RunContext) => Promise<Answer>): Promise<Answer> {
  const { result } = await hub.hub.run("publish", async (context) => ({
    answer: await work(context),
    complete: true,
    summary: null,
  }));
  return result.answer;
}

function files(name: string, more: Partial<PublishOptions> = {}): PublishOptions {
  return { directory: join(directory, name), formats: ["hyper", "parquet", "csv"], hyperd: engine ?? null, ...more };
}

const tell = (path: string, body: unknown): Promise<unknown> =>
  company.control(`/systems/tableau/${path}`, "POST", body);

/** Publishes to the place of the first cycle. */
async function publish(
  environment: Record<string, string> = {},
  formats: PublishOptions["formats"] = ["hyper"],
): Promise<PublishReport> {
  return run((context) =>
    publishStep(
      { ...context, environment: { ...context.environment, ...environment } },
      star,
      files("first", { formats }),
    ),
  );
}

/** One more row, so that what is published next differs from what stands there. */
function measureMore(metric: string): void {
  const row = {
    date_key: 20261102,
    system_key: "hub",
    entity: "all",
    metric,
    value: 1,
    unit: "count",
    allowed: null,
    threshold: null,
    is_ok: 1,
  };
  star.append("fact_data_quality", row);
  star.flush();
}

const codes = ({ problems }: PublishReport): readonly string[] => problems.map(({ code }) => code);

async function rowsOfHyper(file: string): Promise<ReadonlyMap<string, readonly string[]>> {
  if (fresh === undefined) throw new Error("There is no engine.");
  const reader = await readHyperFile(fresh, file);
  try {
    const rows = new Map<string, readonly string[]>();
    for (const { schema, name } of reader.tables) {
      rows.set(name, sameForm(name as StarTableName, await reader.rows(schema, name)));
    }
    return rows;
  } finally {
    await reader.close();
  }
}

async function rowsOfFiles(format: "csv" | "parquet", folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const reader = await openFileReader();
  const rows = new Map<string, readonly string[]>();
  for (const table of STAR_TABLE_NAMES) {
    const found = await reader[format](join(folder, format, `${table}.${format}`));
    const text = new Set(starColumns(table).flatMap(([name, { type }]) => (type === "TEXT" ? [name] : [])));
    const plain = found.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          format === "csv" && text.has(name) ? withoutGuard(value) : value,
        ]),
      ),
    );
    rows.set(table, sameForm(table, plain));
  }
  reader.close();
  return rows;
}

withEngine("a whole cycle with the Hyper engine", () => {
  test("is complete, in chunks and by jobs that were waited for", async () => {
    expect(cycle.publish.problems).toEqual([]);
    expect(cycle.publish.notes).toEqual([]);
    expect(cycle.complete).toBe(true);
    for (const { how, checked, chunks, bytesSent, jobId } of cycle.publish.published) {
      expect([how, checked]).toEqual(["created", "content"]);
      expect(chunks).toBe(Math.ceil(bytesSent / Math.floor(0.02 * 1024 * 1024)));
      expect(jobId).not.toBeNull();
    }
    expect(cycle.publish.published.some(({ chunks }) => chunks > 2)).toBe(true);
    // One look that finds the job unknown, three until it is done.
    const { operations } = (await company.calls("tableau")) as unknown as { operations: Record<string, number> };
    expect(operations["jobs.get"]).toBe(4 * FACTS.length);
  });

  test("writes the same rows to every file, one extract per fact with its dimensions", async () => {
    const folder = join(directory, "first");
    const parquet = await rowsOfFiles("parquet", folder);
    expect(parquet.get("fact_case")?.length).toBeGreaterThan(50);
    expect(parquet.get("dim_account")?.length).toBeGreaterThan(10);
    const complete = await rowsOfHyper(join(folder, "hyper", "process-hub.hyper"));
    expect(rowDifferences(complete, parquet)).toEqual([]);
    expect(rowDifferences(await rowsOfFiles("csv", folder), parquet)).toEqual([]);
    for (const fact of FACTS) {
      const rows = await rowsOfHyper(join(folder, "hyper", `${fact}.hyper`));
      const dimensions = foreignKeys(fact).map(({ table }) => table);
      expect([...rows.keys()].sort()).toEqual([...new Set([fact, ...dimensions])].sort());
      const same = new Map([...parquet].filter(([table]) => rows.has(table)));
      expect(rowDifferences(rows, withoutAsOf(same))).toEqual([]);
    }
  });

  test("is found again in Tableau, one package per fact with its extract byte for byte and a document", async () => {
    expect(cycle.publish.published.map(({ fact }) => fact)).toEqual(FACTS);
    const ids = await site.datasources(PROJECT);
    expect([...ids.keys()].sort()).toEqual(FACTS.map((fact) => starTable(fact).caption).sort());
    for (const { name, file } of cycle.publish.files.sources) {
      const there = await extractThere(name);
      expect((await readFile(there)).equals(await readFile(file))).toBe(true);
    }
    const { tables } = cycle.publish.files.sources[0] ?? { tables: [] };
    expect(await rowsInTableau("Cases", "fact_case")).toBe(tables.find(({ name }) => name === "fact_case")?.rows);
  });

  test("writes customers' names so that no spreadsheet runs them and no reader finds them changed", async () => {
    const path = (format: string): string => join(directory, "first", format, `dim_account.${format}`);
    const reader = await openFileReader();
    const names = (rows: readonly Readonly<Record<string, string | null>>[]) => rows.map(({ account }) => account);
    const parquet = names(await reader.parquet(path("parquet")));
    const csv = names(await reader.csv(path("csv")));
    reader.close();
    for (const name of CUSTOMERS) expect(parquet).toContain(name);
    for (const name of CUSTOMERS.slice(0, 4)) expect(csv).toContain(`'${name}`);
    expect(csv).toContain(CUSTOMERS[4]);
    expect(csv.filter((name) => /^[=+\-@\t\r\n]/u.test(name ?? ""))).toEqual([]);
    const text = await readFile(path("csv"), "utf8");
    expect(text).toContain(`,"'=HYPERLINK(""http://x"",""y"")",`);
    expect(text).toContain(`,"Acme ""Rockets"", Inc.\nParis, ""France""",`);
  });
});

withEngine("a cycle in which nothing has changed", () => {
  test("publishes nothing, and an hour later nothing but the as-of and what ages", async () => {
    // Measured after the cycle, which was the first to meet Tableau.
    await publish();
    const again = await publish();
    expect(again.problems).toEqual([]);
    expect(new Set(again.published.map(({ how }) => how))).toEqual(new Set(["unchanged"]));
    const later = await run(async (context) => {
      const inAnHour = { ...context, asOf: context.asOf + HOUR };
      const measured = await measureStep(inAnHour);
      try {
        return await publishStep(inAnHour, measured.star, files("first", { formats: ["hyper"] }));
      } finally {
        measured.star.close();
      }
    });
    expect(later.problems).toEqual([]);
    expect(new Set(later.published.map(({ how }) => how))).toEqual(new Set(["delta"]));
    // How old what was read is changes with every hour, and the figures about that.
    const ageing = later.published.filter(({ fact }) => ["fact_data_quality", "fact_kpi_snapshot"].includes(fact));
    const others = later.published.filter((source) => !ageing.includes(source));
    expect(others.map(({ name, rowsSent }) => [name, rowsSent])).toEqual(others.map(({ name }) => [name, 1]));
    expect(others).toHaveLength(FACTS.length - 2);
    for (const { rowsSent } of ageing) expect(rowsSent).toBeLessThan(60);
    // As it was again, for the tests to come.
    expect((await publish()).problems).toEqual([]);
  });

  test("publishes nothing but the as-of when the sources were read again, an hour and three hours later", async () => {
    const own = await startCompany(engine === undefined ? {} : { hyperd: engine });
    const config = await copyConfiguration(own, "later");
    const cycleAfter = async (hours: number): Promise<CycleReport> => {
      const later = await hubOn(own, { config, db: own.database("later"), asOf: AS_OF + hours * HOUR });
      try {
        const { result } = await later.hub.run("publish", async (context) => ({
          answer: await runCycle(context, files("later", { formats: ["hyper"] })),
          complete: true,
          summary: null,
        }));
        return result.answer;
      } finally {
        await later.close();
      }
    };
    expect((await cycleAfter(0)).complete).toBe(true);
    let before = 0;
    for (const hours of [1, 4]) {
      await own.advance((hours - before) * HOUR);
      before = hours;
      const { complete, publish: published } = await cycleAfter(hours);
      expect(complete).toBe(true);
      expect(published.published.map(({ name, how, rowsSent }) => [name, how, rowsSent])).toEqual(
        published.published.map(({ name }) => [name, "delta", 1]),
      );
    }
    await own.close();
  });
});

withEngine("the starter workbook", () => {
  test("is published once, over the data sources as they are called there", async () => {
    const send = (): Promise<PublishReport> =>
      run((context) => publishStep(context, star, files("first", { formats: ["hyper"], workbook: true })));
    const first = await send();
    expect(first.problems).toEqual([]);
    expect(first.workbook?.receipt).toMatchObject({ name: "Process Hub", how: "published" });
    const [standing] = await site.workbooks();
    const named = first.published.filter(({ name }) =>
      standing?.document.includes(`server-ds-friendly-name="${name}"`),
    );
    expect(named.length).toBeGreaterThan(3);
    for (const { standing: source } of named) {
      expect(source.contentUrl).not.toBeNull();
      expect(standing?.document.includes(`dbname="${source.contentUrl}"`)).toBe(true);
    }
    expect((await send()).workbook?.receipt.how).toBe("already there");
    expect(await site.workbooks()).toHaveLength(1);
  });
});

withEngine("Tableau", () => {
  test("refuses the complete extract, which has several facts", async () => {
    const small = await hubOn(company);
    const { code } = await small.hub
      .run("publish", async ({ configuration, dependencies, environment, signal }) => {
        const configured = configuration.connections.get("tableau-cloud");
        const connection = await configured?.connector.connect({
          name: "tableau-cloud",
          settings: configured.settings,
          credentials: {
            BASE_URL: environment["TABLEAU_CLOUD_BASE_URL"] ?? "",
            SITE: environment["TABLEAU_CLOUD_SITE"] ?? "",
            TOKEN_NAME: environment["TABLEAU_CLOUD_TOKEN_NAME"] ?? "",
            TOKEN_SECRET: environment["TABLEAU_CLOUD_TOKEN_SECRET"] ?? "",
          },
          dependencies,
        });
        const file = join(directory, "first", "hyper", "process-hub.hyper");
        const answer = await connection?.publish
          ?.publish({ name: "Everything", project: [PROJECT], description: "", file, tags: [] }, signal)
          .then(() => ({ code: "published" }))
          .catch((error: unknown) => error as { readonly code: string });
        await connection?.close();
        return { answer: answer ?? { code: "not connected" }, complete: true, summary: null };
      })
      .then(({ result }) => result.answer);
    await small.close();
    expect(code).toBe("HUB-5108");
    expect([...(await site.datasources(PROJECT)).keys()]).not.toContain("Everything");
  });

  test.each([
    ["refuses the secret", { TABLEAU_CLOUD_TOKEN_SECRET: "wrong-secret" }, "HUB-5101"],
    ["cannot be reached", { TABLEAU_CLOUD_BASE_URL: "http://127.0.0.1:1" }, "HUB-5106"],
  ])("that %s keeps what it has, while the files are written", async (_how, environment, code) => {
    const before = await site.contents(PROJECT);
    measureMore(code);
    const report = await publish(environment, ["parquet", "csv"]);
    expect(codes(report)).toEqual([code]);
    expect(JSON.stringify(report)).not.toContain("wrong-secret");
    expect(report.published).toEqual([]);
    expect(report.notes.join()).toMatch(
      /^Not published: Cases, .*, Data quality\. The data sources there are as they were\.$/u,
    );
    expect(await site.contents(PROJECT)).toEqual(before);
    const written = report.files.tables.filter(({ table }) => table === "fact_data_quality").map(({ rows }) => rows);
    const rows = await star.count("fact_data_quality");
    expect(written).toEqual([rows, rows]);
  });

  test("that fails the jobs of a data source keeps it as it was, and the others are left alone", async () => {
    const before = await site.contents(PROJECT);
    measureMore("after a failed job");
    await tell("settings", { failJobs: 2 });
    const report = await publish();
    // Neither the rows that changed nor the whole in their place.
    expect(codes(report)).toEqual(["HUB-5109"]);
    expect(report.problems[0]?.place).toMatchObject({ connection: "tableau-cloud" });
    expect(report.notes).toEqual(["Not published: Data quality. The data sources there are as they were."]);
    expect(report.published.map(({ fact, how }) => [fact, how])).toEqual(
      FACTS.filter((fact) => fact !== "fact_data_quality").map((fact) => [fact, "unchanged"]),
    );
    expect(await site.contents(PROJECT)).toEqual(before);
  });

  test("that stumbles once is asked again within the run, which heals the one before", async () => {
    measureMore("after a stumble");
    const system = "tableau";
    await company.control("/dials", "POST", [
      { system, route: "POST /datasources", fault: "error", status: 500 },
      { system, route: "POST /datasources", fault: "error", status: 401 },
      { system, route: "PUT /fileUploads", fault: "throttle", seconds: 7 },
      { system, route: "/content", fault: "html" },
    ]);
    const report = await publish();
    expect(report.problems).toEqual([]);
    expect(report.notes).toEqual([]);
    expect(report.published.filter(({ how }) => how !== "unchanged")).toMatchObject([
      { name: "Data quality", how: "overwritten", checked: "content" },
    ]);
    // What passed since the answer is not waited for again.
    expect(hub.machine.waits.some((ms) => ms > 5000 && ms <= 7000)).toBe(true);
    expect(await company.control("/dials?system=tableau", "GET")).toMatchObject([
      { left: 0 },
      { left: 0 },
      { left: 0 },
      { left: 0 },
    ]);
    expect(await rowsInTableau("Data quality", "fact_data_quality")).toBe(await star.count("fact_data_quality"));
  });

  test("that holds something else than was sent gets the last good extract back", async () => {
    const ids = await site.datasources(PROJECT);
    const before = await site.contents(PROJECT);
    measureMore("after a mix-up");
    const swapped = await startSwapping({
      [ids.get("Data quality") ?? ""]: ids.get("Cases") ?? "",
    });
    const report = await publish({ TABLEAU_CLOUD_BASE_URL: swapped.origin });
    await swapped.close();
    expect(codes(report)).toEqual(["HUB-5030"]);
    expect(report.problems.map(({ place }) => place.record)).toEqual(["Data quality"]);
    expect(report.problems[0]?.message).toContain("fact_data_quality is not there");
    for (const { remedy } of report.problems) expect(remedy).toContain("was put back");
    expect(report.notes).toEqual([]);
    expect(report.published).toHaveLength(FACTS.length - 1);
    const after = await site.contents(PROJECT);
    expect(after.get("Data quality")).toBe(before.get("Data quality"));
  });
});

/** The rows of a star's tables as data sources have them. */
function withoutAsOf(tables: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const isKept = (table: StarTableName): readonly boolean[] => {
    const published = new Set(publishedColumns(table).map(([name]) => name));
    return starColumns(table).map(([name]) => published.has(name));
  };
  return new Map(
    [...tables].map(([table, rows]) => {
      const kept = isKept(table as StarTableName);
      const cells = rows.map((row) => JSON.parse(row) as readonly (string | null)[]);
      return [table, cells.map((row) => JSON.stringify(row.map((cell, i) => (kept[i] === true ? cell : null)))).sort()];
    }),
  );
}

/** A file with the extract that Tableau has of a data source. */
async function extractThere(name: string): Promise<string> {
  const extract = join(directory, "fetched.hyper");
  await writeFile(extract, await site.content((await site.datasources(PROJECT)).get(name) ?? ""));
  await unwrapExtract(extract);
  return extract;
}

async function rowsInTableau(name: string, table: StarTableName): Promise<number | undefined> {
  return (await rowsOfHyper(await extractThere(name))).get(table)?.length;
}

/** Tableau behind a server that gives out other data sources' contents for some. */
async function startSwapping(others: Readonly<Record<string, string>>) {
  const target = company.environment["TABLEAU_CLOUD_BASE_URL"] ?? "";
  return listen(
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const path = pathname.replace(
        /\/datasources\/([^/]+)\/content$/u,
        (_, id: string) => `/datasources/${others[id] ?? id}/content`,
      );
      const headers = new Headers(request.headers);
      for (const name of ["host", "connection", "content-length", "accept-encoding"]) headers.delete(name);
      const body = request.method === "GET" ? {} : { body: await request.arrayBuffer() };
      return fetch(`${target}${path}${search}`, { method: request.method, headers, ...body });
    },
    0,
    new SandboxClock(0, () => 0),
  );
}

test("people keep their pseudonyms when the place that figures are published to has become known", async () => {
  const [after] = await star.query("SELECT list(actor_key ORDER BY actor_key) AS keys, count(*) AS n FROM dim_actor");
  const before = join(directory, "first", "parquet", "dim_actor.parquet");
  const [published] = await star.query(
    `SELECT list(actor_key ORDER BY actor_key) AS keys, count(*) AS n FROM read_parquet('${before}')`,
  );
  expect(after?.["n"]).toBeGreaterThan(10);
  expect(published).toEqual(after);
});

describe("without the Hyper engine", () => {
  test("the facts are published as Parquet, and that is said", async () => {
    const report = await run((context) => publishStep(context, star, files("plain", { hyperd: null })));
    expect(report.problems).toEqual([]);
    expect(report.notes).toEqual([
      "The Hyper engine is not on this machine, so no .hyper files were written; `hub hyper install` fetches it.",
      "Facts were sent as Parquet without their dimensions, which Tableau converts itself; none was counted.",
    ]);
    expect(report.published.map(({ fact, checked }) => [fact, checked])).toEqual(
      FACTS.map((fact) => [fact, "nothing"]),
    );
    expect(report.files.complete).toBeNull();
    await expect(access(join(directory, "plain", "hyper"))).rejects.toThrow("ENOENT");
    expect(report.files.tables).toHaveLength(2 * STAR_TABLE_NAMES.length);
    const plain = join(directory, "plain");
    expect(rowDifferences(await rowsOfFiles("csv", plain), await rowsOfFiles("parquet", plain))).toEqual([]);
    const ids = await site.datasources(PROJECT);
    const content = await site.content(ids.get("Cases") ?? "");
    expect(content.equals(await readFile(join(plain, "parquet", "fact_case.parquet")))).toBe(true);
  });

  test("that does not start the other files are written all the same", async () => {
    const report = await run((context) =>
      publishStep(context, star, files("broken", { hyperd: join(directory, "no-engine"), formats: ["hyper", "csv"] })),
    );
    expect(codes(report)).toEqual(["HUB-5010"]);
    expect(report.notes[0]).toBe("The Hyper engine did not start, so no .hyper files were written.");
    expect(report.published).toHaveLength(FACTS.length);
  });
});
