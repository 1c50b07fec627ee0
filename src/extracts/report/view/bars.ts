import { legend, rounded, SERIES_COUNT } from "./charts.ts";
import { valueText } from "./format.ts";
import { el } from "./html.ts";
import type { Child, Markup } from "./html.ts";

export interface Bar {
  readonly label: Child;
  readonly value: number | null;
  readonly text: Child;
  /** Stacked parts that add up to the value; one when left out. */
  readonly parts?: readonly number[];
}

/** Horizontal bars as a table: the names and the numbers are its cells, the bar between them is decoration. */
export function barTable(
  caption: string,
  bars: readonly Bar[],
  heads: readonly [string, string],
  legendNames: readonly string[] = [],
): Markup {
  const most = Math.max(0, ...bars.map(({ value }) => value ?? 0));
  if (bars.length === 0) return el("p", { class: "nothing" }, "Nothing in this period.");
  return el(
    "div",
    {},
    legend(legendNames.map((name) => ({ name, values: [] }))),
    el(
      "table",
      { class: "bars" },
      el("caption", { class: "unseen" }, caption),
      el(
        "thead",
        { class: "unseen" },
        el("tr", {}, el("th", { scope: "col" }, heads[0]), el("td", {}), el("th", { scope: "col" }, heads[1])),
      ),
      el(
        "tbody",
        {},
        bars.map(({ label, value, text, parts }) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, label),
            el(
              "td",
              { class: "track", "aria-hidden": "true" },
              el(
                "div",
                { class: "bar" },
                (parts ?? [value ?? 0]).map((part, index) =>
                  part <= 0 || most === 0
                    ? null
                    : el("span", {
                        class: `s${index % SERIES_COUNT}`,
                        style: `width:${rounded((part / most) * 100)}%`,
                      }),
                ),
              ),
            ),
            el("td", { class: "num" }, text),
          ),
        ),
      ),
    ),
  );
}

/** A value with its interval and its target on a scale that is just long enough for them; its ends are written under it. */
export function bullet(kpi: { readonly unit: string; readonly direction: string | null }, value: BulletValue): Markup {
  const marks = [value.value, value.low, value.high, value.target].filter((mark) => mark !== null);
  const spread = Math.max(...marks) - Math.min(...marks) || Math.abs(Math.max(...marks)) || 1;
  const lowest = Math.min(...marks) >= 0 ? 0 : Number.NEGATIVE_INFINITY;
  const bottom = Math.max(lowest, Math.min(...marks) - spread * 0.25);
  const top = Math.min(
    kpi.unit === "ratio" && Math.max(...marks) <= 1 ? 1 : Number.POSITIVE_INFINITY,
    Math.max(...marks) + spread * 0.25,
  );
  const x = (mark: number): number => rounded(((mark - bottom) / (top - bottom || 1)) * 300);
  const { target } = value;
  const rising = /^(?:at least|above|higher)/u.test(kpi.direction ?? "");
  return el(
    "div",
    { class: "range", "aria-hidden": "true" },
    el(
      "svg",
      { class: "bullet", viewBox: "0 0 300 24", preserveAspectRatio: "none", focusable: "false" },
      el("rect", { class: "scale", x: 0, y: 9, width: 300, height: 6 }),
      target === null
        ? null
        : el("rect", {
            class: "wanted",
            x: rising ? x(target) : 0,
            y: 9,
            width: rising ? 300 - x(target) : x(target),
            height: 6,
          }),
      value.low === null || value.high === null
        ? null
        : el("rect", {
            class: "interval",
            x: x(value.low),
            y: 6,
            width: Math.max(2, x(value.high) - x(value.low)),
            height: 12,
          }),
      target === null
        ? null
        : el("rect", { class: "aim", x: Math.min(298, Math.max(0, x(target) - 1)), y: 0, width: 2, height: 24 }),
      el("rect", { class: "value", x: Math.min(296, Math.max(0, x(value.value) - 2)), y: 2, width: 4, height: 20 }),
    ),
    el(
      "div",
      { class: "ends" },
      el("span", {}, valueText(bottom, kpi.unit)),
      target === null ? null : el("span", { class: "aimtext" }, `target ${valueText(target, kpi.unit)}`),
      el("span", {}, valueText(top, kpi.unit)),
    ),
  );
}

export interface BulletValue {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly target: number | null;
}
