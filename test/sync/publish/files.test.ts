import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import type { HyperEngine } from "../../../src/extracts/index.ts";
import { openStar, STAR_TABLE_NAMES } from "../../../src/kpis/index.ts";
import type { Star } from "../../../src/kpis/index.ts";
import { HubError } from "../../../src/model/index.ts";
import { writeFiles } from "../../../src/sync/publish/files.ts";

jest.setTimeout(60_000);

const zone = "America/Los_Angeles";
const context = { asOf: Date.parse("2026-03-08T10:30:00Z"), zone, signal: new AbortController().signal };

let directory: string;
let star: Star;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-files-"));
  star = await openStar({ zone });
  addTeam("t1");
});
afterEach(async () => {
  star.close();
  await rm(directory, { recursive: true });
});

function addTeam(key: string): void {
  star.append("dim_team", { team_key: key, team: key });
  star.flush();
}

async function contents(): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.sort().map(async (file) => [file, (await readFile(file)).toString("base64")] as const)),
  );
}

/** An engine that takes every statement but the loading of one table. @param asked is told every statement */
function engineWithout(table: string, asked: (sql: string) => void = () => undefined): HyperEngine {
  const refused = new HubError("HUB-5011", "The disk is full.");
  const query = (sql: string) => {
    asked(sql);
    return sql.startsWith("INSERT") && sql.includes(table) ? Promise.reject(refused) : Promise.resolve([]);
  };
  return { connect: () => Promise.resolve({ query, close: () => Promise.resolve() }), stop: () => Promise.resolve() };
}

test("an engine that fails leaves every file of the last good set, in every format, and nothing of the new one", async () => {
  await writeFiles(context, star, { directory, formats: ["parquet", "csv"], engine: null });
  const before = await contents();
  expect(Object.keys(before)).toHaveLength(2 * STAR_TABLE_NAMES.length + 1);
  addTeam("t2");
  const engine = engineWithout("dim_team");
  await expect(
    writeFiles(context, star, { directory, formats: ["hyper", "parquet", "csv"], engine }),
  ).rejects.toMatchObject({ code: "HUB-5011" });
  expect(await contents()).toEqual(before);
});

test("a .hyper that cannot be written stops the others and the CSV: none of a set is kept without all", async () => {
  const statements: string[] = [];
  const engine = engineWithout("dim_as_of", (sql) => statements.push(sql));
  const written: string[] = [];
  const watched = new Proxy(star, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        written.push(String(given[0]));
        return Reflect.apply(value, target, given) as unknown;
      };
    },
  });
  await expect(writeFiles(context, watched, { directory, formats: ["hyper", "csv"], engine })).rejects.toMatchObject({
    code: "HUB-5011",
  });
  expect(statements.filter((sql) => sql.startsWith("CREATE DATABASE")).length).toBeLessThanOrEqual(2);
  expect(written.join("\n")).toContain(".parquet");
  expect(written.join("\n")).not.toContain(".csv");
});

test("a run that is stopped while it writes leaves the last good set as it was", async () => {
  await writeFiles(context, star, { directory, formats: ["parquet", "csv"], engine: null });
  const before = await contents();
  addTeam("t2");
  const stopped = { ...context, signal: AbortSignal.abort(new Error("Stopped.")) };
  await expect(writeFiles(stopped, star, { directory, formats: ["parquet", "csv"], engine: null })).rejects.toThrow(
    "Stopped.",
  );
  expect(await contents()).toEqual(before);
});
