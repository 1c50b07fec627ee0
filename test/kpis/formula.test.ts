import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { formatKpis } from "../../src/cli/summary.ts";
import { measure, openStar } from "../../src/kpis/index.ts";
import type { Star } from "../../src/kpis/index.ts";
import { wilson } from "../../src/kpis/statistics/wilson.ts";
import { makeCompany, optionsOf } from "./support/company.ts";
import { kpiOf, shownOf, starOf, valuesOf } from "./support/formula.ts";

jest.setTimeout(60_000);

const opened: Star[] = [];
afterEach(() => {
  for (const star of opened.splice(0)) star.close();
});
async function handoffs(...rows: readonly Readonly<Record<string, string | number | null>>[]): Promise<Star> {
  const star = await starOf({
    fact_handoffs: rows.map((row, index) => ({
      handoff_key: `h${index}`,
      contract_key: "sales-to-cs",
      triggered_at: "2026-03-02T18:00:00Z",
      is_historical: 0,
      is_revoked: 0,
      is_waived: 0,
      is_late: 0,
      ...row,
    })),
  });
  opened.push(star);
  return star;
}

describe("a KPI that carries its own formula", () => {
  test("comes out in the star and the table from its file alone", async () => {
    const kpi = kpiOf(`
      kpi: late-handoffs
      area: handoffs
      from: fact_handoffs
      numerator: is_late
      where: contract.name == "sales-to-cs"
      cohort: triggered_at
      said: came late
      target: below 10 %`);
    const star = await openStar({ zone: "America/Los_Angeles" });
    opened.push(star);
    const { results } = await measure(optionsOf(makeCompany(0.1), { kpis: [kpi] }), star);
    const [row] = await star.query(
      "SELECT s.value, s.n, s.numerator, s.unit, s.sentence, d.formula, d.direction FROM fact_kpi_snapshot s JOIN dim_kpi d USING (kpi_key) WHERE is_shown = 1",
    );
    expect(row).toMatchObject({ unit: "ratio", direction: "below" });
    expect(row?.["n"]).toBeGreaterThan(5);
    expect(row?.["value"]).toBe(Number(row?.["numerator"]) / Number(row?.["n"]));
    expect(row?.["sentence"]).toMatch(/^[\d.]+ % of \d+ handoffs came late, 95 % interval .+; target below 10 %: /u);
    expect(row?.["formula"]).toBe('is_late ÷ rows of handoffs where contract.name == "sales-to-cs"; by triggered_at.');
    expect(formatKpis(results)).toMatch(/^ {2}handoffs\n {4}late-handoffs /mu);
  });

  test("counts a share with its interval, what is open and what is left out for which reason", async () => {
    const star = await handoffs(
      { is_late: 1 },
      {},
      {},
      {},
      { is_waived: 1 },
      { is_historical: 1, is_late: 1 },
      { segment_key: "SMB" },
      { decision: "none" },
      { triggered_at: "2025-03-02T18:00:00Z" },
    );
    const value = await shownOf(
      `
      from: fact_handoffs
      numerator: is_late
      cohort: triggered_at
      exclude: { too small: segment_key == "SMB" }
      pending: decision == "none"`,
      star,
    );
    expect(value).toMatchObject({
      n: 4,
      numerator: 1,
      value: 0.25,
      nOpen: 1,
      excluded: { waived: 1, "before the contract began": 1, "too small": 1 },
      interval: wilson(1, 4),
      unit: "ratio",
      verdict: "no target",
    });
  });

  test("counts in the numerator only what the denominator holds", async () => {
    const star = await handoffs(
      { is_accepted: 1, is_late: 1, decision: "accepted" },
      { is_late: 1, decision: "none" },
      { decision: "rejected" },
    );
    const text = `
      from: fact_handoffs
      numerator: is_late
      denominator: decision in ["accepted", "rejected"]
      cohort: triggered_at`;
    expect(await shownOf(text, star)).toMatchObject({ numerator: 1, denominator: 2, n: 2 });
  });

  test("adds up the money of what counts against it", async () => {
    const star = await handoffs({ is_late: 1, amount_corporate: 500 }, { amount_corporate: 70 });
    const text = "from: fact_handoffs\ncohort: triggered_at\nmoney: amount_corporate\n";
    expect(await shownOf(`${text}numerator: is_late\ntarget: below 1 %`, star)).toMatchObject({ moneyAtStake: 500 });
    expect(await shownOf(`${text}numerator: "!is_late"\ntarget: at least 99 %`, star)).toMatchObject({
      moneyAtStake: 500,
    });
  });

  test("gives medians and ninetieth percentiles of lengths of time, by cut, too", async () => {
    const times = Array.from({ length: 40 }, (_, index) => ({
      latency_bus_sec: (index + 1) * 60,
      region: index < 30 ? "EMEA" : "AMER",
    }));
    const star = await handoffs(...times, { latency_bus_sec: null });
    const text = "from: fact_handoffs\ncohort: triggered_at\nby: [region]\n";
    // Type 7: between the 20th and 21st of 40, and 0.1 past the 36th.
    expect(await shownOf(`${text}median of: latency_bus_sec`, star)).toMatchObject({
      n: 40,
      value: 20.5 * 60_000,
      p90: 36.1 * 60_000,
      unit: "milliseconds",
      excluded: { "duration unknown": 1 },
      sentence: "Median 20.5 business min, 90 % within 36.1 business min, over 40 handoffs.",
    });
    expect(await shownOf(`${text}p90 of: latency_bus_sec`, star)).toMatchObject({ value: 36.1 * 60_000 });
    const regions = await valuesOf(kpiOf(`${text}median of: latency_bus_sec`), star);
    expect(regions.find(({ scope }) => scope.key === "EMEA")).toMatchObject({ n: 30, value: 15.5 * 60_000 });
    expect(regions.find(({ scope }) => scope.key === "AMER")).toMatchObject({ n: 10, p90: null });
  });

  test("says too few for a median below ten, for a ninetieth percentile below thirty", async () => {
    const star = await handoffs(...Array.from({ length: 9 }, () => ({ latency_sec: 60 })));
    const text = "from: fact_handoffs\ncohort: triggered_at\ntarget: at most 5 minutes\n";
    expect(await shownOf(`${text}median of: latency_sec`, star)).toMatchObject({
      value: null,
      verdict: "insufficient",
      reason: "9 of the 10 needed",
    });
    expect(await shownOf(`${text}p90 of: latency_sec`, star)).toMatchObject({ reason: "9 of the 30 needed" });
  });

  test("counts rows and different things without an interval", async () => {
    const star = await handoffs({ account_key: "a" }, { account_key: "a" }, { account_key: "b" }, {});
    const text = "from: fact_handoffs\ncohort: triggered_at\n";
    expect(await shownOf(`${text}count: rows\ntarget: at most 3`, star)).toMatchObject({
      value: 4,
      unit: "number",
      interval: null,
      verdict: "not met",
    });
    expect(await shownOf(`${text}count: distinct account_key`, star)).toMatchObject({ value: 2, n: 4 });
    expect(await shownOf(`${text}count: rows\nwhere: region == "EMEA"`, star)).toMatchObject({ value: 0 });
    // The sum of nothing is not 0.
    expect(await shownOf(`${text}count: amount\nwhere: region == "EMEA"`, star)).toMatchObject({ value: null });
  });

  test("gives a ratio of two numbers an interval from its rows, and none of them a share's", async () => {
    const sprint = (done: number, committed: number) => ({
      sprint_key: `s${done}`,
      team_key: "Engineering",
      start_at: "2026-03-02T08:00:00Z",
      end_at: "2026-03-16T08:00:00Z",
      done_total_n: done,
      committed_n: committed,
    });
    const star = await starOf({ fact_sprints: [sprint(50, 50), sprint(60, 40), sprint(51, 60)] });
    opened.push(star);
    const text = "from: fact_sprints\ncohort: end_at\nnumerator: done_total_n\ndenominator: committed_n\n";
    const ratio = await shownOf(`${text}unit: ratio`, star);
    // 161 ÷ 150; residuals −3.667, 17.067, −13.4 over the rows; t of 2 degrees 4.303.
    expect(ratio).toMatchObject({ value: 161 / 150, n: 3 });
    const error = Math.sqrt(((3.6667 ** 2 + 17.0667 ** 2 + 13.4 ** 2) * 3) / 2) / 150;
    expect((ratio.interval?.high ?? 0) - 161 / 150).toBeCloseTo(4.303 * error, 1);
    expect(await shownOf(`${text}unit: share`, star)).toMatchObject({ interval: null, verdict: "insufficient" });
  });

  test("gives NULL and why, never 0 or 100 %, without a denominator", async () => {
    const star = await handoffs({ region: "EMEA" });
    const text = 'from: fact_handoffs\ncohort: triggered_at\nnumerator: is_late\nwhere: region == "AMER"\n';
    expect(await shownOf(`${text}target: below 1 %`, star)).toMatchObject({
      value: null,
      verdict: "insufficient",
      reason: "no handoffs in the window",
      sentence: expect.stringMatching(/^There is nothing to count: no handoffs in the window[.;]/u),
    });
  });

  test("counts rows as they stand at the as-of", async () => {
    const reading = (system: string, value: number) => ({
      date_key: 20_261_102,
      system_key: system,
      metric: "mapping coverage",
      value,
      is_ok: value >= 0.98 ? 1 : 0,
    });
    const star = await starOf({ fact_data_quality: [reading("asana", 0.99), reading("monday", 0.9)] });
    opened.push(star);
    const text = `from: fact_data_quality\nwhere: metric == "mapping coverage"\ncohort: as of\nwindows: [as of]\nby: [system]\n`;
    const lowest = `${text}lowest of: value\nunit: ratio\ntarget: at least 98 %`;
    expect(await shownOf(lowest, star)).toMatchObject({ value: 0.9, verdict: "not met", n: 2 });
    // What stands is all there is: it needs no interval to be judged.
    expect(await shownOf(`${text}numerator: is_ok\ntarget: at least 100 %`, star)).toMatchObject({
      value: 0.5,
      interval: null,
      verdict: "not met",
    });
    expect(await shownOf(`${text}numerator: is_ok\nmin_n: 3\ntarget: at least 50 %`, star)).toMatchObject({
      verdict: "insufficient",
      reason: "2 of the 3 needed",
    });
    const values = await valuesOf(kpiOf(lowest), star);
    expect(values.map(({ scope, value }) => [scope.type, scope.key, value])).toEqual([
      ["company", "all", 0.9],
      ["system", "asana", 0.99],
      ["system", "monday", 0.9],
    ]);
  });

  test("leads on to teams, accounts and cases", async () => {
    const star = await starOf({
      dim_account: [{ account_key: "a", account: "Acme", account_region: "EMEA" }],
      fact_case: [{ case_key: "c", outcome: "won" }],
      fact_handoffs: [
        { handoff_key: "h", account_key: "a", target_case_key: "c", triggered_at: "2026-03-02T18:00:00Z" },
        { handoff_key: "i", triggered_at: "2026-03-02T18:00:00Z" },
      ],
    });
    opened.push(star);
    const text = "from: fact_handoffs\ncohort: triggered_at\ncount: rows\n";
    expect(await shownOf(`${text}where: account.name == "Acme" && account.region != null`, star)).toMatchObject({
      value: 1,
    });
    expect(await shownOf(`${text}where: target.outcome == "won"`, star)).toMatchObject({ value: 1 });
    // What is empty is neither late nor not late; only == and != see it.
    expect(await shownOf(`${text}where: "!is_late"`, star)).toMatchObject({ value: 0 });
    expect(await shownOf(`${text}where: target.outcome != "won"`, star)).toMatchObject({ value: 1 });
  });

  test("computes with numbers, lengths of time and conditions", async () => {
    const star = await handoffs({ latency_sec: 7200, n_bounces: 2, triggered_at: "2026-03-02T18:00:00Z" });
    const text = "from: fact_handoffs\ncohort: triggered_at\ncount: rows\n";
    const holds = async (where: string): Promise<boolean> =>
      (await shownOf(`${text}where: '${where}'`, star)).value === 1;
    expect(await holds("latency_sec / hours(1) == 2 && latency_sec <= minutes(120)")).toBe(true);
    expect(await holds("max(n_bounces, 3) - min(n_bounces, 3) == abs(-1)")).toBe(true);
    expect(await holds("between(triggered_at, as_of) > days(200)")).toBe(true);
    expect(await holds("has(created_at) || n_bounces / 0 > 1")).toBe(false);
    expect(await holds('(is_late ? "late" : "fine").startsWith("fi")')).toBe(true);
    expect(await holds('contract_key.contains("to") && lower("AB") == "ab"')).toBe(true);
  });
});

describe("a formula is refused", () => {
  const good = { from: "fact_handoffs", numerator: "is_late", cohort: "triggered_at" };
  const refused = (change: object): unknown => {
    const text = Object.entries({ ...good, ...change })
      .filter(([, value]) => value !== null)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
      .join("\n");
    try {
      kpiOf(text);
      return null;
    } catch (error) {
      return error;
    }
  };

  test.each([
    ["HUB-2315", { from: "fact_handofs" }, 'Did you mean "fact_handoffs"?'],
    ["HUB-2315", { numerator: "is_laet" }, 'Did you mean "is_late"?'],
    ["HUB-2315", { where: 'to_team.naem == "Sales"' }, 'Did you mean "to_team.name"?'],
    ["HUB-2315", { where: 'account.industry == "Retail"' }, 'Known are "account.key", "account.name"'],
    ["HUB-2315", { where: 'contract.name == "sales-to-sc"' }, 'Did you mean "sales-to-cs"?'],
    ["HUB-2315", { by: ["stage"] }, "Known are"],
    ["HUB-2314", { numerator: "decision" }, "Name a number, or a condition."],
    ["HUB-2314", { cohort: "is_late" }, "Known are"],
    ["HUB-2314", { where: "region = 1" }, "Compare with `==`."],
    ["HUB-2314", { where: "region == 1" }, "Compare what is alike."],
    ["HUB-2314", { where: "latency_sec" }, "Compare it with something."],
    ["HUB-2314", { where: "median(latency_sec) > 1" }, "Known are"],
    ["HUB-2314", { where: "region in 5" }, "Write `segment.name in"],
    ["HUB-2313", { cohort: null }, "Add `cohort:` to the file."],
    ["HUB-2313", { numerator: null }, "Write one of"],
    ["HUB-2313", { count: "rows" }, "Write one of"],
    ["HUB-2313", { numerator: "n_bounces" }, "Add `unit: share`"],
    ["HUB-2313", { target: "95 %" }, "Write `at least 95 %`"],
    ["HUB-2313", { target: "below 1 %", direction: "higher is better" }, "Leave one of them out."],
    ["HUB-2313", { target: "at most 3 days" }, "`at least 95 %`"],
    ["HUB-2313", { windows: ["as of"] }, "Write `windows: [as of]`"],
  ])("with %s for %j", (code, change, remedy) => {
    expect(refused(change)).toMatchObject({ code, remedy: expect.stringContaining(remedy) });
  });

  test("at the character where the slip is", () => {
    expect(refused({ where: 'is_late && regoin == "EMEA"' })).toMatchObject({
      code: "HUB-2315",
      key: ["where"],
      offset: 11,
    });
  });

  test("unless it says which side of its target is good", () => {
    expect(refused({ target: "95 %", direction: "higher is better" })).toBeNull();
  });
});
