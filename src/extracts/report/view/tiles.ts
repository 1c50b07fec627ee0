import type { Kpi, ReportData, Value } from "../data.ts";
import { bullet } from "./bars.ts";
import { readingOf, STANDING } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, dayText, moneyText, percentText, plural, valueText } from "./format.ts";
import { el } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { spark } from "./spark.ts";
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
  const figure = valueText(value.value, kpi.unit);
  const behind = behindText(data, kpi, value);
  const hasRange = value.low !== null || value.target !== null;
  return [
    el(
      "p",
      { class: "figure" },
      behind === null || value.value === null
        ? el("span", { class: "big" }, figure)
        : el("a", { class: "big", href: evidenceHref(kpi, value), title: behind }, figure),
      " ",
      value.status === "no target" ? null : verdictMark(value.status),
    ),
    value.value === null || !hasRange ? null : bullet(kpi, { ...value, value: value.value }),
    el("p", { class: "sentence" }, value.sentence),
    value.restated === null ? null : el("p", { class: "facts" }, restatedText(kpi, value.restated)),
    value.scope === "company" ? spark(kpi) : null,
    el(
      "p",
      { class: "facts" },
      `based on ${countText(value.n)}`,
      value.open > 0 ? ` · ${countText(value.open)} open` : null,
      ` · ${windowText(value)}`,
      value.money === null || value.money === 0 ? null : ` · ${moneyText(value.money, data.currency)} at stake`,
      behind === null ? null : [" · ", el("a", { href: evidenceHref(kpi, value) }, behind)],
    ),
  ];
}

/** `Restated on 2 Nov 2026: 95.1 % before; 3 cases were waived`. */
export function restatedText(
  { unit }: Pick<Kpi, "unit">,
  { from, on, because }: NonNullable<Value["restated"]>,
): string {
  const since = on === null ? "" : ` on ${dayText(on)}`;
  return `Restated${since}: ${from === null ? "no value" : valueText(from, unit)} before${because === "" ? "" : `; ${because}`}`;
}

/** Where the records behind a value are listed. */
export function evidenceHref(kpi: Pick<Kpi, "id">, { scope, key }: Pick<Value, "scope" | "key">): string {
  const cut = scope === "company" ? "" : `/${encodeURIComponent(scope)}/${encodeURIComponent(key)}`;
  return `#evidence/${encodeURIComponent(kpi.id)}${cut}`;
}

/** `19 records count against it`; null where none is named. */
export function behindText(data: ReportData, kpi: Kpi, { scope, key }: Pick<Value, "scope" | "key">): string | null {
  const own = data.evidence.find((each) => each.kpi === kpi.id && each.scope === scope && each.key === key);
  if (own !== undefined) return `${plural(own.count, "record counts", "records count")} against it`;
  const others = data.evidence.some((each) => each.kpi === kpi.id && (scope === "company" || each.scope === "company"));
  return others && ["company", "process", "segment"].includes(scope) ? "records behind it" : null;
}

/** `fiscal quarter to 31 Oct 2026`, `as it stands`. */
export function windowText({ window, to }: Pick<Value, "window" | "to">): string {
  return window === STANDING ? "as it stands" : `${window} to ${dayText(to)}`;
}

export function howComputed(kpi: Kpi, value: Value | null): Markup {
  const lines: readonly (readonly [string, Child])[] = [
    ["Question", kpi.question],
    ["Formula", kpi.formula],
    ["Covers", coversText(kpi)],
    ["Target", kpi.targetText ?? "none"],
    ...(value === null
      ? []
      : ([
          [
            "Window",
            value.window === STANDING
              ? "as it stands at the as-of"
              : `${value.window}, ${dayText(value.from)} to ${dayText(value.to)}; the shortest of its file with at least ${countText(kpi.minN)}`,
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

export function coversText({ of, by }: Kpi): string {
  const what = of.length === 0 ? "what its formula says" : of.join(", ");
  return `${what}; computed ${by.length === 0 ? "for all together" : `by ${by.join(", ")}`}`;
}

export function countsText(value: Value): string {
  const ratio =
    value.numerator === null || value.denominator === null
      ? ""
      : `${countText(value.numerator)} of ${countText(value.denominator)}; `;
  return `${ratio}based on ${countText(value.n)}; ${countText(value.open)} still open and in neither`;
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

/** One cell of a table of KPI values: the value, leading to what is behind it, with its verdict. */
export function valueCell(data: ReportData, kpi: Kpi, value: Value | null): Child {
  if (value === null) return "";
  const text = valueText(value.value, kpi.unit);
  const behind = value.value === null ? null : behindText(data, kpi, value);
  const shown =
    behind === null
      ? el("span", { class: "nowrap" }, text)
      : el("a", { class: "nowrap", href: evidenceHref(kpi, value), title: behind }, text);
  return value.target === null ? shown : [shown, " ", verdictMark(value.status)];
}

export function shareOf(part: number, whole: number): string {
  return whole === 0 ? "–" : percentText(part / whole);
}
