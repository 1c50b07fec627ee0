import type { Process, ProcessPageId, ReportData } from "../data.ts";
import { barTable } from "./bars.ts";
import { CYCLE_BUCKETS } from "./buckets.ts";
import { columnChart, lineChart } from "./charts.ts";
import { hasTotal, kpiBlocks } from "./cut-card.ts";
import { fits, monthsOf, sumOf, valueIn } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, dayText, monthText, percentText, valueText } from "./format.ts";
import { el } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { chartNote, scopeValue, scorecard, trendCard } from "./page-overview.ts";
import { sprintCards } from "./page-sprints.ts";
import { card, kpiTile } from "./tiles.ts";

/** The processes of one part of the company: their KPIs, stages, flow and what is in progress. */
export function processPage(data: ReportData, page: ProcessPageId, filter: Filter): Child {
  const all = data.processes.filter((process) => process.page === page);
  const processes = all.filter(({ id }) => filter.process === null || id === filter.process);
  if (processes.length === 0) {
    const titles = all.map(({ title }) => title).join(", ");
    const why =
      all.length === 0
        ? "Nothing has been read yet that belongs here."
        : `The chosen process is not told here; this page is about ${titles}.`;
    return el("p", { class: "nothing" }, why);
  }
  const kpis = data.kpis.filter((kpi) => kpi.page === page);
  const [only] = processes;
  const ofOne =
    only === undefined || processes.length > 1
      ? []
      : data.kpis.filter(
          (kpi) => hasTotal(kpi) && !kpis.includes(kpi) && scopeValue(kpi, only.id, filter.period) !== null,
        );
  const trends = kpis.filter((kpi) => kpi.targetText !== null).flatMap((kpi) => trendCard(kpi) ?? []);
  return [
    kpis.length + ofOne.length === 0
      ? null
      : [
          el("h2", {}, "KPIs"),
          kpiBlocks(data, [...kpis, ...ofOne], filter, (kpi) =>
            kpiTile(data, kpi, ofOne.includes(kpi) ? { ...filter, process: only?.id ?? null } : filter),
          ),
        ],
    processes.length > 1 ? [el("h2", {}, "Processes"), scorecard(data, processes, filter)] : null,
    page === "product" ? sprintCards(data, filter) : null,
    processes.map((process) => [
      el("h2", {}, process.title),
      el(
        "div",
        { class: "cards" },
        stageCard(data, process, filter),
        flowCard(data, process, filter),
        durationCard(data, process, filter),
        workCard(data, process),
      ),
    ]),
    trends.length === 0 ? null : [el("h2", {}, "Targets over time"), el("div", { class: "cards three" }, trends)],
  ];
}

export function stageCard(data: ReportData, process: Process, filter: Filter): Markup {
  const kpi =
    data.kpis.find(({ id, measure }) => measure === "stage cycle time" && id === "stage-cycle-time")
    ?? data.kpis.find(({ values }) => values.some(({ scope }) => scope === "stage"));
  const bars = process.stages.flatMap((stage) => {
    const value = kpi === undefined ? null : valueIn(kpi, "stage", `${process.id} / ${stage}`, filter.period).value;
    if (value === null) return [];
    const p90 = value.p90 === null ? "" : ` · p90 ${valueText(value.p90, kpi?.unit ?? "seconds")}`;
    return [
      {
        label: stage,
        value: value.value,
        text:
          value.value === null
            ? `too few (${countText(value.n)})`
            : `${valueText(value.value, kpi?.unit ?? "seconds")}${p90} · of ${countText(value.n)}`,
      },
    ];
  });
  return card(
    "Time in each stage",
    `${kpi?.formula ?? "Median time in a stage."} A stage's time is all its visits together; stays under a minute between stages that are not neighbours are left out.`,
    filter.segment === null
      ? "Median; p90 (nine of ten stay under it) where 30 cases allow it"
      : "All segments: medians are not computed by segment",
    bars.length === 0
      ? el("p", { class: "nothing" }, "No stage times are computed.")
      : barTable(`Median time in each stage of ${process.title}`, bars, ["Stage", "Median"]),
  );
}

export function flowCard(data: ReportData, process: Process, filter: Filter): Markup {
  const months = monthsOf(data, filter);
  const rows = data.cases.filter((row) => row.p === process.id && fits(row, filter));
  const of = (month: string, pick: (row: ReportData["cases"][number]) => number): number =>
    sumOf(
      rows.filter(({ m }) => m === month),
      pick,
    );
  return card(
    "Started and completed",
    "Cases by the month they started, and by the month they completed; cancelled cases are in neither end. Both together show whether work piles up.",
    chartNote(data, { ...filter, process: process.id }),
    columnChart({
      title: `Cases of ${process.title} started and completed`,
      labels: months,
      ticks: months.map(monthText),
      series: [
        { name: "started", values: months.map((month) => of(month, ({ started }) => started)) },
        { name: "completed", values: months.map((month) => of(month, ({ completed }) => completed)) },
      ],
      text: countText,
    }),
  );
}

export function durationCard(data: ReportData, process: Process, filter: Filter): Markup {
  const months = monthsOf(data, filter);
  const rows = data.cycles.filter((row) => row.p === process.id && fits(row, filter) && months.includes(row.m));
  const counts = CYCLE_BUCKETS.map((_, index) =>
    sumOf(
      rows.filter(({ bucket }) => bucket === index),
      ({ n }) => n,
    ),
  );
  const total = sumOf(counts, (n) => n);
  const first = counts.findIndex((n) => n > 0);
  const last = counts.findLastIndex((n) => n > 0);
  return card(
    "How long cases took",
    "Completed cases by the time from start to end, counted in classes; cases that began before the tracked history are left out. Counts may be added over any filter, medians may not.",
    chartNote(data, { ...filter, process: process.id }),
    total === 0
      ? el("p", { class: "nothing" }, "No case was completed in this period.")
      : barTable(
          `Cases of ${process.title} by duration`,
          CYCLE_BUCKETS.flatMap(({ label }, index) =>
            index < first || index > last
              ? []
              : [
                  {
                    label,
                    value: counts[index] ?? 0,
                    text: `${countText(counts[index] ?? 0)} · ${percentText((counts[index] ?? 0) / total)}`,
                  },
                ],
          ),
          ["Duration", "Cases"],
        ),
  );
}

export function workCard(data: ReportData, process: Process): Markup {
  const rows = data.work.filter(({ p }) => p === process.id);
  let month = "";
  return card(
    "In progress",
    "Cases in a stage at the end of each Sunday of the last year. Work in progress is not kept by segment, so the filters do not change it.",
    "Every Sunday of the last year, all segments",
    rows.length < 2
      ? el("p", { class: "nothing" }, "Nothing was in progress.")
      : lineChart({
          title: `Cases of ${process.title} in progress`,
          labels: rows.map(({ day }) => dayText(day)),
          ticks: rows.map(({ day }) => {
            const isNew = day.slice(0, 7) !== month;
            month = day.slice(0, 7);
            return isNew ? monthText(month) : "";
          }),
          series: [{ name: "in progress", values: rows.map(({ n }) => n) }],
          text: countText,
        }),
  );
}
