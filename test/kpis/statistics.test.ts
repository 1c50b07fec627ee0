import { describe, expect, test } from "@jest/globals";
import { clusterDraws, clustersOf, percentileInterval } from "../../src/kpis/statistics/bootstrap.ts";
import {
  curveQuantile,
  drawnFrom,
  drawnQuantile,
  kaplanMeierQuantile,
  survivalCurve,
} from "../../src/kpis/statistics/kaplan-meier.ts";
import { quantile } from "../../src/kpis/statistics/quantile.ts";
import { seededRandom } from "../../src/kpis/statistics/random.ts";
import { wilson } from "../../src/kpis/statistics/wilson.ts";

describe("statistics", () => {
  test("quantiles interpolate as type 7", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.9)).toBeCloseTo(4.6, 12);
    expect(quantile([], 0.5)).toBeNull();
  });

  test("the Wilson interval of 19 of 20 is 76 to 99 %, and 73 of 73 is needed to show 95 %", () => {
    const nineteen = wilson(19, 20);
    expect(nineteen?.low).toBeCloseTo(0.7639, 3);
    expect(nineteen?.high).toBeCloseTo(0.9911, 3);
    expect(wilson(72, 72)?.low).toBeLessThan(0.95);
    expect(wilson(73, 73)?.low).toBeGreaterThan(0.95);
    expect(wilson(0, 380)?.high).toBeGreaterThan(0.01);
    expect(wilson(0, 381)?.high).toBeLessThan(0.01);
  });

  test("the Kaplan–Meier median counts open cases as longer than their age", () => {
    const ended = (duration: number) => ({ duration, ended: true });
    const open = (duration: number) => ({ duration, ended: false });
    expect(kaplanMeierQuantile([ended(1), ended(2), ended(3), ended(4)])).toBe(2);
    expect(kaplanMeierQuantile([ended(1), open(2), open(3), ended(4), ended(6)])).toBe(4);
    expect(kaplanMeierQuantile([ended(1), open(2), open(3)])).toBeNull();
    expect(kaplanMeierQuantile([open(2), ended(2)])).toBe(2);
  });

  test("weights act as repetitions", () => {
    const observations = [
      { duration: 1, ended: true },
      { duration: 5, ended: true },
    ];
    expect(kaplanMeierQuantile(observations, 0.5, [1, 3])).toBe(5);
  });

  test("a resample's quantile is that of the observations weighted as often as their clusters were drawn", () => {
    const random = seededRandom(7);
    // Half of them have nothing censored before the median, where the walk begins near it.
    for (const { withMix, followed } of [true, false].flatMap((withMix) => [
      { withMix, followed: 0 },
      { withMix, followed: 45 },
    ])) {
      const observations = Array.from({ length: 2000 }, () => {
        const duration = Math.floor(random() * 60);
        return { duration, ended: duration < followed || random() < 0.8 };
      });
      const curve = survivalCurve(observations);
      const clusters = clustersOf(Array.from(curve.origin, (at) => `account ${at % 170}`));
      const mix = withMix ? Float64Array.from(observations, () => 0.5 + random()) : null;
      const drawn = drawnFrom(curve, 0.5, clusters.of, clusters.count, mix);
      expect(drawn.start > 0).toBe(followed > 0);
      const draw = clusterDraws(7);
      const times = new Int32Array(clusters.count);
      for (let i = 0; i < 50; i += 1) {
        draw(times);
        const weights = Float64Array.from(clusters.of, (cluster, at) => (times[cluster] ?? 0) * (mix?.[at] ?? 1));
        expect(drawnQuantile(curve, 0.5, drawn, times)).toBe(curveQuantile(curve, 0.5, weights));
      }
    }
  });

  test("a resample whose median lies before the start is walked from the beginning", () => {
    const curve = survivalCurve(Array.from({ length: 400 }, (_, at) => ({ duration: at, ended: true })));
    const drawn = drawnFrom(curve, 0.5, Uint32Array.from(curve.origin), 400, null);
    const times = new Int32Array(400);
    times.fill(40, 0, 10);
    expect(drawn.start).toBeGreaterThan(10);
    expect(drawnQuantile(curve, 0.5, drawn, times)).toBe(4);
  });

  test("resamples draw as many clusters as there are, one for each random number", () => {
    const random = seededRandom(-5);
    const draw = clusterDraws(-5);
    const times = new Int32Array(7);
    for (let i = 0; i < 200; i += 1) {
      draw(times);
      const expected = new Int32Array(7);
      for (let j = 0; j < 7; j += 1) {
        const drawn = Math.floor(random() * 7);
        expected[drawn] = (expected[drawn] ?? 0) + 1;
      }
      expect(times).toEqual(expected);
    }
  });

  test("the interval of a statistic is the same for the same seed", () => {
    const interval = () => {
      const draw = clusterDraws(7);
      const times = new Int32Array(3);
      return percentileInterval(200, () => {
        draw(times);
        return times[0] ?? null;
      });
    };
    expect(interval()).toEqual(interval());
  });
});
