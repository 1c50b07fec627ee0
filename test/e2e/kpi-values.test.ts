import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { KpiResult } from "../../src/kpis/index.ts";
import { loadLinkedModel, measureStep } from "../../src/sync/index.ts";
import { startOfDay, WINDOWS } from "../support/by-hand/calendar.ts";
import { COUNTS, share } from "../support/by-hand/counts.ts";
import type { World } from "../support/by-hand/counts.ts";
import { cycleTimes, handoffLatencies, quantile, reduction } from "../support/by-hand/durations.ts";
import { journeysOf } from "../support/by-hand/journeys.ts";
import { AS_OF, hubOn, startCompany } from "../support/e2e.ts";
import type { Company, TestHub } from "../support/e2e.ts";

jest.setTimeout(90_000);

/** Counts on both sides of every KPI; large enough for medians. */
const SCALE = 0.3;

describe.each([7, 42])("the values measured of the company with seed %i, beside those counted by hand", (seed) => {
  let company: Company;
  let hub: TestHub;
  let world: World;
  let results: readonly KpiResult[];

  beforeAll(async () => {
    company = await startCompany({ seed, scale: SCALE });
    hub = await hubOn(company);
    await hub.sync();
    const handoffs = await hub.reconcile();
    const { result } = await hub.hub.run("measure", async (context) => {
      const measured = await measureStep(context);
      measured.star.close();
      const model = await loadLinkedModel(context.store, context.signal);
      const journeys = await journeysOf(model, handoffs, startOfDay, AS_OF);
      return { answer: { results: measured.results, journeys }, complete: true, summary: null };
    });
    results = result.answer.results;
    world = { asOf: AS_OF, journeys: result.answer.journeys, handoffs, truth: company.sandbox.truth };
  });

  afterAll(async () => {
    await hub.close();
    await company.close();
  });

  const windowsOf = (kpi: string): readonly KpiResult[] =>
    results.filter((each) => each.kpi === kpi && each.scope.type === "company" && each.window.text in WINDOWS);

  test.each(Object.keys(COUNTS))("%s", (kpi) => {
    const counted = COUNTS[kpi]?.(world) ?? [];
    const measured = windowsOf(kpi);
    expect(measured.length).toBeGreaterThan(0);
    for (const { window, numerator, denominator } of measured) {
      const { above, of } = share(counted, WINDOWS[window.text] ?? [0, 0]);
      expect({ window: window.text, above: numerator ?? 0, of: denominator ?? 0 }).toEqual({
        window: window.text,
        above,
        of,
      });
    }
    // Nothing is proved by two zeros.
    expect(measured.some(({ denominator }) => (denominator ?? 0) > 10)).toBe(true);
  });

  test.each([
    ["cycle-time", cycleTimes],
    ["handoff-latency", handoffLatencies],
  ] as const)("%s, as medians and ninetieth percentiles", (kpi, lengthsOf) => {
    let compared = 0;
    const differences: string[] = [];
    for (const [text, window] of Object.entries(WINDOWS)) {
      const lengths = lengthsOf(world, window);
      for (const result of results.filter((each) => each.kpi === kpi && each.window.text === text)) {
        const mine = lengths.get(result.scope.key) ?? [];
        expect({ at: `${result.scope.key} ${text}`, n: result.n }).toEqual({
          at: `${result.scope.key} ${text}`,
          n: mine.length,
        });
        if (result.value === null) continue;
        compared += 1;
        // Columns hold whole seconds.
        const differs = (a: number, p: number): boolean => Math.abs(a - quantile(mine, p)) > 1000;
        // Columns hold whole seconds.
        if (differs(result.value, 0.5))
          differences.push(`${result.scope.key}, ${text}: median ${result.value} ${quantile(mine, 0.5)}`);
        if (result.p90 !== null && differs(result.p90, 0.9))
          differences.push(`${result.scope.key}, ${text}: p90 ${result.p90} ${quantile(mine, 0.9)} ${mine.length}`);
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(3);
  });

  test("cycle-time-reduction of each process, plain and with the baseline's mix", () => {
    const baseline = [startOfDay("2025-05-01"), startOfDay("2025-11-01")] as const;
    let compared = 0;
    for (const result of results.filter(
      (each) => each.kpi === "cycle-time-reduction" && each.scope.type === "process",
    )) {
      const window = WINDOWS[result.window.text];
      if (result.value === null || window === undefined) continue;
      const mine = reduction(
        world.journeys.filter(({ process }) => process === result.scope.key),
        baseline,
        window,
        AS_OF,
      );
      compared += 1;
      expect(mine).not.toBeNull();
      expect(result.bound).toBeCloseTo(mine?.plain ?? Number.NaN, 3);
      expect(result.value).toBeCloseTo(mine?.standardised ?? Number.NaN, 3);
    }
    expect(compared).toBeGreaterThan(0);
  });
});
