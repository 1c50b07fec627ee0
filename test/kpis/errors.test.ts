import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { measure, memoryBaselines, openStar } from "../../src/kpis/index.ts";
import type { BaselineStore } from "../../src/kpis/index.ts";
import { startCsv } from "../../src/extracts/index.ts";
import { makeCompany, optionsOf } from "./support/company.ts";

jest.setTimeout(60_000);
const zone = "America/Los_Angeles";

describe("measuring fails plainly", () => {
  test("with HUB-4501 when the database's folder is a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hub-star-"));
    await writeFile(join(folder, "taken"), "");
    await expect(
      openStar({ zone, kept: { path: join(folder, "taken", "star.duckdb"), madeBy: "test" } }),
    ).rejects.toMatchObject({
      code: "HUB-4501",
    });
    await rm(folder, { recursive: true });
  });

  test("with HUB-4502 when a row does not fit its table", async () => {
    const star = await openStar({ zone });
    star.append("dim_process", {
      process_key: "p@1",
      process: "p",
      process_title: "P",
      version: Number.POSITIVE_INFINITY,
      case_type: "case",
      process_team: null,
      valid_from: "2026-01-01",
      valid_to: null,
      is_current: 1,
    });
    // A day that is none cannot become a date.
    star.append("dim_date", { ...blankDate, day: "2026-02-31x" });
    expect(() => star.flush()).toThrow(expect.objectContaining({ code: "HUB-4502" }));
    star.close();
  });

  test("with HUB-4505 when its disk is full, and keeps what was committed for the next time", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hub-star-"));
    const kept = { path: join(folder, "star.duckdb"), madeBy: "test" };
    const full = await openStar({ zone, kept, memoryLimit: "64MB" });
    await full.run("SET max_temp_directory_size = '1MB'");
    full.append("kept_version", { version: "committed" });
    full.flush();
    const sorting =
      "CREATE TEMP TABLE sorted AS SELECT md5(n::VARCHAR) AS hash FROM range(3000000) AS r(n) ORDER BY hash";
    await expect(full.run(sorting)).rejects.toMatchObject({
      code: "HUB-4505",
      place: { request: sorting },
      remedy: expect.stringContaining("Free space"),
    });
    full.close();
    const roomy = await openStar({ zone, kept, memoryLimit: "64MB" });
    await roomy.run(sorting);
    expect(await roomy.query("SELECT version FROM kept_version")).toEqual([{ version: "committed" }]);
    roomy.close();
    await rm(folder, { recursive: true });
  });

  test("with HUB-4503 when a query is wrong, showing it", async () => {
    const star = await openStar({ zone });
    await expect(star.query("SELECT nothing FROM nowhere")).rejects.toMatchObject({
      code: "HUB-4503",
      place: { request: "SELECT nothing FROM nowhere" },
    });
    star.close();
  });

  test("with HUB-4504 for a handoff of a contract that is gone", async () => {
    const star = await openStar({ zone });
    const options = optionsOf(makeCompany(0.02), { contracts: [], kpis: [] });
    await expect(measure(options, star)).rejects.toMatchObject({ code: "HUB-4504" });
    star.close();
  });

  test("with HUB-4510 for a baseline that does not hold the cases it was frozen with", async () => {
    const kept = memoryBaselines();
    const tampered: BaselineStore = {
      save: (baseline) => kept.save(baseline),
      async load(key) {
        const baseline = await kept.load(key);
        return baseline === null ? null : { ...baseline, cases: baseline.cases.slice(1) };
      },
    };
    const company = makeCompany(0.1);
    const kpis = optionsOf(company).kpis.filter((kpi) => kpi.measure === "cycle time reduction");
    const options = optionsOf(company, { kpis, baselines: tampered });
    const first = await openStar({ zone });
    await measure(options, first);
    first.close();
    const second = await openStar({ zone });
    await expect(measure(options, second)).rejects.toMatchObject({ code: "HUB-4510" });
    second.close();
  });

  test("with HUB-5021, keeping the old files, when a file gets other rows than its table has", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hub-csv-"));
    const star = await openStar({ zone });
    const copy = star.copy.bind(star);
    star.copy = async (...given) => (await copy(...given)) + 1;
    await expect(startCsv(star, folder).keep()).rejects.toMatchObject({ code: "HUB-5021" });
    star.close();
    await rm(folder, { recursive: true });
  });
});

const blankDate = {
  date_key: 1,
  day: null,
  year: null,
  quarter: null,
  month: null,
  month_start: null,
  week_start: null,
  weekday: null,
  fiscal_year: null,
  fiscal_quarter: null,
  fiscal_month: null,
  fiscal_label: null,
  is_business_day: null,
};
