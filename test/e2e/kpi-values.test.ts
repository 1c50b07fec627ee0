import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { KpiResult } from "../../src/kpis/index.ts";
import { startOfDay, WINDOWS } from "../support/by-hand/calendar.ts";
import { COUNTS, share, SPRINT_SUMS } from "../support/by-hand/counts.ts";
import { CUSTOMER_COUNTS } from "../support/by-hand/customers.ts";
import { cycleTimes, LENGTHS, quantile, reduction } from "../support/by-hand/durations.ts";
import { measuredWorld } from "../support/by-hand/world.ts";
import type { World } from "../support/by-hand/world.ts";
import { AS_OF } from "../support/e2e.ts";

jest.setTimeout(90_000);

/** Columns hold whole seconds. */
const isSame = (measured: number, counted: number): boolean => Math.abs(measured - counted) <= 1000;

const ALL_COUNTS = { ...COUNTS, ...CUSTOMER_COUNTS };

describe.each([7, 42])("the values measured of the company with seed %i, beside those counted by hand", (seed) => {
  let world: World;
  let results: readonly KpiResult[];

  beforeAll(async () => {
    ({ world, results } = await measuredWorld(seed));
  });

  const windowsOf = (kpi: string): readonly KpiResult[] =>
    results.filter((each) => each.kpi === kpi && each.scope.type === "company" && each.window.text in WINDOWS);

  test.each(Object.keys(ALL_COUNTS))("%s", (kpi) => {
    const counted = ALL_COUNTS[kpi]?.(world) ?? [];
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
    expect(measured.some(({ denominator }) => (denominator ?? 0) > 4)).toBe(true);
  });

  test("cycle-time, as medians and ninetieth percentiles", () => {
    let compared = 0;
    const differences: string[] = [];
    for (const [text, window] of Object.entries(WINDOWS)) {
      const lengths = cycleTimes(world, window);
      for (const result of results.filter((each) => each.kpi === "cycle-time" && each.window.text === text)) {
        const mine = lengths.get(result.scope.key) ?? [];
        expect({ at: `${result.scope.key} ${text}`, n: result.n }).toEqual({
          at: `${result.scope.key} ${text}`,
          n: mine.length,
        });
        if (result.value === null) continue;
        compared += 1;
        for (const [p, value] of [
          [0.5, result.value],
          [0.9, result.p90],
        ] as const) {
          if (value !== null && !isSame(value, quantile(mine, p))) {
            differences.push(`${result.scope.key}, ${text}: ${value} for ${quantile(mine, p)}`);
          }
        }
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(3);
  });

  test.each(Object.keys(LENGTHS))("%s, as a median", (kpi) => {
    const lasting = LENGTHS[kpi]?.(world) ?? [];
    const measured = windowsOf(kpi);
    expect(measured.length).toBeGreaterThan(0);
    for (const { window, n, value } of measured) {
      const [from, to] = WINDOWS[window.text] ?? [0, 0];
      const mine = lasting.filter(({ at }) => at >= from && at < to).map(({ length }) => length);
      expect({ window: window.text, n }).toEqual({ window: window.text, n: mine.length });
      if (value !== null && !isSame(value, quantile(mine, 0.5))) expect(value).toBe(quantile(mine, 0.5));
    }
    // Counts alone prove no median.
    expect(measured.some(({ value }) => value !== null)).toBe(true);
  });

  test.each(Object.keys(SPRINT_SUMS))("%s", (kpi) => {
    const measured = windowsOf(kpi);
    expect(measured.some(({ denominator }) => (denominator ?? 0) > 4)).toBe(true);
    expect(measured.some(({ numerator }) => (numerator ?? 0) > 0)).toBe(true);
    for (const { window, numerator, denominator } of measured) {
      const [from, to] = WINDOWS[window.text] ?? [0, 0];
      const mine = world.sprints
        .filter(({ end }) => end >= from && end < to)
        .map((sprint) => SPRINT_SUMS[kpi]?.(sprint) ?? [0, 0]);
      const above = mine.reduce((sum, [each]) => sum + each, 0);
      const below = mine.reduce((sum, [, each]) => sum + each, 0);
      expect({ window: window.text, above: numerator ?? 0, below: denominator ?? 0 }).toEqual({
        window: window.text,
        above,
        below,
      });
    }
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
