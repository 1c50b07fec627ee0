import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { main } from "../../src/cli/main.ts";
import { misfits } from "../support/documents.ts";
import { testMachine } from "../support/e2e.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-log-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function hub(...argv: readonly string[]): Promise<Said> {
  const machine = testMachine({});
  const code = await main(["log", ...argv, "--db", join(directory, "hub.sqlite")], machine);
  return { code, ...machine.written };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

const ORDERS =
  "case,activity,time\n1,Order,2026-03-02T09:00:00Z\n1,Pay,2026-03-02T12:00:00Z\n2,Order,2026-03-02T09:00:00Z\n";

describe("hub log", () => {
  test("imports a log, lists it and says what its cases look like, each document as its schema says", async () => {
    const imported = await hub("import", await file("orders.csv", ORDERS), "--name", "orders", "--json");
    expect(imported.code).toBe(0);
    const document: unknown = JSON.parse(imported.out);
    expect(misfits("log-import", document)).toEqual([]);
    expect(document).toMatchObject({
      log: "orders",
      events: 3,
      replaced: false,
      guessed: ["case", "activity", "time"],
    });
    expect(imported.err).toContain('Columns guessed by their names: case "case"');

    const list: unknown = JSON.parse((await hub("list", "--json")).out);
    expect(misfits("log-list", list)).toEqual([]);
    expect(list).toMatchObject({ logs: [{ log: "orders", format: "csv" }] });

    const stats: unknown = JSON.parse((await hub("stats", "orders", "--calendar", "us-business", "--json")).out);
    expect(misfits("log-stats", stats)).toEqual([]);
    expect(stats).toMatchObject({ cases: 2, events: 3, variantCount: 2, calendar: "us-business" });
    expect(JSON.parse((await hub("stats", "orders", "--json", "--top", "1")).out)).toMatchObject({
      variantCount: 2,
      variants: [{ cases: 1 }],
      caseTimes: [{ case: "1" }],
    });
    expect((await hub("stats", "orders")).out).toMatch(/2 cases .*3 events[\s\S]*Order → Pay/u);
  });

  test("replaces a log of the same name, and ends with 3 when lines could not be used", async () => {
    await hub("import", await file("orders.csv", ORDERS), "--name", "orders");
    const said = await hub("import", await file("more.csv", `${ORDERS}3,Order\n`), "--name", "orders");
    expect(said.code).toBe(3);
    expect(said.out).toMatch(/^Replaced orders: 3 events, 1 left out/u);
    expect(said.err).toMatch(/HUB-2403 .*\n.*more\.csv:5/u);
    expect((await hub("import", join(directory, "more.csv"), "--name", "orders", "--strict")).code).toBe(1);
  });

  test("reads times without a zone in the reporting zone and says so", async () => {
    const said = await hub("import", await file("local.csv", ORDERS.replaceAll("Z", "")), "--name", "local");
    expect(said.err).toContain("3 times have no zone and are read in America/Los_Angeles, the reporting zone");
  });

  test("refuses a log that is not there, a name that cannot be one, and a calendar nobody knows", async () => {
    expect(await hub("stats", "nope")).toMatchObject({ code: 2, err: expect.stringMatching(/^HUB-2406 /u) });
    expect(await hub("stats", "../x")).toMatchObject({ code: 2, err: expect.stringMatching(/^HUB-2407 /u) });
    await hub("import", await file("orders.csv", ORDERS), "--name", "orders");
    expect(await hub("stats", "orders", "--calendar", "moon")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^HUB-2027 /u),
    });
  });

  test("refuses a log's file that is none with HUB-2416, and a folder that cannot be with HUB-2415", async () => {
    await hub("import", await file("orders.csv", ORDERS), "--name", "orders");
    await writeFile(join(directory, "logs", "orders.duckdb"), "no log");
    expect(await hub("stats", "orders")).toMatchObject({ code: 2, err: expect.stringMatching(/^HUB-2416 /u) });
    const list = await hub("list", "--json");
    expect(misfits("log-list", JSON.parse(list.out))).toEqual([]);
    expect(list).toMatchObject({ code: 3, err: expect.stringMatching(/^HUB-2416 /u) });
    await rm(join(directory, "logs"), { recursive: true });
    await writeFile(join(directory, "logs"), "a file");
    const said = await hub("import", join(directory, "orders.csv"), "--name", "orders");
    expect(said).toMatchObject({ code: 1, err: expect.stringMatching(/^HUB-2415 /u) });
    expect(await readFile(join(directory, "logs"), "utf8")).toBe("a file");
  });

  test("exports a log that comes back as it was", async () => {
    await hub("import", await file("orders.csv", ORDERS), "--name", "orders");
    const out = join(directory, "out.json");
    const said = await hub("export", "orders", "--format", "ocel-json", "--out", out, "--json");
    const document: unknown = JSON.parse(said.out);
    expect(misfits("log-export", document)).toEqual([]);
    expect(document).toMatchObject({ log: "orders", events: 3, told: [] });
    await hub("import", out, "--name", "again");
    expect(JSON.parse((await hub("stats", "again", "--json")).out)).toMatchObject({
      caseType: "case",
      cases: 2,
      events: 3,
    });
  });

  test("exports a log or the hub's own, not both and not neither, and nothing of an empty store", async () => {
    const to = ["--format", "csv", "--out", join(directory, "out.csv")];
    for (const argv of [[], ["orders", "--hub"]])
      expect(await hub("export", ...argv, ...to)).toMatchObject({ code: 2, err: expect.stringMatching(/^HUB-2417 /u) });
    expect(await hub("export", "--hub", ...to)).toMatchObject({ code: 2, err: expect.stringMatching(/^HUB-0005 /u) });
  });

  test("checks a log by rules and against a procedure", async () => {
    await hub("import", await file("orders.csv", ORDERS), "--name", "orders");
    const rules = await file("rules.yaml", "rules:\n  R1: response(Order, Pay)\n");
    const path = await file("path.yaml", "[Order, Pay]\n");
    const said = await hub("check", "orders", "--rules", rules, "--procedure", path, "--json");
    const document: unknown = JSON.parse(said.out);
    expect(misfits("log-check", document)).toEqual([]);
    expect(document).toMatchObject({
      conforming: 1,
      violating: 1,
      rules: [{ rule: "R1", formal: "response(Order, Pay)", violated: 1 }],
      alignment: { fitting: 1, cost: 1 },
      caseResults: [
        { case: "1", cost: 0, fitness: 1 },
        { case: "2", cost: 1 },
      ],
    });
    const text = await hub("check", "orders", "--rules", rules, "--procedure", path);
    expect(text).toMatchObject({
      code: 0,
      out: expect.stringContaining('"Order" (2026-03-02) was never followed by "Pay". (R1)'),
    });
    expect(await hub("check", "orders")).toMatchObject({ code: 2, err: expect.stringMatching(/^HUB-2410 /u) });
    expect(await hub("check", "orders", "--rules", path)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^HUB-2410 /u),
    });
  });
});
