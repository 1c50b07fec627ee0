import type { Kpi, ReportData } from "../data.ts";
import { cutWord, hasTotal } from "./cut-card.ts";
import { readingOf } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText } from "./format.ts";
import { dataTable, el } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { card, evidenceHref, valueCell, windowText } from "./tiles.ts";

/** The KPIs of each part of the company that has a page, in one table each: those with a target, the others folded below. */
export function areaCards(data: ReportData, filter: Filter): Child {
  return data.pages.flatMap(({ id, title }) => {
    if (id === "overview") return [];
    const kpis = data.kpis.filter(({ page }) => page === id);
    return kpis.length === 0 ? [] : [areaCard(data, { id, title }, kpis, filter)];
  });
}

export function areaCard(
  data: ReportData,
  page: { readonly id: string; readonly title: string },
  kpis: readonly Kpi[],
  filter: Filter,
): Markup {
  const aimed = kpis.filter(({ targetText }) => targetText !== null);
  const others = kpis.filter(({ targetText }) => targetText === null);
  const [shown, folded] = aimed.length === 0 ? [others, []] : [aimed, others];
  return card(
    page.title,
    "Each KPI's own value over the period chosen, or over the shortest window of its file that has enough cases. A value leads to the records that count against it; the page has the KPI with its formula.",
    null,
    [
      areaTable(data, page, shown, filter),
      folded.length === 0
        ? null
        : el(
            "details",
            {},
            el("summary", {}, `${countText(folded.length)} more without a target`),
            areaTable(data, page, folded, filter),
          ),
      el("p", { class: "facts" }, el("a", { href: `#${page.id}` }, `All of ${page.title}`)),
    ],
  );
}

export function areaTable(
  data: ReportData,
  page: { readonly id: string; readonly title: string },
  kpis: readonly Kpi[],
  filter: Filter,
): Markup {
  return dataTable(
    `KPIs: ${page.title}`,
    [{ title: "KPI" }, { title: "Value", align: "right" }, { title: "Target" }],
    kpis.map((kpi) => areaRow(data, page.id, kpi, filter)),
    "brief",
  );
}

export function areaRow(data: ReportData, page: string, kpi: Kpi, filter: Filter): readonly Child[] {
  const { value, why } = readingOf(kpi, filter);
  const whole = { scope: "company", key: "all" };
  const name = (note: string): Child => [
    el("a", { class: "plain", href: evidenceHref(kpi, whole) }, kpi.title),
    el("br", {}),
    el("span", { class: "soft" }, note),
  ];
  const target = kpi.targetText ?? "";
  if (!hasTotal(kpi)) return [name(kpi.question), el("a", { href: `#${page}` }, `by ${cutWord(kpi)}`), target];
  if (value === null) return [name(why), "", target];
  return [name(`of ${countText(value.n)}, ${windowText(value)}`), valueCell(data, kpi, value), target];
}
