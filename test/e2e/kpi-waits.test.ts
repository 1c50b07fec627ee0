import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { KpiResult } from "../../src/kpis/index.ts";
import { ROUTINE } from "../support/by-hand/counts.ts";
import { reviewGaps } from "../support/by-hand/customers.ts";
import { differences, figuresOf } from "../support/by-hand/judge.ts";
import { LEADS } from "../support/by-hand/leads.ts";
import type { ByHand } from "../support/by-hand/tally.ts";
import { WAITS } from "../support/by-hand/waits.ts";
import { measuredWorld } from "../support/by-hand/world.ts";
import type { World } from "../support/by-hand/world.ts";

jest.setTimeout(90_000);

const BY_HAND: Readonly<Record<string, (world: World) => ByHand>> = { ...WAITS, ...LEADS, "qbr-gap": reviewGaps };
/** Nothing in the scenario is sent back; test/kpis/bounces.test.ts does so. */
const WITHOUT_DATA: ReadonlySet<string> = new Set(["bounces-each"]);

describe.each([7, 42])("what waits and what is skipped with seed %i, beside what was worked out by hand", (seed) => {
  let world: World;
  let results: readonly KpiResult[];

  beforeAll(async () => {
    ({ world, results } = await measuredWorld(seed));
  });

  test.each(Object.keys(BY_HAND))("%s", (kpi) => {
    const byHand = BY_HAND[kpi]?.(world) ?? { made: "count", cuts: [], entries: [] };
    const measured = figuresOf(kpi, results);
    expect(differences(byHand, measured)).toEqual([]);
    expect(measured.some(({ n }) => n > 3)).toBe(!WITHOUT_DATA.has(kpi));
    for (const { value, reason } of measured) if (value === null) expect(reason).not.toBeNull();
  });

  test("sprint-cadence: sprints last two weeks by the calendar, across clock changes, too", () => {
    const byHand: ByHand = {
      made: "share",
      cuts: [],
      entries: world.sprints.filter(({ end }) => end <= world.asOf).map(({ end }) => ({ at: end, above: 1 })),
    };
    const measured = figuresOf("sprint-cadence", results);
    expect(differences(byHand, measured)).toEqual([]);
    expect(measured.some(({ n }) => n > 6)).toBe(true);
  });

  test("design-coverage: every routine step of the page on TechFlow names what does it", () => {
    const steps = Object.values(ROUTINE).flat().length;
    expect(figuresOf("design-coverage", results)).toEqual([
      expect.objectContaining({ n: steps, numerator: steps, denominator: steps, value: 1, interval: null }),
    ]);
  });
});
