import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { logStats } from "../../../src/kpis/index.ts";
import type { LogStats } from "../../../src/kpis/index.ts";
import { createBusinessCalendar } from "../../../src/model/index.ts";
import { logBench } from "./logs.ts";
import type { LogBench } from "./logs.ts";

let bench: LogBench;
beforeEach(async () => {
  bench = await logBench();
});
afterEach(() => bench.close());

interface Row {
  readonly case: string;
  readonly activity: string;
  readonly minute: number;
}
const START = Date.parse("2026-03-02T00:00:00Z");

async function statsOf(rows: readonly Row[], calendar: Parameters<typeof logStats>[1] = null): Promise<LogStats> {
  const lines = rows.map(
    (row) => `${row.case},${row.activity},${new Date(START + row.minute * 60_000).toISOString()}\n`,
  );
  await bench.import(await bench.file("log.csv", `case,activity,time\n${lines.join("")}`));
  return logStats(await bench.open(), calendar);
}

/** The same figures from the definitions: cases are groups, a trace is ordered by time, then by the order of the log. */
function reckon(rows: readonly Row[]) {
  const traces = new Map<string, Row[]>();
  for (const row of rows) traces.set(row.case, [...(traces.get(row.case) ?? []), row]);
  for (const trace of traces.values()) trace.sort((a, b) => a.minute - b.minute);
  const tally = (names: readonly string[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };
  const all = [...traces.values()];
  const spans = all
    .map((trace) => ((trace.at(-1)?.minute ?? 0) - (trace[0]?.minute ?? 0)) * 60_000)
    .sort((a, b) => a - b);
  /** Hyndman and Fan's type 7: h = (n − 1)p, between its two neighbours. */
  const quantile = (p: number): number => {
    const h = (spans.length - 1) * p;
    const [low = 0, high = 0] = [spans[Math.floor(h)], spans[Math.ceil(h)]];
    return low + (h - Math.floor(h)) * (high - low);
  };
  const again: Record<string, { cases: number; repeats: number; selfLoops: number }> = {};
  for (const trace of all) {
    for (const [activity, n] of Object.entries(tally(trace.map((row) => row.activity)))) {
      if (n < 2) continue;
      const entry = (again[activity] ??= { cases: 0, repeats: 0, selfLoops: 0 });
      entry.cases += 1;
      entry.repeats += n - 1;
      entry.selfLoops += trace.filter(
        (row, i) => row.activity === activity && trace[i - 1]?.activity === activity,
      ).length;
    }
  }
  return {
    cases: traces.size,
    activities: tally(rows.map((row) => row.activity)),
    variants: tally(all.map((trace) => trace.map((row) => row.activity).join(">"))),
    starts: tally(all.map((trace) => trace[0]?.activity ?? "")),
    ends: tally(all.map((trace) => trace.at(-1)?.activity ?? "")),
    follows: tally(all.flatMap((trace) => trace.slice(1).map((row, i) => `${trace[i]?.activity}>${row.activity}`))),
    mean: spans.reduce((sum, span) => sum + span, 0) / spans.length,
    quantiles: [0.25, 0.5, 0.75, 0.9].map(quantile),
    again,
  };
}

const row = fc.record({
  case: fc.constantFrom("1", "2", "3", "4", "5", "6"),
  activity: fc.constantFrom("A", "B", "C", "D"),
  minute: fc.nat(5000),
});

describe("statistics of a log", () => {
  test("are those of a computation written from the definitions, whatever the log", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
        const stats = await statsOf(rows);
        const expected = reckon(rows);
        const byName = (list: readonly { activity: string; cases: number }[]) =>
          Object.fromEntries(list.map(({ activity, cases }) => [activity, cases]));
        expect(stats).toMatchObject({ cases: expected.cases, events: rows.length });
        expect(Object.fromEntries(stats.activities.map(({ activity, events }) => [activity, events]))).toEqual(
          expected.activities,
        );
        expect(
          Object.fromEntries(stats.variants.map(({ activities, cases }) => [activities.join(">"), cases])),
        ).toEqual(expected.variants);
        expect(byName(stats.starts)).toEqual(expected.starts);
        expect(byName(stats.ends)).toEqual(expected.ends);
        expect(Object.fromEntries(stats.follows.map(({ from, to, count }) => [`${from}>${to}`, count]))).toEqual(
          expected.follows,
        );
        const { mean = 0, p25, median, p75, p90 } = stats.throughput ?? {};
        expect(mean).toBeCloseTo(expected.mean, 3);
        for (const [i, value] of [p25, median, p75, p90].entries())
          expect(value).toBeCloseTo(expected.quantiles[i] ?? Number.NaN, 3);
        expect(
          Object.fromEntries(
            stats.rework.map(({ activity, cases, repeats, selfLoops }) => [activity, { cases, repeats, selfLoops }]),
          ),
        ).toEqual(expected.again);
      }),
      { numRuns: 12, seed: 1 },
    );
  });

  test("order events of one instant as the log does", async () => {
    const stats = await statsOf([
      { case: "1", activity: "B", minute: 5 },
      { case: "1", activity: "A", minute: 5 },
      { case: "1", activity: "C", minute: 1 },
    ]);
    expect(stats.variants).toEqual([{ activities: ["C", "B", "A"], cases: 1, share: 1 }]);
  });

  test("measure business time on the calendar that is given", async () => {
    const nineToFive = createBusinessCalendar({
      name: "office",
      zone: "UTC",
      weekly: { 1: [["09:00", "17:00"]], 2: [["09:00", "17:00"]] },
      holidays: [],
    });
    const stats = await statsOf(
      [
        { case: "1", activity: "A", minute: 16 * 60 },
        { case: "1", activity: "B", minute: (24 + 10) * 60 },
      ],
      nineToFive,
    );
    expect(stats.business).toMatchObject({ n: 1, median: 2 * 3_600_000 });
    expect(stats.times).toEqual([expect.objectContaining({ ms: 18 * 3_600_000, businessMs: 2 * 3_600_000 })]);
  });

  test("do not take the start of an activity and its completion for a repetition", async () => {
    const lines = ["start", "COMPLETE"].map((state, i) => `1,A,2026-03-01T1${i}:00:00Z,${state}\n`).join("");
    await bench.import(await bench.file("log.csv", `case,activity,time,lifecycle\n${lines}`));
    const stats = await logStats(await bench.open(), null);
    expect(stats.rework).toEqual([]);
    expect(stats.activities).toEqual([{ activity: "A", events: 2, cases: 1 }]);
  });

  test("of a log without events say that there is nothing, not zero", async () => {
    const thing = { id: "o1", type: "order", attributes: [], relationships: [] };
    const log = { eventTypes: [], objectTypes: [{ name: "order", attributes: [] }], events: [], objects: [thing] };
    await bench.import(await bench.file("log.json", JSON.stringify(log)));
    const { throughput, business, variants, cases, casesWithoutEvents } = await logStats(
      await bench.open(),
      null,
      "order",
    );
    expect({ throughput, business, variants, cases, casesWithoutEvents }).toEqual({
      throughput: null,
      business: null,
      variants: [],
      cases: 0,
      casesWithoutEvents: 1,
    });
  });

  test("refuse a case notion the log does not have with HUB-2411", async () => {
    await bench.import(await bench.file("log.csv", "case,activity,time\n1,A,2026-03-01T10:00:00Z\n"));
    await expect(logStats(await bench.open(), null, "order")).rejects.toMatchObject({ code: "HUB-2411" });
  });
});
