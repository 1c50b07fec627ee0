import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { DAY } from "../../src/model/index.ts";
import { measure, measureIn, openStar, STAR_TABLE_NAMES } from "../../src/kpis/index.ts";
import type { Measurement, MeasureOptions, SqlRow, Star } from "../../src/kpis/index.ts";
import { AS_OF } from "./support/company.ts";
import { ChangingCompany } from "./support/changing-company.ts";

jest.setTimeout(120_000);
const zone = "America/Los_Angeles";

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hub-cache-"));
  path = join(folder, "hub.cube");
});
afterAll(() => rm(folder, { recursive: true }));

/** Measures with the cases that the file has kept. */
async function inCache<T>(options: MeasureOptions, use: (star: Star, measured: Measurement) => Promise<T>): Promise<T> {
  const star = await openStar({ zone, kept: { path, madeBy: "test" } });
  try {
    return await use(star, await measure(options, star));
  } finally {
    star.close();
  }
}

/** Measures as if nothing had ever been kept. */
async function fromNothing<T>(options: MeasureOptions, use: (star: Star) => Promise<T>): Promise<T> {
  const star = await openStar({ zone });
  try {
    await measure(options, star);
    return await use(star);
  } finally {
    star.close();
  }
}

async function tablesOf(star: Star): Promise<Readonly<Record<string, readonly SqlRow[]>>> {
  const tables: Record<string, readonly SqlRow[]> = {};
  for (const name of STAR_TABLE_NAMES) tables[name] = await star.query(`SELECT * FROM ${name} ORDER BY ALL`);
  return tables;
}

/** Row by row, so that a failure shows the rows. */
async function expectSame(options: MeasureOptions): Promise<Measurement> {
  const wanted = await fromNothing(options, tablesOf);
  return inCache(options, async (star, measured) => {
    const found = await tablesOf(star);
    for (const name of STAR_TABLE_NAMES) expect([name, found[name]]).toEqual([name, wanted[name]]);
    return measured;
  });
}

describe("the cache of cases", () => {
  test("builds nothing again when nothing has changed and no deadline has come", async () => {
    const company = new ChangingCompany(1, AS_OF);
    const first = await expectSame(company.options());
    const again = await expectSame(company.options());
    expect(first.refreshed).toEqual({ rebuilt: company.cases, reused: 0, removed: 0 });
    expect(again.refreshed).toEqual({ rebuilt: 0, reused: company.cases, removed: 0 });
  });

  test("builds the one case again whose object changed", async () => {
    const company = new ChangingCompany(1, AS_OF);
    await inCache(company.options(), () => Promise.resolve());
    company.moveOn("lead");
    const { refreshed } = await expectSame(company.options());
    expect(refreshed).toEqual({ rebuilt: 1, reused: company.cases - 1, removed: 0 });
  });

  test("builds a case again when a waiver, a person or an account it looked at changes", async () => {
    const company = new ChangingCompany(2, AS_OF);
    await inCache(company.options(), () => Promise.resolve());
    for (const change of ["waive", "moveTeam", "moveAccounts"] as const) {
      company[change]();
      const { refreshed } = await expectSame(company.options());
      expect([change, refreshed.rebuilt > 0]).toEqual([change, true]);
    }
  });

  test.each([11, 12])("holds what a full computation gives, whatever changes, seed %i", async (seed) => {
    const company = new ChangingCompany(seed, AS_OF - 40 * DAY);
    for (let cycle = 0; cycle < 6; cycle += 1) {
      company.changeSomething();
      await expectSame(company.options());
    }
  });

  test("goes back in time with the as-of", async () => {
    const company = new ChangingCompany(3, AS_OF);
    await inCache(company.options(), () => Promise.resolve());
    await expectSame(company.options({ asOf: AS_OF - 90 * DAY }));
    await expectSame(company.options());
  });

  test("is whole again after a measuring that broke off", async () => {
    const company = new ChangingCompany(4, AS_OF);
    await inCache(company.options(), () => Promise.resolve());
    company.moveTeam();
    await expect(inCache(company.options({ source: company.breakingOff() }), () => Promise.resolve())).rejects.toThrow(
      "broke off",
    );
    await expectSame(company.options());
  });

  test("is made anew when its file is damaged, or another program made it", async () => {
    const company = new ChangingCompany(5, AS_OF);
    await inCache(company.options(), () => Promise.resolve());
    const other = await openStar({ zone, kept: { path, madeBy: "another" } });
    expect((await measure(company.options(), other)).refreshed.reused).toBe(0);
    other.close();
    await writeFile(path, "this is no database");
    expect((await expectSame(company.options())).refreshed.reused).toBe(0);
  });

  test("is made anew when measuring comes upon a block that is not what was written", async () => {
    const company = new ChangingCompany(6, AS_OF);
    await inCache(company.options(), () => Promise.resolve());
    const bytes = await readFile(path);
    // Behind the three header blocks.
    bytes.fill(0x5a, 3 * 4096 + 1000);
    await writeFile(path, bytes);
    const { star, measurement } = await measureIn({ zone, kept: { path, madeBy: "test" } }, company.options());
    expect(measurement.refreshed).toEqual({ rebuilt: company.cases, reused: 0, removed: 0 });
    star.close();
    await expectSame(company.options());
  });
});
