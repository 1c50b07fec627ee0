import type { ReportData } from "../data.ts";
import { checksCard } from "./checks.ts";
import { kpiBlocks, scopeTitle } from "./cut-card.ts";
import { NO_FILTER } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, dayText, monthText, plural, valueText } from "./format.ts";
import { dataTable, el } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { card, evidenceHref, kpiTile, windowText } from "./tiles.ts";
import { verdictMark } from "./verdict.ts";

export function qualityPage(data: ReportData, filter: Filter): Child {
  const kpis = data.kpis.filter(({ page }) => page === "quality");
  const isNarrowed = [filter.process, filter.segment, filter.period].some((choice) => choice !== null);
  return [
    isNarrowed
      ? el("p", { class: "note" }, "This page is about all that is read: the filters do not narrow it.")
      : null,
    el("h2", {}, "Sources"),
    sourcesCard(data),
    el("h2", {}, "Checks"),
    checksCard(data),
    kpis.length === 0
      ? null
      : [el("h2", {}, "KPIs"), kpiBlocks(data, kpis, NO_FILTER, (kpi) => kpiTile(data, kpi, NO_FILTER))],
    el("h2", {}, "Restatements"),
    restatedCard(data),
    el("h2", {}, "What the values rest on and leave out"),
    excludedCard(data),
  ];
}

export function sourcesCard(data: ReportData): Markup {
  return card(
    "Freshness and completeness",
    "How each connection was read last: a stream is complete when everything the source counts is stored. Values stand under a gate while any stream is not.",
    data.gate === null ? "No gate stands against the values." : `Gate: ${data.gate}`,
    data.sources.length === 0
      ? el("p", { class: "nothing" }, "No reading is on record.")
      : dataTable(
          "Sources",
          [
            { title: "Connection" },
            { title: "Read" },
            { title: "Streams complete", align: "right" },
            { title: "Records", align: "right" },
            { title: "Missing" },
          ],
          data.sources.map((source) => [
            [el("strong", {}, source.connection), el("br", {}), el("span", { class: "soft" }, source.system)],
            `${source.readAt}, ${ageText(source.hoursOld)}`,
            `${countText(source.completeStreams)} of ${countText(source.streams)}`,
            countText(source.records),
            source.missing.length === 0 ? "nothing" : el("span", { class: "hot" }, source.missing.join(", ")),
          ]),
        ),
    true,
  );
}

export function ageText(hours: number): string {
  if (hours < 1) return "just before the as-of";
  return hours < 48 ? `${countText(hours)} hours before the as-of` : `${countText(hours / 24)} days before the as-of`;
}

/** Figures that were published as another before. */
export function restatedCard(data: ReportData): Markup {
  const restated = data.kpis.flatMap((kpi) =>
    kpi.values.flatMap((value) => (value.restated === null ? [] : [{ kpi, value, restated: value.restated }])),
  );
  return card(
    "Figures published as another before",
    "A figure is named by its definition, scope and period. Where a later measuring finds another value for the same one, both stay on record with what changed in between; hub explain tells the rest.",
    restated.length === 0 ? null : plural(restated.length, "figure", "figures"),
    restated.length === 0
      ? el("p", { class: "nothing" }, "No published figure has changed.")
      : dataTable(
          "Restated figures",
          [
            { title: "KPI" },
            { title: "Of" },
            { title: "Over" },
            { title: "Before", align: "right" },
            { title: "Now", align: "right" },
            { title: "Since" },
            { title: "Because" },
          ],
          restated.map(({ kpi, value, restated: { from, on, because } }) => [
            el("a", { class: "plain", href: evidenceHref(kpi, value) }, kpi.title),
            scopeTitle(data, value.scope, value.key),
            value.window === "month" ? monthText(value.from.slice(0, 7)) : windowText(value),
            valueText(from, kpi.unit),
            value.status === "withdrawn" ? "withdrawn" : valueText(value.value, kpi.unit),
            on === null ? "" : dayText(on),
            because,
          ]),
          "list",
        ),
    true,
  );
}

export function excludedCard(data: ReportData): Markup {
  const values = data.kpis.flatMap((kpi) => {
    const value = kpi.values.find(({ scope, shown, window }) => scope === "company" && shown && window !== "month");
    return value === undefined ? [] : [{ kpi, value }];
  });
  return card(
    "KPI by KPI",
    "The company's value of each KPI with what is in it, what is still open and in neither number, and what was left out on purpose.",
    null,
    dataTable(
      "What each value rests on",
      [
        { title: "KPI" },
        { title: "Value", align: "right" },
        { title: "Based on", align: "right" },
        { title: "Needed", align: "right" },
        { title: "Open", align: "right" },
        { title: "Left out" },
        { title: "Verdict" },
        { title: "Mind" },
      ],
      values.map(({ kpi, value }) => [
        el("a", { class: "plain", href: evidenceHref(kpi, value) }, kpi.title),
        valueText(value.value, kpi.unit),
        countText(value.n),
        countText(kpi.minN),
        value.open === 0 ? "" : countText(value.open),
        value.excluded ?? "",
        value.status === "no target" ? "" : verdictMark(value.status),
        value.reason ?? "",
      ]),
    ),
    true,
  );
}
