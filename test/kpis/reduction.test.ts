import { afterEach, describe, expect, test } from "@jest/globals";
import { memoryBaselines } from "../../src/kpis/index.ts";
import type { KpiResult, Star } from "../../src/kpis/index.ts";
import { sameSeason, windowOfDays } from "../../src/kpis/definitions/windows.ts";
import { measureReduction } from "../../src/kpis/measures/reduction.ts";
import { DAY } from "../../src/model/index.ts";
import { inputOf, kpiOf, starOf } from "./support/formula.ts";

const opened: Star[] = [];
afterEach(() => {
  for (const star of opened.splice(0)) star.close();
});

interface Sketch {
  readonly days: number;
  readonly segment?: string;
  readonly rework?: number;
  readonly outcome?: string;
  readonly open?: boolean;
  readonly truncated?: number;
}

/** Cases of the hiring process that all start at one instant. */
function cases(start: string, sketches: readonly Sketch[]) {
  return sketches.map(
    ({ days, segment = "SMB", rework = 0, outcome = "completed", open = false, truncated = 0 }, index) => ({
      case_key: `${start}/${String(index).padStart(3, "0")}`,
      process_key: "hiring",
      segment_key: segment,
      started_at: `${start}T18:00:00Z`,
      completed_at: open ? null : new Date(Date.parse(`${start}T18:00:00Z`) + days * DAY).toISOString(),
      outcome: open ? null : outcome,
      is_rework: rework,
      left_truncated: truncated,
    }),
  );
}
const upTo = (count: number, of: (i: number) => Sketch): readonly Sketch[] =>
  Array.from({ length: count }, (_, index) => of(index + 1));

/** The hiring process compared with its baseline of May to October 2025. */
async function compared(
  before: readonly Sketch[],
  after: readonly Sketch[],
  windows = "6 months",
): Promise<KpiResult & { readonly text: string }> {
  const star = await starOf({
    dim_process: [{ process_key: "hiring", process: "hiring" }],
    fact_case: [...cases("2025-05-05", before), ...cases("2026-05-05", after)],
  });
  opened.push(star);
  const kpi = kpiOf(`
    measure: cycle time reduction
    of: hiring
    baseline: { from: 2025-05-01, to: 2025-10-31 }
    windows: [${windows}]
    min_n: 30
    target: at least 35 % faster than baseline`);
  const [result] = await measureReduction(kpi, inputOf(star), memoryBaselines());
  if (result === undefined) throw new Error("nothing was compared");
  return { ...result, text: `${result.sentence} ${result.reason ?? ""}` };
}

const slow = upTo(40, (i) => ({ days: i }));

describe("a reduction", () => {
  test("compares Kaplan–Meier medians of cohorts that are followed equally long", async () => {
    const fast = await compared(
      slow,
      upTo(40, (i) => ({ days: i / 2 })),
    );
    // Medians 20 and 10 days; the baseline's ninety-fifth percentile is 38.05 days.
    expect(fast).toMatchObject({ value: 0.5, numerator: 10 * DAY, denominator: 20 * DAY, n: 40, reason: null });
    expect(fast.text).not.toContain("season");
    // The open ones are still in the median: 21 of 40 took up to 21 days or longer.
    const half = await compared(
      slow,
      upTo(40, (i) => ({ days: i, open: i > 25 })),
    );
    expect(half).toMatchObject({ value: 0, n: 25, nOpen: 15 });
  });

  test("is achieved only if the whole interval is, and not met below its point", async () => {
    expect(
      await compared(
        slow,
        upTo(40, (i) => ({ days: i / 4 })),
      ),
    ).toMatchObject({ verdict: "met" });
    expect(
      await compared(
        slow,
        upTo(40, (i) => ({ days: i * 0.6 })),
      ),
    ).toMatchObject({ verdict: "inconclusive" });
    expect(
      await compared(
        slow,
        upTo(40, (i) => ({ days: i * 0.9 })),
      ),
    ).toMatchObject({ verdict: "not met" });
  });

  test("is claimed from thirty ended cases on each side, shown from ten", async () => {
    const few = await compared(
      slow,
      upTo(29, (i) => ({ days: i / 4 })),
    );
    expect(few).toMatchObject({ value: expect.any(Number), verdict: "insufficient" });
    expect(
      await compared(
        slow,
        upTo(9, (i) => ({ days: i })),
      ),
    ).toMatchObject({ value: null, verdict: "insufficient" });
  });

  test("says what it leaves out", async () => {
    const result = await compared(slow, [...upTo(40, (i) => ({ days: i })), { days: 1, truncated: 1 }]);
    expect(result.excluded).toEqual({ "started before the history": 1 });
  });

  test("weights segments as in the baseline, and warns when the total says the opposite", async () => {
    const before = upTo(40, (i) => (i <= 19 ? { days: 10 } : { days: i <= 37 ? 30 : 60, segment: "Enterprise" }));
    const after = upTo(40, (i) => (i <= 36 ? { days: 12 } : { days: 33, segment: "Enterprise" }));
    // By total 12 instead of 30 days; with the old mix the median case is an Enterprise one, and these take longer.
    const result = await compared(before, after);
    expect(result.bound).toBeCloseTo(0.6, 6);
    expect(result.value).toBeCloseTo(-0.1, 6);
    expect(result.reason).toContain("the total and its segments disagree");
  });

  test.each([
    ["rework", (i: number): Sketch => ({ days: i / 2, rework: i % 4 === 0 ? 1 : 0 }), /rework rose from 0 % to 25 %/u],
    [
      "lost cases",
      (i: number): Sketch => ({ days: i / 2, outcome: i % 4 === 0 ? "lost" : "completed" }),
      /the share of lost cases rose from 0 % to 25 %/u,
    ],
    [
      "the slowest tenth",
      (i: number): Sketch => ({ days: i < 34 ? i / 4 : 38 }),
      /the slowest tenth rose from 19.8 days to 38 days/u,
    ],
  ])("warns when it is bought with more of %s", async (name, sketch, warning) => {
    const before =
      name === "the slowest tenth"
        ? upTo(40, (i) => ({ days: i < 38 ? i * 0.55 : 40 }))
        : upTo(40, (i) => ({ days: i }));
    expect((await compared(before, upTo(40, sketch))).text).toMatch(warning);
  });

  test("warns when more cases are left open", async () => {
    const left = [...upTo(40, (i) => ({ days: i / 2 })), ...upTo(12, () => ({ days: 1, open: true }))];
    expect((await compared(slow, left)).text).toContain("open cases rose from 0 to 12");
  });

  test("labels a season that is not controlled", async () => {
    const result = await compared(slow, slow, "12 months");
    expect(result.reason).toContain("season not controlled");
  });
});

describe("a season is controlled", () => {
  const zone = "UTC";
  const window = (from: string, to: string) => windowOfDays("w", from, to, zone);
  test.each([
    ["by the same months of another year", "2025-05-01", "2025-10-31", "2026-05-01", "2026-10-31", "year", true],
    ["by whole years", "2025-01-01", "2025-12-31", "2023-01-01", "2024-12-31", "year", true],
    ["not by half years", "2025-01-01", "2025-06-30", "2025-07-01", "2025-12-31", "year", false],
    ["by whole quarters where they repeat", "2025-01-01", "2025-06-30", "2025-07-01", "2025-09-30", "quarter", true],
    ["not by quarters that begin otherwise", "2025-02-01", "2025-07-31", "2025-07-01", "2025-09-30", "quarter", false],
    ["by whole months where they repeat", "2025-02-01", "2025-02-28", "2025-07-01", "2025-09-30", "month", true],
    ["not by weeks", "2025-02-03", "2025-02-28", "2025-07-01", "2025-09-30", "month", false],
  ] as const)("%s", (_, from, to, otherFrom, otherTo, season, expected) => {
    expect(sameSeason(window(from, to), window(otherFrom, otherTo), season)).toBe(expected);
  });
});
