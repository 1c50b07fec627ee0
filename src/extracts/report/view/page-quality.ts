import type { Kpi, ReportData, Value } from "../data.ts";
import { filterText, readingOf } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, dayText, valueText } from "./format.ts";
import { dataTable, el, outLink } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { card } from "./tiles.ts";
import { verdictMark } from "./verdict.ts";

export function qualityPage(data: ReportData, filter: Filter): Child {
  const isNarrowed = [filter.process, filter.segment, filter.period].some((choice) => choice !== null);
  return [
    isNarrowed
      ? el("p", { class: "note" }, "This page is about all that is read: the filters do not narrow it.")
      : null,
    el("h2", {}, "Sources"),
    sourcesCard(data),
    el("h2", {}, "Checks"),
    checksCard(data),
    el("h2", {}, "What the values leave out"),
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

export function checksCard(data: ReportData): Markup {
  return card(
    "Checks",
    "What is known of the data's own quality at the as-of; a check with a threshold is kept or broken, the others are told only.",
    null,
    dataTable(
      "Data quality checks",
      [
        { title: "Check" },
        { title: "System" },
        { title: "Value", align: "right" },
        { title: "Allowed", align: "right" },
        { title: "Verdict" },
      ],
      data.quality.map(({ metric, system, value, threshold, ok }) => [
        metric,
        system,
        countText(value),
        threshold === null ? "–" : `at most ${countText(threshold)}`,
        threshold === null ? "" : verdictMark(ok ? "met" : "not met"),
      ]),
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
        { title: "n", align: "right" },
        { title: "Needed", align: "right" },
        { title: "Open", align: "right" },
        { title: "Left out" },
        { title: "Verdict" },
      ],
      values.map(({ kpi, value }) => [
        kpi.title,
        valueText(value.value, kpi.unit),
        countText(value.n),
        countText(kpi.minN),
        countText(value.open),
        value.excluded ?? "nothing",
        verdictMark(value.status),
      ]),
    ),
    true,
  );
}

/** Cases and handoffs behind each figure. `chosen` is the KPI a tile's link asked for; its list is open. */
export function evidencePage(data: ReportData, filter: Filter, chosen: string | null): Child {
  return [
    el("h2", {}, "Records behind the figures"),
    el(
      "p",
      { class: "note" },
      `What counts against each figure (${filterText(data, filter)}): the latest, or for times the longest, up to 20 of a figure. hub explain ID tells a record's whole life and how completely its source was read.`,
    ),
    data.kpis.map((kpi) => evidenceOf(data, kpi, filter, chosen === kpi.id)),
  ];
}

export function evidenceOf(data: ReportData, kpi: Kpi, filter: Filter, isOpen: boolean): Markup {
  const { value } = readingOf(kpi, { ...filter, period: null });
  const found = data.evidence.filter(
    (each) =>
      each.kpi === kpi.id
      && (value === null || value.scope === "company" ? true : each.scope === value.scope && each.key === value.key),
  );
  const main = found.find((each) => value !== null && each.scope === value.scope && each.key === value.key);
  const shown = main === undefined ? found.slice(0, 12) : [main];
  const total = shown.reduce((sum, { count }) => sum + count, 0);
  return el(
    "details",
    { class: "card wide evidence", id: `evidence-${kpi.id}`, open: isOpen },
    el(
      "summary",
      {},
      el("strong", {}, kpi.title),
      ` · ${valueOf(kpi, value)} · ${total === 0 ? "no record counts against it" : `${countText(total)} behind it`}`,
    ),
    el("p", { class: "sentence" }, value?.sentence ?? kpi.question),
    el("p", { class: "soft" }, kpi.formula),
    shown.map((each) => [
      main === undefined ? el("h4", {}, `${each.key} · ${countText(each.count)}`) : null,
      dataTable(
        `Records behind ${kpi.title}, ${each.key}`,
        [{ title: "Record" }, { title: "What it is" }, { title: "For hub explain" }],
        each.keys.map((key) => {
          const record = data.records[key];
          return record === undefined
            ? [key, "", key]
            : [outLink(record.url, record.name), record.text, el("code", {}, record.id)];
        }),
        "list",
      ),
      each.keys.length < each.count
        ? el("p", { class: "soft" }, `${countText(each.keys.length)} of ${countText(each.count)} shown.`)
        : null,
    ]),
  );
}

export function valueOf(kpi: Kpi, value: Value | null): string {
  return value === null
    ? "by cut only"
    : `${valueText(value.value, kpi.unit)} (${value.window}, to ${dayText(value.to)})`;
}
