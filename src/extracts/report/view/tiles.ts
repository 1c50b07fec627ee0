import type { Kpi, ReportData, Value } from "../data.ts";
import { bullet } from "./bars.ts";
import { readingOf } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, dayText, moneyText, percentText, valueText } from "./format.ts";
import { el } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { verdictMark } from "./verdict.ts";

/** One KPI: value, verdict in a word and a shape, what it rests on, and how it is computed. */
export function kpiTile(data: ReportData, kpi: Kpi, filter: Filter): Markup {
  const { value, why } = readingOf(kpi, filter);
  return el(
    "article",
    { class: "tile", "data-kpi": kpi.id, "aria-label": kpi.title },
    el("h3", {}, kpi.title),
    value === null ? notComputed(why) : tileBody(data, kpi, value),
    howComputed(kpi, value),
  );
}

export function notComputed(why: string): Child {
  return [el("p", { class: "figure none" }, "–"), el("p", { class: "sentence" }, why)];
}

export function tileBody(data: ReportData, kpi: Kpi, value: Value): Child {
  const evidence = data.evidence.find(
    (each) => each.kpi === kpi.id && each.scope === value.scope && each.key === value.key,
  );
  return [
    el(
      "p",
      { class: "figure" },
      el("span", { class: "big" }, valueText(value.value, kpi.unit)),
      " ",
      value.status === "no target" ? null : verdictMark(value.status),
    ),
    value.value === null ? null : bullet(kpi, { ...value, value: value.value }),
    el("p", { class: "sentence" }, value.sentence),
    el(
      "p",
      { class: "facts" },
      `n ${countText(value.n)}`,
      value.open > 0 ? ` · ${countText(value.open)} open` : null,
      ` · ${value.window}`,
      value.money === null || value.money === 0 ? null : ` · ${moneyText(value.money, data.currency)} at stake`,
      evidence === undefined ? null : [" · ", el("a", { href: `#evidence/${kpi.id}` }, "evidence")],
    ),
  ];
}

export function howComputed(kpi: Kpi, value: Value | null): Markup {
  const lines: readonly (readonly [string, Child])[] = [
    ["Question", kpi.question],
    ["Formula", kpi.formula],
    ["Covers", `${kpi.of.join(", ")}; cut by ${kpi.by.length === 0 ? "nothing" : kpi.by.join(", ")}`],
    ["Target", kpi.targetText ?? "none"],
    ...(value === null
      ? []
      : ([
          [
            "Window",
            `${value.window}, ${dayText(value.from)} to ${dayText(value.to)}; the shortest of its file with at least ${kpi.minN}`,
          ],
          ["Counted", countsText(value)],
          [
            "95 % interval",
            value.low === null || value.high === null
              ? "none"
              : `${valueText(value.low, kpi.unit)} to ${valueText(value.high, kpi.unit)}`,
          ],
          ["Left out", value.excluded ?? "nothing"],
          ...(value.bound === null
            ? []
            : [
                [
                  "Second reading",
                  `${valueText(value.bound, kpi.unit)} (coverage without the unknown, compliance with waivers accepted, the median with open cases)`,
                ],
              ]),
          ...(value.p90 === null ? [] : [["90th percentile", valueText(value.p90, kpi.unit)]]),
          ...(value.reason === null ? [] : [["Mind", value.reason]]),
          ["Definition", value.definition],
        ] as const)),
    ["Owner", kpi.owner],
  ].map(([name, text]) => [name, text ?? ""] as const);
  return el(
    "details",
    { class: "how" },
    el("summary", {}, "How is this computed?"),
    el(
      "dl",
      {},
      lines.map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)]),
    ),
  );
}

export function countsText(value: Value): string {
  const ratio =
    value.numerator === null || value.denominator === null
      ? ""
      : `${countText(value.numerator)} of ${countText(value.denominator)}; `;
  return `${ratio}n ${countText(value.n)}, ${countText(value.open)} still open and in neither`;
}

/** A card for anything that is no KPI tile; says what it shows and how it came about. */
export function card(title: string, how: string, note: string | null, body: Child, wide = false): Markup {
  return el(
    "section",
    { class: wide ? "card wide" : "card" },
    el("h3", {}, title),
    note === null ? null : el("p", { class: "note" }, note),
    body,
    el("details", { class: "how" }, el("summary", {}, "How is this computed?"), el("p", {}, how)),
  );
}

/** One line of a table of KPI values: the value with its shape, or why it is not there. */
export function valueCell(kpi: Kpi | undefined, value: Value | null): Child {
  if (kpi === undefined || value === null) return "–";
  const text = valueText(value.value, kpi.unit);
  return value.target === null
    ? el("span", { class: "nowrap" }, text)
    : [el("span", { class: "nowrap" }, text, " "), verdictMark(value.status)];
}

export function shareOf(part: number, whole: number): string {
  return whole === 0 ? "–" : percentText(part / whole);
}
