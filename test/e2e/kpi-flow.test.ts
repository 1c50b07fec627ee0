import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { KpiResult } from "../../src/kpis/index.ts";
import { WINDOWS } from "../support/by-hand/calendar.ts";
import { FLOW, littlesGap } from "../support/by-hand/flow.ts";
import { differences, figuresOf } from "../support/by-hand/judge.ts";
import { measuredWorld } from "../support/by-hand/world.ts";
import type { World } from "../support/by-hand/world.ts";

jest.setTimeout(90_000);

describe.each([7, 42])("what goes through the company with seed %i, beside what was worked out by hand", (seed) => {
  let world: World;
  let results: readonly KpiResult[];

  beforeAll(async () => {
    ({ world, results } = await measuredWorld(seed));
  });

  test.each(Object.keys(FLOW))("%s", (kpi) => {
    const byHand = FLOW[kpi]?.(world) ?? { made: "count", cuts: [], entries: [] };
    const measured = figuresOf(kpi, results);
    expect(differences(byHand, measured)).toEqual([]);
    expect(measured.some(({ n }) => n > 1)).toBe(true);
    for (const { value, reason } of measured) if (value === null) expect(reason).not.toBeNull();
  });

  test("flow-stability of each process and of all", () => {
    const measured = figuresOf("flow-stability", results);
    const wrong = measured.flatMap(({ scope, window, value, n }) => {
      const mine = littlesGap(
        world.journeys.filter(({ process }) => scope.type === "company" || process === scope.key),
        WINDOWS[window.text] ?? [0, 0],
      );
      const isSame = n === mine.out && Math.abs((value ?? -1) - (mine.gap ?? -1)) < 1e-4;
      return isSame ? [] : [`${scope.key}, ${window.text}: ${value} of ${n} for ${mine.gap} of ${mine.out}`];
    });
    expect(wrong).toEqual([]);
    expect(measured.filter(({ n, value }) => n > 9 && value !== null).length).toBeGreaterThan(8);
  });
});
