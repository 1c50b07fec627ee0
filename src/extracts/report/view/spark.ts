import type { Kpi } from "../data.ts";
import { rounded } from "./charts.ts";
import { monthText, valueText } from "./format.ts";
import { el } from "./html.ts";
import type { Child } from "./html.ts";

export const SPARK = { width: 300, height: 32, edge: 3 };
export const FEWEST_MONTHS = 3;

/** The company's last months as a line without an axis, and the last two in words. */
export function spark(kpi: Kpi): Child {
  const months = kpi.values.flatMap(({ window, scope, value, from }) =>
    window === "month" && scope === "company" && value !== null ? [{ value, month: from.slice(0, 7) }] : [],
  );
  const last = months.at(-1);
  const before = months.at(-2);
  if (last === undefined || before === undefined || months.length < FEWEST_MONTHS) return null;
  const values = months.map(({ value }) => value);
  const low = Math.min(...values);
  const spread = Math.max(...values) - low || 1;
  const { width, height, edge } = SPARK;
  const points = values.map((value, index) => ({
    x: rounded(edge + ((width - 2 * edge) * index) / (values.length - 1)),
    y: rounded(height - edge - ((height - 2 * edge) * (value - low)) / spread),
  }));
  const end = points.at(-1);
  return el(
    "p",
    { class: "spark" },
    el(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false" },
      el("polyline", { class: "line s0", points: points.map(({ x, y }) => `${x},${y}`).join(" ") }),
      end === undefined ? null : el("circle", { class: "dot s0", cx: end.x, cy: end.y, r: 3 }),
    ),
    el(
      "span",
      { class: "soft" },
      `${monthText(last.month)} ${valueText(last.value, kpi.unit)}, ${monthText(before.month)} ${valueText(before.value, kpi.unit)}`,
    ),
  );
}
