import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { DateTime } from "luxon";
import { factChoice, valueChoice } from "../../src/extracts/workbook/chosen.ts";
import { inWords, onAxis } from "../../src/extracts/workbook/value-formulas.ts";
import { parseWindow } from "../../src/kpis/definitions/windows.ts";
import { openStar, windowAt } from "../../src/kpis/index.ts";
import type { SqlRow, Star } from "../../src/kpis/index.ts";

const ZONE = "America/Los_Angeles";
const WINDOWS = ["8 weeks", "3 months", "fiscal quarter", "2 fiscal quarters", "12 months", "fiscal year"];

let star: Star;
beforeAll(async () => {
  star = await openStar({ zone: ZONE });
  await star.run(
    `CREATE MACRO dateadd(part, n, d) AS CASE part WHEN 'week' THEN d + to_weeks(CAST(n AS INT)) ELSE d + to_months(CAST(n AS INT)) END`,
  );
  await star.run(`CREATE MACRO cut(part, d) AS date_trunc(part, d), (part, d, first) AS date_trunc(part, d)`);
  await star.run("CREATE MACRO str(x) AS printf('%g', x)");
});
afterAll(() => star.close());

/** A formula of Tableau as an expression that the measuring database can tell the value of: nobody has Tableau here. */
function inSql(formula: string, chosen: Readonly<Record<string, string>> = {}): string {
  return formula
    .replaceAll(/\[Parameters\]\.\[(\w+)\]/gu, (_, name: string) => `'${chosen[name] ?? ""}'`)
    .replaceAll(/\[(\w+)\]/gu, '"$1"')
    .replaceAll(/= "((?:[^"]|"")*)"/gu, "= '$1'")
    .replaceAll("ISNULL(", "isnull_(")
    .replaceAll(/isnull_\(("\w+")\)/gu, "($1 IS NULL)")
    .replaceAll("DATETRUNC(", "cut(")
    .replace(/^IF /u, "CASE WHEN ")
    .replaceAll("ELSEIF", "WHEN")
    .replaceAll(" + '", " || '")
    .replaceAll("' + ", "' || ");
}

describe("the period a viewer chooses", () => {
  const windows = WINDOWS.flatMap((text) => parseWindow(text) ?? []);
  const choices = { processes: [], segments: [], windows };
  const [choice] = factChoice("fact_wip_daily", choices);

  test.each([
    ["2026-11-02T03:00", 2],
    ["2026-01-01T00:30", 1],
    ["2026-03-08T12:00", 7],
    ["2024-02-29T23:59", 10],
  ])("means the days that the KPIs' windows mean, on %s with a fiscal year from month %i", async (local, first) => {
    const asOf = DateTime.fromISO(local, { zone: ZONE }).toMillis();
    for (const window of windows) {
      const meant = windowAt(window, asOf, { zone: ZONE, fiscalYearStarts: first, corporateCurrency: "USD" });
      const [row] = await star.query(
        `WITH days AS (SELECT d::DATE AS day, month(d) AS month, (month(d) - ${first} + 12) % 12 + 1 AS fiscal_month,
           TIMESTAMP '${local.replace("T", " ")}:00' AS as_of_local, 'hiring' AS process
           FROM generate_series(TIMESTAMP '2021-01-01', TIMESTAMP '2027-12-31', INTERVAL 1 DAY) s(d))
         SELECT strftime(min(day), '%Y-%m-%d') AS first, strftime(max(day) + 1, '%Y-%m-%d') AS last, count(*) AS n FROM days
         WHERE ${inSql(choice?.formula ?? "", { Process: "all", Segment: "all", Period: window.text })} = 'yes'`,
      );
      const length = DateTime.fromISO(meant.toDay).diff(DateTime.fromISO(meant.fromDay), "days").days;
      expect([window.text, row]).toEqual([window.text, { first: meant.fromDay, last: meant.toDay, n: length }]);
    }
  });

  test("lets everything through before anybody has chosen", async () => {
    const chosen = inSql(choice?.formula ?? "", { Process: "all", Segment: "all", Period: "as defined" });
    const [row] = await star.query(
      `SELECT ${chosen} AS chosen FROM (SELECT DATE '1999-01-01' AS day, 1 AS month, 1 AS fiscal_month, TIMESTAMP '2026-11-02' AS as_of_local, 'x' AS process)`,
    );
    expect(row).toEqual({ chosen: "yes" });
  });
});

describe("the value a viewer's choice means", () => {
  const rows = `(VALUES ('company', 'all', 'fiscal quarter', 1), ('company', 'all', '12 months', 0), ('process', 'hiring', 'fiscal quarter', 1),
    ('segment', 'SMB', '12 months', 1), ('company', 'all', 'as of', 1), ('company', 'all', 'month', 0)) AS v(scope_type, scope_key, window_text, is_shown)`;
  const [chosen, bySegment] = valueChoice();
  const shown = async (
    formula: string | undefined,
    choice: Readonly<Record<string, string>>,
  ): Promise<readonly SqlRow[]> =>
    star.query(
      `SELECT scope_key AS k, window_text AS w FROM ${rows} WHERE ${inSql(formula ?? "", choice)} = 'yes' ORDER BY ALL`,
    );
  const none = { Process: "all", Segment: "all", Period: "as defined" };

  test("is the company's, as the KPI's file shows it, before anybody has chosen", async () => {
    expect(await shown(chosen?.formula, none)).toEqual([
      { k: "all", w: "as of" },
      { k: "all", w: "fiscal quarter" },
    ]);
  });

  test("is that of the process or the segment, and of nothing when both are asked for together", async () => {
    expect(await shown(chosen?.formula, { ...none, Process: "hiring" })).toEqual([
      { k: "hiring", w: "fiscal quarter" },
    ]);
    expect(await shown(chosen?.formula, { ...none, Segment: "SMB" })).toEqual([{ k: "SMB", w: "12 months" }]);
    expect(await shown(chosen?.formula, { ...none, Process: "hiring", Segment: "SMB" })).toEqual([]);
  });

  test("is of the period, and what stands as it is whatever the period", async () => {
    expect(await shown(chosen?.formula, { ...none, Period: "12 months" })).toEqual([
      { k: "all", w: "12 months" },
      { k: "all", w: "as of" },
    ]);
  });

  test("of a KPI without values by process is the company's whatever the process", async () => {
    expect(await shown(bySegment?.formula, { ...none, Process: "hiring" })).toHaveLength(2);
  });
});

test.each([
  [0.965, "ratio", "96.5 %", 96.5],
  [2_401_920, "seconds", "27.8 days", 27.8],
  [7200, "seconds", "2 hours", 7200 / 86_400],
  [900, "seconds", "15 min", 900 / 86_400],
  [110_900, "money", "110900 USD", 110_900],
  [12.5, "number", "12.5", 12.5],
])("%j of %s is told in words and on an axis", async (value, unit, words, axis) => {
  const [row] = await star.query(
    `SELECT ${inSql(inWords("value", "'none'"))} AS words, ${inSql(onAxis("value"))} AS axis
     FROM (SELECT CAST(${value} AS DOUBLE) AS value, '${unit}' AS unit, 'USD' AS corporate_currency)`,
  );
  expect(row?.["words"]).toBe(words);
  expect(row?.["axis"]).toBeCloseTo(axis, 6);
});
