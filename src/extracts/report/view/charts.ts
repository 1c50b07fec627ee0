import { dataTable, el } from "./html.ts";
import type { Child, Markup } from "./html.ts";

export interface Series {
  readonly name: string;
  /** Which of the four colours; that of its place when left out. */
  readonly tone?: number;
  readonly values: readonly (number | null)[];
}

export interface TimeChart {
  readonly title: string;
  /** Full names for the table, short ones for the axis. */
  readonly labels: readonly string[];
  readonly ticks: readonly string[];
  readonly series: readonly Series[];
  readonly text: (value: number) => string;
  readonly target?: number | null;
  readonly targetText?: string | null;
  /** Shares run from where the values are, not from nought: the line's place matters, not its length. */
  readonly isShare?: boolean;
}

export const PLOT = { width: 640, height: 230, top: 22, bottom: 30, left: 74, right: 8 };
/** Half of what a name under the plot takes at most. */
export const TICK_ROOM = 22;
export const SERIES_COUNT = 4;

export function toneOf(series: Pick<Series, "tone">, index: number): string {
  return `s${(series.tone ?? index) % SERIES_COUNT}`;
}

/** A round number that holds the highest count and whose half is a count, too. */
export function niceTop(highest: number): number {
  if (highest <= 10) return [2, 4, 6, 8, 10].find((top) => top >= highest) ?? 10;
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((top) => top >= highest) ?? highest;
}

export function plotX(index: number, count: number): number {
  const step = (PLOT.width - PLOT.left - PLOT.right) / Math.max(1, count);
  return PLOT.left + step * (index + 0.5);
}

export function plotY(value: number, low: number, high: number): number {
  const height = PLOT.height - PLOT.top - PLOT.bottom;
  return PLOT.top + height * (1 - (value - low) / (high - low || 1));
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

export function gridLines(low: number, high: number, text: (value: number) => string): Child {
  return [0, 0.5, 1].map((part) => {
    const value = low + (high - low) * part;
    const y = rounded(plotY(value, low, high));
    return [
      el("line", { class: "grid", x1: PLOT.left, x2: PLOT.width, y1: y, y2: y }),
      el("text", { class: "axis end", x: PLOT.left - 8, y: y + 5 }, text(value)),
    ];
  });
}

/** The names under the plot; one that would touch the one before is left out. */
export function xAxis(ticks: readonly string[]): Child {
  const every = ticks.includes("") ? 1 : Math.ceil(ticks.length / 13);
  let shown = 0;
  let last = -Infinity;
  return ticks.map((tick, index) => {
    if (tick === "" || (ticks.length - 1 - index) % every !== 0) return null;
    const x = Math.min(PLOT.width - TICK_ROOM, Math.max(PLOT.left + TICK_ROOM / 2, plotX(index, ticks.length)));
    if (x - last < TICK_ROOM + 16) return null;
    last = x;
    shown += 1;
    const place = { x: rounded(x), y: PLOT.height - 8 };
    return el("text", { class: shown % 2 === 0 ? "axis mid odd" : "axis mid", ...place }, tick);
  });
}

export function targetLine(y: number, text: string | null): Child {
  return [
    el("line", { class: "target", x1: PLOT.left, x2: PLOT.width, y1: rounded(y), y2: rounded(y) }),
    el("text", { class: "axis end targettext", x: PLOT.width - 2, y: rounded(y) - 5 }, text ?? "target"),
  ];
}

export function legend(series: readonly Series[]): Child {
  if (series.length < 2) return null;
  return el(
    "ul",
    { class: "legend", "aria-hidden": "true" },
    series.map((each, index) => el("li", {}, el("span", { class: `swatch ${toneOf(each, index)}` }), each.name)),
  );
}

/** A picture with its numbers: everything that can be seen can be read in the table under it. */
export function figure(chart: TimeChart, drawing: Child): Markup {
  return el(
    "figure",
    { class: "chart" },
    legend(chart.series),
    el(
      "svg",
      {
        viewBox: `0 0 ${PLOT.width} ${PLOT.height}`,
        role: "img",
        "aria-label": `${chart.title}; the table below has the numbers`,
      },
      drawing,
    ),
    el(
      "details",
      { class: "numbers" },
      el("summary", {}, "Numbers"),
      dataTable(
        chart.title,
        [{ title: "" }, ...chart.series.map(({ name }) => ({ title: name, align: "right" as const }))],
        chart.labels.map((label, index) => [
          label,
          ...chart.series.map(({ values }) => {
            const value = values[index] ?? null;
            return value === null ? "–" : chart.text(value);
          }),
        ]),
      ),
    ),
  );
}

export function lineChart(chart: TimeChart): Markup {
  const { series, ticks, text, target = null, targetText = null, isShare = false } = chart;
  const values = series.flatMap((each) => each.values.filter((value) => value !== null));
  const all = target === null ? values : [...values, target];
  if (values.length === 0) return el("p", { class: "nothing" }, "Nothing in this period.");
  const spread = Math.max(...all) - Math.min(...all) || Math.max(...all) || 1;
  const low = isShare ? Math.max(0, Math.min(...all) - spread * 0.25) : 0;
  const high = isShare ? Math.min(1, Math.max(...all) + spread * 0.2) : niceTop(Math.max(...all));
  return figure(chart, [
    gridLines(low, high, text),
    target === null ? null : targetLine(plotY(target, low, high), targetText),
    series.map((each, index) => {
      const points = each.values.flatMap((value, at) =>
        value === null ? [] : [{ x: rounded(plotX(at, ticks.length)), y: rounded(plotY(value, low, high)) }],
      );
      return [
        el("polyline", {
          class: `line ${toneOf(each, index)}`,
          points: points.map(({ x, y }) => `${x},${y}`).join(" "),
        }),
        points.length > 30
          ? null
          : points.map(({ x, y }) => el("circle", { class: `dot ${toneOf(each, index)}`, cx: x, cy: y, r: 3.5 })),
      ];
    }),
    xAxis(ticks),
  ]);
}

/** Columns side by side, or one upon the other. */
export function columnChart(chart: TimeChart & { readonly stacked?: boolean }): Markup {
  const { series, ticks, text, stacked = false } = chart;
  const at = (index: number): readonly number[] => series.map(({ values }) => values[index] ?? 0);
  const tops = ticks.map((_, index) =>
    stacked ? at(index).reduce((sum, value) => sum + value, 0) : Math.max(0, ...at(index)),
  );
  if (tops.every((top) => top === 0)) return el("p", { class: "nothing" }, "Nothing in this period.");
  const high = niceTop(Math.max(...tops));
  const step = (PLOT.width - PLOT.left - PLOT.right) / Math.max(1, ticks.length);
  const room = Math.min(64, step * 0.72);
  const width = stacked ? room : room / series.length;
  return figure(chart, [
    gridLines(0, high, text),
    ticks.map((_, index) => {
      let below = 0;
      return at(index).map((value, which) => {
        const base = stacked ? below : 0;
        below += value;
        const y = plotY(base + value, 0, high);
        const left = plotX(index, ticks.length) - room / 2 + (stacked ? 0 : which * width);
        return value === 0
          ? null
          : el("rect", {
              class: `column ${toneOf(series[which] ?? {}, which)}`,
              x: rounded(left),
              y: rounded(y),
              width: rounded(Math.max(1, width - 1)),
              height: rounded(Math.max(0.5, plotY(base, 0, high) - y)),
            });
      });
    }),
    xAxis(ticks),
  ]);
}
