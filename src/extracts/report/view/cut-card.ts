import type { Kpi, ReportData } from "../data.ts";
import { barTable } from "./bars.ts";
import { valueIn } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { BUSINESS, countText, valueText } from "./format.ts";
import { el } from "./html.ts";
import type { Markup } from "./html.ts";
import { behindText, evidenceHref, howComputed, notComputed } from "./tiles.ts";

/** A KPI that has a value for all together; the others are told by one cut. */
export function hasTotal(kpi: Kpi): boolean {
  return kpi.values.some(({ scope }) => scope === "company");
}

/** What a KPI without a total is told by. */
export function cutWord(kpi: Kpi): string {
  const scope = kpi.values[0]?.scope ?? "cut";
  return scope === "contract" ? "handoff" : scope;
}

/** A KPI that exists by one cut only, such as a median by handoff: a bar for each. */
export function cutCard(data: ReportData, kpi: Kpi, filter: Filter): Markup {
  const scope = kpi.values[0]?.scope ?? "";
  const keys = [...new Set(kpi.values.filter((value) => value.scope === scope).map(({ key }) => key))];
  const bars = keys.flatMap((key) => {
    if (scope === "process" && filter.process !== null && key !== filter.process) return [];
    const { value } = valueIn(kpi, scope, key, filter.period);
    if (value === null) return [];
    const p90 = value.p90 === null ? "" : ` · p90 ${shortText(kpi, value.p90)}`;
    const told = `${shortText(kpi, value.value)}${p90} · of ${countText(value.n)}`;
    const text = value.value === null ? `too few (${countText(value.n)})` : told;
    const behind = behindText(data, kpi, value);
    return [
      {
        label: scopeTitle(data, scope, key),
        value: value.value,
        text: behind === null ? text : el("a", { href: evidenceHref(kpi, value), title: behind }, text),
      },
    ];
  });
  const by = cutWord(kpi);
  return el(
    "section",
    { class: "card", "data-kpi": kpi.id, "aria-label": kpi.title },
    el("h3", {}, kpi.title),
    el(
      "p",
      { class: "note" },
      `${kpi.question} Median by ${by}${kpi.unit.startsWith(BUSINESS) ? " in business time" : ""}; p90 is what nine of ten stay under.`,
      filter.segment === null ? "" : " All segments: medians are not computed by segment.",
    ),
    bars.length === 0
      ? notComputed("Not computed over this period.")
      : barTable(`${kpi.title} by ${by}`, bars, [by, "Median"]),
    howComputed(kpi, null),
  );
}

/** Under a heading that says business time once. */
export function shortText(kpi: Kpi, value: number | null): string {
  return valueText(value, kpi.unit).replace(" business ", " ");
}

/** What people call what a value is over. */
export function scopeTitle(data: ReportData, scope: string, key: string): string {
  if (scope === "company") return "Whole company";
  if (scope === "process") return data.processes.find(({ id }) => id === key)?.title ?? key;
  if (scope === "contract") return data.contracts.find(({ id }) => id === key)?.title ?? key;
  if (scope !== "stage") return key;
  const [process = "", stage = ""] = key.split(" / ");
  return `${data.processes.find(({ id }) => id === process)?.title ?? process}: ${stage}`;
}

/** Tiles for KPIs with a total, cards with bars for the others; those with a target first. */
export function kpiBlocks(data: ReportData, kpis: readonly Kpi[], filter: Filter, tile: (kpi: Kpi) => Markup): Markup {
  const ranked = [...kpis].sort((a, b) => Number(b.targetText !== null) - Number(a.targetText !== null));
  const cards = ranked.filter((kpi) => !hasTotal(kpi) && kpi.values.length > 0);
  const none = ranked.filter((kpi) => kpi.values.length === 0);
  return el(
    "div",
    {},
    el("div", { class: "tiles" }, ranked.filter(hasTotal).map(tile), none.map(tile)),
    cards.length === 0
      ? null
      : el(
          "div",
          { class: "cards spaced" },
          cards.map((kpi) => cutCard(data, kpi, filter)),
        ),
  );
}
