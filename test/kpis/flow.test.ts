import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { Star } from "../../src/kpis/index.ts";
import { measureDuration } from "../../src/kpis/measures/durations.ts";
import { measureFlow } from "../../src/kpis/measures/flow.ts";
import { DAY } from "../../src/model/index.ts";
import { AS_OF } from "./support/company.ts";
import { inputOf, kpiOf, shownOf, starOf, valuesOf } from "./support/formula.ts";

const opened: Star[] = [];
afterEach(() => {
  for (const star of opened.splice(0)) star.close();
});

const instant = (at: number): string => new Date(at).toISOString();
const completed = (process: string, end: number, days: number) => ({
  case_key: `${process}/${end}/${days}`,
  process_key: process,
  started_at: instant(end - days * DAY),
  completed_at: instant(end),
  cycle_sec: days * 86_400,
  is_open: 0,
  is_completed: 1,
  is_cancelled: 0,
  left_truncated: 0,
});
const open = (process: string, days: number) => ({
  case_key: `${process}/open/${days}/${AS_OF}`,
  process_key: process,
  started_at: instant(AS_OF - days * DAY),
  is_open: 1,
  is_completed: 0,
  is_cancelled: 0,
  left_truncated: 0,
});
async function starWith(cases: readonly Readonly<Record<string, string | number | null>>[]): Promise<Star> {
  const star = await starOf({
    dim_process: ["hiring", "incident"].map((process) => ({ process_key: process, process })),
    fact_case: cases.map((each, index) => ({ ...each, case_key: `c${index}` })),
  });
  opened.push(star);
  return star;
}
/** The last day of the window of twelve months that ends on 1 November 2026 in Los Angeles. */
const END = Date.parse("2026-11-01T07:00:00Z");
const steady = Array.from({ length: 12 }, (_, month) => completed("hiring", END - (30 * month + 15) * DAY, 10));
const begun = (days: number) => ({ ...open("hiring", 0), started_at: instant(END - days * DAY) });

describe("flow efficiency", () => {
  test("adds up what was worked on and what it took, and says whose procedure names no stage to wait in", async () => {
    const reviewed = (activeDays: number, days: number, more: object = {}) => ({
      ...completed("hiring", END - days * DAY, days),
      active_sec: activeDays * 86_400,
      ...more,
    });
    const star = await starWith([
      reviewed(1, 10),
      reviewed(27, 30),
      reviewed(0, 50, { left_truncated: 1 }),
      completed("incident", END - DAY, 20),
    ]);
    const file = join(import.meta.dirname, "..", "..", "config", "kpis", "flow-efficiency.yaml");
    const values = await valuesOf(kpiOf((await readFile(file, "utf8")).replace("min_n: 30", "min_n: 1")), star);
    const of = (key: string) => values.find(({ scope, window }) => scope.key === key && window.text === "12 months");
    // 28 days of 40, not the mean of 10 % and 90 %.
    expect(of("all")).toMatchObject({
      value: 0.7,
      n: 2,
      excluded: { "no stage is named in which it waits": 1, "started before the history": 1 },
    });
    expect(of("incident")).toMatchObject({
      value: null,
      verdict: "insufficient",
      sentence:
        "There is nothing to count: all completed cases in the window are left out (1: no stage is named in which it waits).",
    });
  });
});

describe("the flow of a process", () => {
  const kpi = kpiOf("measure: flow stability\nof: hiring\ntarget: at most 25 %\nmin_n: 10");

  test("is Little's law's where as much is in progress as completions and their time account for", async () => {
    const [company] = await measureFlow(kpi, inputOf(await starWith(steady)));
    expect(company).toMatchObject({ value: 0, n: 12, verdict: "met", reason: null });
    // 12 cases of 10 days in 365.
    expect(company?.sentence).toBe(
      "0 % from Little's law over 365 days: 12 started, 12 ended, 0.33 in progress on average; steady enough to compare means.",
    );
  });

  test("is unstable where a backlog grows, and cycle times say so", async () => {
    const star = await starWith([...steady, ...Array.from({ length: 6 }, () => begun(100))]);
    const [company] = await measureFlow(kpi, inputOf(star));
    // 120 days of work done beside 600 of work that is not: 600 ÷ 720.
    expect(company?.value).toBeCloseTo(600 / 720, 10);
    expect(company).toMatchObject({ verdict: "not met", reason: "unstable window: 18 started, 12 ended" });
    const [time] = await measureDuration(kpiOf("measure: cycle time\nof: hiring"), inputOf(star));
    expect(time).toMatchObject({ value: 10 * DAY, reason: "unstable window: 18 started, 12 ended" });
    expect(time?.sentence).toContain("; unstable window: 18 started, 12 ended.");
  });

  test("needs enough completed cases", async () => {
    const [company] = await measureFlow(kpi, inputOf(await starWith(steady.slice(0, 9))));
    expect(company).toMatchObject({ verdict: "insufficient", reason: "9 of the 10 needed" });
  });
});

test("an open case is old beside 85 % of the completed ones of its own process, if there are thirty", async () => {
  const star = await starWith([
    // The 85th percentile of 1 to 40 days is 34.15 days.
    ...Array.from({ length: 40 }, (_, index) => completed("hiring", END - DAY, index + 1)),
    ...Array.from({ length: 29 }, (_, index) => completed("incident", END - DAY, index + 1)),
    open("hiring", 34),
    open("hiring", 35),
    open("incident", 300),
  ]);
  const value = await shownOf("measure: work item age\nof: [hiring, incident]\nwindows: [as of]", star);
  expect(value).toMatchObject({ n: 2, numerator: 1, excluded: { "too few completed to compare with": 1 } });
});

test("where starts are known to the day, days of open cases are held beside days of completed ones", async () => {
  const byDay = { cycle_sec: null, start_precision: "day" };
  const begunOn = (day: string) => ({
    ...open("hiring", 0),
    start_precision: "day",
    started_at: `${day}T07:00:00Z`,
    started_at_local: `${day}T00:00:00Z`,
  });
  const star = await starWith([
    // The 85th percentile of 1 to 30 days is 25.65 days.
    ...Array.from({ length: 30 }, (_, index) => ({
      ...completed("hiring", END, index + 1),
      ...byDay,
      cycle_days: index + 1,
    })),
    begunOn("2026-10-08"),
    begunOn("2026-10-07"),
  ]);
  const value = await shownOf("measure: work item age\nof: hiring\nwindows: [as of]", star);
  expect(value).toMatchObject({ n: 2, numerator: 1, excluded: {} });
});
