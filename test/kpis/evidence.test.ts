import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { evidenceOf, measure, memoryBaselines, openStar } from "../../src/kpis/index.ts";
import type { Evidence, EvidenceInput, KpiDefinition, KpiResult, Star } from "../../src/kpis/index.ts";
import { configured, makeCompany, optionsOf } from "./support/company.ts";

jest.setTimeout(60_000);

const options = optionsOf(makeCompany(0.3), { baselines: memoryBaselines() });
let star: Star;
let input: EvidenceInput;

beforeAll(async () => {
  star = await openStar({ zone: "America/Los_Angeles" });
  const { results } = await measure(options, star);
  const { asOf, reporting, processes, baselines } = options;
  input = { star, asOf, reporting, processes, baselines, businessDayMs: options.calendarOf(null).msPerDay, results };
}, 60_000);
afterAll(() => star.close());

const figuresOf = ({ name }: KpiDefinition): readonly KpiResult[] => input.results.filter(({ kpi }) => kpi === name);

const hasQuantile = ({ own }: KpiDefinition): boolean => own?.statistic === "median" || own?.statistic === "p90";

async function evidence(name: string, key = "all"): Promise<{ readonly result: KpiResult; readonly of: Evidence }> {
  const kpi = options.kpis.find((candidate) => candidate.name === name);
  const result = input.results.find((each) => each.kpi === name && each.scope.key === key && each.shown);
  if (kpi === undefined || result === undefined) throw new Error(`no figure of ${name}`);
  const of = await evidenceOf(kpi, result, input);
  if (of === null) throw new Error(`no evidence of ${name}`);
  return { result, of };
}

describe("the rows behind a figure", () => {
  test.each(configured().kpis.map((kpi) => [kpi.name, kpi] as const))(
    "of %s add up to its numerator, its n and what it left out, in every scope and window",
    async (_name, kpi) => {
      const figures = figuresOf(kpi);
      expect(figures.length).toBeGreaterThan(0);
      for (const result of figures) {
        const found = await evidenceOf(kpi, result, input);
        if (found === null) throw new Error("no rows");
        const { scope, window, n, nOpen, numerator, denominator, excluded } = result;
        // A reduction's are medians, a spread or a count has none.
        const isSum = numerator !== null && kpi.measure !== "cycle time reduction";
        const isSpread = kpi.measure.endsWith("time") || kpi.measure === "handoff latency" || hasQuantile(kpi);
        expect({
          scope,
          window: window.text,
          n: found.n,
          numerator: isSum ? found.numerator : null,
          denominator: isSum ? found.denominator : null,
          pending: found.pending,
          excluded: result.scope.type === "company" && isSpread && n === 0 ? excluded : found.excluded,
        }).toEqual({
          scope,
          window: window.text,
          n,
          numerator: isSum ? numerator : null,
          denominator: isSum ? denominator : null,
          pending: nOpen,
          excluded,
        });
      }
    },
  );

  test("lists what is open beside a median with its age, the oldest first", async () => {
    const { result, of } = await evidence("cycle-time", "lead-to-opportunity");
    const open = of.rows.filter(({ standing }) => standing === "pending");
    expect(open).toHaveLength(result.nOpen);
    expect(open.length).toBeGreaterThan(1);
    const ages = open.map(({ durationMs }) => durationMs ?? 0);
    expect(ages).toEqual(ages.toSorted((a, b) => b - a));
    expect(ages.at(-1)).toBeGreaterThan(0);
    for (const { name, because } of open)
      expect([name, because]).toEqual([expect.any(String), expect.stringMatching(/^open for \d/u)]);
  });

  test("tells the misses first, each with what was broken", async () => {
    const { result, of } = await evidence("process-compliance");
    const misses = of.rows.filter(({ against }) => against);
    expect(misses).toHaveLength((result.denominator ?? 0) - (result.numerator ?? 0));
    expect(of.rows.slice(0, misses.length)).toEqual(misses);
    expect(misses.length).toBeGreaterThan(0);
    for (const { because, events } of misses)
      expect([because, events]).toEqual([expect.stringMatching(/^R\d+: .+/u), events]);
  });

  test("names the step, the doer and the event of an execution", async () => {
    const { of } = await evidence("automation-coverage");
    const [by, hand] = [of.rows.find(({ numerator }) => numerator === 1), of.rows.find(({ against }) => against)];
    expect(by).toMatchObject({ name: expect.stringContaining(": "), because: expect.stringMatching(/^done by a/u) });
    expect(by?.events).toHaveLength(1);
    expect(hand?.because).toMatch(/^done by hand|^nothing tells/u);
  });

  test("names both sides of a handoff, and why it is as it is", async () => {
    const { of } = await evidence("handoff-attainment");
    const taken = of.rows.find(({ numerator }) => numerator === 1);
    expect(taken?.objects).toEqual([expect.stringMatching(/opp\d+$/u), expect.stringMatching(/onb\d+$/u)]);
    expect(taken?.because).toBe("made up");
  });

  test("tells the longest first behind a median", async () => {
    const { result, of } = await evidence("cycle-time", "lead-to-opportunity");
    const counted = of.rows.filter(({ standing }) => standing === "counted").map(({ durationMs }) => durationMs ?? 0);
    expect(counted).toEqual(counted.toSorted((a, b) => b - a));
    expect(of.rows.filter(({ against }) => against)).toHaveLength(result.evidence.count);
  });

  test("says in words why a row counts, waits or is left out", async () => {
    const wordless: string[] = [];
    let rows = 0;
    for (const kpi of options.kpis) {
      const result = figuresOf(kpi).find(({ shown }) => shown);
      const found = result === undefined ? null : await evidenceOf(kpi, result, input);
      rows += found?.rows.length ?? 0;
      for (const { key, because } of found?.rows ?? []) if (because.length < 4) wordless.push(`${kpi.name} ${key}`);
    }
    expect(rows).toBeGreaterThan(1000);
    expect(wordless).toEqual([]);
  });
});
