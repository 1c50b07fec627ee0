import type { Kpi, Process, ReportData } from "../data.ts";
import { areaCards } from "./areas.ts";
import { attentionRows, shortName } from "./attention.ts";
import { barTable } from "./bars.ts";
import { lineChart } from "./charts.ts";
import { hasTotal, kpiBlocks } from "./cut-card.ts";
import { filterText, monthsOf, sumOf, valueIn } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { countText, dayText, moneyText, monthText, percentText, valueText } from "./format.ts";
import { glance } from "./glance.ts";
import { dataTable, el, outLink } from "./html.ts";
import type { Child, Markup } from "./html.ts";
import { BOARD_STATES, handoffRows } from "./page-handoffs.ts";
import { card, kpiTile, valueCell } from "./tiles.ts";
import { VERDICT_MEANINGS, verdictMark } from "./verdict.ts";

export function overviewPage(data: ReportData, filter: Filter): Child {
  const targets = data.kpis.filter((kpi) => kpi.isCompanyTarget);
  const others = data.kpis.filter((kpi) => !kpi.isCompanyTarget && kpi.page === "overview" && hasTotal(kpi));
  const trends = targets.flatMap((kpi) => trendCard(kpi) ?? []);
  return [
    glance(data, filter),
    el("h2", {}, "Company targets"),
    el(
      "div",
      { class: "tiles four" },
      targets.map((kpi) => kpiTile(data, kpi, filter)),
    ),
    verdictKey(),
    el("h2", {}, "Part by part"),
    el("div", { class: "areas" }, areaCards(data, filter)),
    el("h2", {}, "Process by process"),
    scorecard(
      data,
      data.processes.filter(({ id }) => filter.process === null || id === filter.process),
      filter,
    ),
    trends.length === 0 ? null : [el("h2", {}, "Targets over time"), el("div", { class: "cards three" }, trends)],
    el("h2", {}, "Handoffs that need somebody"),
    el("div", { class: "cards" }, attentionCards(data, filter)),
    others.length === 0
      ? null
      : [
          el("h2", {}, "More of the whole company"),
          kpiBlocks(data, others, filter, (kpi) => kpiTile(data, kpi, filter)),
        ],
  ];
}

export function verdictKey(): Markup {
  return el(
    "ul",
    { class: "key" },
    Object.entries(VERDICT_MEANINGS).map(([status, meaning]) => el("li", {}, verdictMark(status), ` ${meaning}`)),
  );
}

/** The months of a KPI, as far as it is computed by month; the company's, whatever the filter says. */
export function trendCard(kpi: Kpi): Markup | null {
  const months = kpi.values.filter(
    ({ window, scope, value }) => window === "month" && scope === "company" && value !== null,
  );
  if (months.length < 2) return null;
  const target = months.find((value) => value.target !== null)?.target ?? null;
  return card(
    `${kpi.title} by month`,
    `${kpi.formula} Each point is one whole month of the whole company; months are computed for the company only, so the filters do not change it.`,
    "Whole company",
    lineChart({
      title: `${kpi.title} by month`,
      labels: months.map(({ from, n }) => `${dayText(from).slice(2)} (of ${countText(n)})`),
      ticks: months.map(({ from }) => monthText(from.slice(0, 7))),
      series: [{ name: kpi.title, values: months.map(({ value }) => value) }],
      text: (value) => valueText(value, kpi.unit),
      target,
      targetText: kpi.targetText,
      isShare: kpi.unit === "ratio",
    }),
  );
}

/** More columns than this nobody compares. */
export const SCORECARD_COLUMNS = 8;

/** Every process with the KPIs that are computed by process: the company's targets, then those that most processes have. */
export function scorecard(data: ReportData, processes: readonly Process[], filter: Filter): Markup {
  const reach = (kpi: Kpi): number =>
    processes.filter(({ id }) => scopeValue(kpi, id, filter.period)?.value != null).length;
  const kpis = data.kpis
    .filter((kpi) => kpi.values.some(({ scope }) => scope === "process") && reach(kpi) > 0)
    .sort((a, b) => Number(b.isCompanyTarget) - Number(a.isCompanyTarget) || reach(b) - reach(a))
    .slice(0, SCORECARD_COLUMNS);
  const segmentNote =
    filter.segment === null ? null : "All segments: these values are not computed by process and segment together.";
  return card(
    "Processes",
    "Each cell is the KPI's own value for that process over the chosen period, or over the shortest window with enough cases; a dash where it does not cover the process. Open cases are counted at the as-of.",
    segmentNote,
    dataTable(
      "KPIs by process",
      [
        { title: "Process" },
        { title: "Open", align: "right" },
        ...kpis.map(({ title }) => ({ title, align: "right" as const })),
      ],
      processes.map((process) => [
        [
          el(
            "a",
            { class: "plain", href: `#${process.page}?process=${encodeURIComponent(process.id)}` },
            process.title,
          ),
          el("br", {}),
          el("span", { class: "soft" }, process.team ?? ""),
        ],
        countText(
          sumOf(
            data.cases.filter(({ p }) => p === process.id),
            ({ open }) => open,
          ),
        ),
        ...kpis.map((kpi) => valueCell(data, kpi, scopeValue(kpi, process.id, filter.period))),
      ]),
    ),
    true,
  );
}

/** A KPI of one process only is the process's value, too. */
export function scopeValue(kpi: Kpi, process: string, period: string | null): Kpi["values"][number] | null {
  const { value } = valueIn(kpi, "process", process, period);
  return value ?? (kpi.of.length === 1 && kpi.of[0] === process ? valueIn(kpi, "company", "all", period).value : null);
}

export function attentionCards(data: ReportData, filter: Filter): Child {
  const rows = handoffRows(data, filter);
  const all = sumOf(
    rows.filter(({ state }) => BOARD_STATES.includes(state)),
    ({ n }) => n,
  );
  const waiting = attentionRows(data, filter).filter(({ state }) => state !== "waiting");
  return [
    card(
      "Handoffs by state",
      "Handoffs triggered in the period, by what somebody has to do about them. Waived, revoked and historical ones are ignored and left out.",
      `${countText(all)} handoffs, ${filter.segment ?? "all segments"}`,
      barTable(
        "Handoffs by state",
        BOARD_STATES.map((state) => {
          const n = sumOf(
            rows.filter((row) => row.state === state),
            (row) => row.n,
          );
          return { label: state, value: n, text: `${countText(n)}${all === 0 ? "" : ` · ${percentText(n / all)}`}` };
        }),
        ["State", "Handoffs"],
      ),
    ),
    card(
      "Where the most money waits",
      "Handoffs that are late, missing or to be decided, the most money first; the page Handoffs has the others.",
      waiting.length === 0 ? null : `The first ${Math.min(5, waiting.length)} of ${countText(waiting.length)}`,
      [
        waiting.length === 0
          ? el("p", { class: "nothing" }, "Nothing is late, missing or to be decided.")
          : dataTable(
              "Handoffs with the most money",
              [{ title: "Handoff" }, { title: "State" }, { title: "Money", align: "right" }],
              waiting
                .slice(0, 5)
                .map((row) => [
                  outLink(
                    row.targetUrl ?? row.sourceUrl ?? row.accountUrl,
                    row.account ?? shortName(row.source ?? row.target ?? row.key),
                  ),
                  el("span", { class: "tag hot" }, row.label),
                  el("span", { class: "nowrap" }, row.money === null ? "–" : moneyText(row.money, data.currency)),
                ]),
            ),
        el("p", { class: "facts" }, el("a", { href: "#handoffs" }, "All handoffs")),
      ],
    ),
  ];
}

/** What charts of facts are restricted to, for their notes. */
export function chartNote(data: ReportData, filter: Filter): string {
  return filterText(data, { ...filter, period: filter.period ?? `last ${monthsOf(data, filter).length} months` });
}
