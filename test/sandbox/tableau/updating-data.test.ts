import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readPackage, writePackage } from "../../../src/sandbox/tableau/content/package.ts";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { parquetFile } from "../../extracts/hyper/parquet.ts";
import { startBench } from "./extract-bench.ts";
import type { ExtractBench } from "./extract-bench.ts";
import { downloaded, jobOf, publishFile, uploadChunks } from "./publishing-client.ts";
import { errorCode, idIn, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

const hyperd = await engineForTests();
const withEngine = hyperd === undefined ? describe.skip : describe;

const row = (id: string, n: number | null, at = "2026-03-01") =>
  `SELECT '${id}'::text AS id, ${n ?? "NULL"}::bigint AS n, timestamp '${at} 00:00:00' AS at`;
const rows = (...queries: readonly string[]) => queries.join(" UNION ALL ");
const BY_ID = { op: "eq", "source-col": "id", "target-col": "id" };
const TABLES = { "source-table": "Extract", "target-table": "Extract" };

let directory: string;
let bench: ExtractBench;
let server: TableauServer;
let session: Session;
let target: string;
let serial = 0;

/** Asks for an update; a payload is uploaded first. */
async function patch(
  actions: unknown,
  options: { payload?: Buffer; requestId?: string | null; path?: string } = {},
): Promise<Response> {
  const upload = options.payload === undefined ? undefined : await uploadChunks(session, [options.payload]);
  serial += 1;
  const requestId = options.requestId === undefined ? `request-${serial}` : options.requestId;
  const query = upload === undefined ? "" : `?uploadSessionId=${upload}`;
  return fetch(
    `${server.origin}/api/3.29/sites/${session.siteId}/datasources/${target}${options.path ?? "/data"}${query}`,
    {
      method: "PATCH",
      headers: {
        "x-tableau-auth": session.token,
        "content-type": "application/json",
        ...(requestId === null ? {} : { RequestID: requestId }),
      },
      body: JSON.stringify({ actions }),
    },
  );
}

/** The outcome of an update that was accepted. */
async function outcome(
  actions: unknown,
  payload?: Buffer,
): Promise<{ readonly finishCode: string | undefined; readonly notes: string | undefined }> {
  const accepted = await patch(actions, payload === undefined ? {} : { payload });
  const text = await accepted.text();
  if (accepted.status !== 202) throw new Error(text);
  const { finishCode, notes } = await jobOf(session, idIn(text, "job"));
  return { finishCode, notes };
}

const published = async (table?: string): Promise<readonly string[]> =>
  (await bench.rows(await downloaded(session, target), table)).map((each) => `${each["id"]}=${each["n"]}`);

withEngine("an update of data", () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "tableau-updates-"));
    bench = await startBench(hyperd ?? "", directory);
    server = await startTableau({ hyperd: hyperd ?? "" });
    session = await signIn(server);
  });
  afterAll(async () => {
    await server.stop();
    await bench.stop();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const bytes = await bench.make({ Extract: rows(row("a", 1), row("b", 2, "2026-01-01"), row("c", null)) });
    target = await publishFile(session, "kpi.hyper", bytes);
  });
  afterEach(async () => {
    await server.control("/settings", {
      pollsUntilDone: 0,
      jobNotes: false,
      dataUpdates: true,
      updateBytes: 100 * 1024 ** 2,
    });
  });

  test("upserts by key, in a job that tells the data source and the connection, and adds a revision", async () => {
    await server.control("/settings", { pollsUntilDone: 2 });
    const payload = await bench.make({ Extract: rows(row("b", 20), row("d", 4)) });
    const accepted = await patch([{ action: "upsert", ...TABLES, condition: BY_ID }], { payload });
    const text = await accepted.text();
    expect(accepted.status).toBe(202);
    expect(text).toContain('type="UpdateUploadedFile"');
    expect((await jobOf(session, idIn(text, "job"))).text).not.toContain("completedAt");
    expect(await published()).toEqual(["a=1", "b=2", "c=null"]);
    const done = await jobOf(session, idIn(text, "job"));
    expect(done.finishCode).toBe("0");
    expect(done.text).toMatch(
      new RegExp(
        `<updateUploadedFileJob><datasource id="${target}" name="KPI"/><connectionLuid>[^<]+</connectionLuid><notes/>`,
        "u",
      ),
    );
    expect(await published()).toEqual(["a=1", "b=20", "c=null", "d=4"]);
    const revisions = await (await session.call("GET", `/datasources/${target}/revisions`)).text();
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
    const file = payload === undefined ? undefined : await bench.make({ Extract: payload });
    expect(await outcome([action], file)).toMatchObject({ finishCode: "0" });
    expect(await published()).toEqual(expected);
  });

  test("takes its actions in order, and all or none", async () => {
    const payload = await bench.make({
      changed: rows(row("a", 5), row("d", 4)),
      gone: "SELECT 'd'::text AS id",
      odd: "SELECT 'e'::text AS id",
    });
    const upsert = { action: "upsert", "target-table": "Extract", "source-table": "changed", condition: BY_ID };
    const remove = { action: "delete", "target-table": "Extract", "source-table": "gone", condition: BY_ID };
    const broken = { action: "insert", "target-table": "Extract", "source-table": "odd" };
    expect(await outcome([upsert, remove, broken], payload)).toMatchObject({ finishCode: "1", notes: undefined });
    expect(await published()).toEqual(["a=1", "b=2", "c=null"]);
    expect(await outcome([upsert, remove], payload)).toMatchObject({ finishCode: "0" });
    expect(await published()).toEqual(["a=5", "b=2", "c=null"]);
  });

  test.each<[string, object, string, string]>([
    ["a table it does not have", { "target-table": "Other" }, row("d", 4), "errorCode=410012"],
    ["a payload without the table", { "source-table": "Other" }, row("d", 4), "errorCode=410012"],
    ["a column it does not have", {}, `${row("d", 4)}, true AS more`, "no column"],
    ["a column too few", {}, "SELECT 'd'::text AS id, 4::bigint AS n", "no column"],
    ["a column of another type", {}, row("d", 4).replace("::bigint", "::int"), "of type bigint"],
    ["a source whose key is not unique", {}, rows(row("d", 4), row("d", 5)), "not unique"],
    [
      "a condition on an unknown column",
      { condition: { ...BY_ID, "target-col": "no" } },
      row("d", 4),
      "no column &apos;no&apos;",
    ],
  ])("fails its job for %s and leaves the extract", async (_what, changes, payload, why) => {
    await server.control("/settings", { jobNotes: true });
    const action = { action: "upsert", ...TABLES, condition: BY_ID, ...changes };
    const { finishCode, notes } = await outcome([action], await bench.make({ Extract: payload }));
    expect(finishCode).toBe("1");
    expect(notes).toContain(why.replaceAll("&apos;", "'"));
    expect(await published()).toEqual(["a=1", "b=2", "c=null"]);
  });

  test("fails its job for a delete whose source holds more than the condition names, and for too large a payload", async () => {
    const remove = { action: "delete", ...TABLES, condition: BY_ID };
    const payload = await bench.make({ Extract: row("a", 1) });
    expect(await outcome([remove], payload)).toMatchObject({ finishCode: "1" });
    await server.control("/settings", { updateBytes: 1000 });
    expect(await outcome([{ action: "insert", ...TABLES }], payload)).toMatchObject({ finishCode: "1" });
    expect(await published()).toEqual(["a=1", "b=2", "c=null"]);
  });

  test("runs once for a RequestID within a day, whatever became of it", async () => {
    const insert = [{ action: "insert", ...TABLES }];
    const payload = await bench.make({ Extract: row("d", 4) });
    const idOf = async (response: Promise<Response>) => idIn(await (await response).text(), "job");
    const first = await idOf(patch(insert, { payload, requestId: "once" }));
    expect(await idOf(patch(insert, { payload, requestId: "once" }))).toBe(first);
    expect(await published()).toEqual(["a=1", "b=2", "c=null", "d=4"]);
    server.clock.advance(24 * 3_600_000);
    expect(await idOf(patch(insert, { payload, requestId: "once" }))).not.toBe(first);
    expect(await published()).toHaveLength(5);
  });

  test.each<[string, Parameters<typeof patch>[0], Parameters<typeof patch>[1], string]>([
    ["no RequestID", [{ action: "insert", ...TABLES }], { requestId: null }, "400000"],
    ["no actions", [], {}, "400000"],
    ["an action nobody knows", [{ action: "merge", ...TABLES }], {}, "400000"],
    ["an upsert without condition", [{ action: "upsert", ...TABLES }], {}, "400000"],
    ["an insert with one", [{ action: "insert", ...TABLES, condition: BY_ID }], {}, "400000"],
    ["a source table and no upload", [{ action: "insert", ...TABLES }], {}, "400000"],
    [
      "a delete by a source that it does not name",
      [{ action: "delete", "target-table": "Extract", condition: BY_ID }],
      {},
      "400000",
    ],
    ["a connection of something else", [{ action: "insert", ...TABLES }], { path: "/connections/none/data" }, "404000"],
  ])("is refused at once for %s", async (_what, actions, options, code) => {
    expect(errorCode(await (await patch(actions, options)).text())).toBe(code);
  });

  test("goes to the connection that the data source lists, too", async () => {
    const connections = await (await session.call("GET", `/datasources/${target}/connections`)).text();
    const payload = await bench.make({ Extract: row("d", 4) });
    const path = `/connections/${idIn(connections, "connection")}/data`;
    expect((await patch([{ action: "insert", ...TABLES }], { payload, path })).status).toBe(202);
    expect(await published()).toHaveLength(4);
  });

  test("changes the named table of several and keeps how they hang together", async () => {
    const star = await bench.make({ fact: rows(row("a", 1), row("b", 2)), side: row("a", 7) }, { fact: "side" });
    target = await publishFile(session, "star.hyper", star, "Star");
    const payload = await bench.make({ staged: row("b", 8) });
    const upsert = { action: "upsert", "target-schema": "Extract", "source-table": "staged", condition: BY_ID };
    expect(await outcome([{ ...upsert, "target-table": "side" }], payload)).toMatchObject({ finishCode: "0" });
    expect(await published("fact")).toEqual(["a=1", "b=2"]);
    expect(await published("side")).toEqual(["a=7", "b=8"]);
    // Two tables that did not refer to each other would not be taken.
    await publishFile(session, "star.hyper", await downloaded(session, target), "Star again");
  });

  describe("of a package", () => {
    const document = (inner: string) =>
      Buffer.from(`<datasource><connection class='hyper' dbname='Data/kpi.hyper'/>${inner}</datasource>`);
    const packaged = async (inner: string): Promise<Buffer> =>
      Buffer.from(
        await writePackage([
          { name: "kpi.tds", bytes: document(inner) },
          { name: "Data/kpi.hyper", bytes: await bench.make({ Extract: row("a", 1) }) },
        ]),
      );

    test("changes the extract within it and nothing else", async () => {
      target = await publishFile(session, "kpi.tdsx", await packaged(""), "Packed");
      const payload = await bench.make({ Extract: row("d", 4) });
      expect(await outcome([{ action: "insert", ...TABLES }], payload)).toMatchObject({ finishCode: "0" });
      const entries = await readPackage(await downloaded(session, target));
      expect(entries.map(({ name }) => name)).toEqual(["kpi.tds", "Data/kpi.hyper"]);
      expect(entries[0]?.bytes.equals(document(""))).toBe(true);
      expect((await bench.rows(entries[1]?.bytes ?? Buffer.alloc(0))).map(({ id }) => id)).toEqual(["a", "d"]);
    });

    test("fails for an extract that is refreshed from somewhere else", async () => {
      target = await publishFile(session, "kpi.tdsx", await packaged("<extract enabled='true'/>"), "Refreshed");
      const payload = await bench.make({ Extract: row("d", 4) });
      expect(await outcome([{ action: "insert", ...TABLES }], payload)).toMatchObject({ finishCode: "1" });
    });
  });

  test("takes Parquet for what is published and for what is brought", async () => {
    const file = join(directory, "rows.parquet");
    const parquet = async (query: string): Promise<Buffer> => {
      await parquetFile(file, query);
      return readFile(file);
    };
    const published3 = await parquet("SELECT 'a' AS id, 1::BIGINT AS n UNION ALL SELECT 'b', 2");
    target = await publishFile(session, "kpi.parquet", published3, "Parquet");
    const upsert = { action: "upsert", ...TABLES, condition: BY_ID };
    const payload = await parquet("SELECT 'b' AS id, 20::BIGINT AS n");
    expect(await outcome([upsert], payload)).toMatchObject({ finishCode: "0" });
    expect(await published()).toEqual(["a=1", "b=20"]);
  });

  test("is refused where the feature is switched off", async () => {
    await server.control("/settings", { dataUpdates: false });
    expect(errorCode(await (await patch([{ action: "insert", ...TABLES }])).text())).toBe("403157");
  });
});

describe("an update of data without an engine", () => {
  test("is refused with a word on how to get one", async () => {
    const plain = await startTableau({ hyperd: "" });
    try {
      session = await signIn(plain);
      server = plain;
      target = await publishFile(session, "kpi.hyper", Buffer.from("Hyper\r\n"));
      const refused = await (await patch([{ action: "insert", ...TABLES }])).text();
      expect(errorCode(refused)).toBe("403157");
      expect(refused).toContain("HUB_HYPERD");
    } finally {
      await plain.stop();
    }
  });
});
